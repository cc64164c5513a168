//! The lines that pin a bridge on ifupdown2.

use super::interfaces::{Interface, Interfaces};
use crate::address::MacAddress;
use crate::host::Host;
use crate::judgement::{Bridge, Candidate, Effect, Outcome, Pin};
use crate::span::Place;
use crate::stack::eni::{Opt, write};
use bstr::{BStr, ByteSlice};

/// A line that sets an address.
type Line = (&'static str, String);

/// The ways to give `bridge` the address, best first: the line that was meant to is rewritten
/// before another is added.
pub(super) fn candidates(
    host: &Host,
    interfaces: &Interfaces<'_>,
    bridge: &Bridge,
    address: MacAddress,
) -> Vec<Candidate> {
    // The line of a range would give all its bridges one address.
    let Some(interface) = interfaces.get(bridge.name.as_bstr()).filter(|interface| !interface.ranged) else {
        return Vec::new();
    };
    let lines = lines(bridge, address);
    let mut candidates = Vec::new();
    for pin in meant(bridge) {
        match option(interface, pin) {
            Some(opt) => candidates.extend(lines.iter().filter_map(|(key, value)| write::rewrite(host, opt, key, value))),
            None if in_stanza(interface, pin) => candidates.push(write::replace_value(pin, address)),
            None => {}
        }
    }
    for (key, value) in &lines {
        candidates.extend(match interface.bridge_option() {
            Some(opt) => write::add_after(host, opt, key, value),
            None => below(host, interface, key, value),
        });
    }
    candidates
}

/// `hwaddress` first where it is certain to be written: the address is none that the bridge has by
/// then. The command pins in every case, but only once the bridge is up.
fn lines(bridge: &Bridge, address: MacAddress) -> Vec<Line> {
    let option = ("hwaddress", address.to_string());
    let command = ("post-up", format!("ip link set dev {} address {address}", shell_name(bridge.name.as_bstr())));
    let differs = bridge.ports.is_empty() || bridge.address.is_some_and(|inherited| inherited != address);
    if differs { vec![option, command] } else { vec![command, option] }
}

/// The pins that are to be rewritten: the one that has no effect, or the one that sets another address.
fn meant(bridge: &Bridge) -> impl Iterator<Item = &Pin> {
    let pinned = bridge.outcome == Outcome::Pinned;
    bridge.pins.iter().filter(move |pin| match &pin.effect {
        Effect::Ineffective(_) | Effect::Invalid(_) => true,
        Effect::Decides => pinned,
        Effect::Overridden(_) => false,
    })
}

/// The option that a pin is the value of.
fn option<'a>(interface: &Interface<'a>, pin: &Pin) -> Option<&'a Opt> {
    interface.options().find(|opt| opt.value_place() == pin.place && opt.line_place() == pin.line)
}

/// Whether a pin stands in one of the interface's own lines.
fn in_stanza(interface: &Interface<'_>, pin: &Pin) -> bool {
    interface.options().any(|opt| opt.line_place() == pin.line)
}

/// Under the `iface` line: a bridge that hooks make has no option of its own to stand beside.
fn below(host: &Host, interface: &Interface<'_>, key: &str, value: &str) -> Option<Candidate> {
    let stanza = interface.stanzas.first()?;
    match stanza.options.last() {
        Some(opt) => write::add_after(host, opt, key, value),
        None => write::add_below(host, &Place::new(&stanza.name.file, stanza.line), key, value),
    }
}

/// The name as a shell takes it.
pub(super) fn shell_name(name: &BStr) -> String {
    let plain = name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-@".contains(byte));
    if plain { name.to_string() } else { "\"$IFACE\"".to_owned() }
}
