//! What is told of each bridge once everything is up.

use super::environment::option;
use super::executors;
use super::lifecycle::{Machine, Stopped};
use crate::judgement::{Bridge, Effect, Outcome};
use crate::stack::Stack;
use crate::stack::bring_up::{self, words};
use crate::stack::eni::ifupdown_ng::Interface;
use crate::stack::eni::{Config, Stanza};
use crate::stack::hook::Environment;
use crate::stack::kernel::LinkKind;
use bstr::{BString, ByteSlice};

const REFUSED: &str = "ifupdown-ng refuses the file and brings up nothing";

/// The bridges, those of the configuration in its order, then those that only hooks name.
pub(super) fn bridges(machine: &mut Machine<'_>, stack: &Stack, config: &Config, names: &[BString]) -> Vec<Bridge> {
    let mut bridges = Vec::new();
    for name in names {
        let Some(interface) = machine.interface(name.as_bstr()) else { continue };
        if is_bridge(machine, interface) {
            never_tried(machine, config, interface);
            bridges.extend(defined(machine, stack, config, interface));
        }
    }
    bridges.extend(bring_up::implicit(&machine.kernel, &machine.record, &config.files, &bridges));
    bridges
}

/// A bridge, or an interface that was meant to be one. A template is none.
fn is_bridge(machine: &Machine<'_>, interface: &Interface<'_>) -> bool {
    let environment = machine.environment(interface);
    let ports = !environment.get("IF_BRIDGE_PORTS").is_empty();
    let hw = !environment.get("IF_BRIDGE_HW").is_empty();
    machine.kernel.link(interface.name.as_bstr()).is_some_and(|link| link.kind == LinkKind::Bridge)
        || if interface.template { ports && interface.auto } else { ports || hw }
}

/// The stanzas of an interface.
pub(super) fn stanzas<'c>(config: &'c Config, interface: &Interface<'_>) -> Vec<&'c Stanza> {
    interface.stanzas.iter().filter_map(|index| config.stanzas.get(*index)).collect()
}

fn defined(machine: &Machine<'_>, stack: &Stack, config: &Config, interface: &Interface<'_>) -> Option<Bridge> {
    let name = interface.name.as_bstr();
    let environment = machine.environment(interface);
    let stanzas = stanzas(config, interface);
    let makes = option(interface, &environment, "IF_BRIDGE_PORTS");
    let origin = stanzas.iter().find(|stanza| stanza.options.iter().any(|opt| Some(opt) == makes));
    let origin = origin.or(stanzas.first())?.place();
    let listed = || executors::ports(name, &environment, &machine.kernel);
    let hooked = machine.ports.get(name).cloned();
    let ports = hooked.unwrap_or_else(|| words(&listed()).map(BString::from).collect());
    let mut bridge = bring_up::bridge(&machine.kernel, &machine.record, &config.files, name, origin, ports);
    bridge.carries_ip =
        interface.uses("dhcp") || interface.last("address").is_some() || bring_up::carries_ip(stanzas.iter().copied());
    let stopped = machine.stopped.get(name);
    if bridge.outcome == Outcome::Absent {
        bridge.reason = match stopped {
            _ if config.refused => REFUSED.to_owned(),
            Some(stopped) if makes_bridge(stack, interface) => clause(stopped),
            _ => no_bridge(machine, interface, &environment),
        };
    } else if let Some(stopped) = stopped {
        bridge.note = Some(format!("`ifup {name}` fails: {}", clause(stopped)));
    }
    Some(bridge)
}

/// Whether anything here would make the bridge if it were not stopped.
fn makes_bridge(stack: &Stack, interface: &Interface<'_>) -> bool {
    interface.uses("bridge") || stack.bridge_utils || stack.alpine_bridge
}

fn no_bridge(machine: &Machine<'_>, interface: &Interface<'_>, environment: &Environment) -> String {
    let underscored =
        option(interface, environment, "IF_BRIDGE_PORTS").is_some_and(|opt| opt.key.token.text != "bridge-ports");
    if environment.get("IF_BRIDGE_PORTS").is_empty() {
        "no `bridge-ports` makes it a bridge".to_owned()
    } else if underscored && !interface.uses("bridge") {
        "only the hook of bridge-utils, which is not installed, reads `bridge_ports` with an underscore; ifupdown-ng itself takes `bridge-ports`".to_owned()
    } else if !machine.settings.auto_executors && !interface.uses("bridge") {
        "auto_executor_selection is off and no `use bridge` chooses the bridge executor".to_owned()
    } else {
        "a link of this name exists that is no bridge".to_owned()
    }
}

fn clause(stopped: &Stopped) -> String {
    match stopped {
        Stopped::Template => {
            "another interface inherits from it, which makes it a template that is never brought up".to_owned()
        }
        Stopped::Broken => "its `inherit` names no template, so it is skipped".to_owned(),
        Stopped::Dependency(below) => format!("{below}, which it depends on, does not come up"),
        Stopped::Executor(phase) => format!("an executor fails in the phase {phase} and stops it there"),
        Stopped::Command(phase) => format!("its own {phase} command fails and stops it there"),
    }
}

/// Places that were meant to set the address and that nothing ever looks at.
fn never_tried(machine: &mut Machine<'_>, config: &Config, interface: &Interface<'_>) {
    let name = interface.name.as_bstr();
    let environment = machine.environment(interface);
    let refused = config.refused.then(|| REFUSED.to_owned());
    let stopped = refused.or_else(|| machine.stopped.get(name).map(clause));
    for var in &interface.vars {
        let Some(opt) = var.option else { continue };
        if machine.record.knows(name, &opt.value_place()) {
            continue;
        }
        let variable = match var.key.to_ascii_uppercase().replace("-", "_").as_slice() {
            b"HWADDRESS" => "IF_HWADDRESS",
            b"BRIDGE_HW" => "IF_BRIDGE_HW",
            _ if bring_up::is_known_to_none(var.key.as_bstr()) => "",
            _ => continue,
        };
        let effect = match (&stopped, variable) {
            (_, "") => Effect::Ineffective("ifupdown-ng has no such option and ignores it".to_owned()),
            _ if environment.place(variable) != Some(&opt.value_place()) => {
                Effect::Overridden(format!("of several `{}` ifupdown-ng takes the last", var.key))
            }
            (Some(stopped), _) => Effect::Ineffective(format!("it is never reached: {stopped}")),
            (None, _) => Effect::Ineffective("nothing here reads it".to_owned()),
        };
        machine.record.option(name, opt, opt.spelled(), effect);
    }
}
