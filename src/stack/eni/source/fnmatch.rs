//! Patterns on bytes: `*`, `?`, `[...]`, and a backslash that takes the next byte literally.

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

/// Whether a name matches. A dot at its start matches only a dot (`FNM_PERIOD`).
pub(super) fn matches(pattern: &[u8], name: &[u8]) -> bool {
    if name.first() == Some(&b'.') && pattern.first() != Some(&b'.') {
        return false;
    }
    let (mut at, mut read) = (0, 0);
    // The last star and where its match ends: only that one has to be tried again.
    let mut star: Option<(usize, usize)> = None;
    while let Some(&byte) = name.get(read) {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at + 1, read));
            at += 1;
        } else if let Some(next) = one(&pattern[at..], byte) {
            at += next;
            read += 1;
        } else if let Some((after, end)) = star {
            star = Some((after, end + 1));
            (at, read) = (after, end + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

/// The length of the pattern's first element, if it matches the byte.
fn one(pattern: &[u8], byte: u8) -> Option<usize> {
    match *pattern.first()? {
        b'?' => Some(1),
        b'[' => match class(&pattern[1..], byte) {
            Some((len, holds)) => holds.then_some(1 + len),
            // Without `]` it is a bracket.
            None => (byte == b'[').then_some(1),
        },
        b'\\' => (pattern.get(1) == Some(&byte)).then_some(2),
        own => (own == byte).then_some(1),
    }
}

/// What follows a `[`: its length with `]`, and whether the byte is in it. A `]` that comes first is a member.
fn class(pattern: &[u8], byte: u8) -> Option<(usize, bool)> {
    let negated = matches!(pattern.first(), Some(b'!' | b'^'));
    let first = usize::from(negated);
    let (mut at, mut holds) = (first, false);
    loop {
        let &low = pattern.get(at)?;
        if low == b']' && at > first {
            return Some((at + 1, holds != negated));
        }
        match (pattern.get(at + 1), pattern.get(at + 2)) {
            (Some(b'-'), Some(&high)) if high != b']' => {
                holds |= (low..=high).contains(&byte);
                at += 3;
            }
            _ => {
                holds |= low == byte;
                at += 1;
            }
        }
    }
}
