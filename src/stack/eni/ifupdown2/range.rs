//! `swp[1-4]` and `swp[1-4].100` (`utils.py`: `parse_iface_range`, `expand_iface_range`).

use bstr::{BString, ByteSlice};
use nom::Parser;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::error::Error;
use nom::sequence::{delimited, separated_pair};

/// As many interfaces as one range may stand for.
const RANGE_LIMIT: u64 = 4096;

/// The names that a range stands for; none where the name is no range.
pub(super) fn expand(name: &[u8]) -> Vec<BString> {
    let Some((prefix, (first, last), suffix)) = parse(name) else { return Vec::new() };
    let last = last.min(first.saturating_add(RANGE_LIMIT));
    let names = (first..=last).map(|number| [prefix, number.to_string().as_bytes(), suffix].concat());
    names.map(BString::from).collect()
}

type Range<'a> = (&'a [u8], (u64, u64), &'a [u8]);

/// What stands behind the bracket counts only where there is no dot before it.
fn parse(name: &[u8]) -> Option<Range<'_>> {
    let digits = || take_while1::<_, _, Error<&[u8]>>(|byte: u8| byte.is_ascii_digit());
    let bounds = delimited(tag("["), separated_pair(digits(), tag("-"), digits()), tag("]"));
    let mut range = (take_while1(is_word_or_dot), bounds, take_while(is_word_or_dot));
    let (_, (prefix, (first, last), suffix)) = range.parse(name).ok()?;
    let number = |digits: &[u8]| digits.to_str().ok()?.parse().ok();
    let suffix = if prefix.contains(&b'.') { &b""[..] } else { suffix };
    Some((prefix, (number(first)?, number(last)?), suffix))
}

fn is_word_or_dot(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    #[test]
    fn expands() {
        let show = |name: &str| bstr::join(" ", super::expand(name.as_bytes()));
        assert_eq!(show("br[0-2]"), b"br0 br1 br2");
        assert_eq!(show("swp[9-10].100"), b"swp9.100 swp10.100");
        assert_eq!(show("swp1.[2-3]x"), b"swp1.2 swp1.3");
        for name in ["br0", "br[2-1]", "br[a-b]", "[0-1]"] {
            assert_eq!(show(name), b"", "{name}");
        }
        assert_eq!(super::expand(b"x[0-99999999999]").len(), 4097);
    }
}
