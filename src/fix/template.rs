//! Fixes of templates. The files of several hosts are made of one, so no address is ever written into it: what is
//! proposed is a port's name, or a variable in the words of the engine.

use super::plan::{Budget, candidate, finish};
use super::wanted::{Wanted, uplink_by_name};
use crate::address::MacAddress;
use crate::check::{Subject, View};
use crate::finding::{Applicability, Fix};
use crate::judgement::{Candidate, PinValue};
use crate::template::{engine, is_marked, sole_expression, variable};
use bstr::{BStr, BString, ByteSlice};
use std::path::Path;

/// A template among the files that make a bridge.
pub(super) struct Template<'a> {
    pub(super) file: &'a Path,
    pub(super) engine: &'static str,
}

/// Stands for what an expression gives while a candidate is judged.
const ADDRESS: MacAddress = MacAddress([0x02, 0x5e, 0x7b, 0xd1, 0x94, 0xe3]);
const PORT: &str = "uplinkname";

/// The first of the files that is a template.
pub(super) fn find<'a>(subject: &Subject<'_>, files: impl IntoIterator<Item = &'a Path>) -> Option<Template<'a>> {
    let template = |file| Some(Template { file, engine: engine(subject.world.host, file)? });
    files.into_iter().find_map(template)
}

/// The fix of a bridge that a template makes, or what to do where no line can be told.
pub(super) fn fix(
    subject: &Subject<'_>,
    view: &View<'_>,
    template: &Template<'_>,
    budget: &Budget,
) -> Result<Fix, String> {
    let Template { file, engine } = template;
    let which = if *file == &*view.worst().1.origin.file { "this file".to_owned() } else { file.display().to_string() };
    let is_template = format!("{which} is a template ({engine}) of which several hosts' files are made");
    let offer = |value: &PinValue| {
        candidate(subject, view, value, budget).filter(|candidate| keeps_expressions(subject, candidate))
    };
    if let Some(mut wanted) = uplink_by_name(subject, view)
        && let Some(candidate) = offer(&wanted.value)
    {
        wanted.applicability = Applicability::Unsafe;
        wanted.remarks.push(format!("{is_template}: each of them must have that port."));
        return Ok(finish(view, candidate, wanted));
    }
    let shown = |candidate, remark| {
        let (source, remarks) = (String::new(), vec![remark]);
        // No address is known of what an engine fills in.
        let value = PinValue::LinkName(BString::default());
        finish(view, candidate, Wanted { value, source, applicability: Applicability::Shown, remarks })
    };
    if let Some(port) = port_expression(subject, view)
        && let Some(candidate) = offer(&PinValue::LinkName(PORT.into()))
        && let Some(candidate) = written(candidate, PORT, &port)
    {
        return Ok(shown(candidate, format!("{is_template}: this is right where `{port}` is one port.")));
    }
    let words = variable(engine, &variable_name(view.name));
    match offer(&PinValue::Address(ADDRESS)).and_then(|candidate| written(candidate, &ADDRESS.to_string(), &words)) {
        Some(candidate) => Ok(shown(candidate, format!("{is_template}: define `{words}` with the address of each."))),
        None => Err(format!(
            "{is_template}: pin {} there with a variable that has each host's address (`{words}`), or render it and check what is made",
            view.name
        )),
    }
}

/// Whether no edit takes away what an engine fills in.
fn keeps_expressions(subject: &Subject<'_>, candidate: &Candidate) -> bool {
    candidate.edits.iter().all(|file| {
        let text = subject.world.host.read(&file.file).unwrap_or_default();
        file.edits.iter().all(|edit| !is_marked(edit.span.of(&text)))
    })
}

/// The candidate with other words for what stood for them; none if nothing did.
fn written(mut candidate: Candidate, stand_in: &str, words: &str) -> Option<Candidate> {
    let mut found = false;
    for edit in candidate.edits.iter_mut().flat_map(|file| &mut file.edits) {
        found |= edit.content.contains_str(stand_in);
        edit.content = edit.content.replace(stand_in, words).into();
    }
    candidate.title = candidate.title.replace(stand_in, words);
    found.then_some(candidate)
}

/// What fills in the bridge's only port: the value of its line of ports.
fn port_expression(subject: &Subject<'_>, view: &View<'_>) -> Option<String> {
    let origin = &view.worst().1.origin;
    let text = subject.world.host.read(&origin.file)?;
    let below = text.get(origin.span.start..)?;
    let stanza = below.lines().skip(1).take_while(|line| {
        let word = line.split(u8::is_ascii_whitespace).find(|word| !word.is_empty()).unwrap_or_default();
        !matches!(word, b"iface" | b"auto" | b"mapping" | b"source" | b"interface" | b"template")
    });
    let mut values = stanza.filter_map(|line| {
        let line = line.trim_ascii_start();
        let rest = [&b"bridge_ports"[..], b"bridge-ports"].iter().find_map(|key| line.strip_prefix(*key))?;
        rest.first().is_some_and(u8::is_ascii_whitespace).then_some(rest)
    });
    let value = sole_expression(values.next()?)?;
    if values.next().is_some() { None } else { value.to_str().ok().map(str::to_owned) }
}

/// A variable for the bridge's address: `br0_mac`.
fn variable_name(bridge: &BStr) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    if !bridge.first().is_some_and(u8::is_ascii_alphabetic) || !bridge.iter().all(is_plain) {
        return "bridge_mac".to_owned();
    }
    bridge.to_str_lossy().replace(['-', '.'], "_") + "_mac"
}
