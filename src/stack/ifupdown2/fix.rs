//! The lines that pin a bridge on ifupdown2.

use super::interfaces::Interfaces;
use crate::address::MacAddress;
use crate::host::Host;
use crate::judgement::{Bridge, Candidate};
use crate::stack::bring_up;
use bstr::ByteSlice;

/// The ways to give `bridge` the address, best first.
pub(super) fn candidates(
    host: &Host,
    interfaces: &Interfaces<'_>,
    bridge: &Bridge,
    address: MacAddress,
) -> Vec<Candidate> {
    // The line of a range would give all its bridges one address.
    let Some(interface) = interfaces.get(bridge.name.as_bstr()).filter(|interface| !interface.ranged) else {
        return Vec::new();
    };
    let option = ("hwaddress", address.to_string());
    let command = bring_up::command("post-up", bridge.name.as_bstr(), address);
    // `hwaddress` comes before DHCP and the bridge's own link-local address, but is written only where
    // the bridge does not have the address by then: a portless one, or one that is known to differ.
    let differs = bridge.ports.is_empty() || bridge.address.is_some_and(|inherited| inherited != address);
    let lines = if differs { [option, command] } else { [command, option] };
    bring_up::candidates(host, &interface.stanzas, interface.bridge_option(), bridge, address, &lines)
}
