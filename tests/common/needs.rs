//! What a test needs of the machine: programs, root, mounts.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Says that a test cannot run here: in CI that is a failure, elsewhere it is printed.
pub fn lacking(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "this test needs {what}");
    println!("skipped: this test needs {what}");
}

/// Whether a program runs; says so where it does not.
pub fn runs(program: &[&str], what: &str) -> bool {
    let runs = Command::new(program[0]).args(&program[1..]).output().is_ok_and(|out| out.status.success());
    if !runs {
        lacking(what);
    }
    runs
}

/// A program of `target/venv`, where `.ci/run` installs what the tests drive; says so where it is not.
pub fn tool(name: &str) -> Option<PathBuf> {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin").join(name);
    if tool.exists() {
        return Some(tool);
    }
    let install = "python3 -m venv target/venv && target/venv/bin/pip install -r tests/requirements.txt";
    lacking(&format!("{name}; install it: {install}"));
    None
}

/// Whether there can be network namespaces with bridges in them; says so where not.
pub fn namespaces() -> bool {
    let mut command = vec!["unshare", "--net", "--mount"];
    if !rustix::process::geteuid().is_root() {
        command.push("--map-root-user");
    }
    command.extend([
        "sh",
        "-ec",
        "mount -t sysfs sysfs /sys; PATH=$PATH:/usr/sbin:/sbin; ip link add br0 type bridge; ip link add v0 type veth",
    ]);
    runs(&command, "root or user namespaces, a kernel with bridge and veth, and `ip` of iproute2")
}

/// Runs the test `test` of this binary once more, in a mount namespace of its own, with `script` run
/// before it in the directory that the test is given.
pub fn with_mounts(test: &str, script: &str, inside: impl Fn(&Path)) {
    if let Some(dir) = std::env::var_os("TEST_DIR") {
        return inside(Path::new(&dir));
    }
    if !runs(&["unshare", "--mount", "true"], "root, and `unshare` of util-linux to mount in private") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let out = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-ec", &format!("{script}\nexec \"$@\""), "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("TEST_DIR", dir.path())
        .current_dir(dir.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout) + String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && text.contains("1 passed"), "{text}");
}
