//! What `.link` files were meant to set.

use super::super::unit_pins::{Asked, asked, link_address, misplaced, pin, refusal, usable};
use super::link_file::{LinkFile, Policy};
use crate::judgement::{Effect, Pin};
use crate::syntax::unit::Assignment;
use crate::systemd::files::{Config, File};
use crate::systemd::matching::Device;

/// All pins for a bridge, in the order in which udevd reads the files.
pub(super) fn pins(links: &[LinkFile], device: &Device<'_>, release: u32) -> Vec<Pin> {
    let first = links.iter().find(|link| link.applies_to(device));
    let mut found = Vec::new();
    for link in links.iter().filter(|link| is_meant_for(link, device)) {
        let applies = first.is_some_and(|first| std::ptr::eq(first, link));
        let why = match (&link.ignored, first) {
            (Some(why), _) => Some(why.clone()),
            (None, Some(first)) if !applies => {
                Some(format!("systemd-udevd applies the first .link file that matches, which is {}", first.name()))
            }
            _ => None,
        };
        for (file, item, section) in own(&link.config) {
            let effect = match &why {
                Some(why) => Effect::Ineffective(why.clone()),
                None => effect(link, item, release),
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

/// The assignments that are where they belong.
fn own(config: &Config) -> Vec<(&File, &Assignment, Option<&crate::syntax::Token>)> {
    let sections = config.files.iter().flat_map(|file| file.unit.sections.iter().map(move |section| (file, section)));
    let links = sections.filter(|(_, section)| section.is("Link"));
    links
        .flat_map(|(file, section)| section.assignments.iter().map(move |item| (file, item, section.name.as_ref())))
        .filter(|(_, item, _)| item.is("MACAddress"))
        .collect()
}

/// What an assignment does in the file that applies.
fn effect(link: &LinkFile, item: &Assignment, release: u32) -> Effect {
    match asked(&item.value.text, release) {
        Asked::Invalid => Effect::Invalid("systemd-udevd passes over what is no hardware address".to_owned()),
        Asked::Nothing => Effect::Invalid("an empty value sets no address".to_owned()),
        Asked::Address(address) => match link_address(&link.config, release) {
            Some((_, _, last)) if last.line != item.line || last.value != item.value => {
                Effect::Overridden("a later `MACAddress=` of the same file wins".to_owned())
            }
            None => Effect::Overridden("a later empty `MACAddress=` takes it back".to_owned()),
            _ if link.policy(release).0 != Policy::None => Effect::Ineffective(
                "systemd-udevd ignores it beside `MACAddressPolicy=persistent` or `random`".to_owned(),
            ),
            _ if usable(address, release).is_none() => {
                Effect::Invalid(format!("it {} and systemd-udevd does not set it", refusal(address)))
            }
            _ => Effect::Decides,
        },
    }
}
