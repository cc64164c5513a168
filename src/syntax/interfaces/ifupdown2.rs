//! ifupdown2's lines and words (`networkinterfaces.py`: `process_interfaces`). Its text is UTF-8;
//! whoever has other bytes asks before.

use super::{Word, run};
use crate::span::Span;
use crate::syntax::{Logical, trimmed_len};
use bstr::ByteSlice;

/// The file is cut at every backslash, each part is stripped, newlines and all, and the parts
/// are joined with a space. Only then it is cut into lines. Reading as text makes CR and CRLF newlines.
pub(super) fn logical(bytes: &[u8]) -> Vec<Logical<'_>> {
    let mut joiner = Joiner { bytes, lines: Vec::new(), line: Logical::starting(0) };
    let mut start = 0;
    for (index, part) in bytes.split_str(b"\\").enumerate() {
        let end = start + part.len();
        let text = match (leading(part), index) {
            (all, 0) if all == part.len() => Span::at(end),
            (all, _) if all == part.len() => Span::at(start),
            (lead, _) => Span::new(start + lead, end - trailing(part)),
        };
        if index == 0 {
            joiner.blank(Span::new(start, text.start));
        } else if !joiner.line.text.is_empty() {
            joiner.line.push_made(b" ");
        }
        joiner.text(text);
        if end == bytes.len() {
            joiner.blank(Span::new(text.end, end));
        }
        start = end + 1;
    }
    joiner.end_line(bytes.len());
    joiner.lines
}

struct Joiner<'a> {
    bytes: &'a [u8],
    lines: Vec<Logical<'a>>,
    line: Logical<'a>,
}

impl Joiner<'_> {
    /// Text that is kept, with its newlines.
    fn text(&mut self, span: Span) {
        let mut at = span.start;
        while at < span.end {
            let left = Span::new(at, span.end).of(self.bytes);
            let len = run(left, |byte| byte != b'\n' && byte != b'\r');
            let segment = &left[..len];
            // strip('\n\t\r ') of each line; its end is stripped when it ends.
            let blank = if self.line.text.is_empty() { run(segment, is_blank) } else { 0 };
            self.line.push(self.bytes, Span::new(at + blank, at + len));
            at += len;
            at = self.newline(at, span.end);
        }
    }

    /// Blanks at the start and end of the file: only their newlines count.
    fn blank(&mut self, span: Span) {
        let mut at = span.start;
        while at < span.end {
            at += run(Span::new(at, span.end).of(self.bytes), |byte| byte != b'\n' && byte != b'\r');
            at = self.newline(at, span.end);
        }
    }

    /// Ends the line where a newline stands; where the next one starts.
    fn newline(&mut self, at: usize, end: usize) -> usize {
        if at >= end {
            return at;
        }
        let crlf = self.bytes[at..].starts_with(b"\r\n");
        let next = at + if crlf { 2 } else { 1 };
        self.end_line(next);
        next
    }

    fn end_line(&mut self, end: usize) {
        let mut line = std::mem::replace(&mut self.line, Logical::starting(end));
        if end == line.span.start {
            return;
        }
        line.span.end = end;
        line.truncate(trimmed_len(&line.text, is_blank));
        if line.text.starts_with(b"#") {
            line.truncate(0);
        }
        self.lines.push(line);
    }
}

/// The characters that lines are stripped of (`whitespaces`).
fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\t' | b'\r' | b' ')
}

/// `str.isspace`, which is also `\s` in a pattern.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// The length of the characters at the start of `text` before one that `ends` them.
fn until(text: &[u8], ends: impl Fn(char) -> bool) -> usize {
    // Nearly all text is ASCII, which needs no decoding.
    let plain = text.iter().position(|&byte| !byte.is_ascii() || ends(char::from(byte))).unwrap_or(text.len());
    let rest = text.get(plain..).filter(|rest| rest.first().is_some_and(|byte| !byte.is_ascii())).unwrap_or_default();
    if rest.is_empty() {
        return plain;
    }
    rest.char_indices().find(|(_, _, c)| ends(*c)).map_or(text.len(), |(start, ..)| plain + start)
}

fn leading(text: &[u8]) -> usize {
    until(text, |c| !is_space(c))
}

fn trailing(text: &[u8]) -> usize {
    let end = text.char_indices().rev().find(|(_, _, c)| !is_space(*c)).map_or(0, |(_, end, _)| end);
    text.len() - end
}

/// What `re.split('[\s\t]\s*', line)` cuts off, and whether a separator follows. One at the start or
/// end of the line has an empty word beside it.
pub(super) fn word(text: &[u8]) -> (Word, bool) {
    let len = until(text, is_space);
    let blanks = leading(&text[len..]);
    (Word { range: 0..len, next: len + blanks }, blanks > 0)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    fn lines(text: &[u8]) -> Vec<String> {
        super::logical(text).iter().map(|line| line.text.to_string()).collect()
    }

    #[test]
    fn every_backslash_joins() {
        assert_eq!(lines(b"a \\ \n\n b\\c\n#x\\\nd\r\n e \r"), ["a b c", "", "e"]);
        assert_eq!(lines(b"\n \n a\\\\\nb\n\n"), ["", "", "a  b", ""]);
    }

    #[test]
    fn spans_are_the_whole_file() {
        let text = b"\n\x0c\na \\\r\n b \\ c\r\n\\\n d\n\n";
        let lines = super::logical(text);
        let spans: Vec<(usize, usize)> = lines.iter().map(|line| (line.span.start, line.span.end)).collect();
        assert_eq!(
            spans.iter().map(|span| span.0).collect::<Vec<_>>()[1..],
            spans.iter().map(|span| span.1).collect::<Vec<_>>()[..spans.len() - 1]
        );
        assert_eq!((spans[0].0, spans[spans.len() - 1].1), (0, text.len()));
        assert_eq!(lines.iter().map(|line| line.text.to_string()).collect::<Vec<_>>(), ["", "", "a b c d", ""]);
    }
}
