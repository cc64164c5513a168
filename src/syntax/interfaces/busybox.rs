//! busybox's lines and words (`networking/ifupdown.c`: `read_interfaces`, `next_word`).

use super::{Word, blank_word_blank};
use crate::span::Span;
use crate::syntax::Logical;
use bstr::ByteSlice;

/// A line ends at a newline or at a NUL (`bb_get_chunk_from_file`). A backslash that is its last
/// byte joins the next one as it is (`ENABLE_DESKTOP`), before anyone looks for a `#`, so comments continue too.
pub(super) fn logical(bytes: &[u8]) -> Vec<Logical<'_>> {
    let mut chunks = chunks(bytes);
    let mut all = Vec::new();
    while let Some((first, text)) = chunks.next() {
        let mut line = Logical::starting(first.start);
        line.span = first;
        line.push(bytes, text);
        while line.text.last() == Some(&b'\\') {
            line.truncate(line.text.len() - 1);
            let Some((next, text)) = chunks.next() else { break };
            line.push(bytes, text);
            line.span = line.span.to(next);
        }
        if word(&line.text).is_some_and(|word| line.text.get(word.range.start) == Some(&b'#')) {
            line.truncate(0);
        }
        all.push(line);
    }
    all
}

/// Each chunk with its end byte, and without.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = (Span, Span)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let found = rest.find_byteset(b"\0\n");
        let text = Span::new(start, start + found.unwrap_or(rest.len()));
        let whole = Span::new(start, text.end + usize::from(found.is_some()));
        start = whole.end;
        Some((whole, text))
    })
}

/// `next_word`: any blank may stand before a word, but only space and tab end it, so a CR is part
/// of the last one. Unlike the word, the value keeps blanks at its end.
pub(super) fn word(text: &[u8]) -> Option<Word> {
    blank_word_blank(text, |byte| matches!(byte, b' ' | b'\t' | b'\n'))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    #[test]
    fn continues_comments_and_ends_lines_at_nul() {
        let text = b" # c\\\nbridge_hw x\na\0b\\\n c \n";
        let lines: Vec<String> = super::logical(text).iter().map(|line| line.text.to_string()).collect();
        assert_eq!(lines, ["", "a", "b c "]);
    }
}
