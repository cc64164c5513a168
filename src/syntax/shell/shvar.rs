//! ifcfg files as NetworkManager reads them (src/core/settings/plugins/ifcfg-rh/shvar.c): one
//! assignment a line, shell quoting, no expansion, no continuation.

use super::super::{Token, physical_lines};
use super::{ansi, name_len};
use crate::span::Span;
use bstr::{BString, ByteSlice};

/// A file: every physical line in turn.
#[derive(Clone, Debug)]
pub struct File {
    /// The lines; their spans cover the file without gaps.
    pub lines: Vec<Line>,
}

/// One physical line.
#[derive(Clone, Debug)]
pub struct Line {
    /// With its line ending.
    pub span: Span,
    /// Its text, without line ending.
    pub text: BString,
    /// What it says.
    pub says: Says,
}

/// What a line says.
#[derive(Clone, Debug)]
pub enum Says {
    /// Nothing, or a comment.
    Nothing,
    /// Nothing that NetworkManager understands: "invalid line ignored".
    Invalid,
    /// An assignment.
    Entry(Entry),
}

/// An assignment.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The variable.
    pub key: Token,
    /// The value as it stands in the file, quotes and all.
    pub raw: Token,
    /// The value; `None` where it is badly quoted or not UTF-8, which counts as empty.
    pub value: Option<BString>,
}

impl File {
    /// Reads a file (`svFile_new`).
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        // The text is a C string.
        let end = bytes.find_byte(0).unwrap_or(bytes.len());
        let lines = physical_lines(bytes).map(|span| {
            let text = Span::new(span.start.min(end), span.end.min(end));
            let shown = text.of(bytes);
            let shown = shown.strip_suffix(b"\n").unwrap_or(shown);
            Line { span, text: shown.into(), says: line(bytes, text) }
        });
        Self { lines: lines.collect() }
    }

    /// Each assignment with its line.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (&Line, &Entry)> {
        self.lines.iter().filter_map(|line| match &line.says {
            Says::Entry(entry) => Some((line, entry)),
            Says::Nothing | Says::Invalid => None,
        })
    }

    /// The assignment to `key` that counts: the last one.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<(&Line, &Entry)> {
        self.entries().rev().find(|(_, entry)| entry.key.text == key)
    }

    /// The value of `key`, if it is set and not empty (`svGetValueStr`).
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&BString> {
        self.entry(key)?.1.value.as_ref().filter(|value| !value.is_empty())
    }

    /// The value of `key` as a truth value (`svParseBoolean`).
    #[must_use]
    pub fn flag(&self, key: &str, default: bool) -> bool {
        const YES: &[&str] = &["1", "t", "true", "y", "yes"];
        const NO: &[&str] = &["0", "f", "false", "n", "no"];
        let Some(value) = self.get(key) else { return default };
        let is = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()));
        if default { !is(NO) } else { is(YES) }
    }
}

/// `g_ascii_isspace`; the vertical tab is none.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

/// `line_new_parse`
fn line(bytes: &[u8], span: Span) -> Says {
    let text = span.of(bytes);
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let indent = text.iter().take_while(|&&byte| is_space(byte)).count();
    let rest = &text[indent..];
    let name = name_len(rest);
    if name == 0 || rest.get(name) != Some(&b'=') {
        return if matches!(rest.first(), None | Some(b'#')) { Says::Nothing } else { Says::Invalid };
    }
    let start = span.start + indent;
    let (value, len) = unescape(&rest[name + 1..]);
    let key = Span::new(start, start + name);
    let raw = Span::new(key.end + 1, key.end + 1 + len);
    let token = |span: Span| Token { text: span.of(bytes).into(), span };
    Says::Entry(Entry { key: token(key), raw: token(raw), value })
}

/// The value of what follows the `=`, and how long it is without the blanks and comment after it
/// (`svUnescape`).
fn unescape(text: &[u8]) -> (Option<BString>, usize) {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    let trimmed = text.trim_ascii_end().len();
    let old_escape = is_old_escape(text);
    while let Some(&byte) = text.get(at) {
        let rest = &text[at..];
        let taken = match rest {
            _ if is_space(byte) || byte == b';' => {
                return if ends_line(rest) { (checked(out), at) } else { (None, trimmed) };
            }
            [b'\\', next, ..] => {
                out.push(*next);
                Some(2)
            }
            [b'\\'] => None,
            [b'\'', inner @ ..] => inner.find_byte(b'\'').map(|len| {
                out.extend_from_slice(&inner[..len]);
                len + 2
            }),
            [b'"', inner @ ..] => double_quoted(inner, old_escape, &mut out).map(|len| len + 1),
            [b'$', b'\'', inner @ ..] => ansi_len(inner).map(|len| {
                ansi::unescape(&inner[..len], &mut out);
                len + 3
            }),
            [b'|' | b'&' | b'(' | b')' | b'<' | b'>', ..] => None,
            _ => {
                out.push(byte);
                Some(1)
            }
        };
        match taken {
            Some(len) => at += len,
            None => return (None, trimmed),
        }
    }
    (checked(out), at)
}

