//! What is told of each bridge once everything is up.

use super::interfaces::{Interface, Interfaces};
use super::machine::{Machine, Remark};
use crate::judgement::{Bridge, Effect, Outcome, Pin};
use crate::stack::bring_up;
use crate::stack::eni::{Config, Opt};
use crate::stack::kernel::{Address, LinkKind};
use bstr::{BStr, BString, ByteSlice};

/// The bridges, those of the configuration in its order, then those that only hooks name.
pub(super) fn bridges(machine: &mut Machine<'_>, config: &Config, interfaces: &Interfaces<'_>) -> Vec<Bridge> {
    let own: Vec<&Interface<'_>> = interfaces.iter().filter(|interface| is_bridge(machine, interface)).collect();
    let mut bridges: Vec<Bridge> = own.iter().map(|interface| defined(machine, config, interfaces, interface)).collect();
    let hooked: Vec<BString> = machine.kernel.bridges().filter(|name| interfaces.get(name.as_bstr()).is_none()).cloned().collect();
    bridges.extend(hooked.iter().filter_map(|name| implicit(machine, config, name.as_bstr())));
    bridges
}

/// A bridge, or an interface that was meant to be one.
fn is_bridge(machine: &Machine<'_>, interface: &Interface<'_>) -> bool {
    machine.kernel.link(interface.name.as_bstr()).is_some_and(|link| link.kind == LinkKind::Bridge)
        || interface.bridge_option().is_some()
        || interface.first("bridge-hw").is_some()
}

fn defined(
    machine: &mut Machine<'_>,
    config: &Config,
    interfaces: &Interfaces<'_>,
    interface: &Interface<'_>,
) -> Bridge {
    let name = interface.name.as_bstr();
    never_tried(machine, interfaces, interface);
    let origin = interface.stanzas.iter().find(|stanza| {
        stanza.options.iter().any(|opt| interface.bridge_option().is_some_and(|bridge| bridge == opt))
    });
    let first = interface.stanzas.first();
    let mut bridge = of_kernel(machine, config, name);
    if let Some(stanza) = origin.or(first) {
        bridge.origin = stanza.place();
    }
    bridge.carries_ip = bring_up::carries_ip(interface.stanzas.iter().copied());
    if bridge.outcome == Outcome::Absent {
        bridge.reason = absent(machine, interface);
    }
    bridge
}

/// A bridge that a command in another interface's stanza makes.
fn implicit(machine: &Machine<'_>, config: &Config, name: &BStr) -> Option<Bridge> {
    let made_by = machine.kernel.link(name)?.made_by.clone()?;
    let mut bridge = of_kernel(machine, config, name);
    bridge.origin = made_by;
    bridge.implicit = Some("only a hook command makes it".to_owned());
    Some(bridge)
}

fn of_kernel(machine: &Machine<'_>, config: &Config, name: &BStr) -> Bridge {
    let kernel = &machine.kernel;
    let pins = machine.record.pins(kernel, name, &config.files);
    let mut ports = machine.ports.get(name).cloned().unwrap_or_default();
    ports.extend(kernel.ports(name).filter(|port| !ports.contains(port)).cloned().collect::<Vec<_>>());
    let outcome = kernel.outcome(name);
    let address = kernel.address(name).and_then(Address::known).filter(|_| outcome != Outcome::Absent);
    let remark = machine.remarks.get(name);
    let place = kernel.link(name).and_then(|link| link.made_by.clone());
    Bridge {
        name: name.to_owned(),
        origin: place.unwrap_or_else(|| crate::span::Place::new(&std::path::Path::new("").into(), crate::span::Span::default())),
        implicit: None,
        reason: reason(machine, name, outcome, &pins, ports.is_empty()),
        note: remark.and_then(|remark| note(name, remark, outcome)),
        ports,
        outcome,
        address,
        pins,
        carries_ip: false,
        unset_on_purpose: Vec::new(),
    }
}

