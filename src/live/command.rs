//! The command that pins a running bridge, as a line for a shell.

use crate::address::MacAddress;
use crate::report::visible::is_hidden;
use bstr::{BStr, ByteSlice};
use std::fmt::Write;

/// `ip link set dev br0 address ...`: one line that any POSIX shell takes and that a terminal can show.
#[must_use]
pub fn command(bridge: &BStr, address: MacAddress) -> String {
    format!("ip link set dev {} address {address}", word(bridge))
}

/// A name as one word of a shell. The kernel allows every byte in a link's name but a slash, a colon and
/// blanks (`dev_valid_name` in net/core/dev.c).
fn word(name: &BStr) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@%+=,".contains(&byte);
    // Octal escapes are what printf of every shell knows.
    let printed = || {
        let mut text = String::from("\"$(printf '");
        for byte in name.bytes() {
            // Writing to a String cannot fail.
            let _ = match byte {
                byte if byte.is_ascii_alphanumeric() => text.write_char(char::from(byte)),
                byte => write!(text, "\\{byte:03o}"),
            };
        }
        text + "')\""
    };
    match name.to_str() {
        Ok(text) if !text.is_empty() && text.bytes().all(is_plain) => text.to_owned(),
        Ok(text) if !text.chars().any(is_hidden) => format!("'{}'", text.replace('\'', r"'\''")),
        _ => printed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::process::Command;

    #[test]
    fn a_shell_reads_the_name_back() {
        for (name, expected) in [
            (&b"br0"[..], "br0"),
            (b"br-lan.5", "br-lan.5"),
            (b"-x", "-x"),
            (b"~root", "'~root'"),
            (b"#0", "'#0'"),
            (b"br;$(id)", "'br;$(id)'"),
            (b"it's", r"'it'\''s'"),
            (b"a\\b!", r"'a\b!'"),
            ("brücke".as_bytes(), "'brücke'"),
            (b"b\x1b[1m%s'", r#""$(printf 'b\033\1331m\045s\047')""#),
            (b"caf\xe9", r#""$(printf 'caf\351')""#),
            (b"-\x01\x01", r#""$(printf '\055\001\001')""#),
        ] {
            let word = word(BStr::new(name));
            assert_eq!(word, expected);
            let output = Command::new("sh").args(["-c", &format!("printf %s {word}")]).output().unwrap();
            assert_eq!(output.stdout.as_bstr(), name.as_bstr(), "{word}");
        }
    }
}
