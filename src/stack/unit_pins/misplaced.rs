//! Lines that look like the interface's address and that no daemon reads as such.

use super::{meant, pin};
use crate::judgement::{Effect, Pin};
use crate::span::Span;
use crate::syntax::unit::{Assignment, FlawKind, Section};
use crate::systemd::files::File;
use bstr::ByteSlice;

/// The pins of one file whose section, key or syntax is wrong, each with the reason. `right` is
/// where the address belongs: `NetDev` in a `.netdev`, `Link` in a `.network` or `.link`.
pub(in crate::stack) fn misplaced(file: &File, right: &str) -> Vec<Pin> {
    let sections = file.unit.sections.iter();
    let all = sections.flat_map(|section| section.assignments.iter().map(move |item| (section, item)));
    let assigned = all.filter_map(|(section, item)| {
        swallowed(file, item).or_else(|| {
            let why = why_misplaced(section, item, right)?;
            Some(pin(file, section.name.as_ref(), item, Effect::Ineffective(why)))
        })
    });
    assigned.chain(without_equals(file)).collect()
}

/// Why an assignment that looks like the address of the interface is none; `None` where it is in
/// its place or belongs to something else.
fn why_misplaced(section: &Section, item: &Assignment, right: &str) -> Option<String> {
    /// Sections of a `.network` or `.link` in which people put it; others have a `MACAddress=` of their own.
    const TRIED: &[&str] = &["Bridge", "Link", "NetDev", "Network"];
    let key = item.key.text.as_bytes();
    let letters = key.iter().filter(|byte| byte.is_ascii_alphabetic()).map(u8::to_ascii_lowercase);
    let is_key = letters.eq(b"macaddress".iter().copied());
    let Some(name) = section.name.as_ref().map(|name| name.text.as_bytes()) else {
        return is_key.then(|| "it stands before the first section header, where nothing counts".to_owned());
    };
    let in_place = section.is(right);
    let is_tried = TRIED.iter().any(|tried| name.eq_ignore_ascii_case(tried.as_bytes()))
        || right == "NetDev" && !name.starts_with(b"X-");
    if !in_place && !is_tried {
        return None;
    }
    match key {
        b"MACAddress" if in_place => None,
        b"MACAddress" if right.as_bytes().eq_ignore_ascii_case(name.trim_ascii()) => {
            Some(format!("case and blanks in section headers count: it must be `[{right}]`"))
        }
        b"MACAddress" => Some(format!("`MACAddress=` counts in `[{right}]` only")),
        b"X-MACAddress" => Some("keys that start with `X-` are for other programs".to_owned()),
        b"HWAddress" | b"HWAddr" | b"MAC" => {
            Some(format!("there is no such key: it must be `MACAddress=` in `[{right}]`"))
        }
        b"MACAddressPolicy" if right == "NetDev" => {
            Some("`MACAddressPolicy=` counts in `[Link]` of a .link file only".to_owned())
        }
        _ if key.eq_ignore_ascii_case(b"MACAddress") => {
            Some(format!("keys are told apart by case: it must be `MACAddress=` in `[{right}]`"))
        }
        _ if is_key => Some(format!("systemd knows no such key: it must be `MACAddress=` in `[{right}]`")),
        _ => None,
    }
}

/// An assignment that a continued line before it has swallowed.
fn swallowed(file: &File, item: &Assignment) -> Option<Pin> {
    let span = swallowed_value(file, item)?;
    let text = span.of(&file.text);
    let meant = meant(text)?;
    let why = format!("the backslash at the end of the line before makes it part of `{}=`", item.key.text);
    Some(Pin {
        place: file.place(span),
        line: file.place(item.line),
        what: "`MACAddress=`".to_owned(),
        value: text.into(),
        meant: Some(meant),
        effect: Effect::Ineffective(why),
    })
}

/// Where the value of a swallowed `MACAddress=` stands: at the end of another key's value, on a
/// physical line of its own.
pub(in crate::stack) fn swallowed_value(file: &File, item: &Assignment) -> Option<Span> {
    const KEY: &[u8] = b"MACAddress=";
    let raw = item.value.span.of(&file.text);
    if raw.len() == item.value.text.len() || item.is("MACAddress") {
        return None;
    }
    let at = raw.rfind(KEY)?;
    let before = raw.get(..at)?.trim_end_with(|c| c == ' ' || c == '\t');
    let starts_line = before.ends_with(b"\n") || before.ends_with(b"\r");
    starts_line.then(|| Span::new(item.value.span.start + at + KEY.len(), item.value.span.end))
}

/// `MACAddress: ...` and the like: lines without `=`.
fn without_equals(file: &File) -> impl Iterator<Item = Pin> {
    let flaws = file.unit.flaws.iter().filter(|flaw| flaw.kind == FlawKind::NoEquals);
    flaws.filter_map(|flaw| {
        let text = flaw.span.of(&file.text);
        let (key, rest) = text.split_at_checked("MACAddress".len())?;
        let meant = meant(rest.trim_start_with(|c| c == ':' || c == ' ' || c == '\t'))?;
        key.eq_ignore_ascii_case(b"MACAddress").then(|| Pin {
            place: file.place(flaw.span),
            line: file.place(flaw.span),
            what: "`MACAddress` without `=`".to_owned(),
            value: text.into(),
            meant: Some(meant),
            effect: Effect::Ineffective("systemd ignores a line without `=`".to_owned()),
        })
    })
}
