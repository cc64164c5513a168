//! ifupdown-ng's lines and words (`fgetline.c`, `tokenize.h`).

use super::{Word, is_space, run};
use crate::span::Span;
use crate::syntax::Logical;

/// `linebuf[4096]` less two: what a longer line has beyond that is read as a line of its own.
const LINE_LIMIT: usize = 4094;

/// CR, LF and CRLF end a line, a `#` anywhere ends its text, a backslash escapes all of them.
pub(super) fn logical(bytes: &[u8]) -> Vec<Logical<'_>> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let line = line(bytes, at);
        at = line.span.end;
        all.push(line);
    }
    all
}

/// `lif_fgetline`.
fn line(bytes: &[u8], start: usize) -> Logical<'_> {
    let mut line = Logical::starting(start);
    let mut at = start;
    let mut backslash = None;
    while line.text.len() < LINE_LIMIT {
        // No further than the line may reach, which may be far from the text's end.
        let room = LINE_LIMIT - line.text.len();
        let left = &bytes[at..bytes.len().min(at + room)];
        let plain = run(left, |byte| !matches!(byte, b'\\' | b'#' | b'\n' | b'\r'));
        // A backslash before anything else stays, before another one too.
        if (plain > 0 || left.starts_with(b"\\"))
            && let Some(backslash) = backslash.take()
        {
            line.push(bytes, Span::new(backslash, backslash + 1));
            if plain == 0 {
                line.push(bytes, Span::new(at, at + 1));
                at += 1;
            }
            continue;
        }
        if plain > 0 {
            line.push(bytes, Span::new(at, at + plain));
            at += plain;
            continue;
        }
        let Some(&byte) = left.first() else { break };
        at += 1;
        match (byte, backslash.take()) {
            (b'\\', _) => backslash = Some(at - 1),
            // An escaped `#` begins no comment, but it is lost with its backslash.
            (b'#', Some(_)) => {}
            (b'#', None) => {
                let comment = run(&bytes[at..], |byte| byte != b'\n');
                at += comment + 1;
                if at > bytes.len() {
                    // EOF is kept as a character.
                    at = bytes.len();
                    line.push_made(b"\xff");
                }
                break;
            }
            (b'\n', Some(_)) => at += run(&bytes[at..], |byte| matches!(byte, b' ' | b'\t')),
            (b'\n', None) => break,
            (_, escaped) => {
                at += usize::from(bytes.get(at) == Some(&b'\n'));
                if escaped.is_none() {
                    break;
                }
                line.push_made(b"\n");
            }
        }
    }
    line.span = Span::new(start, at);
    line
}

/// `lif_next_token`; a NUL ends a word and the value as the end of the line does.
pub(super) fn word(text: &[u8]) -> Option<Word> {
    let blanks = run(text, is_space);
    let len = run(&text[blanks..], |byte| !is_space(byte) && byte != 0);
    let range = blanks..blanks + len;
    (len > 0).then_some(Word { next: range.end + 1, range })
}

/// What `handle_generic` takes as the value: blanks at the end belong to it.
pub(super) fn rest(text: &[u8]) -> std::ops::Range<usize> {
    let blanks = run(text, is_space);
    blanks..blanks + run(&text[blanks..], |byte| byte != 0)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    fn lines(text: &[u8]) -> Vec<String> {
        super::logical(text).iter().map(|line| line.text.to_string()).collect()
    }

    #[test]
    fn comments_continuations_and_endings() {
        assert_eq!(lines(b"a#b\nc \\#d\re \\\n \t f\\\\\r\ng\\ \n"), ["a", "c d", "e f\\\\", "g\\ "]);
        assert_eq!(lines(b"a\\\r\n  b\n# c"), ["a\n  b", "\u{fffd}"]);
    }

    #[test]
    fn a_long_line_is_two() {
        let lines = super::logical(&[b'x'; 5000]);
        assert_eq!(lines.iter().map(|line| line.text.len()).collect::<Vec<_>>(), [4094, 906]);
    }
}
