//! What was found, for people and for programs: one file a format. What comes from the files is
//! made [`visible`] before it is shown.

mod changes;
mod concise;
mod explanation;
mod fingerprint;
mod full;
mod github;
mod gitlab;
mod json;
mod junit;
pub mod list;
pub mod live;
mod repository;
mod sarif;
mod snippet;
mod source;
pub mod statistics;
mod summary;
pub mod visible;
mod wrap;

pub use changes::Change;
pub use repository::Repository;
pub use source::{Position, Source, Tree};
pub use summary::Summary;

use crate::finding::Finding;
use anstyle::Style;
use fingerprint::Fingerprints;
use junit::Suite;
use std::io;

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// The source line, an explanation and the fix.
    #[default]
    Full,
    /// One line a finding.
    Concise,
    /// One JSON object.
    Json,
    /// GitHub's workflow commands, of which its runner makes annotations.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit's XML, a test case for each finding.
    Junit,
}

/// A finding and the tree that it was found in.
#[derive(Clone, Copy, Debug)]
pub struct Reported<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// The files that it and its fix speak of, as they were when it was found.
    pub tree: &'a Tree,
    /// Whether its fix was written.
    pub fixed: bool,
}

/// A style as it is written: none where nobody sees colours.
fn shown(style: Style, in_colour: bool) -> Style {
    if in_colour { style } else { Style::new() }
}

/// Writes a report piece by piece, so that it need not wait for the last host.
///
/// What is kept in memory: for `gitlab`, `sarif` and `junit` what they need of one host's findings, for `json` the changed
/// files with what was fixed in them. Nothing else grows with the number of findings.
#[derive(Debug)]
pub struct Writer {
    format: Format,
    repository: Repository,
    in_colour: bool,
    /// How many findings are in the report.
    written: usize,
    fingerprints: Fingerprints,
    suite: Suite,
    changes: Vec<Change>,
    /// A finding that is being written.
    finding: String,
}

impl Writer {
    /// Nothing written yet. Only what is for people is in colour.
    #[must_use]
    pub fn new(format: Format, repository: Repository, in_colour: bool) -> Self {
        Self {
            format,
            repository,
            in_colour,
            written: 0,
            fingerprints: Fingerprints::default(),
            suite: Suite::default(),
            changes: Vec::new(),
            finding: String::new(),
        }
    }

    /// Writes a finding. A fixed one is not in reports that are about what is there.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn finding(&mut self, out: &mut dyn io::Write, reported: &Reported<'_>) -> io::Result<()> {
        if reported.fixed && matches!(self.format, Format::Gitlab | Format::Sarif) {
            return Ok(());
        }
        let first = self.written == 0;
        self.written += 1;
        let (repository, fingerprints) = (&self.repository, &mut self.fingerprints);
        match self.format {
            Format::Full => {
                // Many small pieces, written as one.
                self.finding.clear();
                full::finding(&mut self.finding, reported, self.in_colour);
                out.write_all(self.finding.as_bytes())
            }
            Format::Concise => concise::finding(out, reported),
            Format::Json => json::finding(out, reported, first),
            Format::Github => github::finding(out, reported, repository),
            Format::Gitlab => gitlab::finding(out, reported, repository, fingerprints, first),
            Format::Sarif => sarif::finding(out, reported, repository, fingerprints, first),
            Format::Junit => self.suite.finding(out, reported, repository),
        }
    }

    /// Notes what the fixes change in a file, or would.
    pub fn change(&mut self, change: impl FnOnce() -> Change) {
        if self.format == Format::Json {
            self.changes.push(change());
        }
    }

    /// Writes what stands under the findings; `quiet` leaves out what is for people only.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn end(self, out: &mut dyn io::Write, summary: &Summary, quiet: bool) -> io::Result<()> {
        let empty = self.written == 0;
        match self.format {
            Format::Full | Format::Concise | Format::Github if quiet => Ok(()),
            Format::Full | Format::Concise | Format::Github => writeln!(out, "{summary}"),
            Format::Json => json::end(out, &self.changes, summary, empty),
            Format::Gitlab => gitlab::end(out, empty),
            Format::Sarif => sarif::end(out, &self.repository, summary, empty),
            Format::Junit => self.suite.end(out, summary),
        }
    }
}
