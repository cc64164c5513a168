//! A host for the stacks' tests: some files, three NICs.

use crate::address::MacAddress;
use crate::host::Host;
use crate::judgement::{Bridge, Candidate, Effect, Outcome, PinValue};
use crate::links::{Evidence, Links, Source};
use crate::stack::{Assume, Stack, World, candidate, judge};
use bstr::{BStr, ByteSlice};
use std::path::{Path, PathBuf};

/// The port that most tests have.
pub(in crate::stack) const LAN0: &str = "b4:99:ba:00:00:01";
const NICS: &[(&str, &str)] = &[("lan0", LAN0), ("lan1", "b4:99:ba:00:00:02"), ("lan10", "b4:99:ba:00:00:10")];
const INTERFACES: &str = "etc/network/interfaces";

/// A host with these files.
pub(in crate::stack) fn host(files: &[(&str, &str)]) -> Host {
    let nowhere = Host::new("/nonexistent");
    files.iter().fold(nowhere, |host, (path, text)| host.with_file(Path::new(path), text.as_bytes().to_vec()))
}

fn links(known: bool) -> Links {
    let mut links = Links::default();
    for (name, address) in NICS.iter().filter(|_| known) {
        let address = MacAddress::parse(address.as_bytes()).unwrap();
        let evidence = Evidence { address, source: Source::Sysfs(PathBuf::new()), assigned: false };
        links.entry(BStr::new(name)).evidence.push(evidence);
    }
    if known {
        links.set_complete();
    }
    links
}

/// What a stack makes of a bridge on a host; `known` is whether the NICs are.
pub(in crate::stack) fn bridge_of(host: &Host, stack: &str, name: &str, known: bool) -> Option<Bridge> {
    let (links, assume) = (links(known), Assume::default());
    let world = World { host, links: &links, assume: &assume };
    judge(world, &stack.parse::<Stack>().unwrap()).bridges.into_iter().find(|bridge| bridge.name == name)
}

/// Outcome and address of a bridge: "pinned 52:54:00:aa:bb:cc".
pub(in crate::stack) fn outcome(bridge: Option<&Bridge>) -> String {
    let Some(bridge) = bridge else { return "absent".to_owned() };
    let known = bridge.address.filter(|_| bridge.outcome != Outcome::Absent);
    known.map_or_else(|| bridge.outcome.word().to_owned(), |address| format!("{} {address}", bridge.outcome.word()))
}

/// Outcome and address of br0 with this `interfaces`.
pub(in crate::stack) fn told(stack: &str, interfaces: &str) -> String {
    outcome(bridge_of(&host(&[(INTERFACES, interfaces)]), stack, "br0", true).as_ref())
}

/// The pins of br0, a word each for their effect.
pub(in crate::stack) fn effects(stack: &str, interfaces: &str) -> Vec<String> {
    let bridge = bridge_of(&host(&[(INTERFACES, interfaces)]), stack, "br0", true);
    let show = |effect: &Effect| match effect {
        Effect::Decides => "decides",
        Effect::Overridden(_) => "overridden",
        Effect::Ineffective(_) => "ineffective",
        Effect::Invalid(_) => "invalid",
    };
    let pins = bridge.into_iter().flat_map(|bridge| bridge.pins);
    pins.map(|pin| format!("{} {} {}", pin.what, pin.value, show(&pin.effect))).collect()
}

/// The files as the first candidate leaves them that gives br0 the address.
pub(in crate::stack) fn fixed(stack: &str, host: &Host, address: &str, known: bool) -> Option<String> {
    let address = MacAddress::parse(address.as_bytes()).unwrap();
    let bridge = bridge_of(host, stack, "br0", known)?;
    let (links, assume) = (links(known), Assume::default());
    let world = World { host, links: &links, assume: &assume };
    let pins = |host: &Host| {
        let bridge = bridge_of(host, stack, "br0", known);
        bridge.is_some_and(|bridge| bridge.outcome == Outcome::Pinned && bridge.address == Some(address))
    };
    let works = |candidate: &Candidate| pins(&host.with(&candidate.edits));
    let first = candidate(world, &stack.parse().unwrap(), &bridge, &PinValue::Address(address), works)?;
    let after = host.with(&first.edits);
    Some(after.read(Path::new(INTERFACES)).unwrap().to_str_lossy().into_owned())
}
