//! The limit for a file's size: at it a file is read, above it is refused.

use super::bounds::bounded;
use super::common::folder;
use pretty_assertions::assert_eq;
use std::io::Write;
use std::process::Stdio;

const LIMIT: usize = 16 * 1024 * 1024;
const MAIN: &str = "etc/network/interfaces";
const BRIDGE: &str = "auto br0\niface br0 inet manual\n\tbridge_ports eth0\n\tbridge_hw b4:99:ba:00:00:01\n";

/// A file of exactly this size.
fn sized(size: usize) -> tempfile::TempDir {
    folder(&[(MAIN, &format!("{BRIDGE}#{}\n", "x".repeat(size - BRIDGE.len() - 2)))])
}

#[test]
fn a_file_of_16_mib_is_read_and_a_larger_one_is_refused() {
    let arguments = ["check", "--stack", "ifupdown", "."];
    assert_eq!(bounded(sized(LIMIT).path(), &arguments), "Nothing found in 1 bridge on 1 host.\n--- exit 0\n");
    assert_eq!(
        bounded(sized(LIMIT + 1).path(), &arguments),
        "No bridges found.\n--- stderr\nerror: etc/network/interfaces: 16777217 bytes are too much for a configuration file \
         (the limit is 16 MiB); exclude it\n--- exit 2\n"
    );
}

#[test]
fn so_is_one_of_more_than_250_000_lines() {
    let lined = |lines: usize| folder(&[(MAIN, &format!("{BRIDGE}{}", "\n".repeat(lines - 4)))]);
    let arguments = ["check", "--stack", "ifupdown", "."];
    assert_eq!(bounded(lined(250_000).path(), &arguments), "Nothing found in 1 bridge on 1 host.\n--- exit 0\n");
    assert_eq!(
        bounded(lined(250_001).path(), &arguments),
        "No bridges found.\n--- stderr\nerror: etc/network/interfaces: 250001 lines are too much for a configuration file \
         (the limit is 250000); exclude it\n--- exit 2\n"
    );
}

#[test]
fn so_is_what_has_no_size_beforehand() {
    // A sparse file takes no room on the disk, and more than memory.
    let dir = folder(&[(MAIN, BRIDGE)]);
    std::fs::File::options().write(true).open(dir.path().join(MAIN)).unwrap().set_len(1 << 40).unwrap();
    let said = bounded(dir.path(), &["check", "."]);
    assert!(said.contains("1099511627776 bytes are too much") && said.ends_with("exit 2\n"), "{said}");

    // Loose files are read to see what they are.
    std::os::unix::fs::symlink("/dev/zero", dir.path().join("interfaces")).unwrap();
    std::fs::remove_file(dir.path().join(MAIN)).unwrap();
    assert_eq!(bounded(dir.path(), &["check", "."]), "No bridges found.\n--- exit 0\n");

    let mut run = super::common::bridgepin();
    run.args(["check", "--stdin-filename", MAIN, "-"]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut run = run.spawn().unwrap();
    let mut stdin = run.stdin.take().unwrap();
    // It may end before it has read all.
    let _ = (0..32).try_for_each(|_| stdin.write_all(&vec![b'#'; 1 << 20]));
    drop(stdin);
    let out = run.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(out.stderr).unwrap(),
        "error: the text on stdin is too much for a configuration file (the limit is 16 MiB)\n"
    );
}
