//! Words to values (bash manual, "Quoting" and "Shell Expansions"). Words are not split and
//! file names not expanded: in an assignment bash does neither.

use super::{Shell, Value, ansi, name_len, scan};
use crate::span::Span;
use bstr::{BStr, BString, ByteSlice};

/// Longer values are not followed: `A=$A$A` doubles with every line.
pub(super) const LENGTH_LIMIT: usize = 1 << 16;

/// Set by bash itself or by network-functions; only the running system can tell.
const DYNAMIC: &[&str] = &[
    "BASHPID",
    "BASH_VERSION",
    "EPOCHSECONDS",
    "HOME",
    "HOSTNAME",
    "HOSTTYPE",
    "LANG",
    "LINENO",
    "MACHTYPE",
    "PPID",
    "RANDOM",
    "SECONDS",
    "SRANDOM",
    "TERM",
    "UID",
];

/// The value of a word as it is put together.
#[derive(Default)]
pub(super) struct Expansion {
    text: BString,
    unknown: bool,
    /// The word is a pattern: quoted text must lose its special meaning.
    pattern: bool,
}

impl Expansion {
    fn push(&mut self, text: &[u8]) {
        self.unknown |= self.text.len() + text.len() > LENGTH_LIMIT;
        if !self.unknown {
            self.text.extend_from_slice(text);
        }
    }

    fn push_quoted(&mut self, text: &[u8]) {
        if !self.pattern {
            return self.push(text);
        }
        for &byte in text {
            self.push(if matches!(byte, b'*' | b'?' | b'[' | b'\\') { b"\\" } else { b"" });
            self.push(&[byte]);
        }
    }

    fn push_value(&mut self, value: &Value, quoted: bool) {
        match value {
            Value::Text(text) if quoted => self.push_quoted(text),
            Value::Text(text) => self.push(text),
            Value::Unknown => self.unknown = true,
        }
    }

    fn value(self) -> Value {
        if self.unknown { Value::Unknown } else { Value::Text(self.text) }
    }
}

impl Shell<'_> {
    /// What a word stands for.
    pub(super) fn expand(&mut self, word: &[u8]) -> Value {
        self.expand_as(word, false, false)
    }

    /// As [`expand`](Self::expand), for a word that is a pattern.
    pub(super) fn expand_pattern(&mut self, word: &[u8]) -> Value {
        self.expand_as(word, false, true)
    }

    /// What a word stands for, possibly one between double quotes.
    pub(super) fn expand_as(&mut self, word: &[u8], quoted: bool, pattern: bool) -> Value {
        if !self.enter(word.len()) {
            return Value::Unknown;
        }
        let mut out = Expansion { pattern, ..Expansion::default() };
        // `~` is somebody's home directory.
        out.unknown = !quoted && word.starts_with(b"~");
        let mut at = 0;
        while at < word.len() && !out.unknown {
            at = self.piece(word, at, quoted, &mut out);
        }
        self.leave();
        // What is copied costs too: a short word may stand for a long value.
        if !self.spend(out.text.len()) {
            return Value::Unknown;
        }
        out.value()
    }

    /// Takes the piece of a word that starts at `at`; returns where the next one starts.
    fn piece(&mut self, word: &[u8], at: usize, quoted: bool, out: &mut Expansion) -> usize {
        let rest = &word[at..];
        let end = scan::skip(word, at).unwrap_or(word.len());
        match rest {
            [b'\\', b'\n', ..] => {}
            [b'\\', next, ..] if !quoted || matches!(next, b'$' | b'`' | b'"' | b'\\') => out.push_quoted(&[*next]),
            [b'\\', next, ..] => out.push_quoted(&[b'\\', *next]),
            [b'\'', ..] if !quoted => out.push_quoted(inner(word, at + 1, end)),
            [b'"', ..] => {
                let value = self.expand_as(inner(word, at + 1, end), true, false);
                out.push_value(&value, true);
            }
            [b'$', b'\'', ..] if !quoted => {
                let mut text = Vec::new();
                ansi::unescape(inner(word, at + 2, end), &mut text);
                out.push_quoted(&text);
            }
            // `$"..."` is translated into the user's language.
            [b'$', b'"', ..] if !quoted => {}
            // Arithmetic.
            [b'$', b'(', b'(', ..] => out.unknown = true,
            [b'$', b'(', ..] => {
                let value = self.substitute(inner(word, at + 2, end));
                out.push_value(&value, quoted);
            }
            [b'$', b'{', ..] => {
                let value = self.parameter(inner(word, at + 2, end), quoted);
                out.push_value(&value, quoted);
            }
            [b'$', name @ ..] if name_len(name) > 0 => {
                let len = name_len(name);
                out.push_value(&self.get(BStr::new(&name[..len])), quoted);
                return at + 1 + len;
            }
            [b'$', special, ..] if is_special(*special) => {
                out.push_value(&self.special(*special), quoted);
                return at + 2;
            }
            [b'`', ..] => {
                let command = inner(word, at + 1, end);
                let value = self.substitute(&command.replace(b"\\`", b"`"));
                out.push_value(&value, quoted);
            }
            [b'<' | b'>', b'(', ..] if !quoted => out.unknown = true,
            _ => {
                // Plain text up to the next character that may be special.
                let len =
                    rest.iter().skip(1).position(|byte| b"\\'\"$`<>".contains(byte)).map_or(rest.len(), |len| len + 1);
                if quoted {
                    out.push_quoted(&rest[..len]);
                } else {
                    out.push(&rest[..len]);
                }
                return at + len;
            }
        }
        end
    }

    /// A variable's value; empty where it is not set.
    #[must_use]
    pub fn get(&self, name: &BStr) -> Value {
        match self.variable(name) {
            _ if self.exhausted => Value::Unknown,
            Some(variable) if variable.certain => variable.value.clone(),
            Some(_) => Value::Unknown,
            None if DYNAMIC.iter().any(|dynamic| name == dynamic) => Value::Unknown,
            None => Value::from(&b""[..]),
        }
    }

    /// `$1`, `$@`, `$#` ...: the files are sourced without arguments.
    pub(super) fn special(&self, special: u8) -> Value {
        if let (Some(given), b'1'..=b'9') = (&self.positional, special) {
            return match given.given.get(usize::from(special - b'1')) {
                Some(value) => value.clone(),
                None if given.open => Value::Unknown,
                None => Value::from(&b""[..]),
            };
        }
        if let (Some(given), b'@' | b'*' | b'#') = (&self.positional, special) {
            if given.open {
                return Value::Unknown;
            }
            if special == b'#' {
                return Value::Text(given.given.len().to_string().into());
            }
            let texts: Option<Vec<&BStr>> = given.given.iter().map(Value::text).collect();
            return texts.map_or(Value::Unknown, |texts| Value::Text(bstr::join(" ", texts).into()));
        }
        match special {
            b'#' => Value::from(&b"0"[..]),
            b'$' | b'!' | b'?' | b'-' | b'0' => Value::Unknown,
            _ => Value::from(&b""[..]),
        }
    }
}

/// Whether `$` and this character are a special parameter.
pub(super) fn is_special(byte: u8) -> bool {
    byte.is_ascii_digit() || b"@*#?-$!".contains(&byte)
}

/// From `start` up to before the closing character that ends at `end`.
fn inner(word: &[u8], start: usize, end: usize) -> &[u8] {
    Span::new(start, end.saturating_sub(1).max(start)).of(word)
}
