//! Reports for programs, read back as those programs read them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod changes;
#[path = "../common/mod.rs"]
mod common;
mod destination;
mod fingerprints;
mod github;
mod gitlab;
mod hostile;
mod json;
mod junit;
mod sarif;
mod trees;

use bstr::{BString, ByteSlice};
use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;

/// What a run said.
struct Said {
    exit: i32,
    stdout: BString,
    stderr: BString,
}

/// A run of `check` in a folder.
fn check<Argument: AsRef<OsStr>>(folder: &Path, arguments: &[Argument]) -> Said {
    let mut command = common::bridgepin();
    let output = command.current_dir(folder).arg("check").args(arguments).stdin(Stdio::null()).output().unwrap();
    Said { exit: output.status.code().unwrap(), stdout: output.stdout.into(), stderr: output.stderr.into() }
}

/// What a run with this format prints.
fn report(folder: &Path, format: &str, arguments: &[&str]) -> String {
    let said = check(folder, &[&["--output-format", format], arguments].concat());
    said.stdout.to_str().unwrap().to_owned()
}

/// The JSON that a run with this format prints.
fn parsed(folder: &Path, format: &str, arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&report(folder, format, arguments)).unwrap()
}

/// What a service shows of a finding: its rule, its file and its first line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shown {
    rule: String,
    file: String,
    line: u64,
}

impl Shown {
    fn new(rule: &str, file: &str, line: u64) -> Self {
        Self { rule: rule.to_owned(), file: file.to_owned(), line }
    }
}

/// The findings of a tree by its JSON report, sorted.
fn findings(folder: &Path) -> Vec<Shown> {
    let report = parsed(folder, "json", &[]);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let shown = |finding: &serde_json::Value| {
        Shown::new(&text(&finding["rule"]), &text(&finding["file"]), finding["line"].as_u64().unwrap())
    };
    let mut findings: Vec<Shown> = report["findings"].as_array().unwrap().iter().map(shown).collect();
    findings.sort();
    findings
}
