//! Patterns for file names, and names as patterns.

use crate::fnmatch::fnmatch;
use bstr::BString;

/// Whether a pattern is more than a name.
pub(super) fn is_magic(pattern: &[u8]) -> bool {
    let mut bytes = pattern.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'*' | b'?' | b'[' => return true,
            b'\\' => _ = bytes.next(),
            _ => {}
        }
    }
    false
}

/// The pattern taken as a name.
pub(super) fn literal(pattern: &[u8]) -> BString {
    if !pattern.contains(&b'\\') {
        return pattern.into();
    }
    let mut name = BString::default();
    let mut bytes = pattern.iter();
    while let Some(&byte) = bytes.next() {
        name.push(if byte == b'\\' { bytes.next().copied().unwrap_or(byte) } else { byte });
    }
    name
}

/// Appends a byte that stands for itself to a pattern.
pub(super) fn push_literal(pattern: &mut BString, byte: u8) {
    if matches!(byte, b'*' | b'?' | b'[' | b'\\') {
        pattern.push(b'\\');
    }
    pattern.push(byte);
}

/// Whether a file's name matches. A dot at its start matches only a dot (`FNM_PERIOD`).
pub(super) fn matches(pattern: &[u8], name: &[u8]) -> bool {
    (name.first() != Some(&b'.') || pattern.first() == Some(&b'.')) && wild(pattern, name)
}

/// Whether a text that is no file's name matches.
#[must_use]
pub fn wild(pattern: &[u8], text: &[u8]) -> bool {
    fnmatch(pattern, text, false)
}
