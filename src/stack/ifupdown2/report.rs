//! What is told of each bridge once everything is up.

use super::interfaces::{Interface, Interfaces};
use super::machine::{Machine, Remark};
use crate::judgement::{Bridge, Effect, Outcome};
use crate::stack::bring_up::{self, words};
use crate::stack::eni::{Config, Opt, Stanza};
use crate::stack::kernel::LinkKind;
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeSet;

/// The bridges, those of the configuration in its order, then those that only hooks name.
pub(super) fn bridges(machine: &mut Machine<'_>, config: &Config, interfaces: &Interfaces<'_>) -> Vec<Bridge> {
    let mut bridges = Vec::new();
    let stanzas = config.stanzas.iter();
    let templates: BTreeSet<BString> = stanzas.filter_map(|stanza| inherited(machine, stanza)).collect();
    for interface in interfaces.iter() {
        if !is_bridge(machine, interface, &templates) {
            continue;
        }
        never_tried(machine, interfaces, interface);
        bridges.extend(defined(machine, config, interface));
    }
    bridges.extend(bring_up::implicit(&machine.kernel, &machine.record, &config.files, &bridges));
    bridges
}

/// A bridge, or an interface that was meant to be one; what others were meant to inherit from is none.
fn is_bridge(machine: &Machine<'_>, interface: &Interface<'_>, templates: &BTreeSet<BString>) -> bool {
    machine.kernel.link(interface.name.as_bstr()).is_some_and(|link| link.kind == LinkKind::Bridge)
        || interface.bridge_option().is_some()
        || (interface.first("bridge-hw").is_some() && !templates.contains(&interface.name))
}

fn defined(machine: &Machine<'_>, config: &Config, interface: &Interface<'_>) -> Option<Bridge> {
    let name = interface.name.as_bstr();
    let option = interface.bridge_option();
    let makes = |stanza: &&&Stanza| stanza.options.iter().any(|opt| option == Some(opt));
    let origin = interface.stanzas.iter().find(makes).or(interface.stanzas.first())?.place();
    let ports = machine.ports.get(name).cloned().unwrap_or_default();
    let mut bridge = bring_up::bridge(&machine.kernel, &machine.record, &config.files, name, origin, ports);
    bridge.carries_ip = bring_up::carries_ip(interface.stanzas.iter().copied());
    let lowest = bring_up::lowest(bridge.ports.is_empty());
    match (bridge.outcome, machine.remarks.get(name)) {
        (Outcome::Absent, _) if config.refused => {
            bridge.reason = "ifupdown2 ends with an error while it reads the files and brings up nothing".to_owned();
        }
        (Outcome::Absent, _) => bridge.reason = absent(machine, interface),
        (Outcome::Floating, Some(Remark::Skipped(_))) => {
            bridge.reason = format!(
                "`hwaddress` is the address that it has from its port already, which ifupdown2 does not write again, so {lowest}"
            );
        }
        (Outcome::Floating, Some(Remark::PolicySkipped)) => {
            bridge.reason = format!(
                "ifupdown2 before 3.2.0 skips the policy where the bridge has the port's address already, so {lowest}"
            );
        }
        _ => {}
    }
    bridge.note = machine.remarks.get(name).and_then(|remark| note(name, remark, bridge.outcome));
    Some(bridge)
}

/// Places that were meant to set the address and that ifupdown2 never looks at.
fn never_tried(machine: &mut Machine<'_>, interfaces: &Interfaces<'_>, interface: &Interface<'_>) {
    let name = interface.name.as_bstr();
    let first = interface.first("hwaddress");
    for opt in interface.options() {
        let key: &[u8] = &opt.key.token.text;
        let known = machine.record.knows(name, &opt.value_place());
        let effect = match key {
            _ if known => continue,
            b"hwaddress" if first != Some(opt) => {
                Effect::Overridden("ifupdown2 takes the first `hwaddress` of an interface".to_owned())
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
    let templates = interface.stanzas.iter().filter_map(|stanza| inherited(machine, stanza)).collect::<Vec<_>>();
    for template in templates.iter().filter_map(|name| interfaces.get(name.as_bstr())) {
        let sets = |opt: &&Opt| opt.key.token.text == "hwaddress" || opt.key.token.text == "bridge-hw";
        for opt in template.options().filter(sets) {
            let spelled = machine.spelled(opt);
            let effect = Effect::Ineffective("ifupdown2 does not know `inherits`".to_owned());
            machine.record.option(name, opt, spelled.as_bstr(), effect);
        }
    }
}

/// The name after `inherits`, a word that ifupdown2 passes over.
fn inherited(machine: &Machine<'_>, stanza: &Stanza) -> Option<BString> {
    let bytes = machine.host.read(&stanza.name.file)?;
    let mut words = words(stanza.line.of(&bytes)).skip_while(|word| *word != b"inherits");
    words.nth(1).map(BString::from)
}

fn absent(machine: &Machine<'_>, interface: &Interface<'_>) -> String {
    let upper = machine.ports.iter().find(|(_, ports)| ports.contains(&interface.name));
    match upper {
        _ if interface.bridge_option().is_none() => {
            "only `bridge-ports` and `bridge-vlan-aware` make an interface a bridge".to_owned()
        }
        Some((upper, _)) => format!("it is a port of {upper}, and a bridge's port is made no bridge"),
        None if machine.failed.contains(&interface.name) => {
            "a script of /etc/network/if-*.d fails for one of its ports, and then ifupdown2 does not bring it up"
                .to_owned()
        }
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