/// Blanks with at most one `;` among them, then nothing or a comment.
fn ends_line(rest: &[u8]) -> bool {
    let mut semicolons = 0;
    for &byte in rest {
        match byte {
            b'#' => break,
            b';' if semicolons == 0 => semicolons = 1,
            _ if is_space(byte) => {}
            _ => return false,
        }
    }
    true
}

/// Appends what stands in `"..."` and returns its length with the closing quote. Expansions are
/// not supported, so a `$` or backtick spoils it.
fn double_quoted(inner: &[u8], old_escape: bool, out: &mut Vec<u8>) -> Option<usize> {
    let mut at = 0;
    loop {
        match inner.get(at..)? {
            [b'"', ..] => return Some(at + 1),
            [b'`' | b'$', ..] | [] | [b'\\'] => return None,
            [b'\\', next, ..] => {
                // Old versions escaped `'` and `~` too, and are still understood.
                let dropped = b"$`\"\\".contains(next) || (b"'~".contains(next) && old_escape);
                if !dropped {
                    out.push(b'\\');
                }
                out.push(*next);
                at += 2;
            }
            [byte, ..] => {
                out.push(*byte);
                at += 1;
            }
        }
    }
}

/// `_looks_like_old_svescaped`: all in double quotes, and all escaped that old versions escaped.
fn is_old_escape(value: &[u8]) -> bool {
    let Some(mut rest) = value.strip_prefix(b"\"") else { return false };
    loop {
        rest = match rest {
            [b'"'] => return true,
            [b'\\', b'"' | b'\\' | b'$' | b'`' | b'\'' | b'~', rest @ ..] => rest,
            [] | [b'"' | b'\\' | b'$' | b'`' | b'\'' | b'~', ..] => return false,
            [_, rest @ ..] => rest,
        }
    }
}

fn ansi_len(inner: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match inner.get(at)? {
            b'\'' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// A value that is not UTF-8 counts as badly quoted; a NUL ends it.
fn checked(mut value: Vec<u8>) -> Option<BString> {
    std::str::from_utf8(&value).ok()?;
    let len = value.find_byte(0).unwrap_or(value.len());
    value.truncate(len);
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    /// The value of `A`, `<bad>`, or `<invalid>` for a line that is none.
    fn read(line: &str) -> String {
        match File::parse(line.as_bytes()).lines.pop().map(|line| line.says) {
            Some(Says::Entry(entry)) => entry.value.map_or("<bad>".to_owned(), |value| value.to_string()),
            Some(Says::Invalid) => "<invalid>".to_owned(),
            Some(Says::Nothing) | None => "<nothing>".to_owned(),
        }
    }

    #[test]
    fn reads_lines_as_networkmanager_does() {
        for (line, wanted) in [
            ("A=52:54", "52:54"),
            ("  A=52:54\r\n", "52:54"),
            ("A=\"52:54\"", "52:54"),
            ("A='52:54'", "52:54"),
            ("A=$'52\\x3a54'", "52:54"),
            ("A=5'2':\"54\"", "52:54"),
            ("A=52\\:54", "52:54"),
            ("A=52:54 # c", "52:54"),
            ("A=52:54#c", "52:54#c"),
            ("A=52:54;", "52:54"),
            ("A=52:54 ; #c", "52:54"),
            ("A=52:54 ;; ", "<bad>"),
            ("A=52:54 ; ONBOOT=yes", "<bad>"),
            ("A= 52:54", "<bad>"),
            ("A= #c", ""),
            ("A=$X", "$X"),
            ("A=\"$X\"", "<bad>"),
            ("A=$(echo x)", "<bad>"),
            ("A=`echo`", "`echo`"),
            ("A=`echo x`", "<bad>"),
            ("A=a|b", "<bad>"),
            ("A=a=b", "a=b"),
            ("A=\\", "<bad>"),
            ("A='x", "<bad>"),
            ("A=\"a\\'b\"", "a'b"),
            ("A=\"a\\'b'\"", "a\\'b'"),
            ("A=\"a\\nb\"", "a\\nb"),
            ("A", "<invalid>"),
            ("A = b", "<invalid>"),
            ("export A=b", "<invalid>"),
            ("A+=b", "<invalid>"),
            ("1A=b", "<invalid>"),
            (" # A=b", "<nothing>"),
            ("\t\n", "<nothing>"),
        ] {
            assert_eq!(read(line), wanted, "{line:?}");
        }
        let latin1 = File::parse(b"A=caf\xe9\nA=\0B=c\n");
        assert_eq!(latin1.entries().map(|(_, entry)| entry.value.clone()).collect::<Vec<_>>(), [None, Some("".into())]);
    }

    #[test]
    fn the_last_assignment_counts() {
        let file = File::parse(b"A=1\nB=\nA=\nA=no # c\n");
        assert_eq!(file.get("A"), Some(&"no".into()));
        assert_eq!((file.get("B"), file.flag("A", true), file.flag("C", true)), (None, false, true));
        assert_eq!(
            file.entry("A").map(|(line, entry)| (line.span, entry.raw.span)),
            Some((Span::new(10, 19), Span::new(12, 14)))
        );
    }
}
