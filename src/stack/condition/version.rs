//! `KernelVersion=`: comparisons that must all hold (`condition_test_kernel_version()`), by
//! `strverscmp_improved()` (src/fundamental/string-util-fundamental.c).

use crate::fnmatch::fnmatch;
use crate::systemd::words::{Cut, words};
use bstr::ByteSlice;
use std::cmp::Ordering;

/// An operator's spelling and which orders it lets pass; none for a pattern.
const OPERATORS: &[(&[u8], &[Ordering])] = &[
    (b"$=", &[]),
    (b"!$=", &[]),
    (b"<=", &[Ordering::Less, Ordering::Equal]),
    (b">=", &[Ordering::Greater, Ordering::Equal]),
    (b"<>", &[Ordering::Less, Ordering::Greater]),
    (b"!=", &[Ordering::Less, Ordering::Greater]),
    (b"==", &[Ordering::Equal]),
    (b"<", &[Ordering::Less]),
    (b">", &[Ordering::Greater]),
    (b"=", &[Ordering::Equal]),
];

/// Whether a kernel release passes.
pub(super) fn holds(release: &[u8], expression: &[u8]) -> bool {
    let mut words = words(expression, Cut { unquote: true, keep_backslashes: false }).into_iter();
    let mut first = true;
    while let Some(word) = words.next() {
        let operator = OPERATORS.iter().find(|row| word.starts_with(row.0));
        let rest = operator.map_or(word.as_bytes(), |row| word.get(row.0.len()..).unwrap_or_default());
        // A blank may follow the operator in the first expression only; no version is an error.
        let next = if rest.trim_ascii().is_empty() && first { words.next() } else { None };
        let wanted = next.as_ref().map_or(rest.trim_ascii(), |word| word.as_bytes());
        let holds = match operator {
            _ if wanted.is_empty() => false,
            Some(row) if row.1.is_empty() => fnmatch(wanted, release, false) != row.0.starts_with(b"!"),
            Some(row) => row.1.contains(&compare(release, wanted)),
            None => fnmatch(wanted, release, false),
        };
        if !holds {
            return false;
        }
        first = false;
    }
    true
}

/// The order of two versions.
fn compare(mut a: &[u8], mut b: &[u8]) -> Ordering {
    /// Separators in the order in which they count, the lowest first.
    const SEPARATORS: &[u8] = b"~\0-^.";
    let is_valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"~-^.".contains(byte);
    loop {
        let skip = |text: &'_ [u8]| text.iter().position(is_valid).unwrap_or(text.len());
        a = a.get(skip(a)..).unwrap_or_default();
        b = b.get(skip(b)..).unwrap_or_default();
        let head = |text: &[u8]| text.first().copied().unwrap_or(0);
        for separator in SEPARATORS {
            match (head(a) == *separator, head(b) == *separator) {
                (true, true) if *separator == 0 => return Ordering::Equal,
                (true, true) => {
                    (a, b) = (a.get(1..).unwrap_or_default(), b.get(1..).unwrap_or_default());
                    break;
                }
                (true, false) => return Ordering::Less,
                (false, true) => return Ordering::Greater,
                (false, false) => {}
            }
        }
        let digits = head(a).is_ascii_digit() || head(b).is_ascii_digit();
        let (mine, rest_a) = segment(a, digits);
        let (theirs, rest_b) = segment(b, digits);
        let order = if digits { mine.len().cmp(&theirs.len()).then(mine.cmp(theirs)) } else { mine.cmp(theirs) };
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
}

/// The digits (without leading zeros) or letters at the start, and the rest.
fn segment(text: &[u8], digits: bool) -> (&[u8], &[u8]) {
    let belongs = |byte: &u8| if digits { byte.is_ascii_digit() } else { byte.is_ascii_alphabetic() };
    let (own, rest) = text.split_at(text.iter().take_while(|byte| belongs(byte)).count());
    (if digits { own.trim_start_with(|c| c == '0') } else { own }, rest)
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn compares_kernel_versions() {
        for (expression, wanted) in [
            (">=3", true),
            ("< 3", false),
            (">=6.2 <7", true),
            (">6.18", true),
            ("6.18.*", true),
            ("6.1", false),
            ("=6.18.44-amd64", true),
            (">=6.18.44", true),
            (">=6.100", false),
            (">=", false),
            ("$=6.*", true),
            ("$=5.*", false),
            (">=6 !$=5.*", true),
        ] {
            assert_eq!(holds(b"6.18.44-amd64", expression.as_bytes()), wanted, "{expression}");
        }
    }
}
