//! Where something stands: byte ranges in files, and lines and columns for people.

use crate::lines::line_endings;
use std::path::Path;
use std::sync::Arc;

/// A half-open range of bytes in one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The range from `start` up to `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The empty range at `offset`.
    #[must_use]
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// The bytes it covers; what lies outside the file is cut off.
    #[must_use]
    pub fn of(self, bytes: &[u8]) -> &[u8] {
        let end = self.end.min(bytes.len());
        &bytes[self.start.min(end)..end]
    }

    /// The smallest range that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// A span in one of a host's files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file, relative to the host's root.
    pub file: Arc<Path>,
    /// Where in it.
    pub span: Span,
}

impl Place {
    /// A place in `file`.
    #[must_use]
    pub fn new(file: &Arc<Path>, span: Span) -> Self {
        Self { file: Arc::clone(file), span }
    }

    /// Whether the other place lies in this one.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.file == other.file && self.span.start <= other.span.start && other.span.end <= self.span.end
    }
}

/// The line and column of an offset, both from 1; the column counts characters,
/// a byte that is not UTF-8 as one.
#[must_use]
pub fn line_column(bytes: &[u8], offset: usize) -> (usize, usize) {
    use bstr::ByteSlice;
    let before = &bytes[..offset.min(bytes.len())];
    let start = before.rfind_byte(b'\n').map_or(0, |newline| newline + 1);
    (line_endings(before) + 1, before[start..].chars().count() + 1)
}
