//! bash's tokens: words, operators and newlines with their spans. Blanks, comments, file
//! descriptor numbers and the text of here-documents belong to none of them.

use super::{name_len, scan};
use crate::span::Span;
use bstr::{BString, ByteSlice};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Operator,
    Newline,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Lexeme {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// Operators, longer ones before their beginnings.
const OPERATORS: &[&[u8]] = &[
    b"&>>", b"<<<", b"<<-", b";;&", b"&&", b"||", b";;", b";&", b"&>", b"<<", b">>", b"<&", b">&", b"<>", b">|", b"|&",
    b"&", b"|", b";", b"(", b")", b"<", b">",
];

/// A here-document whose text starts after the next newline.
struct Heredoc {
    end: BString,
    strip_tabs: bool,
}

/// The tokens of a file, and where a quote or expansion starts that nothing closes: bash sees no
/// token from there on.
pub(super) fn lex(bytes: &[u8]) -> (Vec<Lexeme>, Option<usize>) {
    let mut lexemes: Vec<Lexeme> = Vec::with_capacity(bytes.len() / 8);
    let mut heredocs = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let (kind, end) = match byte {
            b' ' | b'\t' => {
                at += 1;
                continue;
            }
            b'\\' if rest.starts_with(b"\\\n") => {
                at += 2;
                continue;
            }
            b'#' => {
                at += rest.find_byte(b'\n').unwrap_or(rest.len());
                continue;
            }
            b'\n' => (Kind::Newline, after_heredocs(bytes, at + 1, &mut heredocs)),
            _ => match operator(rest) {
                Some(operator) if !is_process_substitution(rest) => (Kind::Operator, at + operator.len()),
                _ => match word_end(bytes, at) {
                    Some(end) => (Kind::Word, end),
                    None => return (lexemes, Some(at)),
                },
            },
        };
        let span = Span::new(at, if kind == Kind::Newline { at + 1 } else { end });
        at = end;
        if kind == Kind::Word {
            // The number in `2>file`.
            let digits = span.of(bytes).iter().all(u8::is_ascii_digit);
            if digits && matches!(bytes.get(end), Some(b'<' | b'>')) {
                continue;
            }
            if let Some(before) = lexemes.last().filter(|before| before.kind == Kind::Operator) {
                let operator = before.span.of(bytes);
                if operator == b"<<" || operator == b"<<-" {
                    heredocs.push(Heredoc { end: unquoted(span.of(bytes)), strip_tabs: operator.len() == 3 });
                }
            }
        }
        lexemes.push(Lexeme { kind, span });
    }
    (lexemes, None)
}

/// The operator that a text starts with.
fn operator(text: &[u8]) -> Option<&'static [u8]> {
    let may_start = matches!(text.first(), Some(b'&' | b'|' | b';' | b'(' | b')' | b'<' | b'>'));
    OPERATORS.iter().copied().filter(|_| may_start).find(|operator| text.starts_with(operator))
}

fn is_process_substitution(rest: &[u8]) -> bool {
    rest.starts_with(b"<(") || rest.starts_with(b">(")
}

fn word_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b' ' | b'\t' | b'\n' | b'|' | b'&' | b';' | b')' => break,
            // An array: `X=(a b)`.
            b'(' if at > start && bytes[at - 1] == b'=' && assignment(&bytes[start..at]).is_some() => {
                scan::skip_parenthesis(bytes, at + 1)?
            }
            b'(' => break,
            b'<' | b'>' if !is_process_substitution(&bytes[at..]) => break,
            b'\\' | b'"' | b'\'' | b'`' | b'$' | b'<' | b'>' => scan::skip(bytes, at)?,
            _ => at + 1,
        };
    }
    Some(at)
}

/// The lengths of the name and of what stands before the value in `NAME=`, `NAME+=`, `NAME[i]=`.
pub(super) fn assignment(word: &[u8]) -> Option<(usize, usize)> {
    let name = name_len(word);
    let mut at = name;
    if name == 0 {
        return None;
    }
    if word.get(at) == Some(&b'[') {
        at += word[at..].find_byte(b']')? + 1;
    }
    at += usize::from(word.get(at) == Some(&b'+'));
    (word.get(at) == Some(&b'=')).then_some((name, at + 1))
}

/// The end word of a here-document, without its quotes.
fn unquoted(word: &[u8]) -> BString {
    word.iter().copied().filter(|byte| !matches!(byte, b'\'' | b'"' | b'\\')).collect::<Vec<u8>>().into()
}

/// The offset after the here-documents that start at `at`. One that nothing ends goes on to
/// the end of the file; bash only warns about it.
fn after_heredocs(bytes: &[u8], mut at: usize, heredocs: &mut Vec<Heredoc>) -> usize {
    for heredoc in heredocs.drain(..) {
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let len = rest.find_byte(b'\n').unwrap_or(rest.len());
            let line = &rest[..len];
            at = (at + len + 1).min(bytes.len());
            let line = if heredoc.strip_tabs { line.trim_start_with(|c| c == '\t') } else { line };
            if line == heredoc.end {
                break;
            }
        }
    }
    at
}
