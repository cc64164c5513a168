//! What renames links, by their address or by their name.

use super::{Link, Links, Shape, Source};
use crate::address::MacAddress;
use crate::systemd::matching::any_covers;
use bstr::{BStr, BString};

/// Something that renames whatever link has an address, a bridge as well as a NIC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamer {
    /// The address.
    pub address: MacAddress,
    /// Patterns of the names that it is for, `!` before those that it is not for; none for all.
    pub names: Vec<BString>,
    /// The name that it gives.
    pub to: BString,
    /// Where it stands.
    pub source: Source,
    /// What would keep it from bridges, as an imperative clause.
    pub cure: &'static str,
}

impl Links {
    /// What renames a bridge once the bridge has this address.
    #[must_use]
    pub fn renamer(&self, address: MacAddress, bridge: &BStr) -> Option<&Renamer> {
        let for_bridge = |renamer: &&Renamer| renamer.to != bridge && any_covers(&renamer.names, Some(bridge));
        self.renamers.get(&address).into_iter().flatten().find(for_bridge)
    }

    /// What gives the NIC with this address the bridge's own name.
    #[must_use]
    pub fn name_taker(&self, address: MacAddress, bridge: &BStr) -> Option<&Renamer> {
        self.nic_renamers.get(&address).into_iter().flatten().find(|renamer| renamer.to == bridge)
    }

    /// Adds something that renames bridges too.
    pub fn add_renamer(&mut self, renamer: Renamer) {
        self.renamers.entry(renamer.address).or_default().push(renamer);
    }

    /// Adds something that names only NICs.
    pub(super) fn add_nic_renamer(&mut self, renamer: Renamer) {
        self.nic_renamers.entry(renamer.address).or_default().push(renamer);
    }

    /// A link is called `to` once it is renamed: where `/sys` or facts show only its old name, what they show
    /// there is the new one's too. `was` tells the old link; where several could be it, none is.
    pub(super) fn rename(&mut self, to: &BStr, was: impl Fn(&BStr, &Link) -> bool) {
        if self.links.get(to).is_some_and(Link::is_shown) {
            return;
        }
        let could_be = |(name, link): &(&BString, &Link)| {
            link.shape == Shape::Plain && link.is_shown() && was(BStr::new(name.as_slice()), link)
        };
        let shown = self.shown.iter().filter_map(|name| self.links.get_key_value(name));
        let mut olds = shown.filter(could_be);
        let (Some((name, old)), None) = (olds.next(), olds.next()) else { return };
        let shown: Vec<_> = old.evidence.iter().filter(|evidence| evidence.is_shown()).cloned().collect();
        let name = name.clone();
        self.shown.insert(to.to_owned());
        let link = self.entry(to);
        link.shown_as = Some(name);
        link.evidence.splice(0..0, shown);
    }

    /// As [`rename`](Self::rename), by the address that is shown.
    pub(super) fn rename_by_address(&mut self, to: &BStr, address: MacAddress) {
        self.rename(to, |_, link| {
            link.evidence.iter().any(|evidence| evidence.is_shown() && evidence.address == address)
        });
    }
}
