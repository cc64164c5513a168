//! How ifupdown2 reads a MAC address: once as a number to compare, once as bytes to send. The
//! two readings differ, and neither refuses what is merely short.

use crate::address::MacAddress;
use bstr::{BStr, BString};

/// What is left of the value of `hwaddress`: `ether` in front goes, upper case too
/// (`utils.strip_hwaddress`).
pub(super) fn strip(value: &BStr) -> BString {
    let value: &[u8] = value;
    let rest = value.strip_prefix(b"ether").map_or(value, trim);
    BString::from(rest.to_ascii_lowercase())
}

/// The number that is compared with the running address (`utils.mac_str_to_int`): the pieces
/// between `:.-,` and blanks, each shifted in by eight bits, however many digits it has. `None`
/// where Python raises `ValueError`, and `ifup` fails.
pub(super) fn number(text: &[u8]) -> Option<u128> {
    let pieces = text.split(|&byte| b":.-,".contains(&byte) || is_blank(byte)).filter(|piece| !piece.is_empty());
    pieces.map(python_int).try_fold(0, |number: u128, piece| {
        let room = number.saturating_mul(256);
        Some(room.saturating_add(piece?))
    })
}

/// The number of an address, as [`number`] makes it of six full octets.
pub(super) fn number_of(address: MacAddress) -> u128 {
    address.0.iter().fold(0, |number, &octet| number * 256 + u128::from(octet))
}

/// The address that is sent (`AttributeMACAddress.encode`): the digits without `:` and `.` as
/// one number, so leading zeros are lost and short notations move to the right. `None` where
/// that is no number of 48 bits.
pub(super) fn encode(text: &[u8]) -> Option<MacAddress> {
    let digits: Vec<u8> = text.iter().copied().filter(|byte| !b":.".contains(byte)).collect();
    let number = python_int(&digits)?;
    let [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d, e, f] = number.to_be_bytes() else { return None };
    Some(MacAddress([a, b, c, d, e, f]))
}

/// `int(text, 16)`, without the minus sign, which never ends in an address; saturating.
fn python_int(text: &[u8]) -> Option<u128> {
    let text = trim(text);
    let text = text.strip_prefix(b"+").unwrap_or(text);
    let prefixed = text.strip_prefix(b"0x").or(text.strip_prefix(b"0X"));
    let text = prefixed.map_or(text, |rest| rest.strip_prefix(b"_").unwrap_or(rest));
    // Single underscores may stand between digits since Python 3.6 (PEP 515).
    text.split(|&byte| byte == b'_').try_fold(0, |number: u128, group| {
        let digit = |&byte: &u8| Some(u128::from((byte as char).to_digit(16)?));
        let mut digits = group.iter().map(digit).peekable();
        digits.peek()?;
        digits.try_fold(number, |number, digit| Some(number.saturating_mul(16).saturating_add(digit?)))
    })
}

fn trim(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|&byte| !is_blank(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|&byte| !is_blank(byte)).map_or(start, |last| last + 1);
    text.get(start..end).unwrap_or_default()
}

/// ASCII characters that Python's `str.isspace` takes.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | 0x1c..=0x1f | b' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn sent(value: &str) -> Option<String> {
        let text = strip(value.into());
        number(&text)?;
        Some(encode(&text)?.to_string())
    }

    #[test]
    fn takes_more_notations_than_it_should() {
        for (value, address) in [
            ("52:54:00:AA:BB:CC", "52:54:00:aa:bb:cc"),
            ("ether 52:54:00:aa:bb:cc", "52:54:00:aa:bb:cc"),
            ("5254.00aa.bbcc", "52:54:00:aa:bb:cc"),
            ("525400aabbcc", "52:54:00:aa:bb:cc"),
            ("00:52:54:00:aa:bb:cc", "52:54:00:aa:bb:cc"),
            // Measured: short notations give another address.
            ("52:54:0:aa:bb:c", "00:52:54:0a:ab:bc"),
            ("52:54:00:aa:bb", "00:52:54:00:aa:bb"),
        ] {
            assert_eq!(sent(value).as_deref(), Some(address), "{value}");
        }
        for refused in [
            "52-54-00-aa-bb-cc",
            "52:54:00:aa:bb:cc # pinned",
            "\"52:54:00:aa:bb:cc\"",
            "52:54:00:aa:bb:cc:dd",
            "random",
            "lan0",
            "$MAC",
            ":",
            "0x",
        ] {
            assert_eq!(sent(refused), None, "{refused}");
        }
    }

    #[test]
    fn compares_by_another_number_than_it_sends() {
        let port = number_of(MacAddress([0xb4, 0x99, 0xba, 0, 0, 1]));
        assert_eq!(number(b"b4:99:ba:0:0:1"), Some(port));
        assert_eq!(number(b"b499ba000001"), Some(port));
        assert_ne!(number(b"b499.ba00.0001"), Some(port));
        assert_eq!(number(&b"ff:".repeat(1000)), Some(u128::MAX));
    }
}
