//! `/etc/network/interfaces` in the dialects of the ifupdown family: bytes, logical lines, words.
//! No dialect knows a syntax error here: what a line means is the reader's business.

mod busybox;
mod ifupdown;
mod ifupdown2;
mod ifupdown_ng;
pub mod mako;

use super::{Logical, Token};
use nom::bytes::complete::{take_till, take_while};
use nom::error::Error;
use nom::{IResult, Parser};
use std::ops::Range;

/// A program's way to cut the file into lines and words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// busybox `ifup`.
    Busybox,
    /// Debian's ifupdown.
    Ifupdown,
    /// ifupdown2; its text is UTF-8.
    Ifupdown2,
    /// ifupdown-ng.
    IfupdownNg,
}

/// The lines that a program sees. Comments and blank lines are lines without text; the spans
/// of all lines together are the whole file.
#[must_use]
pub fn logical(bytes: &[u8], dialect: Dialect) -> Vec<Logical<'_>> {
    match dialect {
        Dialect::Busybox => busybox::logical(bytes),
        Dialect::Ifupdown => ifupdown::logical(bytes),
        Dialect::Ifupdown2 => ifupdown2::logical(bytes),
        Dialect::IfupdownNg => ifupdown_ng::logical(bytes),
    }
}

/// The words of a line, one after the other, and what is left after them.
#[derive(Clone, Debug)]
pub struct Words<'a> {
    line: &'a Logical<'a>,
    dialect: Dialect,
    at: usize,
    /// Something may follow.
    more: bool,
}

impl<'a> Words<'a> {
    /// At the start of a line.
    #[must_use]
    pub fn of(line: &'a Logical<'a>, dialect: Dialect) -> Self {
        Self { line, dialect, at: 0, more: true }
    }

    /// Whether a value follows, be it empty: ifupdown2 looks for the blanks before it.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.more
    }

    /// What is left of the line, as an option's value.
    #[must_use]
    pub fn rest(&self) -> Token {
        let left = self.left();
        let range = match self.dialect {
            Dialect::Busybox | Dialect::Ifupdown | Dialect::Ifupdown2 => 0..left.len(),
            Dialect::IfupdownNg => ifupdown_ng::rest(left),
        };
        let at = self.at.min(self.line.text.len());
        self.line.token(at + range.start..at + range.end)
    }

    /// The next word, by its range in the line's text.
    pub fn next_range(&mut self) -> Option<Range<usize>> {
        let left = self.left();
        let word = match self.dialect {
            Dialect::Busybox => busybox::word(left),
            Dialect::Ifupdown => ifupdown::word(left),
            Dialect::Ifupdown2 => self.more.then(|| {
                let (word, more) = ifupdown2::word(left);
                self.more = more;
                word
            }),
            Dialect::IfupdownNg => ifupdown_ng::word(left),
        }?;
        let start = self.at;
        self.at = start + word.next;
        Some(start + word.range.start..start + word.range.end)
    }

    /// Whether nothing is left of the line.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.left().is_empty()
    }

    fn left(&self) -> &'a [u8] {
        self.line.text.get(self.at..).unwrap_or_default()
    }
}

impl Iterator for Words<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.next_range().map(|range| self.line.token(range))
    }
}

type Parsed<'a, T> = IResult<&'a [u8], T, Error<&'a [u8]>>;

/// A word in what is left of a line, and where the next one is looked for.
struct Word {
    range: Range<usize>,
    next: usize,
}

/// `isspace` in the C locale, which is what all the C programs of the family use.
#[must_use]
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

/// The length of the run of bytes at the start of `text` that `holds`.
fn run(text: &[u8], holds: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|byte| !holds(*byte)).unwrap_or(text.len())
}

/// Blanks, then a word that `ends` ends, then blanks; none where there is no word.
fn blank_word_blank(text: &[u8], ends: impl Fn(u8) -> bool) -> Option<Word> {
    let parsed: Parsed<'_, _> = (take_while(is_space), take_till(ends), take_while(is_space)).parse(text);
    let (_, (before, word, after)) = parsed.ok()?;
    let range = before.len()..before.len() + word.len();
    (!word.is_empty()).then_some(Word { next: range.end + after.len(), range })
}
