//! The interfaces as ifupdown2 runs them: all stanzas of a name squashed into one
//! (`ifaceobj_squash_internal`, on by default).

use crate::bytes::rsplit_once;
use crate::span::Place;
use crate::stack::bring_up::words;
use crate::stack::eni::{Config, Opt, Stanza};
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeMap;

/// One interface with all its stanzas.
pub(super) struct Interface<'a> {
    pub(super) name: BString,
    /// In the order in which they are read; `iface.squash` appends a later one's values.
    pub(super) stanzas: Vec<&'a Stanza>,
    /// Its stanzas stand for other interfaces too (`iface br[0-2]`).
    pub(super) ranged: bool,
}

impl<'a> Interface<'a> {
    /// The values of an option, in order.
    pub(super) fn all<'b>(&'b self, key: &'b str) -> impl Iterator<Item = &'a Opt> + 'b {
        self.options().filter(move |opt| opt.key.token.text == key)
    }

    /// `get_attr_value_first`: most options count only once.
    pub(super) fn first(&self, key: &str) -> Option<&'a Opt> {
        self.all(key).next()
    }

    pub(super) fn options(&self) -> impl Iterator<Item = &'a Opt> + '_ {
        self.stanzas.iter().flat_map(|stanza| &stanza.options)
    }

    /// The option that makes it a bridge (`bridge._is_bridge`): any value will do.
    pub(super) fn bridge_option(&self) -> Option<&'a Opt> {
        self.first("bridge-ports").or_else(|| self.first("bridge-vlan-aware")).or_else(|| self.first("mstpctl-ports"))
    }

    /// The words that name a bridge's ports.
    pub(super) fn port_words(&self) -> Vec<&'a [u8]> {
        // `_get_ifaceobj_bridge_ports`: the values of all lines, those left out that are exactly `none`.
        let lines = self.all("bridge-ports").filter(|opt| opt.value.text != "none");
        let own: Vec<&[u8]> = lines.flat_map(|opt| words(&opt.value.text)).collect();
        // mstpctl.get_dependent_ifacenames: its own option, where mstpctl is installed.
        let other = self.first("mstpctl-ports").filter(|_| own.is_empty());
        other.map_or(own, |opt| words(&opt.value.text).collect())
    }

    /// The link that a VLAN stands on, by `vlan-raw-device` or by its name (addons/vlan.py).
    pub(super) fn vlan_parent(&self) -> Option<BString> {
        let named = self.first("vlan-raw-device").map(|opt| opt.value.text.clone());
        named.or_else(|| vlan_parent(self.name.as_bstr()).map(BStr::to_owned))
    }

    /// The words that name the links of a bond (addons/bond.py: the first of the two that is set).
    pub(super) fn bond_words(&self) -> Option<impl Iterator<Item = &'a [u8]> + use<'a>> {
        let opt = self.first("bond-slaves").or_else(|| self.first("bond-ports"))?;
        Some(words(&opt.value.text).filter(|word| *word != b"none"))
    }

    /// Whether the vxlan module makes it (`_is_vxlan_device`).
    pub(super) fn is_vxlan(&self) -> bool {
        ["vxlan-id", "vxlan-vni", "bridge-vlan-vni-map"].iter().any(|key| self.first(key).is_some())
    }

    /// Whether a module of ifupdown2 makes the link, so that it is not there before.
    pub(super) fn is_made(&self) -> bool {
        let software = ["bond-slaves", "bond-ports", "link-type", "tunnel-mode", "vrf-table"];
        self.bridge_option().is_some()
            || self.is_vxlan()
            || self.vlan_parent().is_some()
            || software.iter().any(|key| self.first(key).is_some())
    }
}

/// All interfaces, in the order in which the files name them first.
pub(super) struct Interfaces<'a> {
    list: Vec<Interface<'a>>,
    index: BTreeMap<BString, usize>,
}

impl<'a> Interfaces<'a> {
    pub(super) fn squash(config: &'a Config) -> Self {
        let mut lines: BTreeMap<Place, usize> = BTreeMap::new();
        for stanza in &config.stanzas {
            *lines.entry(stanza.place()).or_default() += 1;
        }
        let mut interfaces = Self { list: Vec::new(), index: BTreeMap::new() };
        for stanza in &config.stanzas {
            let ranged = lines.get(&stanza.place()).is_some_and(|&count| count > 1);
            interfaces.add(stanza, ranged);
        }
        interfaces
    }

    fn add(&mut self, stanza: &'a Stanza, ranged: bool) {
        let name = &stanza.name.token.text;
        let at = *self.index.entry(name.clone()).or_insert(self.list.len());
        match self.list.get_mut(at) {
            Some(interface) => {
                interface.stanzas.push(stanza);
                interface.ranged |= ranged;
            }
            None => self.list.push(Interface { name: name.clone(), stanzas: vec![stanza], ranged }),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Interface<'a>> {
        self.list.iter()
    }

    pub(super) fn get(&self, name: &BStr) -> Option<&Interface<'a>> {
        self.list.get(*self.index.get(name)?)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &BStr> {
        self.list.iter().map(|interface| interface.name.as_bstr())
    }
}

/// The link that a VLAN's name tells: `eth0.5` stands on eth0, `eth0.5.6` on `eth0.5`
/// (`_get_vlan_raw_device_from_ifacename`).
pub(super) fn vlan_parent(name: &BStr) -> Option<&BStr> {
    let (parent, id) = rsplit_once(name, b'.')?;
    let digits = !id.is_empty() && id.iter().all(u8::is_ascii_digit);
    (digits && !parent.is_empty()).then(|| parent.as_bstr())
}
