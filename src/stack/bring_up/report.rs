//! What is told of a bridge once everything is up.

use super::Record;
use crate::judgement::{Bridge, Effect, Outcome, Pin, UnknownOption};
use crate::span::Place;
use crate::stack::eni::Config;
use crate::stack::eni::unknown::{self, Table};
use crate::stack::kernel::{Address, Kernel};
use bstr::{BStr, BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// What is told of a bridge of the kernel, or of an interface that did not become one. The caller
/// says more where it knows more.
pub(in crate::stack) fn bridge(
    kernel: &Kernel,
    record: &Record,
    files: &[Arc<Path>],
    name: &BStr,
    origin: Place,
    mut ports: Vec<BString>,
) -> Bridge {
    let pins = record.pins(kernel, name, files);
    let named: BTreeSet<&BString> = ports.iter().collect();
    let others: Vec<BString> = kernel.ports(name).filter(|port| !named.contains(port)).cloned().collect();
    ports.extend(others);
    let outcome = kernel.outcome(name);
    let address = kernel.address(name).and_then(Address::known).filter(|_| outcome != Outcome::Absent);
    let winner = kernel.link(name).and_then(|link| link.set_by.as_ref()?.place.as_ref());
    let mut bridge = Bridge {
        name: name.to_owned(),
        reason: String::new(),
        ports,
        origin,
        implicit: None,
        outcome,
        address,
        pins,
        carries_ip: false,
        unset_on_purpose: record.unset_on_purpose(name),
        note: None,
    };
    bridge.reason = reason(record, &bridge, winner);
    bridge
}

/// The bridges that only hook commands of other interfaces make.
pub(in crate::stack) fn implicit(kernel: &Kernel, record: &Record, files: &[Arc<Path>], own: &[Bridge]) -> Vec<Bridge> {
    let own: BTreeSet<&BString> = own.iter().map(|bridge| &bridge.name).collect();
    let others = kernel.bridges().filter(|name| !own.contains(name));
    let bridge_of = |name: &BString| {
        let made_by = kernel.link(name.as_bstr())?.made_by.clone()?;
        let bridge = bridge(kernel, record, files, name.as_bstr(), made_by, Vec::new());
        Some(Bridge { implicit: Some("only a hook command makes it".to_owned()), ..bridge })
    };
    others.filter_map(bridge_of).collect()
}

/// The options that look like a bridge's and that none of the tables knows, those left out that a
/// pin tells of already.
pub(in crate::stack) fn unknown_options(config: &Config, tables: &[&Table], bridges: &[Bridge]) -> Vec<UnknownOption> {
    let pins = bridges.iter().flat_map(|bridge| &bridge.pins);
    let lines: BTreeMap<(&Path, usize), usize> =
        pins.map(|pin| ((&*pin.line.file, pin.line.span.start), pin.line.span.end)).collect();
    let told = |place: &Place| {
        let before = lines.range(..=(&*place.file, place.span.start)).next_back();
        before.is_some_and(|((file, _), end)| *file == &*place.file && place.span.end <= *end)
    };
    let mut unknown = unknown::options(config, tables);
    unknown.retain(|option| !told(&option.place));
    unknown
}

/// What follows for a bridge that nothing gives an address.
pub(in crate::stack) fn lowest(portless: bool) -> &'static str {
    if portless {
        "it takes the lowest address among the ports that join it"
    } else {
        "it takes the lowest address among its ports"
    }
}

fn reason(record: &Record, bridge: &Bridge, winner: Option<&Place>) -> String {
    let pins = &bridge.pins;
    match bridge.outcome {
        Outcome::Pinned => match pins.iter().find(|pin| Some(&pin.place) == winner) {
            Some(Pin { what, effect: Effect::Invalid(why), .. }) => format!("{what} sets it, though {why}"),
            Some(pin) => format!("{} sets it", pin.what),
            None => "a command sets it".to_owned(),
        },
        Outcome::Generated => "no line sets it, and systemd-udevd makes one up when the bridge is made".to_owned(),
        Outcome::Absent => "nothing makes it".to_owned(),
        Outcome::Floating => {
            let meant = pins.iter().find(|pin| matches!(pin.effect, Effect::Ineffective(_) | Effect::Invalid(_)));
            let cause = meant.map_or("no line sets it".to_owned(), |pin| format!("{} has no effect", pin.what));
            let udev = record.udev_leaves_it(bridge.name.as_bstr());
            let udev = udev.map(|why| format!(", systemd-udevd gives it none ({why})")).unwrap_or_default();
            format!("{cause}{udev}, so {}", lowest(bridge.ports.is_empty()))
        }
    }
}
