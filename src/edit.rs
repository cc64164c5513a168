//! Changes to files as data: sorted, non-overlapping ranges with their new content.
//! What no edit covers is copied, so nothing else can change.

use crate::span::Span;
use bstr::BString;
use std::path::Path;
use std::sync::Arc;

/// One range of a file and what stands there afterwards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub content: BString,
}

/// The edits of one file; a file that does not exist is created from one
/// insertion at 0.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileEdit {
    /// The file, relative to the host's root.
    pub file: Arc<Path>,
    /// Sorted by span, none overlapping.
    pub edits: Vec<Edit>,
}

impl FileEdit {
    /// One insertion.
    #[must_use]
    pub fn insert(file: &Arc<Path>, offset: usize, content: impl Into<BString>) -> Self {
        Self::replace(file, Span::at(offset), content)
    }

    /// One replacement.
    #[must_use]
    pub fn replace(file: &Arc<Path>, span: Span, content: impl Into<BString>) -> Self {
        Self { file: Arc::clone(file), edits: vec![Edit { span, content: content.into() }] }
    }
}

/// The text after the edits, which are sorted and do not overlap.
#[must_use]
pub fn apply(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + edits.iter().map(|edit| edit.content.len()).sum::<usize>());
    let mut copied = 0;
    for edit in edits {
        out.extend_from_slice(Span::new(copied, edit.span.start).of(bytes));
        out.extend_from_slice(&edit.content);
        copied = edit.span.end;
    }
    out.extend_from_slice(Span::new(copied, bytes.len()).of(bytes));
    out
}
