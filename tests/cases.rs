//! Host trees and what the tool says and does about them, byte for byte.
//!
//! A case is a folder of `fixtures/cases`: `before/` is the tree; `expected.txt` what `list` and `check` print and their exit
//! codes; `fix.diff` what `check --diff` prints on stdout; `after/` the files that `check --fix` changes or adds; `args`, where
//! it is there, holds further arguments for `check`, a line each. `BLESS=1 cargo test --test cases` writes the expected files anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use bstr::{BStr, ByteSlice};
use common::{Tree, bridgepin, read_tree, write_tree};
use pretty_assertions::assert_eq;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn blessing() -> bool {
    std::env::var_os("BLESS").is_some()
}

/// Compares with a file, or writes it.
fn expect(path: &Path, actual: &[u8]) {
    if blessing() {
        match actual {
            [] => _ = fs::remove_file(path),
            _ => fs::write(path, actual).unwrap(),
        }
        return;
    }
    let expected = fs::read(path).unwrap_or_default();
    assert_eq!(BStr::new(&expected), BStr::new(actual), "{}", path.display());
}

fn run(tree: &Path, arguments: &[String]) -> Output {
    bridgepin().current_dir(tree).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn transcript(tree: &Path, arguments: &[String]) -> Vec<u8> {
    let output = run(tree, arguments);
    let mut text = format!("$ bridgepin {}\n", arguments.join(" ")).into_bytes();
    text.extend_from_slice(&output.stdout);
    if !output.stderr.is_empty() {
        text.extend_from_slice(b"--- stderr\n");
        text.extend_from_slice(&output.stderr);
    }
    text.extend_from_slice(format!("--- exit {}\n\n", output.status.code().unwrap()).as_bytes());
    text
}

fn patched(before: &Tree, command: &[&str], patch: &[u8]) -> Tree {
    use std::io::Write;
    let dir = tempfile::tempdir().unwrap();
    write_tree(dir.path(), before);
    let mut child = Command::new(command[0])
        .args(&command[1..])
        .current_dir(dir.path())
        .env("GIT_CEILING_DIRECTORIES", dir.path().parent().unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(patch).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?}: {}{}", output.stdout.as_bstr(), output.stderr.as_bstr());
    read_tree(dir.path())
}

#[test]
fn every_case() {
    for case in cases() {
        println!("{}", case.display());
        let before = read_tree(&case.join("before"));
        let extra = fs::read_to_string(case.join("args")).unwrap_or_default();
        let arguments =
            |words: &[&str]| -> Vec<String> { words.iter().copied().chain(extra.lines()).map(str::to_owned).collect() };
        let list = |words: &[&str]| -> Vec<String> { words.iter().map(|word| (*word).to_owned()).collect() };
        let dir = tempfile::tempdir().unwrap();
        write_tree(dir.path(), &before);

        let mut said = transcript(dir.path(), &list(&["list", "--verbose"]));
        said.extend(transcript(dir.path(), &arguments(&["check"])));
        said.extend(transcript(dir.path(), &arguments(&["check", "--output-format", "concise"])));
        let diff = run(dir.path(), &arguments(&["check", "--diff"]));
        assert_eq!(before, read_tree(dir.path()), "nothing but --fix writes");
        said.extend(transcript(dir.path(), &arguments(&["check", "--fix"])));
        let fixed = read_tree(dir.path());

        expect(&case.join("expected.txt"), &said);
        expect(&case.join("fix.diff"), &diff.stdout);
        let changed: Tree = fixed
            .iter()
            .filter(|(path, file)| before.get(*path) != Some(file))
            .map(|(path, file)| (path.clone(), file.clone()))
            .collect();
        if blessing() {
            fs::remove_dir_all(case.join("after")).ok();
            if !changed.is_empty() {
                write_tree(&case.join("after"), &changed);
            }
        }
        assert_eq!(read_tree(&case.join("after")), changed, "{}: what --fix changes", case.display());

        if !diff.stdout.is_empty() {
            assert_eq!(fixed, patched(&before, &["git", "apply", "-"], &diff.stdout), "{}: git apply", case.display());
            assert_eq!(
                fixed,
                patched(&before, &["patch", "-p1", "--binary", "--no-backup-if-mismatch"], &diff.stdout),
                "{}: patch -p1",
                case.display()
            );
        }
        let again = run(dir.path(), &arguments(&["check", "--fix"]));
        assert_eq!(
            fixed,
            read_tree(dir.path()),
            "{}: fixing twice is fixing once: {}",
            case.display(),
            again.stdout.as_bstr()
        );
    }
}
