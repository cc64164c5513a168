//! `$'...'`: ANSI-C quoting, alike in bash (manual, "ANSI-C Quoting") and in NetworkManager
//! (shvar.c, `svUnescape_full`), but for bash's `\cX`, which nobody writes into an ifcfg file.

/// Appends what stands between `$'` and `'`.
pub(super) fn unescape(inner: &[u8], out: &mut Vec<u8>) {
    let mut rest = inner;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let Some((&escaped, after)) = after.split_first().filter(|_| byte == b'\\') else {
            out.push(byte);
            continue;
        };
        rest = after;
        match escaped {
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'e' | b'E' => out.push(27),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b'?' | b'"' | b'\\' | b'\'' => out.push(escaped),
            b'0'..=b'7' => {
                let (value, used) = number(&inner[inner.len() - rest.len() - 1..], 8, 3);
                rest = &rest[used - 1..];
                out.push(value as u8);
            }
            b'x' | b'u' | b'U' => {
                let digits =
                    [(b'x', 2), (b'u', 4), (b'U', 8)].iter().find(|row| row.0 == escaped).map_or(2, |row| row.1);
                let (value, used) = number(rest, 16, digits);
                rest = &rest[used..];
                match (used, escaped) {
                    // No digits: no escape.
                    (0, _) => out.extend_from_slice(&[b'\\', escaped]),
                    (_, b'x') => out.push(value as u8),
                    _ => {
                        let unicode = char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER);
                        out.extend_from_slice(unicode.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                }
            }
            _ => out.extend_from_slice(&[b'\\', escaped]),
        }
    }
}

/// The number at the start of `text` and how many digits it has.
fn number(text: &[u8], radix: u32, most: usize) -> (u32, usize) {
    let digits = text.iter().take(most).map_while(|&digit| (digit as char).to_digit(radix));
    digits.fold((0, 0), |(value, used), digit| (value * radix + digit, used + 1))
}

#[cfg(test)]
mod tests {
    use bstr::BString;
    use pretty_assertions::assert_eq;

    #[test]
    fn unescapes() {
        for (inner, wanted) in [
            (r"52:54", "52:54"),
            (r"a\tb\'c\\", "a\tb'c\\"),
            (r"\065\062:\x35\x34", "52:54"),
            (r"\u00e9\q\x", "é\\q\\x"),
            (r"\", "\\"),
        ] {
            let mut out = Vec::new();
            super::unescape(inner.as_bytes(), &mut out);
            assert_eq!(BString::from(out), BString::from(wanted), "{inner}");
        }
    }
}
