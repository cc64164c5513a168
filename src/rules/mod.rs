//! The rules: one file each, with its documentation, its check and its tests. They see
//! judgements and know no stack.

mod address_policy_none;
mod conflicting_pins;
mod duplicate_address;
mod implicit_bridge;
mod ineffective_pin;
mod invalid_address;
mod rename_clash;
mod shared_machine_id;
mod stale_pin;
mod syntax;
mod unknown_bridge_option;
mod unpinned_bridge;
mod unused_ignore;

use crate::address::MacAddress;
use crate::check::{Reading, Subject, View};
use crate::finding::{Finding, Severity};
use crate::fleet::{Origin, Shared};
use crate::ignore::Useless;
use crate::judgement::{Bridge, Effect, Outcome, Pin};
use crate::span::Place;
use std::collections::HashMap;
pub use unpinned_bridge::likelihood;

/// One rule.
pub struct Rule {
    /// Its name, on the command line and in reports.
    pub name: &'static str,
    /// Its documentation, Markdown: a sentence, then sections.
    pub text: &'static str,
    /// Its findings on one family of a host's files.
    pub check: fn(&Subject<'_>) -> Vec<Finding>,
}

/// All rules, sorted by name.
pub const RULES: &[Rule] = &[
    address_policy_none::RULE,
    conflicting_pins::RULE,
    duplicate_address::RULE,
    implicit_bridge::RULE,
    ineffective_pin::RULE,
    invalid_address::RULE,
    rename_clash::RULE,
    shared_machine_id::RULE,
    stale_pin::RULE,
    syntax::RULE,
    unknown_bridge_option::RULE,
    unpinned_bridge::RULE,
    unused_ignore::RULE,
];

/// The rule about comments that silence nothing.
pub const UNUSED_IGNORE: &str = unused_ignore::RULE.name;

/// The finding about a comment that silences nothing.
#[must_use]
pub fn about_comment(useless: Useless) -> Finding {
    unused_ignore::finding(useless)
}

/// The rule that looks at all hosts for such addresses.
#[must_use]
pub fn over_hosts(origin: Origin) -> &'static str {
    match origin {
        Origin::Pinned => duplicate_address::RULE.name,
        Origin::Generated => shared_machine_id::RULE.name,
    }
}

/// Whether a rule looks at all hosts.
#[must_use]
pub fn is_over_hosts(rule: &str) -> bool {
    [Origin::Pinned, Origin::Generated].iter().any(|origin| over_hosts(*origin) == rule)
}

/// The finding about a bridge whose address others have too.
#[must_use]
pub fn about_shared(shared: Shared) -> Finding {
    match shared.origin {
        Origin::Pinned => duplicate_address::finding(shared),
        Origin::Generated => shared_machine_id::finding(shared),
    }
}

/// Where the others are that have the address, if there are too many for the message.
fn list_of_others(shared: &Shared) -> Vec<String> {
    if shared.count < 2 {
        return Vec::new();
    }
    let rest = match shared.count - shared.others.len().min(shared.count) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    vec![format!("The others: {}{rest}.", shared.others.join(", "))]
}

