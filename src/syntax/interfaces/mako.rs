//! ifupdown2 runs a file with a `%` in it through Mako. What Mako takes out is masked here;
//! nothing is evaluated: every branch counts, and `${...}` stays as it is.

use crate::span::Span;
use crate::syntax::physical_lines;
use bstr::ByteSlice;

/// What Mako makes of a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Rendered {
    /// The same text.
    Same,
    /// The file with blanks for what Mako takes out, so that all offsets stay; and whether its
    /// text depends on what Mako evaluates.
    Masked(Vec<u8>, bool),
    /// Mako raises an exception, and ifupdown2 goes on with the file as it is.
    Failed(&'static str),
}

/// Statements that a `% end...` line closes.
const OPENING: &[&str] = &["for", "if", "try", "while", "with"];
/// Statements that stand inside one.
const BETWEEN: &[&str] = &["elif", "else", "except", "finally"];

/// Finds what Mako's lexer takes for its own (`mako/lexer.py`).
#[must_use]
pub fn render(bytes: &[u8]) -> Rendered {
    let mut masks = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let mut evaluates = false;
    // Where the block that is open ends: `%>` or `</%doc>`.
    let mut until: Option<&[u8]> = None;
    for line in physical_lines(bytes) {
        let text = line.of(bytes);
        let start = line.start + text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let inner = Span::new(start, line.end).of(bytes).trim_ascii_end();
        if until.is_some() || text.contains_str(b"<%") {
            evaluates = true;
            mask_blocks(bytes, line, &mut until, &mut masks);
        } else if inner.starts_with(b"##") {
            masks.push(line);
        } else if inner.starts_with(b"%%") {
            masks.push(Span::new(start, start + 1));
        } else if let Some(statement) = inner.strip_prefix(b"%") {
            evaluates = true;
            masks.push(line);
            if let Err(failed) = control(statement.trim_ascii(), &mut open) {
                return Rendered::Failed(failed);
            }
        }
    }
    if until.is_some() || !open.is_empty() {
        return Rendered::Failed("a statement or block is not closed");
    }
    let names = bytes
        .find_iter(b"${")
        .any(|at| bytes[at + 2..].trim_ascii_start().first().is_some_and(u8::is_ascii_alphabetic));
    match (names, evaluates, masks.is_empty()) {
        (true, false, _) => Rendered::Failed("Undefined"),
        (_, _, true) => Rendered::Same,
        _ => Rendered::Masked(masked(bytes, &masks), evaluates),
    }
}

/// A `%` line: its statement.
fn control<'a>(statement: &'a [u8], open: &mut Vec<&'a str>) -> Result<(), &'static str> {
    let len = statement.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let word = statement[..len].to_str().unwrap_or_default();
    if let Some(closed) = word.strip_prefix("end") {
        return (open.pop() == Some(closed)).then_some(()).ok_or("an `end` line closes nothing");
    }
    if !statement.ends_with(b":") {
        return Err("invalid control line");
    }
    match word {
        _ if OPENING.contains(&word) => open.push(word),
        _ if BETWEEN.contains(&word) && !open.is_empty() => {}
        _ => return Err("unsupported control keyword"),
    }
    Ok(())
}

/// A line with `<% ... %>` or a part of it. Comments go with their text, of other tags only the tag.
fn mask_blocks(bytes: &[u8], line: Span, until: &mut Option<&'static [u8]>, masks: &mut Vec<Span>) {
    let mut at = line.start;
    while at < line.end {
        let left = Span::new(at, line.end).of(bytes);
        let from = match until {
            Some(_) => 0,
            None => match left.find(b"<%") {
                Some(found) => found,
                None => return,
            },
        };
        let tag = &left[from..];
        let end: &'static [u8] = until.unwrap_or(match tag.get(2) {
            _ if tag.starts_with(b"<%doc>") => b"</%doc>",
            Some(byte) if byte.is_ascii_alphabetic() => b">",
            _ => b"%>",
        });
        let found = tag.find(end);
        let len = found.map_or(tag.len(), |found| found + end.len());
        *until = if found.is_some() { None } else { Some(end) };
        masks.push(Span::new(at + from, at + from + len));
        at += from + len;
    }
}

fn masked(bytes: &[u8], masks: &[Span]) -> Vec<u8> {
    let mut text = bytes.to_vec();
    for mask in masks {
        let part = text.get_mut(mask.start..mask.end).unwrap_or_default();
        part.iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn masks_what_mako_takes_out() {
        let show = |text: &str| match render(text.as_bytes()) {
            Rendered::Masked(text, evaluates) => (String::from_utf8(text).unwrap(), evaluates),
            other => (format!("{other:?}"), false),
        };
        assert_eq!(show("up echo 100%\n").0, "Same");
        assert_eq!(show("% if x:\na\n% endif\nb\n"), ("       \na\n       \nb\n".to_owned(), true));
        assert_eq!(show("<% x = 1\ny %>a\n <%doc>\nb\n</%doc>%%\n").0, "        \n    a\n       \n \n       %%\n");
        assert_eq!(show(" %% a\n ## b\n"), ("  % a\n     \n".to_owned(), false));
        for failing in ["% foo\n", "% if x:\na\n", "% endif\n", "up echo ${IFACE} 100%\n", "<% a\n"] {
            assert!(matches!(render(failing.as_bytes()), Rendered::Failed(_)), "{failing}");
        }
    }
}
