//! What is told of each bridge once everything is up.

use super::machine::Machine;
use super::pins::never_tried;
use super::variables::Variables;
use crate::judgement::{Bridge, Outcome};
use crate::stack::bring_up;
use crate::stack::eni::{Config, Stanza};
use crate::stack::kernel::LinkKind;
use bstr::{BStr, BString, ByteSlice};

/// What only a bridge's stanza has: the variables that bridge-utils' hook reads.
const SIGNS: &[&str] =
    &["IF_BRIDGE_PORTS", "IF_BRIDGE_HW", "IF_BRIDGE_STP", "IF_BRIDGE_FD", "IF_BRIDGE_MAXWAIT", "IF_BRIDGE_VLAN_AWARE"];

/// The bridges, those of the configuration in its order, then those that only hook commands name.
pub(super) fn bridges(machine: &mut Machine<'_>, config: &Config) -> Vec<Bridge> {
    let mut bridges = Vec::new();
    for (name, logical) in interfaces(machine, config) {
        let is_bridge = machine.kernel.link(name.as_bstr()).is_some_and(|link| link.kind == LinkKind::Bridge);
        let meant = |index: &usize| {
            let variables = Variables::of(config, *index);
            SIGNS.iter().any(|sign| variables.sets(sign))
        };
        if is_bridge || machine.stanzas(logical.as_bstr()).iter().any(meant) {
            never_tried(machine, config, name.as_bstr(), logical.as_bstr());
            bridges.extend(defined(machine, config, name.as_bstr(), logical.as_bstr()));
        }
    }
    bridges.extend(bring_up::implicit(&machine.kernel, &machine.record, &config.files, &bridges));
    bridges
}

/// The interfaces with their stanzas' names, in the order of the files; where nothing is brought
/// up, every stanza's name.
fn interfaces(machine: &Machine<'_>, config: &Config) -> Vec<(BString, BString)> {
    let mut interfaces: Vec<(BString, BString)> = if config.refused {
        let names = config.stanzas.iter().map(|stanza| stanza.name.token.text.clone());
        names.map(|name| (name.clone(), name)).collect()
    } else {
        machine.up.iter().map(|(name, up)| (name.clone(), up.logical.clone())).collect()
    };
    interfaces.sort_by_key(|(_, logical)| machine.stanzas(logical.as_bstr()).first().copied());
    interfaces.dedup();
    interfaces
}

/// The line of a stanza that makes it a bridge.
pub(super) fn ports_line<'c>(config: &'c Config, stanza: usize) -> Option<&'c crate::stack::eni::Opt> {
    let variables = Variables::of(config, stanza);
    let variable = variables.for_hook("IF_BRIDGE_PORTS").last().filter(|variable| !variable.value.is_empty())?;
    variable.lines.last().copied()
}

fn defined(machine: &Machine<'_>, config: &Config, name: &BStr, logical: &BStr) -> Option<Bridge> {
    let indices = machine.stanzas(logical);
    let stanzas: Vec<&Stanza> = indices.iter().filter_map(|index| config.stanzas.get(*index)).collect();
    let makes = indices.iter().find(|index| ports_line(config, **index).is_some());
    let origin = makes.and_then(|index| config.stanzas.get(*index)).or(stanzas.first().copied())?.place();
    let up = machine.up.get(name).cloned().unwrap_or_default();
    let mut bridge = bring_up::bridge(&machine.kernel, &machine.record, &config.files, name, origin, up.ports);
    let options = indices.iter().flat_map(|index| config.options(*index));
    bridge.carries_ip =
        bring_up::carries_ip(stanzas.into_iter()) || options.into_iter().any(|opt| opt.key.token.text == "address");
    match bridge.outcome {
        Outcome::Absent => {
            bridge.reason = match (&up.stopped, makes) {
                _ if config.refused => refusal(config),
                (Some(stopped), _) => format!("{stopped}, so no bridge is made"),
                (None, Some(_)) if up.no_scripts => {
                    "`no-scripts` keeps bridge-utils' hook, which would make it, from running".to_owned()
                }
                (None, Some(_)) => "a link of this name exists that is no bridge".to_owned(),
                (None, None) => "no `bridge_ports` makes it a bridge".to_owned(),
            };
        }
        Outcome::Generated if bridge.deciding().is_some() => {
            bridge.reason = "`hwaddress random` makes up another address each time it comes up".to_owned();
        }
        _ => {}
    }
    if bridge.outcome != Outcome::Absent {
        bridge.note = up.stopped.map(|stopped| format!("`ifup {name}` fails: {stopped}"));
    }
    Some(bridge)
}

fn refusal(config: &Config) -> String {
    let fatal = config.problems.iter().find(|problem| problem.fatal);
    fatal.map_or("ifup refuses the configuration".to_owned(), |problem| problem.message.clone())
}
