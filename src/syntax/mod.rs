//! Bytes to lines and tokens with their spans: lossless, without meaning, never failing.

pub mod interfaces;
pub mod shell;
pub mod unit;

use crate::span::Span;
use bstr::{BStr, BString, ByteSlice};
use smallvec::{SmallVec, smallvec};
use std::borrow::Cow;
use std::ops::Range;

/// A piece of text as a reader sees it, and where it stands in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// The text after continuations are joined.
    pub text: BString,
    /// The bytes of the file that it was made from.
    pub span: Span,
}

impl Token {
    /// The text, for comparing.
    #[must_use]
    pub fn as_bstr(&self) -> &BStr {
        self.text.as_bstr()
    }
}

/// Room for the lines of most files; what a hostile one needs grows as it is read.
const FEW_LINES: usize = 32;

/// A line as a reader sees it: several physical lines where it joins continuations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logical<'t> {
    /// The joined text, without line ending; the file's own where nothing is joined.
    pub text: Cow<'t, BStr>,
    /// For each piece copied from the file: its offset in `text` and in the file. Text between
    /// the end of a piece and the next one was put there by the reader.
    pieces: SmallVec<[Piece; 1]>,
    /// All the physical lines, with their line endings.
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    text: usize,
    file: usize,
    len: usize,
}

impl<'t> Logical<'t> {
    /// An empty line that starts at `offset`.
    #[must_use]
    pub fn starting(offset: usize) -> Self {
        Self { span: Span::at(offset), ..Self::default() }
    }

    /// A line of which a part of the file is seen.
    #[must_use]
    pub fn of(bytes: &'t [u8], text: Span, span: Span) -> Self {
        let part = text.of(bytes);
        let piece = Piece { text: 0, file: text.start, len: part.len() };
        let pieces = if part.is_empty() { SmallVec::new() } else { smallvec![piece] };
        Self { text: Cow::Borrowed(part.as_bstr()), pieces, span }
    }

    /// Appends bytes of the file.
    pub fn push(&mut self, bytes: &'t [u8], span: Span) {
        let part = span.of(bytes);
        let (text, file, len) = (self.text.len(), span.start, part.len());
        let joins = |last: &&mut Piece| last.text + last.len == text && last.file + last.len == file;
        let piece = self.pieces.last_mut().filter(joins).map(|last| {
            last.len += len;
            *last
        });
        match (&mut self.text, piece) {
            (whole, None) if whole.is_empty() => *whole = Cow::Borrowed(part.as_bstr()),
            (Cow::Borrowed(whole), Some(piece)) => *whole = Span::new(piece.file, file + len).of(bytes).as_bstr(),
            (whole, _) => whole.to_mut().extend_from_slice(part),
        }
        if piece.is_none() && len > 0 {
            self.pieces.push(Piece { text, file, len });
        }
    }

    /// Cuts the text to its first `len` bytes; the span stays.
    pub fn truncate(&mut self, len: usize) {
        match &mut self.text {
            Cow::Borrowed(text) => *text = text.get(..len).unwrap_or(text).as_bstr(),
            Cow::Owned(text) => text.truncate(len),
        }
        while self.pieces.last().is_some_and(|piece| piece.text >= len) {
            self.pieces.pop();
        }
        if let Some(last) = self.pieces.last_mut() {
            last.len = last.len.min(len - last.text);
        }
    }

    /// Appends text that the reader puts there (the space for a continuation).
    pub fn push_made(&mut self, text: &[u8]) {
        self.text.to_mut().extend_from_slice(text);
    }

    /// Where a range of `text` stands in the file.
    #[must_use]
    pub fn locate(&self, range: Range<usize>) -> Span {
        if let [piece] = self.pieces[..]
            && piece.text <= range.start
            && range.start < range.end
        {
            // Most lines are one piece.
            let offset = |at: usize| piece.file + (at - piece.text).min(piece.len);
            return Span::new(offset(range.start), offset(range.end));
        }
        let start = self.offset(range.start, false);
        Span::new(start, self.offset(range.end, true).max(start))
    }

    /// A range of the text as a token.
    #[must_use]
    pub fn token(&self, range: Range<usize>) -> Token {
        let text = self.text.get(range.clone()).unwrap_or_default();
        Token { text: BString::from(text), span: self.locate(range) }
    }

    /// The file offset of an offset in the text: of the byte there, or (`end`) just after the byte before it.
    fn offset(&self, at: usize, end: bool) -> usize {
        let starts_before = |piece: &Piece| if end { piece.text < at } else { piece.text <= at };
        // Pieces stand in the order of the text: the last that starts before holds the offset, or
        // the reader's own text follows it.
        let after = self.pieces.partition_point(starts_before);
        let piece = after.checked_sub(1).and_then(|index| self.pieces.get(index));
        piece.map_or(self.span.start, |piece| piece.file + (at - piece.text).min(piece.len))
    }
}

/// The physical lines of a file, each with its line ending: cut after every `\n`.
pub fn physical_lines(bytes: &[u8]) -> impl Iterator<Item = Span> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let len = rest.find_byte(b'\n').map_or(rest.len(), |newline| newline + 1);
        let span = Span::new(start, start + len);
        start += len;
        Some(span)
    })
}

/// The line ending to write next to a line: that line's, or for a last line without one the file's.
#[must_use]
pub fn line_ending(bytes: &[u8], line: Span) -> &'static [u8] {
    let crlf = |text: &[u8]| text.ends_with(b"\r\n");
    let text = line.of(bytes);
    if text.ends_with(b"\n") {
        return if crlf(text) { b"\r\n" } else { b"\n" };
    }
    let first = physical_lines(bytes).next().map_or(&b""[..], |span| span.of(bytes));
    if crlf(first) { b"\r\n" } else { b"\n" }
}

/// The edit's text to put `new` on a line of its own after `line`, without a final line ending
/// where the file has none there... and with one added to `line` where it lacks it.
#[must_use]
pub fn line_after(bytes: &[u8], line: Span, new: &[u8]) -> Vec<u8> {
    let ending = line_ending(bytes, line);
    let mut text = Vec::with_capacity(new.len() + 2 * ending.len());
    if !line.of(bytes).ends_with(b"\n") {
        text.extend_from_slice(ending);
    }
    text.extend_from_slice(new);
    text.extend_from_slice(ending);
    text
}

/// The length of a text without the bytes at its end that `holds`.
fn trimmed_len(text: &[u8], holds: impl Fn(u8) -> bool) -> usize {
    text.iter().rposition(|byte| !holds(*byte)).map_or(0, |last| last + 1)
}

/// The blanks at the start of a line.
#[must_use]
pub fn indentation(bytes: &[u8], line: Span) -> &[u8] {
    let text = line.of(bytes);
    let len = text.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
    &text[..len]
}
