//! Text from files, made safe to show: a terminal must not obey it, and a reader must see what
//! is really there.

use bstr::ByteSlice;
use std::borrow::Cow;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// Whether a terminal obeys this character, or it hides or reorders what stands around it.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    let invisible = matches!(character,
        '\u{ad}'                                // soft hyphen
        | '\u{61c}' | '\u{200e}' | '\u{200f}'   // direction marks
        | '\u{202a}'..='\u{202e}'               // bidi embeddings and overrides
        | '\u{2066}'..='\u{206f}'               // bidi isolates
        | '\u{200b}'..='\u{200d}'               // no width
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}'
        | '\u{2028}' | '\u{2029}'               // line and paragraph separators
        | '\u{fff9}'..='\u{fffb}'               // interlinear annotation
        | '\u{e0000}'..='\u{e007f}'             // tags
    );
    invisible || character.is_control()
}

/// Whether a `[` behind this text makes a command of it that CI obeys wherever in a log it stands: `##[error]` (GitHub's
/// runner, ActionCommand.cs `TryParse`) and `##vso[task.setvariable]` (Azure Pipelines).
#[must_use]
pub fn opens_command(before: &str) -> bool {
    before.ends_with("##") || before.ends_with("##vso")
}

/// Text that was put together from pieces, without such commands.
#[must_use]
pub fn without_commands<'t>(text: impl Into<Cow<'t, str>>) -> Cow<'t, str> {
    let text = text.into();
    if !has_pair(text.as_bytes(), *b"##") {
        return text;
    }
    text.replace("##[", "##\\x5b").replace("##vso[", "##vso\\x5b").into()
}

/// Whether a word is a command that GitHub's runner obeys at the start of a line (`TryParseV2`): `::error::`.
fn is_command(word: &[u8]) -> bool {
    matches!(word, [b':', b':', b'a'..=b'z' | b'A'..=b'Z', ..])
}

/// The text with everything hidden written out: `\x1b`, `\t`, `\n`, `\u{202e}`, and `\xe9` for a
/// byte that is not UTF-8. The first `:` of what CI would take for a command is written out too: text is wrapped, and
/// any word may come to stand at the start of a line.
#[must_use]
pub fn text(bytes: &(impl AsRef<[u8]> + ?Sized)) -> Cow<'_, str> {
    written_out(bytes.as_ref(), Kind::Text)
}

/// As [`text`], for a message of several lines.
#[must_use]
pub fn message(message: &str) -> String {
    message.split('\n').map(text).collect::<Vec<_>>().join("\n")
}

/// As [`text`], but a tab becomes four blanks: for a line of a file that stands beside its number.
#[must_use]
pub fn source(bytes: &[u8]) -> Cow<'_, str> {
    written_out(bytes, Kind::Source)
}

/// How many columns of a terminal visible text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    if is_plain(text.as_bytes()) { text.len() } else { text.width() }
}

/// Whether every byte is a character of one column that is shown as it is: most texts are. To look at all bytes takes
/// less time than to stop at the first that is none.
#[must_use]
pub fn is_plain(text: &[u8]) -> bool {
    text.iter().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'))
}

/// The text, where nothing in it may have to be written out: most texts.
#[must_use]
pub fn as_it_is(text: &[u8]) -> Option<&str> {
    if is_plain(text) && !has_pair(text, *b":#") { std::str::from_utf8(text).ok() } else { None }
}

/// Whether two bytes side by side are the same, and one of these.
#[must_use]
pub fn has_pair(text: &[u8], of: [u8; 2]) -> bool {
    let pairs = text.iter().zip(text.get(1..).unwrap_or_default());
    pairs.fold(false, |found, (first, second)| found | ((first == second) & ((*first == of[0]) | (*first == of[1]))))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Source,
}

fn written_out(bytes: &[u8], kind: Kind) -> Cow<'_, str> {
    if let Some(text) = as_it_is(bytes) {
        return Cow::Borrowed(text);
    }
    let tab = if kind == Kind::Text { "\\t" } else { "    " };
    let mut out = String::with_capacity(bytes.len());
    for (start, end, character) in bytes.char_indices() {
        let raw = bytes.get(start..end).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = match character {
            '\t' => out.write_str(tab),
            '[' if opens_command(&out) => out.write_str("\\x5b"),
            ':' if kind == Kind::Text
                && (out.is_empty() || out.ends_with(' '))
                && is_command(bytes.get(start..).unwrap_or_default()) =>
            {
                out.write_str("\\x3a")
            }
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            // What bstr gives for bytes that are not UTF-8; a real one is three bytes long and stays.
            '\u{fffd}' if raw.to_str().is_err() => raw.iter().try_for_each(|byte| write!(out, "\\x{byte:02x}")),
            _ if character.is_ascii_control() => write!(out, "\\x{:02x}", u32::from(character)),
            _ if is_hidden(character) => write!(out, "\\u{{{:x}}}", u32::from(character)),
            _ => out.write_char(character),
        };
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn writes_out_what_a_terminal_would_obey_or_hide() {
        for (bytes, shown) in [
            (&b"\x1b]0;title\x07"[..], r"\x1b]0;title\x07"),
            (b"caf\xe9 \xe2\x82", r"caf\xe9 \xe2\x82"),
            ("café 網橋 \u{fffd}".as_bytes(), "café 網橋 \u{fffd}"),
            ("a\u{202e}b\u{2028}c\u{9b}d\u{e0041}".as_bytes(), r"a\u{202e}b\u{2028}c\u{9b}d\u{e0041}"),
            (b"a\tb\r\n\0\x7f", r"a\tb\r\n\x00\x7f"),
            (b"::error::a ::warning b::c ::1 ::", r"\x3a:error::a \x3a:warning b::c ::1 ::"),
            (b"##[error]a ##vso[b] #[c]", r"##\x5berror]a ##vso\x5bb] #[c]"),
        ] {
            assert_eq!(text(bytes), shown);
        }
        assert_eq!(source(b"\tiface \x1b"), r"    iface \x1b");
        assert_eq!(width("網橋 br0"), 8);
    }
}
