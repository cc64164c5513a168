//! One JSON object for programs. `version` is raised when a field changes its meaning or goes;
//! new fields may come at any time.
//!
//! JSON is Unicode and files are not: in names and messages a byte that is not UTF-8 becomes
//! U+FFFD. An edit must not lose it: its `content` is then `content_base64`.

mod types;

use super::{Change, Reported, Source, Summary, visible};
use crate::edit::Edit;
use crate::finding::Fix;
use bstr::{BStr, ByteSlice};
use serde::Serialize;
use std::fmt::Write;
use std::io;

/// The version of the format.
pub(super) const VERSION: u32 = 1;

/// Writes a finding, behind others or as the first.
pub(super) fn finding(out: &mut dyn io::Write, reported: &Reported<'_>, first: bool) -> io::Result<()> {
    let start =
        if first { format!("{{\n  \"version\": {VERSION},\n  \"findings\": [\n    ") } else { ",\n    ".to_owned() };
    out.write_all(start.as_bytes())?;
    out.write_all(pretty(&json_finding(reported), 4)?.as_bytes())
}

/// Writes what is known in the end and closes the object.
pub(super) fn end(out: &mut dyn io::Write, changes: &[Change], summary: &Summary, empty: bool) -> io::Result<()> {
    let start =
        if empty { format!("{{\n  \"version\": {VERSION},\n  \"findings\": [],\n") } else { "\n  ],\n".to_owned() };
    let (changed, changes) = (summary.files_changed > 0, pretty(&changes, 2)?);
    write!(out, "{start}  \"changed\": {changed},\n  \"changes\": {changes},\n")?;
    write!(out, "  \"summary\": {}\n}}\n", pretty(summary, 2)?)
}

/// Writes indented JSON and a newline. What a terminal or CI would obey is escaped: outside its strings
/// JSON has no such characters, and inside them `\u` means the same.
pub(super) fn write_value(out: &mut dyn io::Write, value: &impl Serialize) -> io::Result<()> {
    writeln!(out, "{}", pretty(value, 0)?)
}

/// The value's lines, those behind the first indented.
pub(super) fn pretty(value: &impl Serialize, indent: usize) -> io::Result<String> {
    let mut safe = Safe { text: String::new(), indent };
    serde_json::to_writer_pretty(&mut safe, value)?;
    Ok(safe.text)
}

/// Takes JSON piece by piece, for the text of a finding can be as long as its file.
struct Safe {
    text: String,
    indent: usize,
}

impl io::Write for Safe {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        for character in std::str::from_utf8(piece).map_err(io::Error::other)?.chars() {
            if character == '\n' {
                self.text.push('\n');
                self.text.extend(std::iter::repeat_n(' ', self.indent));
            } else if visible::is_hidden(character) || character == '[' && visible::opens_command(&self.text) {
                // Writing to a String cannot fail.
                let _ =
                    character.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(self.text, "\\u{unit:04x}"));
            } else {
                self.text.push(character);
            }
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn json_finding<'a>(reported: &Reported<'a>) -> types::Finding<'a> {
    let finding = reported.finding;
    let source = reported.tree.source(&finding.place.file);
    let (start, end) = (source.position(finding.place.span.start), source.position(finding.place.span.end));
    types::Finding {
        rule: finding.rule,
        severity: finding.severity,
        host: lossy(reported.tree.host.as_bstr()),
        file: lossy(source.path.as_bstr()),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        bridge: finding.bridge.as_ref().map(|bridge| lossy(bridge.as_bstr())),
        stack: finding.stack.as_deref(),
        message: &finding.message,
        label: &finding.label,
        notes: &finding.notes,
        help: &finding.help,
        fix: finding.fix.as_ref().map(|fix| json_fix(fix, reported)),
        fixed: reported.fixed,
    }
}

fn json_fix<'a>(fix: &'a Fix, reported: &Reported<'_>) -> types::Fix<'a> {
    let edits = fix.edits.iter().flat_map(|file| {
        let source = reported.tree.source(&file.file);
        file.edits.iter().map(move |edit| json_edit(&source, edit))
    });
    types::Fix {
        title: &fix.title,
        applicability: fix.applicability,
        address: fix.address.map(|address| address.to_string()),
        source: &fix.source,
        remarks: &fix.remarks,
        takes_effect: &fix.takes_effect,
        edits: edits.collect(),
    }
}

fn json_edit(source: &Source, edit: &Edit) -> types::Edit {
    let content = match edit.content.to_str() {
        Ok(text) => types::Content::Content(text.to_owned()),
        Err(_) => types::Content::ContentBase64(base64(&edit.content)),
    };
    types::Edit {
        file: lossy(source.path.as_bstr()),
        start: source.position(edit.span.start),
        end: source.position(edit.span.end),
        content,
    }
}

pub(super) fn lossy(text: &BStr) -> String {
    text.to_str_lossy().into_owned()
}

/// The standard alphabet with padding (RFC 4648, section 4).
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, &byte| (bits << 8) | u32::from(byte)) << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit)) & 63;
            out.push(if digit <= chunk.len() { char::from(ALPHABET[index as usize]) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn base64_as_in_the_rfc() {
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(base64(&[0xff, 0xfe, 0xe9]), "//7p");
    }

    #[test]
    fn a_terminal_obeys_nothing_in_it() {
        let text = "\u{1b}[31m\u{7f}\u{9b}1m\u{202e}\u{e0041}é";
        let mut out = Vec::new();
        write_value(&mut out, &[text]).unwrap();
        assert_eq!(
            String::from_utf8(out.clone()).unwrap(),
            "[\n  \"\\u001b[31m\\u007f\\u009b1m\\u202e\\udb40\\udc41é\"\n]\n"
        );
        assert_eq!(serde_json::from_slice::<Vec<String>>(&out).unwrap(), [text]);
    }
}
