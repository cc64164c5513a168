//! systemd's `.netdev`, `.network` and `.link`, as its `config_parse()` reads them
//! (src/shared/conf-parser.c; the functions named below are that file's or src/basic/fileio.c's).
//! Textually the same code from release 240 to 257 but for the section headers.

mod flaw;

use super::{FEW_LINES, Logical, Token, trimmed_len};
use crate::span::Span;
use bstr::{BStr, ByteSlice};
pub use flaw::{Flaw, FlawKind};
use std::ops::Range;

/// The newest systemd, for [`parse`].
pub const NEWEST: u32 = u32::MAX;

/// `LONG_LINE_MAX`: a line with so many bytes makes systemd drop the file.
const LINE_LIMIT: usize = 1 << 20;
/// `UTF8_BYTE_ORDER_MARK`.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What systemd makes of one file.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// In file order, repeated ones apart.
    pub sections: Vec<Section>,
    /// What is wrong, in file order.
    pub flaws: Vec<Flaw>,
    /// All logical lines with their line endings: together they are the file.
    pub lines: Vec<Span>,
}

/// A section header and what follows it.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// What stands between the brackets; `None` for what stands before the first header.
    pub name: Option<Token>,
    /// The header's whole line.
    pub line: Span,
    /// In file order.
    pub assignments: Vec<Assignment>,
}

/// `key=value`.
#[derive(Clone, Debug, Default)]
pub struct Assignment {
    /// Without the blanks around it.
    pub key: Token,
    /// Without the blanks around it.
    pub value: Token,
    /// The whole logical line, with comments that a continuation spans.
    pub line: Span,
}

impl Unit {
    /// The flaw for which systemd drops the file.
    #[must_use]
    pub fn fatal(&self) -> Option<&Flaw> {
        self.flaws.iter().find(|flaw| flaw.fatal)
    }

    /// The assignments of all sections of that name, which systemd merges.
    pub fn section<'a>(&'a self, name: &'a str) -> impl DoubleEndedIterator<Item = &'a Assignment> {
        self.sections.iter().filter(move |section| section.is(name)).flat_map(|section| &section.assignments)
    }
}

impl Section {
    /// Whether it has that name; sections are told apart by case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|token| token.text == name)
    }
}

impl Assignment {
    /// Whether it has that key; keys are told apart by case.
    #[must_use]
    pub fn is(&self, key: &str) -> bool {
        self.key.text == key
    }

    /// The key and the value and what stands between.
    #[must_use]
    pub fn span(&self) -> Span {
        self.key.span.to(self.value.span)
    }
}

/// The releases since which [`parse`] reads files otherwise than before.
const CHANGES: [u32; 3] = [240, 251, 258];

/// The oldest release that reads files as that one does: what is parsed for one is right for the other.
#[must_use]
pub fn oldest_alike(release: u32) -> u32 {
    CHANGES.into_iter().rfind(|change| *change <= release).unwrap_or(0)
}

/// Reads a file as that systemd release does; after a fatal flaw it reads on, for what can
/// still be said about the file.
#[must_use]
pub fn parse(bytes: &[u8], release: u32) -> Unit {
    let lines = Vec::with_capacity(FEW_LINES);
    let mut parser = Parser { release, unit: Unit { lines, ..Unit::default() } };
    let mut pending: Option<Logical<'_>> = None;
    let mut bom_seen = false;
    let mut start = 0;
    while let Some((content, end)) = next_line(bytes, start) {
        let whole = Span::new(start, end);
        start = end;
        if content.end - content.start >= LINE_LIMIT {
            parser.flaw(FlawKind::LineTooLong, content, true);
        }
        let text = content.of(bytes);
        // Comments are looked for before continuations and the byte order mark are.
        if matches!(text.get(trimmed(text, 0, text.len()).start), Some(b'#' | b';')) {
            match &mut pending {
                Some(line) => line.span = line.span.to(whole),
                None => parser.unit.lines.push(whole),
            }
            continue;
        }
        let marked = !bom_seen && text.starts_with(BOM);
        bom_seen |= marked;
        let content = Span::new(content.start + if marked { BOM.len() } else { 0 }, content.end);
        let mut line = pending.take().unwrap_or_else(|| Logical::starting(whole.start));
        line.span = line.span.to(whole);
        if line.text.len() + content.of(bytes).len() > LINE_LIMIT {
            parser.flaw(FlawKind::LineTooLong, content, true);
            line = Logical { span: line.span, ..Logical::starting(whole.start) };
        }
        // An odd number of backslashes at the end: the last becomes a space and the next line
        // follows. What was joined before ends unescaped, so looking at this line is enough.
        if text.rfind_not_byteset(b"\\").map_or(text.len(), |last| text.len() - 1 - last) % 2 == 1 {
            line.push(bytes, Span::new(content.start, content.end - 1));
            line.push_made(b" ");
            pending = Some(line);
        } else {
            line.push(bytes, content);
            parser.logical(&line);
        }
    }
    if let Some(line) = pending {
        parser.logical(&line);
    }
    parser.unit
}

struct Parser {
    release: u32,
    unit: Unit,
}

