//! One `.link` file with its drop-ins.

use super::super::condition::{self, Facts, Standing};
use super::super::unit_pins::{InForce, usable};
use crate::address::MacAddress;
use crate::span::Place;
use crate::systemd::files::Config;
use crate::systemd::interface;
use crate::systemd::matching::{Device, Match, Role};
use bstr::BString;

/// `MACAddressPolicy=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    /// Leave the address alone, or set the one of `MACAddress=`; so it is without the key.
    None,
    /// A random one.
    Random,
    /// One made of the machine-id and the link's name.
    Persistent,
}

/// A `.link` file.
#[derive(Clone)]
pub(super) struct LinkFile {
    pub config: Config,
    pub matching: Match,
    /// How udevd takes it.
    pub standing: Standing,
}

impl LinkFile {
    /// What udevd makes of it (`link_load_one()`).
    pub fn new(config: Config, facts: &Facts<'_>) -> Self {
        let matching = Match::read(&config, Role::Link, facts.release);
        let mut standing = Standing::of(&config, facts, "systemd-udevd");
        let is_empty = matching.is_empty() && !condition::any(&config, facts.release);
        if is_empty && standing == Standing::Counts {
            let why = "its `[Match]` has nothing that a .link file knows: systemd-udevd ignores the file";
            standing = Standing::Dropped(why.to_owned());
        }
        Self { config, matching, standing }
    }

    /// Whether udevd would apply it to that link.
    pub fn applies_to(&self, device: &Device<'_>) -> bool {
        self.standing == Standing::Counts && self.matching.matches(device)
    }

    /// Its file name.
    pub fn name(&self) -> String {
        self.config.name.to_string()
    }

    /// The policy that is in effect, and where the tree states it.
    pub fn policy(&self, release: u32) -> (Policy, Option<Place>) {
        let mut found = (Policy::None, None);
        for (file, item) in self.config.all("Link", "MACAddressPolicy") {
            let policy = match &item.value.text[..] {
                b"none" => Policy::None,
                b"random" => Policy::Random,
                b"persistent" => Policy::Persistent,
                b"" if release >= 250 => Policy::None,
                _ => continue,
            };
            found = (policy, file.in_tree.then(|| file.place(item.span())));
        }
        found
    }

    /// The `Name=` that it gives to links that somebody named; the last valid one, and an empty one takes
    /// it back (`config_parse_ifname()`).
    pub fn new_name(&self) -> Option<BString> {
        let policies = self.config.all("Link", "NamePolicy").map(|(_, item)| &item.value.text);
        let keeps = |value: &BString| value.split(|byte| b" \t".contains(byte)).any(|word| word == b"keep");
        // An empty one takes the others back.
        if policies.rev().take_while(|value| !value.is_empty()).any(keeps) {
            return None;
        }
        let counts = |value: &BString| value.is_empty() || interface::is_valid(value);
        let (_, item) = self.config.all("Link", "Name").rfind(|(_, item)| counts(&item.value.text))?;
        (!item.value.text.is_empty()).then(|| item.value.text.clone())
    }

    /// The address that it states and that a link can have.
    pub fn address(&self, release: u32) -> Option<(MacAddress, Place)> {
        let (address, file, item) = InForce::read(&self.config, release).last?;
        Some((usable(address, release)?, file.place(item.value.span)))
    }
}
