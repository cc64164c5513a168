//! Evidence: which links there are, and their addresses with where we know them from.

mod facts;
mod ifcfg;
mod interfaces;
mod netplan;
mod origin;
mod rename_device;
mod renamer;
mod sysfs;
mod systemd;

use crate::address::MacAddress;
use crate::bytes::rsplit_once;
use crate::facts::{Facts, HostNames};
use crate::host::{Host, Kind};
use crate::span::Place;
use crate::template;
use bstr::{BStr, BString, ByteSlice};
pub use renamer::Renamer;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// As many links as can lie on one another; what is deeper runs in a circle.
pub(crate) const DEPTH: usize = 8;

/// Where an address is known from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file of a `/sys` tree.
    Sysfs(PathBuf),
    /// A file of facts, and what its format calls the address ("`permaddr`").
    Facts(Arc<Path>, &'static str),
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

impl Evidence {
    /// The hardware's address.
    #[must_use]
    pub fn hardware(address: MacAddress, source: Source) -> Self {
        Self { address, source, assigned: false }
    }

    /// Whether it tells that the link is there before any configuration is read: sysfs or facts show it.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        matches!(self.source, Source::Sysfs(_) | Source::Facts(..))
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
    /// Software makes it, with an address that is another each time.
    pub made_up: bool,
    /// The name under which sysfs or facts show it, where something renames it.
    pub shown_as: Option<BString>,
}

impl Link {
    /// Whether its address, where nothing sets it, is made up anew whenever the link is: it is
    /// no address to pin a bridge to. `addr_assign_type` 1 is `NET_ADDR_RANDOM`.
    #[must_use]
    pub fn is_made_up(&self) -> bool {
        self.made_up || self.assign_type == Some(1)
    }

    /// Whether sysfs or facts show it.
    fn is_shown(&self) -> bool {
        self.evidence.iter().any(Evidence::is_shown)
    }
}

/// What is known of a host's links.
#[derive(Clone, Debug, Default)]
pub struct Links {
    links: BTreeMap<BString, Link>,
    complete: bool,
    /// What renames bridges too.
    renamers: BTreeMap<MacAddress, Vec<Renamer>>,
    /// What names only NICs.
    nic_renamers: BTreeMap<MacAddress, Vec<Renamer>>,
    /// The links that sysfs or facts show.
    shown: BTreeSet<BString>,
}

/// What tells of links beside the host's own files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sources<'a> {
    /// The addresses that links have, as the user says.
    pub named: Option<&'a BTreeMap<BString, Named>>,
    /// What stands for `/sys`.
    pub sys: Option<&'a Path>,
    /// An inventory's facts.
    pub facts: Option<&'a Facts>,
}

impl Links {
    /// All that a host's own files and these sources tell.
    #[must_use]
    pub fn gather(host: &Host, sources: Sources<'_>) -> Self {
        let mut links = Self::default();
        for (name, Named { address, by }) in sources.named.into_iter().flatten() {
            let evidence = Evidence::hardware(*address, Source::User(by.clone()));
            links.entry(name.as_bstr()).evidence.push(evidence);
        }
        if let Some(sys) = sources.sys {
            sysfs::gather(sys, &mut links);
        }
        let facts = sources.facts.filter(|_| !template::is_made_of_them(host));
        if let Some(facts) = facts.and_then(|facts| facts.host(&HostNames::of(host))) {
            facts::gather(facts, &mut links);
        }
        links.note_shown();
        // Their order counts: what one tells of a link, the next adds to.
        let has_ifcfg = host.kind(Path::new(ifcfg::DIRECTORY)) == Kind::Dir;
        interfaces::gather(host, &mut links);
        if has_ifcfg {
            ifcfg::gather(host, &mut links);
        }
        systemd::gather(host, &mut links);
        netplan::gather(host, &mut links);
        if has_ifcfg {
            rename_device::gather(host, &mut links);
        }
        links
    }

    /// Notes which links sysfs or facts show, once they have been asked.
    fn note_shown(&mut self) {
        self.shown = self.iter().filter(|(_, link)| link.is_shown()).map(|(name, _)| name.clone()).collect();
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

    /// The address that a link has once it is up: what the configuration assigns, else what
    /// the hardware has; a bond's is its first port's, a VLAN's its parent's.
    #[must_use]
    pub fn address(&self, name: &BStr) -> Option<&Evidence> {
        let own = |link: &Link| link.evidence.iter().position(|evidence| evidence.assigned).unwrap_or(0);
        self.down_from(name).find_map(|(_, link)| link.evidence.get(own(link)))
    }

    /// As [`address`](Self::address); a VLAN that only its name tells has its parent's.
    #[must_use]
    pub fn address_or_parents(&self, name: &BStr) -> Option<&Evidence> {
        self.address(name).or_else(|| self.address(vlan_parent(name)?))
    }

    /// The bond that a link is, or lies on, whose address is its active port's.
    #[must_use]
    pub fn moving_bond(&self, name: &BStr) -> Option<&BStr> {
        self.down_from(name).find(|(_, link)| link.follows_active_port).map(|(name, _)| name)
    }

    /// A link and what lies below it, as far as addresses come from there: a bond's first port, a VLAN's parent.
    fn down_from(&self, name: &BStr) -> impl Iterator<Item = (&BStr, &Link)> {
        let find = |name: &BStr| self.links.get_key_value(name).map(|(name, link)| (name.as_bstr(), link));
        let below = move |(_, link): &(&BStr, &Link)| match &link.shape {
            Shape::Bond(ports) => find(ports.first()?.as_bstr()),
            Shape::Vlan(parent) => find(parent.as_bstr()),
            Shape::Plain | Shape::Bridge => None,
        };
        std::iter::successors(find(name), below).take(DEPTH)
    }
}

/// The parent of a VLAN whose name tells it (`eth0.5`).
#[must_use]
pub fn vlan_parent(name: &BStr) -> Option<&BStr> {
    let (parent, id) = rsplit_once(name, b'.')?;
    (!parent.is_empty() && !id.is_empty() && id.iter().all(u8::is_ascii_digit)).then(|| parent.as_bstr())
}