impl Parser {
    fn flaw(&mut self, kind: FlawKind, span: Span, fatal: bool) {
        self.unit.flaws.push(Flaw { kind, span, fatal });
    }

    /// `parse_line()`.
    fn logical(&mut self, line: &Logical<'_>) {
        self.unit.lines.push(line.span);
        let text = line.text.as_bytes();
        let all = trimmed(text, 0, text.len());
        let Some(stripped) = text.get(all.clone()).filter(|stripped| !stripped.is_empty()) else { return };
        let span = || line.locate(all.clone());
        if !is_utf8(stripped) {
            self.flaw(FlawKind::NotUtf8, span(), true);
            return;
        }
        if stripped.starts_with(b"[") {
            self.header(line, all.clone());
            return;
        }
        let outside = self.unit.sections.last().is_none_or(|section| section.name.is_none());
        if outside {
            self.flaw(FlawKind::OutsideSection, span(), false);
        }
        let Some(equals) = stripped.find_byte(b'=').map(|at| all.start + at) else {
            if !outside {
                // Before 240 the file was dropped.
                self.flaw(FlawKind::NoEquals, span(), self.release < 240);
            }
            return;
        };
        if equals == all.start {
            if !outside {
                self.flaw(FlawKind::NoKey, span(), false);
            }
            return;
        }
        let assignment = Assignment {
            key: line.token(trimmed(text, all.start, equals)),
            value: line.token(trimmed(text, equals + 1, all.end)),
            line: line.span,
        };
        match self.unit.sections.last_mut() {
            Some(section) => section.assignments.push(assignment),
            None => self.unit.sections.push(Section { assignments: vec![assignment], ..Section::default() }),
        }
    }

    fn header(&mut self, line: &Logical<'_>, all: Range<usize>) {
        let span = || line.locate(all.clone());
        let text = line.text.as_bytes();
        let closed = text.get(all.clone()).is_some_and(|text| text.len() > 1 && text.ends_with(b"]"));
        if !closed {
            self.flaw(FlawKind::HeaderNotClosed, span(), true);
            return;
        }
        let name = line.token(all.start + 1..all.end - 1);
        let unsafe_char = |byte: u8| byte < b' ' || byte == 0x7f || b"\"'\\".contains(&byte);
        // `string_is_safe()` since 251; 262 was seen to refuse `[]` and `[` too, 257 not.
        let unsafe_name = self.release >= 251 && name.text.iter().any(|&byte| unsafe_char(byte))
            || self.release >= 258 && (name.text.is_empty() || name.text.contains(&b'['));
        if unsafe_name {
            self.flaw(FlawKind::HeaderCharacters, span(), true);
        }
        self.unit.sections.push(Section { name: Some(name), line: line.span, assignments: Vec::new() });
    }
}

/// One physical line as `read_line()` cuts them: its content and where the next one starts.
/// It ends with LF, CR or NUL, or a run of them in which none comes twice and NUL is the last.
fn next_line(bytes: &[u8], start: usize) -> Option<(Span, usize)> {
    let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
    let len = rest.find_byteset(b"\n\r\0").unwrap_or(rest.len());
    let ending = match rest.get(len..).unwrap_or_default() {
        [b'\n', b'\r', 0, ..] | [b'\r', b'\n', 0, ..] => 3,
        [b'\n', b'\r' | 0, ..] | [b'\r', b'\n' | 0, ..] => 2,
        [] => 0,
        _ => 1,
    };
    Some((Span::new(start, start + len), start + len + ending))
}

/// The line ending of a logical line; of a last one without it the file's first, else LF.
#[must_use]
pub fn line_ending(bytes: &[u8], line: Span) -> &[u8] {
    let ending = |text: &'_ [u8]| text.rfind_not_byteset(b"\n\r\0").map_or(0, |last| last + 1);
    let text = line.of(bytes);
    let own = text.get(ending(text)..).unwrap_or_default();
    if !own.is_empty() {
        return own;
    }
    let first = next_line(bytes, 0).map_or(&b""[..], |(content, end)| Span::new(content.end, end).of(bytes));
    if first.is_empty() { b"\n" } else { first }
}

/// `WHITESPACE`, of which line ends never get here.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn trimmed(text: &[u8], start: usize, end: usize) -> Range<usize> {
    let part = text.get(start..end).unwrap_or_default();
    let len = trimmed_len(part, is_blank);
    let from = part.iter().take_while(|byte| is_blank(**byte)).count();
    start + from..start + len.max(from)
}

/// `utf8_is_valid()`, which refuses noncharacters too (`unichar_is_valid()`).
fn is_utf8(text: &[u8]) -> bool {
    let reserved = |c: char| matches!(u32::from(c), 0xfdd0..=0xfdef) || u32::from(c) & 0xfffe == 0xfffe;
    text.is_ascii() || text.to_str().is_ok_and(|text| !text.chars().any(reserved))
}

/// Whether a text equals another but for case: keys and sections that systemd does not take.
#[must_use]
pub fn differs_in_case(text: &BStr, wanted: &str) -> bool {
    text != wanted && text.eq_ignore_ascii_case(wanted.as_bytes())
}

#[cfg(test)]
mod tests;
