//! What is told of a bridge once everything is up.

use super::Record;
use crate::judgement::{Bridge, Effect, Outcome, Pin};
use crate::span::Place;
use crate::stack::kernel::{Address, Kernel};
use bstr::{BStr, BString, ByteSlice};
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
    for port in kernel.ports(name) {
        if !ports.contains(port) {
            ports.push(port.clone());
        }
    }
    let outcome = kernel.outcome(name);
    let address = kernel.address(name).and_then(Address::known).filter(|_| outcome != Outcome::Absent);
    let winner = kernel.link(name).and_then(|link| link.set_by.as_ref()?.place.as_ref());
    Bridge {
        name: name.to_owned(),
        reason: reason(outcome, &pins, winner, ports.is_empty()),
        ports,
        origin,
        implicit: None,
        outcome,
        address,
        pins,
        carries_ip: false,
        unset_on_purpose: Vec::new(),
        note: None,
    }
}

/// The bridges that only hook commands of other interfaces make.
pub(in crate::stack) fn implicit(kernel: &Kernel, record: &Record, files: &[Arc<Path>], own: &[Bridge]) -> Vec<Bridge> {
    let others = kernel.bridges().filter(|name| !own.iter().any(|bridge| bridge.name == **name));
    let bridge_of = |name: &BString| {
        let made_by = kernel.link(name.as_bstr())?.made_by.clone()?;
        let bridge = bridge(kernel, record, files, name.as_bstr(), made_by, Vec::new());
        Some(Bridge { implicit: Some("only a hook command makes it".to_owned()), ..bridge })
    };
    others.filter_map(bridge_of).collect()
}

/// What follows for a bridge that nothing gives an address.
pub(in crate::stack) fn lowest(portless: bool) -> &'static str {
    if portless {
        "it takes the lowest address among the ports that join it"
    } else {
        "it takes the lowest address among its ports"
    }
}

fn reason(outcome: Outcome, pins: &[Pin], winner: Option<&Place>, portless: bool) -> String {
    match outcome {
        Outcome::Pinned => {
            let pin = pins.iter().find(|pin| Some(&pin.place) == winner);
            format!("{} sets it", pin.map_or("a command", |pin| &pin.what))
        }
        Outcome::Generated => "no line sets it, and udevd makes one up when the bridge is made".to_owned(),
        Outcome::Absent => "nothing makes it".to_owned(),
        Outcome::Floating => {
            match pins.iter().find(|pin| matches!(pin.effect, Effect::Ineffective(_) | Effect::Invalid(_))) {
                Some(pin) => format!("{} has no effect, so {}", pin.what, lowest(portless)),
                None => format!("no line sets it, so {}", lowest(portless)),
            }
        }
    }
}
