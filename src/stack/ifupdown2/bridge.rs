//! The module bridge (`addons/bridge.py`): makes the bridge, puts its ports in, and gives it the
//! address that a policy chooses.

use super::address;
use super::interfaces::Interface;
use super::machine::{Machine, Remark};
use crate::address::MacAddress;
use crate::host::Host;
use crate::judgement::{Effect, Pin};
use crate::span::Place;
use crate::stack::kernel::{Address, Cause, LinkKind};
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeSet;

/// An address that the policy takes over: as text, as the program has it.
#[derive(Clone)]
pub(super) enum Mac {
    Text(BString),
    /// The address of a link that nothing tells.
    Unknown,
}

impl<'a> Machine<'a> {
    /// The module bridge (`up_bridge`); mstpctl does the same for `mstpctl-ports`.
    pub(super) fn bridge(&mut self, interface: &Interface<'a>) {
        let name = interface.name.as_bstr();
        let is_port = self.enslaved.contains(name);
        let other_kind = self.kernel.link(name).is_some_and(|link| link.kind != LinkKind::Bridge);
        // `_up`: a bridge's port is no bridge; check_valid_bridge: nor is what exists as something else.
        if interface.bridge_option().is_none() || is_port || other_kind {
            return;
        }
        let place = interface.stanzas.first().map(|stanza| stanza.place());
        let created = self.kernel.add(name, LinkKind::Bridge, None, place).is_ok();
        self.add_ports(interface);
        // `if not running_ports: return`.
        if self.kernel.ports(name).next().is_some() {
            self.bridge_mac(interface, created);
        }
    }

    /// `_add_ports`: links that hooks made ports and that are not in the list are put out first.
    fn add_ports(&mut self, interface: &Interface<'a>) {
        let name = interface.name.as_bstr();
        let wanted = self.ports.get(name).cloned().unwrap_or_default();
        if interface.first("bridge-ports-condone-regex").is_none() {
            let listed: BTreeSet<&BString> = wanted.iter().collect();
            let others = self.kernel.ports(name).filter(|port| !listed.contains(port));
            for port in others.cloned().collect::<Vec<_>>() {
                let _ = self.kernel.clear_master(port.as_bstr());
            }
        }
        for port in &wanted {
            self.kernel.meet(port.as_bstr());
            let _ = self.kernel.set_master(port.as_bstr(), name);
        }
    }

    /// `_up_bridge_mac`: the policy, where the stanza has no `hwaddress`.
    fn bridge_mac(&mut self, interface: &Interface<'a>, created: bool) {
        let name = interface.name.as_bstr();
        if interface.first("hwaddress").is_some() {
            return;
        }
        // One for all bridges until 3.1.0 ("each bridge should have it's own tuple").
        let shared = self.chosen.clone().filter(|_| !self.version.at_least(&[3, 1]));
        let Some((mac, place)) = shared.or_else(|| self.chosen_mac(interface, created)) else { return };
        self.chosen = Some((mac.clone(), place.clone()));
        let (number, address) = match &mac {
            Mac::Text(text) => {
                let Some(number) = address::number(text) else { return };
                (Some(number), address::encode(text).map(Address::Known))
            }
            Mac::Unknown => (None, Some(Address::Unknown)),
        };
        let running = self.kernel.address(name).and_then(Address::known).map(address::number_of);
        // Commit 46be3845, in 3.2.0: written whatever the bridge has, when it was just made.
        let forced = created && self.version.at_least(&[3, 2]);
        if !forced && running == number {
            self.remarks.insert(name.to_owned(), Remark::PolicySkipped);
            return;
        }
        let Some(address) = address else { return };
        if self.kernel.set_address(name, address, Cause::stated(place.clone())).is_ok() {
            self.record.other(name, policy_pin(self.host, &place, address.known()));
        }
    }

    /// `_get_bridge_mac`.
    fn chosen_mac(&mut self, interface: &Interface<'a>, created: bool) -> Option<(Mac, Place)> {
        if let Some((links, place)) = self.policy.mac_interfaces() {
            links.iter().for_each(|link| self.kernel.meet(link.as_bstr()));
            return Some((links.iter().find_map(|link| self.mac_of(link.as_bstr()))?, place));
        }
        let place = self.policy.static_mac_from_port()?;
        let bridge = interface.name.as_bstr();
        let is_vxlan = |port: &BString| self.interfaces.get(port.as_bstr()).is_some_and(Interface::is_vxlan);
        let ports = || self.ports.get(bridge).into_iter().flatten().filter(|port| !is_vxlan(port));
        let current = self.kernel.address(bridge).and_then(Address::known);
        // Since 3.1.0 the port whose address the bridge has already comes first, where it was not just made.
        if let Some(current) = current
            && self.version.at_least(&[3, 1])
            && !(created && self.version.at_least(&[3, 2]))
            && ports().any(|port| self.kernel.address(port.as_bstr()) == Some(Address::Known(current)))
        {
            return Some((Mac::Text(current.to_string().into()), place));
        }
        Some((ports().find_map(|port| self.mac_of(port.as_bstr()))?, place))
    }

    /// The `hwaddress` of a link's stanza, else the address that it has.
    fn mac_of(&self, link: &BStr) -> Option<Mac> {
        let opt = self.interfaces.get(link).and_then(|interface| interface.first("hwaddress"));
        let written = opt.map(|opt| address::strip(opt.value.text.as_bstr())).filter(|text| !text.is_empty());
        written.map(Mac::Text).or_else(|| {
            Some(match self.kernel.address(link)? {
                Address::Known(address) => Mac::Text(address.to_string().into()),
                Address::Unknown => Mac::Unknown,
            })
        })
    }
}

/// A policy as the place that sets an address.
pub(super) fn policy_pin(host: &Host, place: &Place, address: Option<MacAddress>) -> Pin {
    let bytes = host.read(&place.file).unwrap_or_default();
    let name = place.span.of(&bytes).trim_with(|c| c == '"').as_bstr();
    Pin {
        place: place.clone(),
        line: place.clone(),
        what: format!("the policy `{name}`"),
        value: name.to_owned(),
        meant: address,
        effect: Effect::Decides,
    }
}
