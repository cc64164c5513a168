//! What was found, for people and for programs: one file a format. What comes from the files is
//! made [`visible`] before it is shown.

pub mod concise;
pub mod full;
pub mod json;
pub mod list;
mod snippet;
mod source;
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

/// Writes the whole report, in colour: where that is not wanted, `out` strips it.
///
/// # Errors
///
/// Those of `out`.
pub fn write(format: Format, out: &mut dyn io::Write, findings: &[Reported<'_>], summary: &Summary) -> io::Result<()> {
    match format {
        Format::Full => full::write(out, findings, summary),
        Format::Concise => concise::write(out, findings, summary),
        Format::Json => json::write(out, findings, summary),
    }
}
