//! What a comment says to bridgepin: `bridgepin: ignore[rule, rule2] reason`.

use crate::nearest::nearest;
use crate::span::Span;
use bstr::{BString, ByteSlice};

/// What stands before every word to us.
pub(super) const NAME: &[u8] = b"bridgepin:";
const LINE: &str = "ignore";
const FILE: &str = "ignore-file";

/// What follows [`NAME`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    /// Rules that are ignored on the line or in the file.
    Ignore { whole_file: bool, rules: Vec<(BString, Span)> },
    /// It was meant for us and cannot be read: what is wrong.
    Malformed(Span, String),
    /// It is prose.
    None,
}

/// Reads what follows [`NAME`] in a comment that ends at `end`.
pub(super) fn parse(bytes: &[u8], start: usize, end: usize) -> Directive {
    let text = Span::new(start, end).of(bytes);
    let blanks = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let word_len =
        text.iter().skip(blanks).take_while(|byte| byte.is_ascii_alphabetic() || b"-_".contains(byte)).count();
    let word_span = Span::new(start + blanks, start + blanks + word_len);
    let word = word_span.of(bytes);
    if word != LINE.as_bytes() && word != FILE.as_bytes() {
        return match nearest(word, [LINE, FILE]) {
            Some(meant) => {
                let word = word.as_bstr();
                Directive::Malformed(word_span, format!("`bridgepin: {word}` is not known; did you mean `{meant}`?"))
            }
            None => Directive::None,
        };
    }
    let rest = Span::new(word_span.end, end).of(bytes);
    let list = rest.strip_prefix(b"[").and_then(|list| list.find_byte(b']').and_then(|len| list.get(..len)));
    let mut at = word_span.end + 1;
    let mut rules = Vec::new();
    for item in list.into_iter().flat_map(|list| list.split(|byte| *byte == b',')) {
        let name = item.trim_ascii();
        let first = at + item.len() - item.trim_ascii_start().len();
        at += item.len() + 1;
        if !name.is_empty() {
            rules.push((BString::from(name), Span::new(first, first + name.len())));
        }
    }
    if rules.is_empty() {
        let word = word.as_bstr();
        return Directive::Malformed(
            word_span,
            format!("`bridgepin: {word}` names no rule; write `{word}[rule] reason`"),
        );
    }
    Directive::Ignore { whole_file: word == FILE.as_bytes(), rules }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn read(text: &str) -> Directive {
        parse(text.as_bytes(), 0, text.len())
    }

    #[test]
    fn reads_rules_with_their_places() {
        let text = " ignore[syntax ,unpinned-bridge] lab";
        let rule = |name: &str, start: usize| (BString::from(name), Span::new(start, start + name.len()));
        let rules = vec![rule("syntax", 8), rule("unpinned-bridge", 16)];
        assert_eq!(read(text), Directive::Ignore { whole_file: false, rules });
        let rules = vec![rule("a", 12)];
        assert_eq!(read("ignore-file[a]"), Directive::Ignore { whole_file: true, rules });
    }

    #[test]
    fn tells_a_slip_from_prose() {
        let malformed = |text: &str| match read(text) {
            Directive::Malformed(span, message) => format!("{}: {message}", span.start),
            other => format!("{other:?}"),
        };
        for text in ["ignore", "ignore[", "ignore[syntax", "ignore[ , ]", "ignore [syntax]"] {
            assert_eq!(malformed(text), "0: `bridgepin: ignore` names no rule; write `ignore[rule] reason`");
        }
        assert_eq!(malformed(" ingore[a]"), "1: `bridgepin: ingore` is not known; did you mean `ignore`?");
        assert_eq!(read(" wrote this line"), Directive::None);
        assert_eq!(read(""), Directive::None);
    }
}
