//! Evidence: which links there are, and their addresses with where we know them from.

mod ifcfg;
mod interfaces;
mod sysfs;
mod systemd;

use crate::address::MacAddress;
use crate::host::Host;
use crate::span::Place;
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where an address is known from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file of a `/sys` tree.
    Sysfs(PathBuf),
    /// A place in the host's own files, and what it is ("`HWADDR=`").
    File(Place, &'static str),
    /// The user, and where ("bridgepin.toml:12").
    User(String),
}

/// An address that the user names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The address.
    pub address: MacAddress,
    /// Where it is named: "--mac", "bridgepin.toml:12".
    pub by: String,
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
}

/// What is known of a host's links.
#[derive(Clone, Debug, Default)]
pub struct Links {
    links: BTreeMap<BString, Link>,
    complete: bool,
}

impl Links {
    /// All that a host's own files and, where given, a `/sys` tell.
    pub fn gather(host: &Host, sys: Option<&std::path::Path>) -> Self {
        let mut links = Self::default();
        if let Some(sys) = sys {
            sysfs::gather(sys, &mut links);
        }
        interfaces::gather(host, &mut links);
        ifcfg::gather(host, &mut links);
        systemd::gather(host, &mut links);
        links
    }

    /// What the user says counts before all else.
    #[must_use]
    pub fn named(mut self, named: &BTreeMap<BString, Named>) -> Self {
        for (name, Named { address, by }) in named {
            let evidence = Evidence { address: *address, source: Source::User(by.clone()), assigned: false };
            self.entry(name.as_bstr()).evidence.insert(0, evidence);
        }
        self
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

    /// The links that sysfs shows: there before any configuration is read.
    pub fn running(&self) -> impl Iterator<Item = (&BString, MacAddress)> {
        self.links.iter().filter_map(|(name, link)| {
            let seen = link.evidence.iter().find(|evidence| matches!(evidence.source, Source::Sysfs(_)))?;
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
