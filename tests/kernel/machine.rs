//! A machine: a host's tree over a stack's programs, in network, mount and process namespaces of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Lives until it is dropped; nothing of it stays.
pub struct Machine {
    unshare: Child,
    /// The first process's id, seen from outside.
    pid: String,
    _folder: tempfile::TempDir,
}

/// What the kernel says of a bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub mac: String,
    /// `addr_assign_type`: 3 where somebody set it.
    pub assigned: String,
}

impl Machine {
    /// Starts one with these layers as its root, the topmost first, and the files of `tree` over them.
    pub fn boot(layers: &[PathBuf], tree: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let layers: Vec<&str> = layers.iter().map(|layer| layer.to_str().unwrap()).collect();
        let mut unshare = Command::new("setpriv") // a test that is killed takes its machines with it
            .args(["--pdeathsig", "KILL", "unshare"])
            .args(["--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--", "sh"])
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kernel/enter.sh"))
            .arg(folder.path())
            .arg(layers.join(":"))
            .arg(tree)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pid = String::new();
        BufReader::new(unshare.stdout.take().unwrap()).read_line(&mut pid).unwrap();
        assert!(!pid.is_empty(), "no machine came up: are mounts, overlayfs and network namespaces allowed here?");
        Self { unshare, pid: pid.trim().to_owned(), _folder: folder }
    }

    /// Runs a command line.
    pub fn run(&self, command: &str) -> Output {
        Command::new("nsenter")
            .args(["--target", &self.pid, "--mount", "--net", "--pid", "--uts", "--ipc", "--root", "--wd", "--"])
            .args(["/bin/sh", "-c", command])
            .env_clear()
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", "/root")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs a command line that must succeed, and returns what it prints.
    pub fn ok(&self, command: &str) -> String {
        let output = self.run(command);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "`{command}` failed: {errors}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Where one of its files lies, seen from outside.
    pub fn path(&self, path: &str) -> String {
        format!("/proc/{}/root/{path}", self.pid)
    }

    /// A file's text; empty where there is none.
    pub fn read(&self, path: &str) -> String {
        String::from_utf8_lossy(&fs::read(self.path(path)).unwrap_or_default()).into_owned()
    }

    /// What the programs that make bridges have printed last.
    pub fn log(&self) -> String {
        let log = self.read("run/ifup.log") + &self.read("run/networkd.log");
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(8)..].join("\n")
    }

    /// A bridge's address; `None` where there is no such bridge.
    pub fn address(&self, bridge: &str) -> Option<Address> {
        let of = |file: &str| self.read(&format!("sys/class/net/{bridge}/{file}")).trim().to_owned();
        let is_bridge = !of("bridge/bridge_id").is_empty();
        is_bridge.then(|| Address { mac: of("address"), assigned: of("addr_assign_type") })
    }

    /// Makes a veth whose other end lies beside it, up. Without an address the kernel makes a random one up.
    pub fn add_veth(&self, name: &str, address: Option<&str>, peer: &str) {
        let address = address.map_or(String::new(), |address| format!("address {address}"));
        self.ok(&format!("ip link add {name} {address} type veth peer name {peer} && ip link set {peer} up"));
    }

    /// Makes a link a port of a bridge, as what starts a container does. Says whether the kernel let it.
    pub fn join(&self, port: &str, bridge: &str) -> bool {
        self.run(&format!("ip link set {port} master '{bridge}' && ip link set {port} up")).status.success()
    }

    /// Takes a port away from its bridge.
    pub fn leave(&self, port: &str) {
        self.ok(&format!("ip link set {port} nomaster"));
    }

    /// Waits for something that takes its time.
    pub fn wait_for(&self, what: &str, is_so: impl Fn() -> bool) {
        let start = Instant::now();
        while !is_so() {
            assert!(start.elapsed() < Duration::from_secs(30), "waited for {what}:\n{}", self.log());
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        _ = self.unshare.kill(); // its child, the first process, dies with it, and all others with that
        _ = self.unshare.wait();
    }
}
