//! ifupdown's lines and words (`config.c`: `get_line`, `next_word`).

use super::{Word, is_space, run};
use crate::span::Span;
use crate::syntax::{FEW_LINES, Logical, physical_lines, trimmed_len};
use bstr::ByteSlice;

/// `next_word` is given 80 bytes, one of them for the NUL; the rest of a longer word is lost.
const WORD_LIMIT: usize = 79;

/// `get_line`: blanks before the text are cut off, then a `#` makes a comment, then a backslash
/// that is the last byte before the newline is removed with it; what follows keeps its indentation
/// and may be no comment. Blanks at the end go last, so `\` and a blank or CR continue nothing.
pub(super) fn logical(bytes: &[u8]) -> Vec<Logical<'_>> {
    let has_nul = bytes.find_byte(0).is_some();
    let mut lines = physical_lines(bytes);
    let mut all = Vec::with_capacity(FEW_LINES);
    while let Some(first) = lines.next() {
        let seen = visible(bytes, first, has_nul);
        let start = seen.start + run(seen.of(bytes), is_space);
        let text = Span::new(start, seen.end).of(bytes);
        let len = match text {
            [b'#', ..] => 0,
            [.., b'\\'] => text.len(),
            _ => trimmed_len(text, is_space),
        };
        let mut line = Logical::of(bytes, Span::new(start, start + len), first);
        if len > 0 && text.ends_with(b"\\") {
            while line.text.last() == Some(&b'\\') {
                line.truncate(line.text.len() - 1);
                // At the end of the file nothing is appended, and backslashes go one by one.
                if let Some(next) = lines.next() {
                    line.push(bytes, visible(bytes, next, has_nul));
                    line.span = line.span.to(next);
                }
            }
            line.truncate(trimmed_len(&line.text, is_space));
        }
        all.push(line);
    }
    all
}

/// What `fgets` and `strlen` leave of a physical line: nothing from a NUL on, and no newline.
fn visible(bytes: &[u8], line: Span, has_nul: bool) -> Span {
    let text = line.of(bytes);
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let len = if has_nul { text.find_byte(0).unwrap_or(text.len()) } else { text.len() };
    Span::new(line.start, line.start + len)
}

/// `next_word` does not skip blanks before a word: after a continuation that leaves blanks at
/// the start of the line, the first word is empty.
pub(super) fn word(text: &[u8]) -> Option<Word> {
    if text.is_empty() {
        return None;
    }
    let len = run(text, |byte| !is_space(byte));
    let blanks = run(&text[len..], is_space);
    Some(Word { range: 0..len.min(WORD_LIMIT), next: len + blanks })
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, Words};
    use pretty_assertions::assert_eq;

    fn lines(text: &[u8]) -> Vec<String> {
        super::logical(text).iter().map(|line| line.text.to_string()).collect()
    }

    #[test]
    fn joins_only_a_backslash_that_is_last() {
        assert_eq!(lines(b" a \\\n  b\nc\\ \nd\\\r\ne"), ["a   b", "c\\", "d\\", "e"]);
        assert_eq!(lines(b"a\\\\\nb\n#c\\\nd\\\n#e\n"), ["a\\b", "", "d#e"]);
        assert_eq!(lines(b"a\0b\nc\\\\"), ["a", "c"]);
    }

    #[test]
    fn words_stand_where_they_were() {
        let text = b"  bridge_p\\\norts  lan0\\\n  lan1 \n";
        let lines = super::logical(text);
        let mut words = Words::of(&lines[0], Dialect::Ifupdown);
        let key = words.next().unwrap();
        assert_eq!((key.text.as_slice(), key.span.of(text)), (&b"bridge_ports"[..], &b"bridge_p\\\norts"[..]));
        let value = words.rest();
        assert_eq!((value.text.as_slice(), value.span.of(text)), (&b"lan0  lan1"[..], &b"lan0\\\n  lan1"[..]));
        let long = super::logical(&[b'x'; 100]);
        assert_eq!(Words::of(&long[0], Dialect::Ifupdown).next().unwrap().text.len(), 79);
    }
}
