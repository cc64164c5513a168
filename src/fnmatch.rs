//! `fnmatch(3)` with no flag or `FNM_CASEFOLD`, in time that grows no faster than pattern times text.

/// Whether a shell pattern covers the whole text.
#[must_use]
pub fn fnmatch(pattern: &[u8], text: &[u8], fold_case: bool) -> bool {
    let (mut at, mut seen) = (0, 0);
    // Where to go on after the last `*`, and how much text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while at < pattern.len() || seen < text.len() {
        let rest = pattern.get(at..).unwrap_or_default();
        if rest.first() == Some(&b'*') {
            at += 1;
            star = Some((at, seen));
            continue;
        }
        let width = text.get(seen).and_then(|&byte| first_covers(rest, byte, fold_case));
        match (width, star) {
            (Some(width), _) => {
                at += width;
                seen += 1;
            }
            (None, Some((after, taken))) if taken < text.len() => {
                (at, seen) = (after, taken + 1);
                star = Some((after, taken + 1));
            }
            _ => return false,
        }
    }
    true
}

/// The length of the pattern's first element, where it covers that byte.
fn first_covers(pattern: &[u8], byte: u8, fold_case: bool) -> Option<usize> {
    let same = |wanted: u8| wanted == byte || fold_case && wanted.eq_ignore_ascii_case(&byte);
    let (covers, width) = match pattern {
        [b'?', ..] => (true, 1),
        [b'\\', wanted, ..] => (same(*wanted), 2),
        [b'\\'] => return None,
        [b'[', ..] => match bracket(pattern, byte, fold_case) {
            Some(found) => found,
            // Without its end the bracket stands for itself.
            None => (byte == b'[', 1),
        },
        [wanted, ..] => (same(*wanted), 1),
        [] => return None,
    };
    covers.then_some(width)
}

/// Whether a `[` of the pattern has no end, so that it stands for itself.
#[must_use]
pub fn has_open_bracket(pattern: &[u8]) -> bool {
    let mut at = 0;
    while let Some(rest) = pattern.get(at..).filter(|rest| !rest.is_empty()) {
        at += match rest {
            [b'[', ..] => match bracket(rest, 0, false) {
                Some((_, width)) => width,
                None => return true,
            },
            _ => element(rest).map_or(1, |(_, width)| width),
        };
    }
    false
}

/// Whether a bracket expression holds that byte, and its length; `None` where it has no end.
fn bracket(pattern: &[u8], byte: u8, fold_case: bool) -> Option<(bool, usize)> {
    let mut at = 1;
    let negated = matches!(pattern.get(at), Some(b'!' | b'^'));
    at += usize::from(negated);
    let first = at;
    let mut found = false;
    loop {
        let rest = pattern.get(at..)?;
        if rest.first()? == &b']' && at > first {
            return Some((found != negated, at + 1));
        }
        if let Some((class, width)) = class(rest) {
            found |= class(byte);
            at += width;
            continue;
        }
        let (low, width) = element(rest)?;
        at += width;
        let (high, width) = match pattern.get(at..)? {
            [b'-', end, ..] if *end != b']' => {
                element(pattern.get(at + 1..)?).map(|(high, width)| (high, width + 1))?
            }
            _ => (low, 0),
        };
        at += width;
        let holds = |byte: u8| low <= byte && byte <= high;
        found |= holds(byte) || fold_case && (holds(byte.to_ascii_lowercase()) || holds(byte.to_ascii_uppercase()));
    }
}

/// One character of a bracket expression, a backslash taken off.
fn element(pattern: &[u8]) -> Option<(u8, usize)> {
    match pattern {
        [b'\\', byte, ..] => Some((*byte, 2)),
        [byte, ..] => Some((*byte, 1)),
        [] => None,
    }
}

/// A test for one byte.
type Class = fn(u8) -> bool;

/// `[:digit:]` and its like.
fn class(pattern: &[u8]) -> Option<(Class, usize)> {
    const CLASSES: &[(&[u8], Class)] = &[
        (b"[:alnum:]", |byte| byte.is_ascii_alphanumeric()),
        (b"[:alpha:]", |byte| byte.is_ascii_alphabetic()),
        (b"[:digit:]", |byte| byte.is_ascii_digit()),
        (b"[:lower:]", |byte| byte.is_ascii_lowercase()),
        (b"[:punct:]", |byte| byte.is_ascii_punctuation()),
        (b"[:upper:]", |byte| byte.is_ascii_uppercase()),
        (b"[:xdigit:]", |byte| byte.is_ascii_hexdigit()),
    ];
    CLASSES.iter().find(|row| pattern.starts_with(row.0)).map(|row| (row.1, row.0.len()))
}

#[cfg(test)]
mod tests {
    use super::fnmatch;

    #[test]
    fn covers_as_fnmatch_does() {
        for (pattern, text, wanted) in [
            ("br0", "br0", true),
            ("br*", "br", true),
            ("*", "", true),
            ("b?0", "br0", true),
            ("b?0", "b0", false),
            ("br[0-9]", "br7", true),
            ("br[!0-9]", "br7", false),
            ("br[]x]", "br]", true),
            ("br[[:digit:]_]*", "br1x", true),
            ("br[0", "br[0", true),
            ("br\\*", "br*", true),
            ("br\\*", "brx", false),
            ("br\\", "br\\", false),
            ("*a*b*c", "xaybzbc", true),
            ("*a*b*c", "xaybzbd", false),
            ("BR0", "br0", false),
        ] {
            assert_eq!(fnmatch(pattern.as_bytes(), text.as_bytes(), false), wanted, "{pattern} {text}");
        }
        assert!(fnmatch(b"WEB[A-Z]*", b"webx1", true));
    }

    #[test]
    fn finds_brackets_without_end() {
        for (pattern, open) in [("a[b", true), ("[]", true), ("[]]", false), ("a\\[b", false), ("[a][", true)] {
            assert_eq!(super::has_open_bracket(pattern.as_bytes()), open, "{pattern}");
        }
    }

    #[test]
    fn many_stars_do_not_take_for_ever() {
        assert!(!fnmatch(&b"*a".repeat(200), &[b'a'; 150], false));
    }
}