/// Places that were meant to set the address and that ifupdown2 never looks at.
fn never_tried(machine: &mut Machine<'_>, interfaces: &Interfaces<'_>, interface: &Interface<'_>) {
    let name = interface.name.as_bstr();
    for opt in interface.options() {
        let key: &[u8] = &opt.key.token.text;
        let known = machine.record.knows(name, &opt.value_place());
        let effect = match key {
            _ if known => continue,
            b"hwaddress" if interface.first("hwaddress").is_some_and(|first| first != opt) => {
                Effect::Ineffective("ifupdown2 reads only the first `hwaddress` of an interface".to_owned())
            }
            b"hwaddress" => Effect::Ineffective("there is no such link when its address would be set".to_owned()),
            b"bridge-hw" => Effect::Ineffective("ifupdown2 has no such option and ignores it".to_owned()),
            _ if bring_up::is_known_to_none(key.as_bstr()) => {
                Effect::Ineffective("ifupdown2 has no such option and ignores it".to_owned())
            }
            _ => continue,
        };
        let spelled = machine.spelled(opt);
        machine.record.option(name, opt, spelled.as_bstr(), effect);
    }
    for template in interface.stanzas.iter().flat_map(|stanza| &stanza.inherits) {
        let Some(template) = interfaces.get(template.text.as_bstr()) else { continue };
        let sets = |opt: &&Opt| opt.key.token.text == "hwaddress" || opt.key.token.text == "bridge-hw";
        for opt in template.options().filter(sets) {
            let spelled = machine.spelled(opt);
            let effect = Effect::Ineffective("ifupdown2 does not know `inherits`".to_owned());
            machine.record.option(name, opt, spelled.as_bstr(), effect);
        }
    }
}

fn reason(machine: &Machine<'_>, name: &BStr, outcome: Outcome, pins: &[Pin], portless: bool) -> String {
    let lowest = if portless {
        "it takes the lowest address among the ports that join it"
    } else {
        "it takes the lowest address among its ports"
    };
    match (outcome, machine.remarks.get(name)) {
        (Outcome::Pinned, _) => {
            let winner = machine.kernel.link(name).and_then(|link| link.set_by.as_ref()?.place.as_ref());
            let pin = pins.iter().find(|pin| Some(&pin.place) == winner);
            format!("{} sets it", pin.map_or("a command", |pin| &pin.what))
        }
        (Outcome::Generated, _) => "no line sets it, and udevd makes one up when the bridge is made".to_owned(),
        (_, Some(Remark::Skipped(_))) => {
            format!("`hwaddress` is the address that it has from its port already, which ifupdown2 does not write again, so {lowest}")
        }
        (_, Some(Remark::PolicySkipped)) => {
            format!("ifupdown2 before 3.2.0 skips the policy where the bridge has the port's address already, so {lowest}")
        }
        _ => match pins.iter().find(|pin| matches!(pin.effect, Effect::Ineffective(_) | Effect::Invalid(_))) {
            Some(pin) => format!("{} has no effect, so {lowest}", pin.what),
            None => format!("no line sets it, so {lowest}"),
        },
    }
}

fn absent(machine: &Machine<'_>, interface: &Interface<'_>) -> String {
    let upper = machine.ports.iter().find(|(_, ports)| ports.contains(&interface.name));
    match upper {
        _ if interface.bridge_option().is_none() => {
            "only `bridge-ports` and `bridge-vlan-aware` make an interface a bridge".to_owned()
        }
        Some((upper, _)) => format!("it is a port of {upper}, and a bridge's port is made no bridge"),
        None => "a link of this name exists that is no bridge".to_owned(),
    }
}

fn note(name: &BStr, remark: &Remark, outcome: Outcome) -> Option<String> {
    match remark {
        Remark::Skipped(address) if outcome == Outcome::Floating => Some(format!(
            "at boot `ifup -a --perfmode` writes `hwaddress` all the same and pins it, until the bridge is made again by `ifup {name}` or `ifreload`; `ip link set dev {name} address {address}` pins it now"
        )),
        Remark::MaySkip if outcome == Outcome::Pinned => Some(format!(
            "where the lowest address among its ports is this one, `ifup {name}` and `ifreload` do not write it and {name} keeps following its ports; the boot command `ifup -a --perfmode` does"
        )),
        _ => None,
    }
}
