//! The files that a report speaks of.

use crate::host::path_bytes;
use crate::lines::Lines;
use crate::span::Span;
use bstr::{BString, ByteSlice};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// One host's files, as the report names and shows them.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// The host as the report names it: its root, as a path that the user knows.
    pub host: BString,
    files: BTreeMap<Arc<Path>, Source>,
}

impl Tree {
    /// A tree without files.
    #[must_use]
    pub fn new(host: impl Into<BString>) -> Self {
        Self { host: host.into(), files: BTreeMap::new() }
    }

    /// Adds a file that a finding or a fix speaks of, by its path in the host.
    pub fn add(&mut self, file: Arc<Path>, source: Source) {
        self.files.insert(file, source);
    }

    /// As [`add`](Self::add), where the file is not known yet.
    pub fn add_with(&mut self, file: &Arc<Path>, source: impl FnOnce() -> Source) {
        if !self.files.contains_key(file) {
            self.files.insert(Arc::clone(file), source());
        }
    }

    /// A file by its path in the host. One that was not added is shown under that path, as new.
    #[must_use]
    pub fn source(&self, file: &Path) -> Cow<'_, Source> {
        self.files.get(file).map_or_else(|| Cow::Owned(Source::new(path_bytes(file), None)), Cow::Borrowed)
    }
}

/// A file as the report names and shows it.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path as the user knows it.
    pub path: BString,
    bytes: Option<Arc<[u8]>>,
    lines: Lines,
}

/// Where an offset lies, for people and for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in characters; a byte that is not UTF-8 counts as one.
    pub column: usize,
    /// From 0, in bytes.
    pub offset: usize,
}

impl Source {
    /// A file with its text; `None` where it is not there yet.
    #[must_use]
    pub fn new(path: impl Into<BString>, bytes: Option<Arc<[u8]>>) -> Self {
        let lines = Lines::of(bytes.as_deref().unwrap_or_default());
        Self { path: path.into(), bytes, lines }
    }

    /// Its text.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_deref().unwrap_or_default()
    }

    /// Whether it is not there yet.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.bytes.is_none()
    }

    /// Where an offset lies.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        Position { line: self.line_of(offset), column: self.lines.column(self.bytes(), offset), offset }
    }

    /// Where a span begins and ends. One that takes the ending of its last line along ends before that, and one
    /// that reaches out of the text with it.
    #[must_use]
    pub fn region(&self, span: Span) -> (Position, Position) {
        let text = span.of(self.bytes());
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let start = span.start.min(self.bytes().len());
        (self.position(start), self.position(start + text.len()))
    }

    /// The number of the line that holds an offset, from 1.
    #[must_use]
    pub fn line_of(&self, offset: usize) -> usize {
        self.lines.line_of(self.bytes(), offset)
    }

    /// The lines that a span touches, with their line endings.
    #[must_use]
    pub fn lines_of(&self, span: Span) -> Span {
        let bytes = self.bytes();
        let (start, end) = (span.start.min(bytes.len()), span.end.min(bytes.len()));
        let before = Span::new(0, start).of(bytes).rfind_byte(b'\n');
        let rest = Span::new(end, bytes.len()).of(bytes);
        let len = rest.find_byte(b'\n').map_or(rest.len(), |newline| newline + 1);
        Span::new(before.map_or(0, |newline| newline + 1), end + len)
    }

    /// A line with its line ending, by its number. Behind the last newline there is an empty line.
    #[must_use]
    pub fn line(&self, number: usize) -> Span {
        self.lines.line(self.bytes(), number)
    }
}
