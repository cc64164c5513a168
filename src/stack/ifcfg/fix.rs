//! The fixes: `MACADDR=` in the bridge's own file, which both readers of ifcfg files set.

use super::{Key, key};
use crate::address::MacAddress;
use crate::edit::{Edit, FileEdit};
use crate::host::Host;
use crate::judgement::{Bridge, Candidate, Effect, Pin, PinValue};
use crate::span::Span;
use crate::syntax::shell::name_len;
use crate::syntax::shell::shvar::{Entry, File, Line};
use crate::syntax::{indentation, line_after, physical_lines};
use bstr::{BStr, ByteSlice};

/// The ways to pin a bridge, best first. There is none by a link's name: ifcfg has no such form.
pub(in crate::stack) fn candidates(host: &Host, bridge: &Bridge, value: &PinValue) -> Vec<Candidate> {
    let PinValue::Address(address) = value else { return Vec::new() };
    let file = &bridge.origin.file;
    // What else a bridge without a file of its own needs is not known.
    let (None, Some(bytes)) = (&bridge.implicit, host.read(file)) else { return Vec::new() };
    let made =
        |edits: Vec<Edit>, title: String| Candidate { edits: vec![FileEdit { file: file.clone(), edits }], title };
    let mut candidates = Vec::new();
    let here = |pin: &&Pin| pin.place.file == *file;
    if let Some(pin) = rewritten(bridge.pins.iter().filter(here)) {
        let title = format!("set `MACADDR={address}` in place of {}", pin.what);
        let others = bridge.pins.iter().filter(here).filter(|other| other.line != pin.line && is_hwaddr(other));
        for split in [false, true] {
            let mut edits = rewrite(&bytes, pin, *address, split);
            edits.extend(others.clone().map(|other| Edit { span: other.line.span, content: "".into() }));
            edits.sort();
            candidates.push(made(edits, title.clone()));
        }
    }
    let title = format!("add `MACADDR={address}`");
    let parsed = File::parse(&bytes);
    let type_line = parsed.entries().filter(|(_, entry)| entry.key.text == "TYPE").last();
    let device_line = parsed.entries().filter(|(_, entry)| entry.key.text == "DEVICE").last();
    candidates.extend(type_line.or(device_line).map(|(line, entry)| {
        let text = line_after(&bytes, line.span, &assignment(&bytes, line, Some(entry), *address));
        made(vec![Edit { span: Span::at(line.span.end), content: text.into() }], title.clone())
    }));
    candidates.extend(physical_lines(&bytes).last().map(|span| {
        let text = line_after(&bytes, span, format!("MACADDR={address}").as_bytes());
        made(vec![Edit { span: Span::at(span.end), content: text.into() }], title.clone())
    }));
    candidates
}

/// The line that becomes the pin: the last of the most promising kind, since the last one counts.
fn rewritten<'a>(pins: impl Iterator<Item = &'a Pin> + Clone) -> Option<&'a Pin> {
    let failed = |pin: &&Pin| matches!(pin.effect, Effect::Ineffective(_) | Effect::Invalid(_));
    let of = |wanted: Key| pins.clone().filter(failed).filter(move |pin| pin_key(pin) == Some(wanted)).last();
    of(Key::MacAddr).or_else(|| of(Key::Unknown)).or_else(|| of(Key::HwAddr)).or_else(|| of(Key::BridgeMacAddr))
}

fn pin_key(pin: &Pin) -> Option<Key> {
    key(BStr::new(pin.what.trim_matches('`').trim_end_matches('=')))
}

/// `HWADDR=` never stands beside `MACADDR=` (sysconfig.txt: "may cause unintended behavior"): at
/// `ifup` the bridge then has to have one of the two addresses already.
fn is_hwaddr(pin: &Pin) -> bool {
    pin_key(pin) == Some(Key::HwAddr)
}

/// Puts the assignment where the pin stands. With `split`, what follows on its line goes to a line
/// of its own: NetworkManager takes one assignment a line.
fn rewrite(bytes: &[u8], pin: &Pin, address: MacAddress, split: bool) -> Vec<Edit> {
    let span = whole(bytes, pin);
    let value = pin.value.as_bytes();
    let quote = match value.first() {
        Some(quote @ (b'"' | b'\'')) if value.len() > 1 && value.last() == Some(quote) => &value[..1],
        _ => b"",
    };
    let text = [b"MACADDR=", quote, address.to_string().as_bytes(), quote].concat();
    let mut edits = vec![Edit { span, content: text.into() }];
    let rest = Span::new(span.end, pin.line.span.end).of(bytes);
    let gap = rest.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b';').count();
    if split && rest[gap..].first().is_some_and(|byte| *byte != b'#') {
        let line = Span::new(pin.line.span.start, span.start);
        let ending = crate::syntax::line_ending(bytes, pin.line.span);
        let content = [ending, indentation(bytes, line)].concat();
        edits.push(Edit { span: Span::new(span.end, span.end + gap), content: content.into() });
    }
    edits
}

/// The pin from its `export` or key to the end of its value.
fn whole(bytes: &[u8], pin: &Pin) -> Span {
    let place = pin.place.span;
    let line = pin.line.span;
    if name_len(place.of(bytes)) > 0 && place.of(bytes).contains(&b'=') {
        // No value: the place is the assignment.
        return before_command(bytes, line, place);
    }
    let head = Span::new(line.start, place.start).of(bytes);
    let blank = |c: char| c.is_ascii_whitespace() || c == '\\';
    let name = head.trim_end_with(blank);
    let name = name.strip_suffix(b"=").unwrap_or(name).trim_end_with(|c| c == '+' || blank(c));
    let len = name.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    before_command(bytes, line, Span::new(line.start + name.len() - len, place.end))
}

/// With the `export` or `declare` in front of it.
fn before_command(bytes: &[u8], line: Span, assignment: Span) -> Span {
    const COMMANDS: &[&[u8]] = &[b"export", b"declare", b"local", b"readonly", b"typeset"];
    let head = Span::new(line.start, assignment.start).of(bytes);
    let trimmed = head.trim_ascii_end();
    let word = trimmed.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let start = trimmed.len() - word;
    let command = COMMANDS.contains(&&trimmed[start..]) && trimmed.len() < head.len();
    if command { Span::new(line.start + start, assignment.end) } else { assignment }
}

/// A new line: indented like its neighbour, and quoted like its value.
fn assignment(bytes: &[u8], line: &Line, neighbour: Option<&Entry>, address: MacAddress) -> Vec<u8> {
    let raw = neighbour.map_or(&b""[..], |entry| &entry.raw.text);
    let quote = match raw.first() {
        Some(quote @ (b'"' | b'\'')) if raw.len() > 1 && raw.last() == Some(quote) => &raw[..1],
        _ => b"",
    };
    [indentation(bytes, line.span), b"MACADDR=", quote, address.to_string().as_bytes(), quote].concat()
}
