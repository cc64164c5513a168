//! GitLab's code quality report: a JSON array, written as the findings come.

use super::explanation::title;
use super::fingerprint::Fingerprints;
use super::json::{lossy, pretty};
use super::{Reported, Repository, visible};
use crate::finding::Severity;
use bstr::ByteSlice;
use serde::Serialize;
use std::io;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'a str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// Writes a finding, behind others or as the first.
pub(super) fn finding(
    out: &mut dyn io::Write,
    reported: &Reported<'_>,
    repository: &Repository,
    fingerprints: &mut Fingerprints,
    first: bool,
) -> io::Result<()> {
    let finding = reported.finding;
    let source = reported.tree.source(&finding.place.file);
    let (start, end) = source.region(finding.place.span);
    let path = repository.path(source.path.as_ref());
    // The description is all that a merge request shows.
    let fix = finding.fix.as_ref().map(|fix| format!("; {}", title(reported, fix)));
    let issue = Issue {
        description: visible::text(&format!("{}{}", finding.message, fix.unwrap_or_default())).into_owned(),
        check_name: finding.rule,
        fingerprint: fingerprints.next(reported, &path),
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
        },
        location: Location { path: lossy(path.as_bstr()), lines: Lines { begin: start.line, end: end.line } },
    };
    write!(out, "{}{}", if first { "[\n  " } else { ",\n  " }, pretty(&issue, 2)?)
}

/// Closes the array.
pub(super) fn end(out: &mut dyn io::Write, empty: bool) -> io::Result<()> {
    out.write_all(if empty { b"[]\n" } else { b"\n]\n" })
}
