//! Shell patterns (bash manual, "Pattern Matching"): `*`, `?`, `[...]`, `\x`.

/// More work than any real pattern needs.
const WORK_LIMIT: usize = 1 << 20;

/// Whether a pattern matches a whole text; `None` where finding out takes too long.
pub(super) fn matches(pattern: &[u8], text: &[u8]) -> Option<bool> {
    if pattern.len().saturating_mul(text.len()) > WORK_LIMIT {
        return None;
    }
    let (mut at, mut seen) = (0, 0);
    // Where the last `*` stands and how much of the text it has taken.
    let mut star: Option<(usize, usize)> = None;
    loop {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at, seen));
            at += 1;
            continue;
        }
        let Some(&byte) = text.get(seen) else {
            let rest = pattern.get(at..).unwrap_or_default();
            return Some(rest.iter().all(|&byte| byte == b'*'));
        };
        if let Some(len) = one(pattern.get(at..).unwrap_or_default(), byte) {
            at += len;
            seen += 1;
            continue;
        }
        let Some((from, taken)) = star else { return Some(false) };
        star = Some((from, taken + 1));
        (at, seen) = (from + 1, taken + 1);
    }
}

/// Whether anything in it is more than a literal character.
pub(super) fn is_literal(pattern: &[u8]) -> bool {
    !pattern.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[' | b'\\'))
}

/// The length of the pattern's first item, if it matches the byte.
fn one(pattern: &[u8], byte: u8) -> Option<usize> {
    match pattern {
        [b'?', ..] => Some(1),
        [b'\\', next, ..] => (*next == byte).then_some(2),
        [b'[', rest @ ..] => {
            let negated = matches!(rest.first(), Some(b'!' | b'^'));
            let body = &rest[usize::from(negated)..];
            // A `]` that comes first stands for itself.
            let Some(len) = body.iter().skip(1).position(|&byte| byte == b']') else {
                return (byte == b'[').then_some(1);
            };
            let body = &body[..=len];
            (in_set(body, byte) != negated).then_some(2 + usize::from(negated) + body.len())
        }
        [first, ..] => (*first == byte).then_some(1),
        [] => None,
    }
}

fn in_set(mut set: &[u8], byte: u8) -> bool {
    loop {
        set = match set {
            [low, b'-', high, rest @ ..] => {
                if (*low..=*high).contains(&byte) {
                    return true;
                }
                rest
            }
            [first, rest @ ..] => {
                if *first == byte {
                    return true;
                }
                rest
            }
            [] => return false,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn matches_as_the_shell_does() {
        for (pattern, text, wanted) in [
            ("OVS*", "OVSBridge", true),
            ("*br?", "vmbr0", true),
            ("*br?", "vmbr10", false),
            ("[yY][eE][sS]", "yEs", true),
            ("[!a-f]x", "gx", true),
            ("[!a-f]x", "bx", false),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("", "", true),
            ("*", "", true),
            ("[", "[", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), Some(wanted), "{pattern} {text}");
        }
    }
}
