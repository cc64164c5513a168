//! What `.link` files were meant to set.

use super::super::condition::Standing;
use super::super::unit_pins::{Asked, InForce, asked, assignments, misplaced, pin, refusal, usable};
use super::link_file::{LinkFile, Policy};
use crate::judgement::{Effect, Pin};
use crate::syntax::unit::Assignment;
use crate::systemd::matching::Device;

/// All pins for a bridge, in the order in which udevd reads the files; those for other hosts left out.
pub(super) fn pins(links: &[LinkFile], device: &Device<'_>, release: u32) -> Vec<Pin> {
    let first = links.iter().find(|link| link.applies_to(device));
    let mut found = Vec::new();
    for link in links.iter().filter(|link| is_meant_for(link, device)) {
        let applies = first.is_some_and(|first| std::ptr::eq(first, link));
        let why = match (&link.standing, first) {
            (Standing::Elsewhere(_), _) => continue,
            (Standing::Dropped(why), _) => Some(why.clone()),
            (Standing::Counts, Some(first)) if !applies => {
                Some(format!("systemd-udevd applies the first .link file that matches, which is {}", first.name()))
            }
            (Standing::Counts, _) => None,
        };
        let in_force = InForce::read(&link.config, release);
        for (file, section, item) in assignments(&link.config, "Link") {
            let effect = match &why {
                Some(why) => Effect::Ineffective(why.clone()),
                None => effect(link, item, &in_force, release),
            };
            found.push(pin(file, section, item, effect));
        }
        found.extend(link.config.files.iter().flat_map(|file| misplaced(file, "Link")));
    }
    found
}

/// Whether the file is for the bridge, or was meant to be: `Name=` instead of `OriginalName=`.
fn is_meant_for(link: &LinkFile, device: &Device<'_>) -> bool {
    let named = || link.config.all("Match", "Name").any(|(_, item)| item.value.text == device.name);
    if link.matching.is_empty() { named() } else { link.matching.matches(device) }
}

/// What an assignment does in the file that applies.
fn effect(link: &LinkFile, item: &Assignment, in_force: &InForce<'_>, release: u32) -> Effect {
    match asked(&item.value.text, release) {
        Asked::Invalid => Effect::Invalid("systemd-udevd ignores what is no hardware address".to_owned()),
        Asked::Nothing => Effect::Invalid("an empty value sets no address".to_owned()),
        Asked::Address(address) => match in_force.beats(item) {
            Some(why) => Effect::Overridden(why),
            None if link.policy(release).0 != Policy::None => Effect::Ineffective(
                "systemd-udevd ignores it beside `MACAddressPolicy=persistent` or `random`".to_owned(),
            ),
            None if usable(address, release).is_none() => {
                Effect::Invalid(format!("it {} and systemd-udevd does not set it", refusal(address)))
            }
            None => Effect::Decides,
        },
    }
}
