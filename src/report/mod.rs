//! What was found, for people and for programs: one file a format. What comes from the files is
//! made [`visible`] before it is shown.

mod concise;
mod full;
mod json;
pub mod list;
pub mod live;
mod snippet;
mod source;
pub mod statistics;
mod summary;
pub mod visible;

pub use source::{Position, Source, Tree};
pub use summary::Summary;

use crate::finding::Finding;
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

/// Writes a report piece by piece, so that it need not wait for the last host. It is in colour:
/// where that is not wanted, `out` strips it.
#[derive(Debug)]
pub struct Writer {
    format: Format,
    written: usize,
}

impl Writer {
    /// Nothing written yet.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self { format, written: 0 }
    }

    /// Writes a finding.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn finding(&mut self, out: &mut dyn io::Write, reported: &Reported<'_>) -> io::Result<()> {
        let first = self.written == 0;
        self.written += 1;
        match self.format {
            Format::Full => full::finding(out, reported),
            Format::Concise => concise::finding(out, reported),
            Format::Json => json::finding(out, reported, first),
        }
    }

    /// Writes what stands under the findings; `quiet` leaves out what is for people only.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn end(self, out: &mut dyn io::Write, summary: &Summary, quiet: bool) -> io::Result<()> {
        match self.format {
            Format::Full | Format::Concise if quiet => Ok(()),
            Format::Full | Format::Concise => writeln!(out, "{summary}"),
            Format::Json => json::end(out, summary, self.written == 0),
        }
    }
}
