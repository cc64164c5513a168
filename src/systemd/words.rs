//! A value's words: `extract_first_word()` (src/basic/extract-word.c).

use bstr::BString;

/// How words are cut.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cut {
    /// `EXTRACT_UNQUOTE`: quotes hold words together and fall away.
    pub unquote: bool,
    /// `EXTRACT_RETAIN_ESCAPE`: a backslash is a character like any other.
    pub keep_backslashes: bool,
}

/// The words of a value; those before an unfinished quote where there is one.
#[must_use]
pub fn words(value: &[u8], cut: Cut) -> Vec<BString> {
    if !value.iter().any(|byte| b"\\\"'".contains(byte)) {
        let words = value.split(|byte| b" \t\n\r".contains(byte));
        return words.filter(|word| !word.is_empty()).map(BString::from).collect();
    }
    let mut words = Vec::new();
    let mut word: Option<BString> = None;
    let mut quote = None;
    let mut bytes = value.iter().copied();
    while let Some(byte) = bytes.next() {
        match (byte, quote) {
            (b'\\', _) if !cut.keep_backslashes => word.get_or_insert_default().extend(bytes.next()),
            (byte, Some(open)) if byte == open => quote = None,
            (byte, Some(_)) => word.get_or_insert_default().push(byte),
            (b'"' | b'\'', None) if cut.unquote => {
                quote = Some(byte);
                word.get_or_insert_default();
            }
            (b' ' | b'\t' | b'\n' | b'\r', None) => words.extend(word.take()),
            (byte, None) => word.get_or_insert_default().push(byte),
        }
    }
    if quote.is_none() {
        words.extend(word);
    }
    words
}

/// `parse_boolean()` (src/basic/parse-util.c).
#[must_use]
pub fn boolean(value: &[u8]) -> Option<bool> {
    const YES: &[&str] = &["1", "yes", "y", "true", "t", "on"];
    const NO: &[&str] = &["0", "no", "n", "false", "f", "off"];
    let is = |word: &&str| value.eq_ignore_ascii_case(word.as_bytes());
    YES.iter().any(is).then_some(true).or(NO.iter().any(is).then_some(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn cuts_words() {
        let cut = |unquote, keep_backslashes| Cut { unquote, keep_backslashes };
        assert_eq!(words(b" a\tb  c", cut(false, false)), ["a", "b", "c"]);
        assert_eq!(words(b"\"a b\" 'c'd \"\"", cut(true, true)), ["a b", "cd", ""]);
        assert_eq!(words(b"\"a b\" x\\ y", cut(false, false)), ["\"a", "b\"", "x y"]);
        assert_eq!(words(b"a 'b", cut(true, true)), ["a"]);
    }
}
