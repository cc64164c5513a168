//! Faults at chosen system calls, by strace.

use super::common::{bridgepin, needs::runs};
use super::scenario::Laid;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// The system calls by which a program changes what is on a disk.
const WRITING: &[&str] = &[
    "openat",
    "openat2",
    "creat",
    "write",
    "writev",
    "pwrite64",
    "pwritev",
    "pwritev2",
    "copy_file_range",
    "sendfile",
    "splice",
    "ftruncate",
    "truncate",
    "fallocate",
    "fsync",
    "fdatasync",
    "sync_file_range",
    "syncfs",
    "sync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "rmdir",
    "mknod",
    "mknodat",
    "chmod",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "chown",
    "fchown",
    "lchown",
    "fchownat",
    "setxattr",
    "fsetxattr",
    "lsetxattr",
    "removexattr",
    "fremovexattr",
    "lremovexattr",
    "utimensat",
    "flock",
    "ioctl",
    "mmap",
];

/// One system call of a run: its name and which one of that name it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    pub name: String,
    pub number: usize,
    /// Its arguments.
    pub arguments: String,
}

impl Call {
    /// Whether it can change what is on the disk.
    pub fn writes(&self) -> bool {
        let Self { name, arguments, .. } = self;
        match name.as_str() {
            "openat" | "openat2" => arguments.contains("O_CREAT") || arguments.contains("O_TRUNC"),
            "mmap" => arguments.contains("PROT_WRITE") && arguments.contains("MAP_SHARED"),
            // A terminal is asked for its width.
            "ioctl" => !arguments.contains("TIOCGWINSZ") && !arguments.contains("TCGETS"),
            name => WRITING.contains(&name),
        }
    }

    /// Whether it writes the report.
    pub fn reports(&self) -> bool {
        self.name == "write" && (self.arguments.starts_with("1,") || self.arguments.starts_with("2,"))
    }
}

/// Whether strace can be used here.
pub fn is_there() -> bool {
    runs(&["strace", "-f", "-o", "/dev/null", "true"], "`strace`, and leave to trace")
}

/// All system calls of a run that fixes the tree.
pub fn calls(laid: &Laid) -> Vec<Call> {
    let log = laid.beside("calls");
    let out =
        Command::new("strace").args(["-f", "-qq", "-s", "0", "-o"]).arg(&log).args(program(laid)).output().unwrap();
    assert!(out.status.success(), "{out:?}");
    parse(&fs::read_to_string(log).unwrap())
}

/// A thread's calls are numbered by themselves, as strace counts them.
fn parse(log: &str) -> Vec<Call> {
    let mut numbers: HashMap<(&str, &str), usize> = HashMap::new();
    let mut seen = BTreeSet::new();
    let call = |line| {
        let (thread, rest) = str::split_once(line, ' ')?;
        let (name, arguments) = rest.trim_start().split_once('(')?;
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return None;
        }
        let number = numbers.entry((thread, name)).or_default();
        *number += 1;
        Some(Call { name: name.to_owned(), number: *number, arguments: arguments.to_owned() })
    };
    let calls: Vec<Call> = log.lines().filter_map(call).collect();
    calls.into_iter().filter(|call| seen.insert((call.name.clone(), call.number))).collect()
}

/// Runs with a fault (`signal=KILL`, `error=EIO`) at one call.
pub fn inject(laid: &Laid, call: &Call, fault: &str) -> Output {
    inject_at(laid, &call.name, &format!("{fault}:when={}", call.number))
}

/// Runs with a fault at the calls of a name.
pub fn inject_at(laid: &Laid, name: &str, fault: &str) -> Output {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={name}"), "-e"]);
    strace.arg(format!("inject={name}:{fault}")).args(program(laid)).output().unwrap()
}

fn program(laid: &Laid) -> Vec<std::ffi::OsString> {
    let mut program = vec![bridgepin().get_program().to_owned()];
    program.extend(laid.arguments().into_iter().map(Into::into));
    program
}

/// A run that stands still just after a call.
pub struct Stopped {
    strace: Child,
    process: String,
}

impl Stopped {
    /// Starts a run and waits until it stands still.
    pub fn after(laid: &Laid, call: &Call) -> Self {
        let log = laid.beside(&format!("stop-{}-{}", call.name, call.number));
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-o"]).arg(&log).args(["-e", &format!("trace={}", call.name), "-e"]);
        strace.arg(format!("inject={}:signal=STOP:when={}", call.name, call.number)).args(program(laid));
        let strace = strace.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let process = stopped(&log).unwrap_or_else(|| panic!("it never came to {call:?}"));
        Self { strace, process }
    }

    /// Lets it run to its end.
    pub fn go_on(self) -> Output {
        let sent = Command::new("kill").args(["-CONT", &self.process]).status().unwrap();
        assert!(sent.success());
        self.strace.wait_with_output().unwrap()
    }
}

/// The process that stands still, when strace tells.
fn stopped(log: &Path) -> Option<String> {
    for _ in 0..3000 {
        let text = fs::read_to_string(log).unwrap_or_default();
        if let Some(line) = text.lines().find(|line| line.contains("stopped by SIGSTOP")) {
            return line.split_once(' ').map(|(process, _)| process.to_owned());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    None
}

/// The call just before the first one that is called `name` and has `part` in its arguments.
pub fn before(calls: &[Call], name: &str, part: &str) -> Call {
    let is_it = |call: &Call| call.name == name && call.arguments.contains(part);
    let at = calls.iter().position(is_it).unwrap_or_else(|| panic!("no {name} of {part}"));
    calls[at - 1].clone()
}

/// Whether a path is in a folder that the program makes for its temporary file.
pub fn is_temporary(path: &Path) -> bool {
    path.components().any(|name| name.as_os_str().as_encoded_bytes().starts_with(b".bridgepin-"))
}
