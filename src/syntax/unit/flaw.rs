//! What can be wrong with a `.netdev`, `.network` or `.link`, whatever it means.

use crate::span::Span;
use std::fmt;

/// Something wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// What.
    pub kind: FlawKind,
    /// Where.
    pub span: Span,
    /// systemd drops the whole file because of it.
    pub fatal: bool,
}

/// What can be wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlawKind {
    /// 1 MiB or more.
    LineTooLong,
    /// Not UTF-8, or a code point that Unicode reserves.
    NotUtf8,
    /// Starts with `[` and does not end with `]`.
    HeaderNotClosed,
    /// A header with a character that systemd takes in none.
    HeaderCharacters,
    /// An assignment before the first header.
    OutsideSection,
    /// No `=`.
    NoEquals,
    /// Nothing before the `=`.
    NoKey,
}

impl fmt::Display for FlawKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LineTooLong => "this line has 1 MiB or more",
            Self::NotUtf8 => "this line is not UTF-8",
            Self::HeaderNotClosed => "this section header does not end with `]`",
            Self::HeaderCharacters => "this section header has a character that systemd allows in none",
            Self::OutsideSection => "this assignment stands before the first section header",
            Self::NoEquals => "this line has no `=`",
            Self::NoKey => "this line has nothing before the `=`",
        })
    }
}

impl FlawKind {
    /// The cure.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::LineTooLong => "shorten it",
            Self::NotUtf8 => "save the file as UTF-8, or turn the line into a comment",
            Self::HeaderNotClosed => "close it with `]` and put nothing after it, a comment neither",
            Self::HeaderCharacters => "write the section's bare name between the brackets",
            Self::OutsideSection => "put it under a section header such as `[NetDev]`",
            Self::NoEquals => "write `Key=value`, or start a comment with `#`",
            Self::NoKey => "write the key before the `=`",
        }
    }
}
