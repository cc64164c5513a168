//! ifupdown-ng (Alpine Linux, Debian): executors chosen by option names, commands, and the hooks of
//! packages made for ifupdown.

mod environment;
mod executors;
mod lifecycle;
mod report;
mod settings;
#[cfg(test)]
mod tests;

use super::bring_up;
use super::eni::Config;
use super::eni::ifupdown_ng::{Interface, interfaces, read};
use super::eni::unknown::{ALPINE_BRIDGE, BRIDGE_UTILS, IFUPDOWN_NG, Table};
use super::reach::Reach;
use super::{Stack, World};
use crate::judgement::{Bridge, Candidate, Judgement, PinValue};
use bstr::{BString, ByteSlice};
use lifecycle::Machine;
use settings::Settings;
use std::collections::BTreeMap;

/// What this stack makes of the host's files.
pub(super) fn judge(world: World<'_>, stack: &Stack) -> Judgement {
    let config = read(world.host, &stack.version);
    let settings = Settings::read(world.host);
    let (names, interfaces) = by_name(&config, settings);
    let mut machine = Machine::new(world, stack, settings, &interfaces, Reach::of(&config));
    if !config.refused {
        machine.run(&names);
    }
    let bridges = report::bridges(&mut machine, stack, &config, &names);
    let unknown_options = bring_up::unknown_options(&config, &tables(stack), &bridges);
    Judgement { bridges, problems: config.problems.clone(), unknown_options }
}

/// What reads bridge options here.
fn tables(stack: &Stack) -> Vec<&'static Table> {
    let own = if stack.alpine_bridge { &ALPINE_BRIDGE } else { &IFUPDOWN_NG };
    if stack.bridge_utils { vec![own, &BRIDGE_UTILS] } else { vec![own] }
}

/// The interfaces by name, and their names in the order of the files.
fn by_name(config: &Config, settings: Settings) -> (Vec<BString>, BTreeMap<BString, Interface<'_>>) {
    let all = interfaces(config, settings.auto_executors);
    let names = all.iter().map(|interface| interface.name.clone()).collect();
    (names, all.into_iter().map(|interface| (interface.name.clone(), interface)).collect())
}

/// The ways to pin a bridge on this stack, best first. No option that starts with `bridge-` is among them:
/// one of those alone would choose the bridge executor for a bridge that a hook makes.
pub(super) fn candidates(world: World<'_>, stack: &Stack, bridge: &Bridge, value: &PinValue) -> Vec<Candidate> {
    let PinValue::Address(address) = value else { return Vec::new() };
    let config = read(world.host, &stack.version);
    let settings = Settings::read(world.host);
    let (_, interfaces) = by_name(&config, settings);
    let Some(interface) = interfaces.get(&bridge.name) else { return Vec::new() };
    let stanzas = report::stanzas(&config, interface);
    let beside = environment::option(interface, &environment::environment(interface, None), "IF_BRIDGE_PORTS");
    let name = bridge.name.as_bstr();
    // The last is for a bridge whose own `pre-up` line fails and stops it before `up`.
    let commands = ["post-up", "pre-up"].map(|phase| bring_up::command(phase, name, *address));
    let lines: Vec<(&str, String)> = [("hwaddress", address.to_string())].into_iter().chain(commands).collect();
    bring_up::candidates(world.host, &stanzas, beside, bridge, *address, &lines)
}
