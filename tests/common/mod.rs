//! Helpers shared by the tests: host trees from the measured tables.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

pub mod namespace;
pub mod needs;

use serde_json::Value;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// A measured table of `fixtures/truth`.
pub fn table(name: &str) -> Value {
    read_table("truth", name)
}

/// A table of our own measurements.
pub fn measured(name: &str) -> Value {
    read_table("measured", name)
}

fn read_table(folder: &str, name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder).join(name);
    serde_json::from_slice(&fs::read(&path).unwrap()).unwrap()
}

/// Writes one of a case's `files`.
pub fn write_file(root: &Path, path: &str, content: &Value) {
    let target = root.join(path);
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    let mut mode = None;
    let bytes = match content {
        Value::String(text) => text.clone().into_bytes(),
        Value::Object(object) => {
            if let Some(link) = object.get("symlink") {
                symlink(link.as_str().unwrap(), &target).unwrap();
                return;
            }
            if object.contains_key("directory") {
                fs::create_dir_all(&target).unwrap();
                return;
            }
            mode = object.get("mode").map(|mode| match mode {
                Value::String(octal) => u32::from_str_radix(octal, 8).unwrap(),
                number => number.as_u64().unwrap() as u32,
            });
            match object.get("base64") {
                Some(text) => base64(text.as_str().unwrap()),
                None => object["text"].as_str().unwrap().as_bytes().to_vec(),
            }
        }
        other => panic!("{path}: {other}"),
    };
    fs::write(&target, bytes).unwrap();
    if let Some(mode) = mode {
        fs::set_permissions(&target, fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// Decodes base64 as the tables use it.
pub fn base64(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for byte in text.bytes().filter(|byte| !b"=\n".contains(byte)) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            _ => 63,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}

/// Cases with a condition that fails on the measured host although nothing in the case tells so: the
/// table's `about` says that its name, command line and credentials match none of theirs. A
/// condition that nobody answers holds, so the test gives the answer that is left out.
const ANSWERS: &[(&str, &str)] = &[
    ("networkd/dirs-dropin-match-host-nomatch", "host=measured"),
    ("networkd/syntax-match-after-netdev-host-nomatch", "host=measured"),
    ("networkd/syntax-match-credential-nosuch", "credential=measured"),
    ("networkd/syntax-match-host-nomatch", "host=measured"),
    ("networkd/syntax-match-kernelcommandline-nosuch", "kernel-command-line=quiet"),
];

/// One case of a table laid out on disk, for one stack.
pub struct Laid {
    pub dir: tempfile::TempDir,
    pub host: PathBuf,
    pub sys: PathBuf,
    pub assume: Vec<String>,
}

/// Lays out a case: the host's tree and a `/sys` with the links of its environment.
pub fn lay_out(table: &Value, case: &Value, stack: &str) -> Laid {
    let dir = tempfile::tempdir().unwrap();
    let (host, sys) = (dir.path().join("host"), dir.path().join("sys"));
    fs::create_dir(&host).unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for (path, content) in case["files"].as_object().unwrap() {
        write_file(&host, path, content);
    }
    let own = case.get("environment");
    let environment = |key: &str| own.and_then(|own| own.get(key)).unwrap_or(&table["environment"][key]);
    for (name, address) in environment("links").as_object().unwrap() {
        let link = sys.join("class/net").join(name);
        fs::create_dir_all(&link).unwrap();
        fs::write(link.join("address"), format!("{}\n", address.as_str().unwrap())).unwrap();
        fs::write(link.join("addr_assign_type"), "3\n").unwrap();
    }
    let machine_id = host.join("etc/machine-id");
    if stack.contains("+udev")
        && !machine_id.exists()
        && let Some(id) = environment("machine_id").as_str()
    {
        fs::create_dir_all(host.join("etc")).unwrap();
        fs::write(machine_id, format!("{id}\n")).unwrap();
    }
    let mut assume = Vec::new();
    for (key, condition) in
        [("kernel", "kernel-version"), ("architecture", "architecture"), ("virtualization", "virtualization")]
    {
        if let Some(value) = environment(key).as_str() {
            assume.push(format!("{condition}={value}"));
        }
    }
    assume.extend(ANSWERS.iter().filter(|row| case["id"] == row.0).map(|row| row.1.to_owned()));
    Laid { dir, host, sys, assume }
}

/// A tree's files: path from its root to content; a link's is its target.
pub type Tree = std::collections::BTreeMap<PathBuf, File>;

/// One file of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum File {
    Text(bstr::BString),
    Link(PathBuf),
}

/// All files below a folder; none where it is not there.
pub fn read_tree(root: &Path) -> Tree {
    let entries = walkdir::WalkDir::new(root).into_iter().filter_map(Result::ok);
    let file = |entry: walkdir::DirEntry| {
        let path = entry.path().strip_prefix(root).unwrap().to_owned();
        let kind = entry.file_type();
        if kind.is_symlink() {
            Some((path, File::Link(fs::read_link(entry.path()).unwrap())))
        } else if kind.is_file() {
            Some((path, File::Text(fs::read(entry.path()).unwrap().into())))
        } else {
            None
        }
    };
    entries.filter_map(file).collect()
}

/// Lays a tree out below a folder.
pub fn write_tree(root: &Path, tree: &Tree) {
    for (path, file) in tree {
        let target = root.join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        match file {
            File::Text(text) => fs::write(target, text).unwrap(),
            File::Link(to) => symlink(to, target).unwrap(),
        }
    }
}

/// The program, away from what the surroundings would change about it.
pub fn bridgepin() -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_bridgepin"));
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI", "GITHUB_ACTIONS", "TERM", "COLUMNS"] {
        command.env_remove(variable);
    }
    command
}

/// What a program says to a text on its stdin; one that refuses to work does not read it.
pub fn fed(command: &mut std::process::Command, text: &[u8]) -> std::process::Output {
    use std::io::{ErrorKind, Write};
    use std::process::Stdio;
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    match child.stdin.take().unwrap().write_all(text) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        written => written.unwrap(),
    }
    child.wait_with_output().unwrap()
}

/// A folder with these files.
pub fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let tree = files.iter().map(|(path, text)| (PathBuf::from(path), File::Text((*text).into()))).collect();
    write_tree(dir.path(), &tree);
    dir
}

/// What a run in a folder prints, with what goes to stderr and the exit code.
pub fn transcript(folder: &Path, arguments: &[&str]) -> String {
    let output = bridgepin().current_dir(folder).args(arguments).stdin(std::process::Stdio::null()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let stderr = if stderr.is_empty() { stderr } else { format!("--- stderr\n{stderr}") };
    format!("{}{stderr}--- exit {}\n", String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}
