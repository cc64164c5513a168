//! Addresses as programs read them.

use crate::address::MacAddress;
use bstr::ByteSlice;

/// Octets as iproute2 reads them (lib/ll_addr.c `ll_addr_a2n`: `sscanf("%x")` on each field
/// between colons, so that what follows a number in its field is ignored). `None` is
/// `"..." is invalid lladdr.`
pub(super) fn iproute2(text: &[u8]) -> Option<Vec<u8>> {
    /// The size of `abuf` in ip/iplink.c.
    const LONGEST: usize = 32;
    if text.contains(&b'.') {
        // An IPv4 address, for tunnels: four octets at best.
        return Some(vec![0; 4]).filter(|_| text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'));
    }
    text.split(|&byte| byte == b':').take(LONGEST).map(scan_hex).collect()
}

/// `sscanf("%x")` into an `int` that must lie in 0..=255.
fn scan_hex(field: &[u8]) -> Option<u8> {
    let text = field.trim_start_with(|c| c.is_ascii_whitespace() || c == '\x0b');
    let text = text.strip_prefix(b"+").unwrap_or(text);
    let text = match text.strip_prefix(b"0x").or(text.strip_prefix(b"0X")) {
        Some(rest) if rest.first().is_some_and(u8::is_ascii_hexdigit) => rest,
        _ => text,
    };
    let digits = text.iter().map_while(|&byte| char::from(byte).to_digit(16));
    let mut any = false;
    let value = digits.fold(0u64, |value, digit| {
        any = true;
        value.saturating_mul(16).saturating_add(u64::from(digit))
    });
    // glibc stores an unsigned long into the int: the low 32 bits count, all ones where it overflows.
    u8::try_from(value as u32 as i32).ok().filter(|_| any)
}

/// An address as net-tools reads it (lib/ether.c `in_ether`): one or two digits, colons not
/// required, octets that are missing are zero and more than six are ignored (measured with 2.10).
pub(super) fn net_tools(text: &[u8]) -> Option<MacAddress> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).map(|digit| digit as u8);
    let mut octets = [0; 6];
    let mut rest = text;
    for octet in &mut octets {
        let Some((first, after)) = rest.split_first() else { break };
        let high = digit(first)?;
        (*octet, rest) = match after.split_first() {
            None => (high, after),
            Some((b':', _)) => (high, after),
            Some((second, after)) => ((high << 4) | digit(second)?, after),
        };
        rest = rest.strip_prefix(b":").unwrap_or(rest);
    }
    (!text.is_empty()).then_some(MacAddress(octets))
}

/// The address that a text was most likely meant to be, whatever a program makes of it: in
/// quotes, with dashes, dots or nothing between the digits, beside other words.
#[must_use]
pub fn guess(text: &[u8]) -> Option<MacAddress> {
    let separates = |byte: &u8| byte.is_ascii_whitespace() || b"\"'#,;=()`".contains(byte);
    text.split(separates).find_map(|word| {
        let plain = MacAddress::parse(word).or_else(|| MacAddress::parse_separated(word, b'-'));
        plain.or_else(|| {
            let bare = word.iter().all(u8::is_ascii_hexdigit) && word.len() == 12;
            let dotted = word.len() == 14 && word.split(|&byte| byte == b'.').all(|part| part.len() == 4);
            let digits: Vec<u8> = word.iter().copied().filter(|&byte| byte != b'.').collect();
            net_tools(&digits).filter(|_| bare || dotted)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn reads_as_iproute2_does() {
        let full = [0x52, 0x54, 0, 0xaa, 0xbb, 0xcc];
        for (text, octets) in [
            ("52:54:00:aa:bb:cc", Some(&full[..])),
            ("52:54:0:AA:bb:cc", Some(&full)),
            ("ether 52:54", Some(&[0x0e, 0x54])),
            ("0x52: 54:+0:aa#:bb:ccz", Some(&full)),
            ("52-54-00-aa-bb-cc", Some(&[0x52])),
            ("525400aabbcc", None),
            ("zz:zz:zz:zz:zz:zz", None),
            ("\"52:54", None),
            ("5254.00aa.bbcc", None),
            ("52:54:", None),
            ("100:1", None),
            ("", None),
        ] {
            assert_eq!(iproute2(text.as_bytes()).as_deref(), octets, "{text:?}");
        }
    }

    #[test]
    fn reads_as_net_tools_does() {
        let show = |text: &str| net_tools(text.as_bytes()).map(|mac| mac.to_string());
        for text in ["52:54:00:aa:bb:cc", "52:54:0:AA:bb:cc", "525400aabbcc", "52:54:00:aa:bb:cc:dd"] {
            assert_eq!(show(text).as_deref(), Some("52:54:00:aa:bb:cc"), "{text:?}");
        }
        assert_eq!(show("52:54").as_deref(), Some("52:54:00:00:00:00"));
        for text in ["", "52-54-00-aa-bb-cc", "random"] {
            assert_eq!(show(text), None, "{text:?}");
        }
    }

    #[test]
    fn guesses_what_was_meant() {
        for text in [
            "\"52:54:00:aa:bb:cc\"",
            "52-54-0-aa-bb-cc",
            "5254.00aa.bbcc",
            "525400AABBCC",
            "ether 52:54:00:aa:bb:cc # x",
        ] {
            let meant = guess(text.as_bytes()).map(|mac| mac.to_string());
            assert_eq!(meant.as_deref(), Some("52:54:00:aa:bb:cc"), "{text:?}");
        }
        for text in ["", "random", "lan0", "52:54:00:aa:bb", "$(cat /sys/class/net/lan0/address)"] {
            assert_eq!(guess(text.as_bytes()), None, "{text:?}");
        }
    }
}
