//! `${...}` (bash manual, "Shell Parameter Expansion").

use super::expand::is_special;
use super::{Shell, Value, name_len, pattern};
use bstr::{BStr, BString, ByteSlice};

/// Longer values are not cut by pattern: each place of the cut is tried.
const CUT_LIMIT: usize = 256;

impl Shell<'_> {
    /// The value of what stands between the braces.
    pub(super) fn parameter(&mut self, inner: &[u8], quoted: bool) -> Value {
        if let Some(name) = inner.strip_prefix(b"#").filter(|name| !name.is_empty() && name_len(name) == name.len()) {
            return match self.get(BStr::new(name)) {
                Value::Text(text) => Value::Text(text.chars().count().to_string().into()),
                Value::Unknown => Value::Unknown,
            };
        }
        let (name, operation) = inner.split_at(name_len(inner));
        match (name, operation) {
            ([], [special]) if is_special(*special) => self.special(*special),
            // Indirection, arrays' elements of no name.
            ([], _) => Value::Unknown,
            (_, []) => self.get(BStr::new(name)),
            (_, [b':', operator @ (b'-' | b'=' | b'+' | b'?'), word @ ..]) => {
                self.conditional(name, *operator, word, true, quoted)
            }
            (_, [operator @ (b'-' | b'=' | b'+' | b'?'), word @ ..]) => {
                self.conditional(name, *operator, word, false, quoted)
            }
            _ => match self.get(BStr::new(name)) {
                Value::Text(text) => self.transform(&text, operation),
                Value::Unknown => Value::Unknown,
            },
        }
    }

    /// `${NAME:-word}` and its kin; `colon` makes an empty value count as none.
    fn conditional(&mut self, name: &[u8], operator: u8, word: &[u8], colon: bool, quoted: bool) -> Value {
        let name = BStr::new(name);
        let value = self.get(name);
        let present = match &value {
            Value::Unknown => return Value::Unknown,
            Value::Text(text) => self.variable(name).is_some() && !(colon && text.is_empty()),
        };
        match (operator, present) {
            (b'+', true) | (b'-' | b'=', false) => {
                let value = self.expand_as(word, quoted, false);
                if operator == b'=' {
                    self.set(name, value.clone());
                }
                value
            }
            (b'+', false) => Value::from(&b""[..]),
            // bash gives up here.
            (b'?', false) => Value::Unknown,
            _ => value,
        }
    }

    /// What changes a value: cut by pattern, replaced, in other case.
    fn transform(&mut self, text: &BString, operation: &[u8]) -> Value {
        if !self.spend(text.len()) {
            return Value::Unknown;
        }
        let changed = match operation {
            b"^^" => Some(text.to_ascii_uppercase()),
            b",," => Some(text.to_ascii_lowercase()),
            [b'#', b'#', word @ ..] => self.cut(text, word, true, true),
            [b'#', word @ ..] => self.cut(text, word, true, false),
            [b'%', b'%', word @ ..] => self.cut(text, word, false, true),
            [b'%', word @ ..] => self.cut(text, word, false, false),
            [b'/', b'/', word @ ..] => self.replace(text, word, true),
            [b'/', word @ ..] => self.replace(text, word, false),
            // Substrings, `@Q`, arrays.
            _ => None,
        };
        changed.map_or(Value::Unknown, |text| Value::Text(text.into()))
    }

    /// Without the shortest or longest piece at the front or back that matches.
    fn cut(&mut self, text: &[u8], word: &[u8], front: bool, longest: bool) -> Option<Vec<u8>> {
        let Value::Text(pattern) = self.expand_pattern(word) else { return None };
        if text.len() > CUT_LIMIT {
            return None;
        }
        let mut lengths: Vec<usize> = (0..=text.len()).collect();
        if longest {
            lengths.reverse();
        }
        for len in lengths {
            let (piece, rest) = if front {
                text.split_at(len)
            } else {
                let (rest, piece) = text.split_at(text.len() - len);
                (piece, rest)
            };
            if pattern::matches(&pattern, piece)? {
                return Some(rest.to_vec());
            }
        }
        Some(text.to_vec())
    }

    /// `${NAME/pattern/text}` for a literal pattern.
    fn replace(&mut self, text: &[u8], word: &[u8], all: bool) -> Option<Vec<u8>> {
        let (from, to) = match word.find_byte(b'/') {
            Some(at) => (&word[..at], &word[at + 1..]),
            None => (word, &b""[..]),
        };
        let (Value::Text(from), Value::Text(to)) = (self.expand_pattern(from), self.expand(to)) else { return None };
        let anchored = !all && matches!(from.first(), Some(b'#' | b'%'));
        if from.is_empty() || anchored || !pattern::is_literal(&from) {
            return None;
        }
        Some(if all { text.replace(&from, &to) } else { text.replacen(&from, &to, 1) })
    }
}