/// The rule that speaks for a bridge without a pin, and that carries its fix; none for a bridge that needs none.
#[must_use]
pub fn main_rule(view: &View<'_>) -> Option<&'static str> {
    let (_, worst) = view.worst();
    if worst.outcome == Outcome::Pinned {
        return None;
    }
    let has = |wanted: fn(&Effect) -> bool| {
        view.on.iter().any(|(_, bridge)| bridge.pins.iter().any(|pin| wanted(&pin.effect)))
    };
    if has(|effect| matches!(effect, Effect::Invalid(_))) {
        Some(invalid_address::RULE.name)
    } else if has(|effect| matches!(effect, Effect::Ineffective(_))) {
        Some(ineffective_pin::RULE.name)
    } else if worst.outcome == Outcome::Absent {
        None
    } else if view.on.iter().any(|(_, bridge)| unset_by_itself(bridge)) {
        Some(address_policy_none::RULE.name)
    } else {
        Some(unpinned_bridge::RULE.name)
    }
}

/// Whether the bridge's own definition leaves its address unset on purpose.
fn unset_by_itself(bridge: &Bridge) -> bool {
    bridge.unset_on_purpose.iter().any(|(place, _)| place.file == bridge.origin.file)
}

/// How bad it is for a bridge: it matters most where it floats and carries an IP address.
fn severity(view: &View<'_>) -> Severity {
    let error = view.on.iter().any(|(_, bridge)| bridge.outcome == Outcome::Floating && bridge.carries_ip);
    if error { Severity::Error } else { Severity::Warning }
}

/// A place that pins a bridge to a known address.
struct Pinned<'a> {
    reading: &'a Reading,
    place: &'a Place,
    address: MacAddress,
}

/// The places that pin a bridge on any stack, each once.
fn pinned<'a>(view: &View<'a>) -> Vec<Pinned<'a>> {
    let mut places: Vec<Pinned<'a>> = Vec::new();
    for (reading, bridge) in view.on.iter().filter(|(_, bridge)| bridge.outcome == Outcome::Pinned) {
        let place = bridge.deciding().map_or(&bridge.origin, |pin| &pin.place);
        let new = !places.iter().any(|known| known.place == place);
        places.extend(bridge.address.filter(|_| new).map(|address| Pinned { reading, place, address }));
    }
    places
}

/// A finding about a bridge.
fn about(rule: &'static str, view: &View<'_>, reading: &Reading, place: &Place, message: String) -> Finding {
    Finding {
        rule,
        severity: severity(view),
        place: place.clone(),
        message,
        label: String::new(),
        notes: Vec::new(),
        help: Vec::new(),
        bridge: Some(view.name.to_owned()),
        stack: Some(reading.stack.to_string()),
        fix: None,
    }
}

/// What becomes of the bridge, stack by stack where they differ.
fn outcome_notes(view: &View<'_>) -> Vec<String> {
    let (worst, bridge) = view.worst();
    let sentence = |reading: &Reading, bridge: &Bridge| {
        format!("On {} it is {}: {}.", reading.stack, bridge.outcome.word(), bridge.reason)
    };
    let mut notes = vec![sentence(worst, bridge)];
    notes.extend(
        view.on
            .iter()
            .filter(|(_, other)| other.outcome != bridge.outcome)
            .map(|(reading, other)| sentence(reading, other)),
    );
    notes.extend(bridge.note.as_ref().map(|note| capitalised(&format!("{note}."))));
    notes
}

/// A clause as the start of a sentence.
fn capitalised(clause: &str) -> String {
    let mut chars = clause.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + chars.as_str())
}

/// The findings about one effect of pins, each place once: several stacks may say the same of it. `say` gets the pin
/// that decides, and the one that it is about.
fn about_pins(
    subject: &Subject<'_>,
    rule: &'static str,
    say: impl Fn(&View<'_>, Option<&Pin>, &Pin) -> Option<(String, String)>,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for view in &subject.bridges {
        let mut known: HashMap<&Place, usize> = HashMap::new();
        for (reading, bridge) in &view.on {
            let wins = bridge.deciding();
            for pin in &bridge.pins {
                let Some((message, label)) = say(view, wins, pin) else { continue };
                if let Some(known) = known.get(&pin.place).and_then(|index| findings.get_mut(*index)) {
                    if known.label != label {
                        known.notes.push(format!("On {}: {label}.", reading.stack));
                    }
                    continue;
                }
                let mut finding = about(rule, view, reading, &pin.place, message);
                finding.label = label;
                if known.is_empty() && main_rule(view) == Some(rule) {
                    finding.notes = outcome_notes(view);
                }
                known.insert(&pin.place, findings.len());
                findings.push(finding);
            }
        }
    }
    findings
}
