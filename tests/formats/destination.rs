//! `--output-file`.

use crate::{check, common};
use pretty_assertions::assert_eq;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const FLOATING: &str = "auto br0\niface br0 inet dhcp\n    bridge_ports eth0\n";
const LINE: &str = "etc/network/interfaces:2:7: error[unpinned-bridge] br0 takes the lowest address among its ports and changes with them\n";

fn folder() -> TempDir {
    common::folder(&[("etc/network/interfaces", FLOATING), ("out/old", "old\n")])
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_report_is_in_the_file_and_the_summary_on_the_terminal() {
    let dir = folder();
    let run = |arguments: &[&str]| {
        let said = check(dir.path(), &[&["--output-format", "concise", "--output-file"], arguments].concat());
        (said.exit, said.stdout.to_string(), said.stderr.to_string())
    };
    let summary = "Found 1 error; --fix can fix 1.\n";
    assert_eq!(run(&["out/new"]), (1, summary.to_owned(), String::new()));
    assert_eq!(fs::read_to_string(dir.path().join("out/new")).unwrap(), format!("{LINE}{summary}"));
    assert_eq!(fs::metadata(dir.path().join("out/new")).unwrap().mode() & 0o777, 0o644, "others may read it");
    assert_eq!(run(&["out/new", "--quiet"]), (1, String::new(), String::new()));
    assert_eq!(fs::read_to_string(dir.path().join("out/new")).unwrap(), LINE);
    assert_eq!(run(&["-"]), (1, format!("{LINE}{summary}"), String::new()));
    let (exit, out, err) = run(&["out/new", "--diff"]);
    assert_eq!((exit, out.starts_with("--- a/etc"), err.as_str()), (1, true, summary), "stdout is the patch");
    let (exit, out, _) = run(&["out/new", "--fix"]);
    assert_eq!((exit, out.as_str()), (0, "Fixed 1 finding in 1 file; nothing remains.\n"));
    assert_eq!(names(&dir.path().join("out")), ["new", "old"]);
}

#[test]
fn a_report_takes_the_old_ones_place_when_it_is_whole() {
    let dir = folder();
    let old = dir.path().join("out/old");
    symlink("old", dir.path().join("out/link")).unwrap();
    fs::hard_link(&old, dir.path().join("out/kept")).unwrap();
    assert_eq!(check(dir.path(), &["--output-file", "out/link"]).exit, 1);
    assert!(fs::read_to_string(&old).unwrap().contains("error[unpinned-bridge]"));
    assert!(fs::symlink_metadata(dir.path().join("out/link")).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(dir.path().join("out/kept")).unwrap(), "old\n", "the old one was not written over");
}

#[test]
fn what_cannot_be_written_is_told_before_anything_is_fixed() {
    let dir = folder();
    for path in ["missing/report", "out"] {
        let said = check(dir.path(), &["--fix", "--output-file", path]);
        assert_eq!(said.exit, 2);
        assert!(said.stderr.starts_with(format!("error: --output-file {path}: ").as_bytes()), "{}", said.stderr);
    }
    assert_eq!(fs::read_to_string(dir.path().join("etc/network/interfaces")).unwrap(), FLOATING);
    assert_eq!(check(dir.path(), &["--output-file", "x", "--show-files"]).exit, 2);
    assert_eq!(check(dir.path(), &["--output-format", "sarif", "--statistics"]).exit, 2);
}

#[test]
fn a_pipe_is_written_to() {
    let dir = folder();
    let fifo = dir.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let reader = std::thread::spawn({
        let fifo = fifo.clone();
        move || fs::read_to_string(fifo).unwrap()
    });
    check(dir.path(), &["--output-format", "concise", "--output-file", "pipe"]);
    assert!(reader.join().unwrap().starts_with(LINE));
    assert!(!fs::metadata(fifo).unwrap().is_file());
}
