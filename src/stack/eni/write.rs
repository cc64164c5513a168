//! Lines written into a stanza as their neighbours are written.

use super::Opt;
use crate::address::MacAddress;
use crate::edit::FileEdit;
use crate::host::Host;
use crate::judgement::{Candidate, Pin};
use crate::span::{Place, Span};
use crate::syntax::{indentation, line_after, line_ending};
use bstr::BString;
use std::sync::Arc;

/// Puts an option on a line of its own after the line of `neighbour`, in its indentation and
/// with its blanks between name and value.
#[must_use]
pub fn add_after(host: &Host, neighbour: &Opt, key: &str, value: &str) -> Option<Candidate> {
    let file = &neighbour.key.file;
    let bytes = host.read(file)?;
    let mut line = BString::from(indentation(&bytes, neighbour.line));
    line.extend_from_slice(key.as_bytes());
    line.extend_from_slice(blanks(&bytes, Span::new(neighbour.key.token.span.end, neighbour.value.span.start)));
    line.extend_from_slice(value.as_bytes());
    Some(add_line(file, &bytes, neighbour.line, &line, key, value))
}

/// Puts an option as the first one under an `iface` line that has none.
#[must_use]
pub fn add_below(host: &Host, iface: &Place, key: &str, value: &str) -> Option<Candidate> {
    let bytes = host.read(&iface.file)?;
    let mut line = BString::from(indentation(&bytes, iface.span));
    line.extend_from_slice(format!("    {key} {value}").as_bytes());
    Some(add_line(&iface.file, &bytes, iface.span, &line, key, value))
}

fn add_line(file: &Arc<std::path::Path>, bytes: &[u8], after: Span, line: &[u8], key: &str, value: &str) -> Candidate {
    // What follows a backslash at the end of the file would be part of that line.
    let edit = if after.of(bytes).trim_ascii_end().ends_with(b"\\") {
        FileEdit::insert(file, after.start, [line, line_ending(bytes, after)].concat())
    } else {
        FileEdit::insert(file, after.end, line_after(bytes, after, line))
    };
    Candidate { edits: vec![edit], title: format!("add `{key} {value}`") }
}

/// Rewrites an option's name and value, and nothing around them.
#[must_use]
pub fn rewrite(host: &Host, opt: &Opt, key: &str, value: &str) -> Option<Candidate> {
    let file = &opt.key.file;
    let bytes = host.read(file)?;
    let between = blanks(&bytes, Span::new(opt.key.token.span.end, opt.value.span.start));
    let mut text = BString::from(key);
    text.extend_from_slice(between);
    text.extend_from_slice(value.as_bytes());
    let edit = FileEdit::replace(file, opt.key.token.span.to(opt.value.span), text);
    Some(Candidate { edits: vec![edit], title: format!("rewrite the line to `{key} {value}`") })
}

/// Puts another address where a pin has its own.
#[must_use]
pub fn replace_value(pin: &Pin, address: MacAddress) -> Candidate {
    let edit = FileEdit::replace(&pin.place.file, pin.place.span, address.to_string());
    Candidate { edits: vec![edit], title: format!("change the address of {} to {address}", pin.what) }
}

/// What stands between a name and its value; a space where that is more than blanks.
fn blanks(bytes: &[u8], between: Span) -> &[u8] {
    let text = between.of(bytes);
    let plain = !text.is_empty() && text.iter().all(|&byte| byte == b' ' || byte == b'\t');
    if plain { text } else { b" " }
}
