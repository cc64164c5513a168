//! The bridges of a running host: what the kernel has of them, beside what the configuration says.
//!
//! A bridge takes the lowest address among its ports, anew whenever one comes, goes or changes,
//! unless its `addr_assign_type` is `NET_ADDR_SET` (`br_stp_recalculate_bridge_id` in the
//! kernel's net/bridge/br_stp_if.c). So the running kernel tells for certain what the next port can do.

mod apply;
mod choice;
mod command;
mod ip;
mod state;
mod sysfs;

use crate::address::MacAddress;
use bstr::{BStr, BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};

pub use apply::apply;
pub use choice::{Choice, choose};
pub use command::command;
pub use state::{Configured, State};

/// `NET_ADDR_PERM`, `NET_ADDR_RANDOM`, `NET_ADDR_STOLEN`, `NET_ADDR_SET` (include/uapi/linux/netdevice.h).
pub mod assign_type {
    /// Made up, or never set by anybody.
    pub const RANDOM: u8 = 1;
    /// Somebody set it.
    pub const SET: u8 = 3;
}

/// As many links as can lie on one another.
const DEPTH: usize = 8;

/// A link that runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Its number in the kernel, where that is known.
    pub index: Option<u32>,
    /// The address that it has now.
    pub address: Option<MacAddress>,
    /// `addr_assign_type`, which only sysfs tells.
    pub assign_type: Option<u8>,
    /// What it is.
    pub kind: Kind,
}

/// What a link is, as far as addresses depend on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A Linux bridge with these ports, sorted.
    Bridge(Vec<BString>),
    /// A network card, of metal or of a hypervisor.
    Card,
    /// A bond or a VLAN over these links, whose addresses it has.
    Over(Vec<BString>),
    /// What software made: the end of a container's link, a tunnel.
    #[default]
    Other,
}

/// The links that run on a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    links: BTreeMap<BString, Link>,
    uplinks: BTreeSet<BString>,
}

/// A bridge that runs.
#[derive(Clone, Copy, Debug)]
pub struct Bridge<'a> {
    /// Its name.
    pub name: &'a BStr,
    /// What the kernel has of it.
    pub link: &'a Link,
    /// Its ports, sorted.
    pub ports: &'a [BString],
    links: &'a Links,
}

impl Links {
    /// The links that a `/sys` shows.
    ///
    /// # Errors
    /// What keeps `class/net` from being read.
    pub fn from_sysfs(sys: &std::path::Path) -> std::io::Result<Self> {
        sysfs::links(sys).map(Self::new)
    }

    /// The links that `ip -j -d link` printed.
    ///
    /// # Errors
    /// What is wrong with the text and what to give instead.
    pub fn from_ip(text: &[u8]) -> Result<Self, String> {
        ip::links(text).map(Self::new)
    }

    fn new(links: BTreeMap<BString, Link>) -> Self {
        let uplinks = uplinks(&links);
        Self { links, uplinks }
    }

    /// The bridges, sorted by name.
    pub fn bridges(&self) -> impl Iterator<Item = Bridge<'_>> {
        self.links.iter().filter_map(|(name, link)| match &link.kind {
            Kind::Bridge(ports) => Some(Bridge { name: name.as_ref(), link, ports, links: self }),
            _ => None,
        })
    }

    /// A link.
    #[must_use]
    pub fn get(&self, name: &BStr) -> Option<&Link> {
        self.links.get(name)
    }

    /// All links, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&BString, &Link)> {
        self.links.iter()
    }
}

/// The cards, and the bonds and VLANs over them: their addresses stay while the host runs.
fn uplinks(links: &BTreeMap<BString, Link>) -> BTreeSet<BString> {
    let mut uplinks = BTreeSet::new();
    for _ in 0..DEPTH {
        let is_uplink = |link: &Link| match &link.kind {
            Kind::Card => true,
            Kind::Over(below) => below.iter().any(|name| uplinks.contains(name)),
            Kind::Bridge(_) | Kind::Other => false,
        };
        uplinks = links.iter().filter(|(_, link)| is_uplink(link)).map(|(name, _)| name.clone()).collect();
    }
    uplinks
}

impl<'a> Bridge<'a> {
    /// Whether the next port can change its address; `None` where nothing tells.
    #[must_use]
    pub fn can_be_taken_over(self) -> Option<bool> {
        match self.link.assign_type {
            Some(assign_type) => Some(assign_type != assign_type::SET),
            // One that nobody set is the lowest of the ports': any other was set.
            None => {
                let ports: Option<Vec<MacAddress>> =
                    self.ports.iter().map(|port| self.address_of(port.as_bstr())).collect();
                let lowest = ports?.into_iter().min()?;
                (Some(lowest) != self.link.address).then_some(false)
            }
        }
    }

    /// The ports that have the bridge's address.
    pub fn owners(self) -> impl Iterator<Item = &'a BStr> {
        let owns = move |port: &&BStr| self.link.address.is_some() && self.address_of(port) == self.link.address;
        self.ports.iter().map(|port| port.as_bstr()).filter(owns)
    }

    /// Whether a port is a network card, or a bond or VLAN over one.
    #[must_use]
    pub fn is_uplink(self, port: &BStr) -> bool {
        self.links.uplinks.contains(port)
    }

    /// A port's address.
    #[must_use]
    pub fn address_of(self, port: &BStr) -> Option<MacAddress> {
        self.links.links.get(port)?.address
    }

    /// Whether a port's address was made up when the port was made.
    fn is_random(self, port: &BStr) -> bool {
        self.links.get(port).is_some_and(|link| link.assign_type == Some(assign_type::RANDOM))
    }
}

#[cfg(test)]
mod tests;
