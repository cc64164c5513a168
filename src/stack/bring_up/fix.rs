//! The lines that pin a bridge: the line that was meant to is rewritten before another is added.

use crate::address::MacAddress;
use crate::host::Host;
use crate::judgement::{Bridge, Candidate, Effect, Outcome, Pin};
use crate::span::Place;
use crate::stack::eni::{Opt, Stanza, write};
use bstr::BStr;

/// Of many wrong lines the first ones are tried.
pub(in crate::stack) const TRIED: usize = 8;

/// The ways to write one of `lines` (a name and a value each, best first) for a bridge with these
/// stanzas. A new line stands after `beside`, where there is such an option.
pub(in crate::stack) fn candidates(
    host: &Host,
    stanzas: &[&Stanza],
    beside: Option<&Opt>,
    bridge: &Bridge,
    address: MacAddress,
    lines: &[(&str, String)],
) -> Vec<Candidate> {
    let options = || stanzas.iter().flat_map(|stanza| &stanza.options);
    let mut candidates = Vec::new();
    for pin in bridge.pins.iter().filter(|pin| is_meant(pin, bridge)).take(TRIED) {
        let same_line = options().find(|opt| opt.line_place() == pin.line);
        match same_line {
            Some(opt) if opt.value_place() == pin.place => {
                candidates.extend(lines.iter().filter_map(|(key, value)| write::rewrite(host, opt, key, value)));
            }
            Some(_) => candidates.push(write::replace_value(pin, address)),
            None => {}
        }
    }
    let beside = beside.filter(|beside| options().any(|opt| opt == *beside)).or(options().last());
    let iface = stanzas.first().map(|stanza| Place::new(&stanza.name.file, stanza.line));
    for (key, value) in lines {
        candidates.extend(match (beside, &iface) {
            (Some(opt), _) => write::add_after(host, opt, key, value),
            (None, Some(iface)) => write::add_below(host, iface, key, value),
            (None, None) => None,
        });
    }
    candidates
}

/// Whether a pin is to be rewritten: it has no effect, or it sets another address.
fn is_meant(pin: &Pin, bridge: &Bridge) -> bool {
    match pin.effect {
        Effect::Ineffective(_) | Effect::Invalid(_) => true,
        Effect::Decides => bridge.outcome == Outcome::Pinned,
        Effect::Overridden(_) => false,
    }
}

/// The command that pins on every stack once the bridge is there.
pub(in crate::stack) fn command(phase: &'static str, name: &BStr, address: MacAddress) -> (&'static str, String) {
    let plain = name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-@".contains(byte));
    let link = if plain { name.to_string() } else { "\"$IFACE\"".to_owned() };
    (phase, format!("ip link set dev {link} address {address}"))
}
