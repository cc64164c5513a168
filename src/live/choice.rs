//! Which address a running bridge is to keep.

use super::Bridge;
use super::state::{Configured, addresses};
use crate::address::MacAddress;
use crate::judgement::Outcome;
use crate::report::visible;
use bstr::{BStr, ByteSlice};
use std::collections::BTreeSet;

/// The address to pin a running bridge to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The address.
    pub address: MacAddress,
    /// Why this one, as a clause.
    pub why: String,
}

/// The address that a bridge is to be pinned to until the next boot: the configuration's, else the one that it
/// has, where that is of a port that stays. Never another: what the network and DHCP know is not ours to change.
///
/// # Errors
/// Why there is none, and what to do.
pub fn choose(bridge: Bridge<'_>, configured: &[Configured]) -> Result<Choice, String> {
    let current = bridge.link.address.filter(|address| address.is_usable());
    let pins: Vec<MacAddress> = addresses(configured, Some(Outcome::Pinned)).into_iter().collect();
    match (&pins[..], current) {
        ([], Some(current)) => keep(bridge, configured, current),
        ([], None) => Err("it has no address that could be kept; pin it in the configuration".to_owned()),
        (pins, Some(current)) if pins.contains(&current) => {
            Ok(Choice { address: current, why: "it has this address, and the configuration pins it".to_owned() })
        }
        ([address], current) => {
            let now = current.map_or_else(|| "none".to_owned(), |current| current.to_string());
            let why = format!("the configuration pins it; it has {now} now, so neighbours have to learn the new one");
            Ok(Choice { address: *address, why })
        }
        (pins, _) => {
            let pins: Vec<String> = pins.iter().map(ToString::to_string).collect();
            Err(format!("the configuration names several addresses, {}; keep one of them", pins.join(" and ")))
        }
    }
}

/// The address that the bridge has, where it is of a port that stays: an uplink, or one that the configuration
/// names and whose address was not made up with it. A container's goes when the container goes.
fn keep(bridge: Bridge<'_>, configured: &[Configured], current: MacAddress) -> Result<Choice, String> {
    let made = configured.iter().filter(|reading| reading.outcome != Outcome::Absent);
    let named: BTreeSet<&BStr> = made.flat_map(|reading| &reading.ports).map(|port| port.as_bstr()).collect();
    let stays = |port: &&BStr| bridge.is_uplink(port) || (named.contains(port) && !bridge.is_random(port));
    if let Some(owner) = bridge.owners().find(stays) {
        let owner = visible::text(owner);
        return Ok(Choice { address: current, why: format!("it has this address from {owner}, a port that stays") });
    }
    let from = match bridge.owners().next() {
        Some(owner) => format!("it has {current} from {}, a port that comes and goes", visible::text(owner)),
        None => format!("no port has {current}"),
    };
    let mut ports = bridge.ports.iter().map(|port| port.as_bstr()).filter(stays);
    let cure = match ports.find_map(|port| Some((visible::text(port), bridge.address_of(port)?))) {
        Some((port, address)) => format!("pin it in the configuration, to {address} of {port} perhaps"),
        None => "pin it in the configuration".to_owned(),
    };
    Err(format!("{from}; {cure}"))
}
