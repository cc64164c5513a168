//! Evidence: which links there are, and their addresses with where we know them from.

mod facts;
mod ifcfg;
mod interfaces;
mod sysfs;
mod systemd;

use crate::address::MacAddress;
use crate::facts::{Facts, HostNames};
use crate::host::Host;
use crate::span::Place;
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where an address is known from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file of a `/sys` tree.
    Sysfs(PathBuf),
    /// A file of facts, and what its format calls the address ("`permaddr`").
    Facts(Arc<Path>, &'static str),
    /// A place in the host's own files, and what it is ("`HWADDR=`").
    File(Place, &'static str),
}

/// One address that a source gives a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The address.
    pub address: MacAddress,
    /// Where it is known from.
    pub source: Source,
    /// It is what the configuration gives the link when it is brought up, not what the
    /// hardware has: it counts where both are known.
    pub assigned: bool,
    /// The source renames the link that has this address, whatever the link is: a bridge with
    /// the same address would be taken for it.
    pub renames: bool,
}

impl Evidence {
    /// The hardware's address.
    #[must_use]
    pub fn hardware(address: MacAddress, source: Source) -> Self {
        Self { address, source, assigned: false, renames: false }
    }
}

/// What a link is made of, where the configuration tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// A NIC, as far as we know.
    #[default]
    Plain,
    /// A bond over these ports: it has the first one's address.
    Bond(Vec<BString>),
    /// A VLAN: it has its parent's address.
    Vlan(BString),
    /// A bridge.
    Bridge,
}

/// What is known of one link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// What each source says, in the order in which sources are preferred.
    pub evidence: Vec<Evidence>,
    /// What it is made of.
    pub shape: Shape,
    /// `addr_assign_type`, where sysfs tells.
    pub assign_type: Option<u8>,
    /// A bond whose address is its active port's (`fail_over_mac` is `active`).
    pub follows_active_port: bool,
}

/// What is known of a host's links.
#[derive(Clone, Debug, Default)]
pub struct Links {
    links: BTreeMap<BString, Link>,
    complete: bool,
}

impl Links {
    /// All that a host's own files and, where given, a `/sys` tell.
    pub fn gather(host: &Host, sys: Option<&Path>) -> Self {
        Self::gather_with_facts(host, sys, None)
    }

    /// As [`gather`](Self::gather), with an inventory's facts.
    pub fn gather_with_facts(host: &Host, sys: Option<&Path>, facts: Option<&Facts>) -> Self {
        let mut links = Self::default();
        if let Some(sys) = sys {
            sysfs::gather(sys, &mut links);
        }
        if let Some(facts) = facts.and_then(|facts| facts.host(&HostNames::of(host))) {
            facts::gather(facts, &mut links);
        }
        interfaces::gather(host, &mut links);
        ifcfg::gather(host, &mut links);
        systemd::gather(host, &mut links);
        links
    }

    /// No more links than those that are added (`--sysfs`, facts).
    pub fn set_complete(&mut self) {
        self.complete = true;
    }

    /// What is known of a link, to add to it.
    pub fn entry(&mut self, name: &BStr) -> &mut Link {
        self.links.entry(name.to_owned()).or_default()
    }

    /// What is known of a link.
    #[must_use]
    pub fn get(&self, name: &BStr) -> Option<&Link> {
        self.links.get(name)
    }

    /// The links that are known, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&BString, &Link)> {
        self.links.iter()
    }

    /// Whether sysfs or facts told all links that exist. Where they did not, a link that the
    /// configuration names exists.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The links that sysfs or facts show: there before any configuration is read.
    pub fn running(&self) -> impl Iterator<Item = (&BString, MacAddress)> {
        self.links.iter().filter_map(|(name, link)| {
            let shown = |evidence: &&Evidence| matches!(evidence.source, Source::Sysfs(_) | Source::Facts(..));
            let seen = link.evidence.iter().find(shown)?;
            Some((name, seen.address))
        })
    }

    /// The address that a link has once it is up: what the configuration assigns, else what
    /// the hardware has; a bond's is its first port's, a VLAN's its parent's.
    #[must_use]
    pub fn address(&self, name: &BStr) -> Option<&Evidence> {
        self.address_within(name, 8)
    }

    fn address_within(&self, name: &BStr, depth: usize) -> Option<&Evidence> {
        let link = self.links.get(name)?;
        let own = link.evidence.iter().find(|evidence| evidence.assigned).or(link.evidence.first());
        let below = || match &link.shape {
            Shape::Bond(ports) => ports.first().map(|port| port.as_bstr()),
            Shape::Vlan(parent) => Some(parent.as_bstr()),
            Shape::Plain | Shape::Bridge => None,
        };
        own.or_else(|| self.address_within(below()?, depth.checked_sub(1)?))
    }
}
