//! Interface names: `ifname_valid_full()` (src/basic/socket-util.c).

/// Whether systemd takes a name for an interface that is to be made.
#[must_use]
pub fn is_valid(name: &[u8]) -> bool {
    name.len() < 16 && is_valid_alternative(name)
}

/// Whether systemd takes a name that may be an alternative one too, as `[Match] Name=` may.
#[must_use]
pub fn is_valid_alternative(name: &[u8]) -> bool {
    let allowed = |byte: &u8| (33..127).contains(byte) && !b":/%".contains(byte);
    !name.is_empty()
        && name.len() < 128
        && name.iter().all(allowed)
        && ![&b"."[..], b"..", b"all", b"default"].contains(&name)
        && !(matches!(name, [b'+' | b'0'..=b'9', ..]) && (name.iter().all(u8::is_ascii_digit) || is_index(name)))
}

/// `parse_ifindex()`: what `safe_atoi()` takes as a positive number, `0x10` and `0b1` too.
fn is_index(name: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(name) else { return false };
    let (text, prefix) = match text.split_at_checked(2) {
        Some((prefix @ ("0b" | "0B" | "0o" | "0O"), rest)) => (rest, prefix),
        _ => (text, ""),
    };
    let digits = text.strip_prefix('+').unwrap_or(text);
    let number = match prefix {
        "0b" | "0B" => i64::from_str_radix(digits, 2),
        "0o" | "0O" => i64::from_str_radix(digits, 8),
        _ => match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
            Some(hex) => i64::from_str_radix(hex, 16),
            None if digits.starts_with('0') => i64::from_str_radix(digits, 8),
            None => digits.parse(),
        },
    };
    number.is_ok_and(|number| (1..=i64::from(i32::MAX)).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_names_that_systemd_takes() {
        for name in ["br0", "abcdefghijklmno", "\"br0\"", "#x", ";y", "-z", "b'0", "-5", "09x"] {
            assert!(is_valid(name.as_bytes()), "{name}");
        }
        for name in
            ["", "abcdefghijklmnop", "1234", "0", "all", "default", ".", "br%d", "br 0", "br:0", "a/b", "br\u{fc}"]
        {
            assert!(!is_valid(name.as_bytes()), "{name}");
        }
        for name in ["0x10", "0b1", "0o7", "+5", "017"] {
            assert!(!is_valid(name.as_bytes()), "{name}");
        }
        assert!(is_valid_alternative(b"abcdefghijklmnop"));
    }
}
