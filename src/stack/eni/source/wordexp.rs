//! glibc's `wordexp`, up to the point where its words are globbed.

use super::fnmatch::push_literal;
use bstr::BString;

/// Bytes that fail the whole expansion when they are not quoted (`WRDE_BADCHAR`).
const REFUSED: &[u8] = b"\n|&;<>(){}";

/// The patterns that the text's words are. Variables are empty: at boot none is set that a path
/// would use. None where `wordexp` fails.
pub(super) fn split(text: &[u8]) -> Option<Vec<BString>> {
    let mut words = Vec::new();
    let mut word: Option<BString> = None;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            b' ' | b'\t' => words.extend(word.take()),
            b'\\' => {
                push_literal(word.get_or_insert_default(), *text.get(at)?);
                at += 1;
            }
            b'\'' => {
                let len = text[at..].iter().position(|&byte| byte == b'\'')?;
                let word = word.get_or_insert_default();
                text[at..at + len].iter().for_each(|&byte| push_literal(word, byte));
                at += len + 1;
            }
            b'"' => at += double_quoted(&text[at..], word.get_or_insert_default())?,
            b'$' => match variable(&text[at..])? {
                0 => word.get_or_insert_default().push(b'$'),
                len => at += len,
            },
            // parse_tilde; root runs ifup.
            b'~' if word.is_none() && matches!(text.get(at), None | Some(b'/' | b' ' | b'\t')) => {
                word = Some(BString::from("/root"));
            }
            b'`' => return None,
            byte if REFUSED.contains(&byte) => return None,
            byte => word.get_or_insert_default().push(byte),
        }
    }
    words.extend(word);
    Some(words)
}

/// What follows a `"`: its length with the closing one.
fn double_quoted(text: &[u8], word: &mut BString) -> Option<usize> {
    let mut at = 0;
    loop {
        let byte = *text.get(at)?;
        at += 1;
        match byte {
            b'"' => return Some(at),
            b'`' => return None,
            b'\\' if matches!(text.get(at), Some(b'$' | b'`' | b'"' | b'\\')) => {
                push_literal(word, *text.get(at)?);
                at += 1;
            }
            b'$' => match variable(&text[at..])? {
                0 => word.push(b'$'),
                len => at += len,
            },
            byte => push_literal(word, byte),
        }
    }
}

/// The length of a variable's name after its `$`; 0 where it is only a dollar sign. None for a
/// command, which `WRDE_NOCMD` forbids.
fn variable(text: &[u8]) -> Option<usize> {
    let name = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    match text.first() {
        Some(b'(') => None,
        Some(b'{') => Some(text.iter().position(|&byte| byte == b'}')? + 1),
        Some(b'$' | b'#' | b'@' | b'*' | b'?' | b'!' | b'-') => Some(1),
        Some(byte) if byte.is_ascii_digit() => Some(1),
        _ => Some(name(text)),
    }
}
