//! What is told of each bridge once everything is up.

use super::Host;
use super::pins::never_tried;
use super::variables::Variables;
use crate::judgement::{Bridge, Judgement, Outcome, UnknownOption};
use crate::stack::Stack;
use crate::stack::bring_up;
use crate::stack::eni::{Config, Opt, Stanza};
use crate::stack::kernel::LinkKind;
use bstr::{BStr, BString, ByteSlice};

/// What only a bridge's stanza has: variables that the bridge hooks read.
const SIGNS: &[&str] =
    &["IF_BRIDGE_PORTS", "IF_BRIDGE_HW", "IF_BRIDGE_STP", "IF_BRIDGE_FD", "IF_BRIDGE_MAXWAIT", "IF_BRIDGE_VLAN_AWARE"];

/// How a program's own words differ.
pub(in crate::stack) struct Words {
    /// What is told of an interface that nothing makes a bridge.
    pub(in crate::stack) no_bridge: &'static str,
    /// Why a stanza's method does not look at `hwaddress`, as a clause.
    pub(in crate::stack) no_hwaddress: fn(&Stanza) -> Option<String>,
}

/// What everything came to; where a stack is given, beside its udevd too, unless the first settles it or what was done
/// hangs on what udevd sets.
pub(in crate::stack) fn judged(
    ran: &mut Host<'_>,
    words: &Words,
    unknown_options: Vec<UnknownOption>,
    beside: Option<&Stack>,
) -> (Judgement, Option<Vec<Bridge>>) {
    let beside = beside.filter(|_| ran.kernel.is_same_beside_udevd());
    let interfaces = if ran.up.is_empty() && ran.is_exhausted() { Vec::new() } else { interfaces(ran) };
    for (name, logical) in &interfaces {
        never_tried(ran, name.as_bstr(), logical.as_bstr(), words.no_hwaddress);
    }
    let without =
        Judgement { bridges: bridges(ran, words, &interfaces), problems: ran.config.problems.clone(), unknown_options };
    // Templates may settle more later; this only saves work.
    let Some(stack) = beside.filter(|_| !without.is_settled()) else { return (without, None) };
    ran.let_udevd_have_run(stack);
    (without, Some(bridges(ran, words, &interfaces)))
}

/// The bridges, those of the configuration in its order, then those that only hook commands name.
fn bridges(ran: &Host<'_>, words: &Words, interfaces: &[(BString, BString)]) -> Vec<Bridge> {
    let own = interfaces.iter().filter_map(|(name, logical)| defined(ran, words, name.as_bstr(), logical.as_bstr()));
    let mut bridges: Vec<Bridge> = own.collect();
    bridges.extend(bring_up::implicit(&ran.kernel, &ran.pins.record, &ran.config.files, &bridges));
    bridges
}

/// Whether a stanza is meant to be a bridge's.
pub(super) fn is_meant(variables: &Variables<'_>) -> bool {
    SIGNS.iter().any(|sign| variables.sets(sign))
}

/// The interfaces that are bridges or meant to be, with their stanzas' names, in the order of the files; where nothing is
/// brought up, those of every stanza's name.
fn interfaces(ran: &Host<'_>) -> Vec<(BString, BString)> {
    let is_one = |(name, logical): &(&BString, &BString)| {
        let is_bridge = ran.kernel.link(name.as_bstr()).is_some_and(|link| link.kind == LinkKind::Bridge);
        let mut stanzas = ran.stanzas(logical.as_bstr()).iter();
        is_bridge || stanzas.any(|index| ran.variables.get(*index).is_some_and(is_meant))
    };
    let mut interfaces: Vec<(&BString, &BString)> = if ran.config.refused {
        let names = ran.config.stanzas.iter().map(|stanza| &stanza.name.token.text);
        names.map(|name| (name, name)).filter(is_one).collect()
    } else {
        ran.up.iter().map(|(name, up)| (name, &up.logical)).filter(is_one).collect()
    };
    interfaces.sort_by_key(|(_, logical)| ran.stanzas(logical.as_bstr()).first().copied());
    interfaces.dedup();
    interfaces.into_iter().map(|(name, logical)| (name.clone(), logical.clone())).collect()
}

/// The line of a stanza that makes it a bridge.
fn ports_line<'a>(variables: &Variables<'a>) -> Option<&'a Opt> {
    let variable = variables.for_hook("IF_BRIDGE_PORTS").last().filter(|variable| !variable.value.is_empty())?;
    variable.lines.last().copied()
}

fn defined(ran: &Host<'_>, words: &Words, name: &BStr, logical: &BStr) -> Option<Bridge> {
    let config = ran.config;
    let indices = ran.stanzas(logical);
    let stanzas: Vec<&Stanza> = indices.iter().filter_map(|index| config.stanzas.get(*index)).collect();
    let makes = indices.iter().find(|index| ran.variables.get(**index).and_then(ports_line).is_some());
    let origin = makes.and_then(|index| config.stanzas.get(*index)).or(stanzas.first().copied())?.place();
    let up = ran.up.get(name);
    let ports = up.map(|up| up.ports.clone()).unwrap_or_default();
    let (stopped, no_scripts) = (up.and_then(|up| up.stopped.as_ref()), up.is_some_and(|up| up.no_scripts));
    let mut bridge = bring_up::bridge(&ran.kernel, &ran.pins.record, &config.files, name, origin, ports);
    let mut options = indices.iter().flat_map(|index| config.options(*index));
    bridge.carries_ip = bring_up::carries_ip(stanzas.into_iter()) || options.any(|opt| opt.key.token.text == "address");
    match bridge.outcome {
        Outcome::Absent => {
            bridge.reason = match (stopped, makes) {
                _ if config.refused => refusal(config),
                (Some(stopped), _) => format!("{stopped}, so no bridge is made"),
                (None, Some(_)) if no_scripts => {
                    "`no-scripts` keeps the bridge hook, which would make it, from running".to_owned()
                }
                (None, Some(_)) if ran.kernel.link(name).is_some() => {
                    "a link of this name exists that is no bridge".to_owned()
                }
                (None, Some(_)) => "a command removes it, or bridge-utils' hook is kept from making it".to_owned(),
                (None, None) => words.no_bridge.to_owned(),
            };
        }
        Outcome::Generated if bridge.deciding().is_some() => {
            bridge.reason = "`hwaddress random` makes up another address each time it comes up".to_owned();
        }
        _ => {}
    }
    if bridge.outcome != Outcome::Absent {
        bridge.note = stopped.map(|stopped| format!("`ifup {name}` fails: {stopped}"));
    }
    Some(bridge)
}

fn refusal(config: &Config) -> String {
    let fatal = config.problems.iter().find(|problem| problem.fatal);
    fatal.map_or("ifup refuses the configuration".to_owned(), |problem| problem.message.clone())
}
