//! What the configuration file says of hosts: by a pattern for many, by its name for one.

use super::file::{Addresses, HostFacts, HostPattern};
use super::inner;
use crate::cli::UdevPolicy;
use crate::facts::HostNames;
use crate::glob::Glob;
use crate::host::Host;
use crate::lines::Lines;
use crate::links::Named;
use crate::stack::Stack;
use bstr::BString;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// What is said of all hosts.
#[derive(Debug, Default)]
pub struct Hosts {
    folder: PathBuf,
    patterns: Vec<Pattern>,
    named: BTreeMap<String, Facts>,
}

#[derive(Debug)]
struct Pattern {
    glob: Glob,
    stacks: Option<Vec<Stack>>,
    udev: Option<UdevPolicy>,
}

#[derive(Clone, Debug, Default)]
struct Facts {
    wanted: BTreeMap<BString, Named>,
    links: BTreeMap<BString, Named>,
}

/// What is said of one host.
#[derive(Clone, Debug, Default)]
pub struct HostSettings {
    /// The stacks that read its files; empty where nothing is said.
    pub stacks: Vec<Stack>,
    /// Whether udevd gives bridges an address, where that is said.
    pub udev: Option<UdevPolicy>,
    /// The addresses that its bridges are to have.
    pub wanted: BTreeMap<BString, Named>,
    /// The addresses that its links have.
    pub links: BTreeMap<BString, Named>,
}

impl Hosts {
    pub(super) fn new(
        patterns: Vec<HostPattern>,
        named: BTreeMap<String, HostFacts>,
        text: &[u8],
        shown: &Path,
        folder: &Path,
    ) -> Self {
        let lines = Lines::of(text);
        let addresses = |addresses: Addresses| {
            let named = |(name, value): (String, toml::Spanned<super::Parsed<_>>)| {
                let line = lines.line_of(text, value.span().start);
                (
                    BString::from(name),
                    Named { address: value.into_inner().0, by: format!("{}:{line}", shown.display()) },
                )
            };
            addresses.into_iter().map(named).collect()
        };
        let pattern = |pattern: HostPattern| Pattern {
            glob: pattern.pattern.0,
            stacks: pattern.stack.map(inner),
            udev: pattern.udev_policy,
        };
        let facts = |(name, facts): (String, HostFacts)| {
            (name, Facts { wanted: addresses(facts.mac), links: addresses(facts.links) })
        };
        Self {
            folder: folder.to_owned(),
            patterns: patterns.into_iter().map(pattern).collect(),
            named: named.into_iter().map(facts).collect(),
        }
    }

    /// Whether it tells addresses that bridges are to have.
    #[must_use]
    pub fn name_addresses_of_bridges(&self) -> bool {
        self.named.values().any(|facts| !facts.wanted.is_empty())
    }

    /// The names of the hosts of which it tells addresses.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.named.keys()
    }

    /// The name by which a host is known here.
    #[must_use]
    pub fn name_of(&self, host: &Host) -> Option<&String> {
        if self.named.is_empty() {
            return None;
        }
        self.find(&HostNames::of(host).names)
    }

    /// The folder's name is the repository's own, and comes first; the same `etc/hostname` may be in many.
    fn find(&self, names: &[String]) -> Option<&String> {
        names.iter().find_map(|name| Some(self.named.get_key_value(name)?.0))
    }

    /// What is said of a host.
    #[must_use]
    pub fn settings(&self, host: &Host) -> HostSettings {
        let mut settings = HostSettings::default();
        if self.patterns.is_empty() && self.named.is_empty() {
            return settings;
        }
        let HostNames { root, names } = HostNames::of(host);
        let matches = |glob: &Glob| {
            if glob.is_for_paths() {
                glob.covers_in(&self.folder, &root)
            } else {
                names.iter().any(|name| glob.matches_name(name.as_bytes()))
            }
        };
        for pattern in self.patterns.iter().filter(|pattern| matches(&pattern.glob)) {
            if let Some(stacks) = &pattern.stacks {
                settings.stacks.clone_from(stacks);
            }
            settings.udev = pattern.udev.or(settings.udev);
        }
        if let Some(facts) = self.find(&names).and_then(|name| self.named.get(name)) {
            settings.wanted.clone_from(&facts.wanted);
            settings.links.clone_from(&facts.links);
        }
        settings
    }
}

/// The first address that stands at two hosts: where, and what to do.
pub(super) fn shared_address(named: &BTreeMap<String, HostFacts>) -> Option<(usize, String)> {
    let mut all: Vec<_> = named
        .iter()
        .flat_map(|(host, facts)| [(host, &facts.mac), (host, &facts.links)])
        .flat_map(|(host, addresses)| {
            addresses.values().map(move |value| (value.span().start, host, value.get_ref().0))
        })
        .collect();
    all.sort_unstable();
    let mut owners = HashMap::new();
    all.into_iter().find_map(|(offset, host, address)| {
        let owner = *owners.entry(address).or_insert(host);
        (owner != host).then(|| {
            (
                offset,
                format!("{address} is also [hosts.\"{owner}\"]'s; give each host the address of its own network card"),
            )
        })
    })
}
