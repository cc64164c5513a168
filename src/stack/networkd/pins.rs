//! Every place that was meant to set a bridge's address, and what it does.

use super::super::condition::Standing;
use super::super::unit_pins::{self, InForce, assignments, misplaced, pin, refusal, usable};
use super::Daemon;
use super::netdev::{Netdev, Value};
use super::network::Network;
use crate::judgement::{Effect, Pin};
use crate::span::Place;
use crate::syntax::unit::Assignment;
use crate::systemd::address::{HwAddress, Verified, verify};
use crate::systemd::matching::Device;
use bstr::{BStr, ByteSlice};

const NO_UDEVD: &str = "no systemd-udevd runs here, and nothing else reads .link files";

/// The pins for the bridge that `own` makes or was meant to make. `network` is the file
/// that applies to it; `decides` is the place whose address it has in the end.
pub(super) fn pins(daemon: &Daemon<'_>, own: &Netdev, network: Option<&Network>, decides: Option<&Place>) -> Vec<Pin> {
    let Some(name) = own.name.as_ref().map(|name| name.as_bstr()) else { return Vec::new() };
    let mut found = Vec::new();
    for netdev in &daemon.netdevs {
        if netdev.name.as_ref().is_none_or(|other| *other != name) || !netdev.is_bridge() {
            continue;
        }
        let why = match &netdev.standing {
            // A file for other hosts was not meant to do anything here.
            Standing::Elsewhere(_) => continue,
            Standing::Dropped(why) => Some(why.clone()),
            Standing::Counts if !std::ptr::eq(netdev, own) && !netdev.is_refused(daemon.release) => {
                Some(format!("{} makes {name}, and networkd ignores this file", own.config.name))
            }
            Standing::Counts => None,
        };
        found.extend(in_netdev(netdev, why.as_deref(), daemon.release));
    }
    found.extend(in_networks(daemon, name, network));
    found.extend(daemon.links.pins(name).into_iter().map(|pin| match daemon.has_udev {
        true => pin,
        false => Pin { effect: Effect::Ineffective(NO_UDEVD.to_owned()), ..pin },
    }));
    let winner = decides.map(|place| (place, place.file.display().to_string()));
    for pin in found.iter_mut().filter(|pin| pin.effect == Effect::Decides) {
        pin.effect = match &winner {
            Some((place, _)) if pin.place == **place => continue,
            Some((_, file)) => Effect::Overridden(format!("`MACAddress=` in {file} is set after it")),
            None => Effect::Ineffective("networkd makes no such bridge".to_owned()),
        };
    }
    found
}

/// A `.netdev`'s own: the last one that takes effect decides.
fn in_netdev(netdev: &Netdev, why: Option<&str>, release: u32) -> Vec<Pin> {
    let all: Vec<_> = assignments(&netdev.config, "NetDev").collect();
    let values: Vec<Value> = all.iter().map(|(_, _, item)| Value::read(item.value.text.as_bytes(), release)).collect();
    let effective = values.iter().rposition(|value| *value != Value::Invalid);
    let mut found = Vec::new();
    let mut earlier = false;
    for (index, (file, section, item)) in all.iter().enumerate() {
        let effect = match (values[index], why) {
            // Un-pinning, or taking an address back, is no pin.
            (Value::None, _) => continue,
            (Value::Reset, _) if earlier => continue,
            (_, Some(why)) => Effect::Ineffective(why.to_owned()),
            (Value::Reset, None) => Effect::Invalid("an empty value sets no address".to_owned()),
            (Value::Invalid, None) => Effect::Invalid(invalid(&item.value.text, earlier)),
            (Value::Address(_), None) if effective.is_some_and(|effective| effective > index) => {
                let (file, _, last) = all[effective.unwrap_or_default()];
                Effect::Overridden(format!("`MACAddress={}` in {} comes later and wins", last.value.text, file.shown()))
            }
            (Value::Address(address), None) => match verify(address, release) {
                Verified::Set(_) => Effect::Decides,
                Verified::Refused => Effect::Invalid(format!(
                    "it {}, and networkd makes no bridge with it",
                    refusal(HwAddress::Ethernet(address))
                )),
            },
        };
        let mut pin = pin(file, *section, item, effect);
        // Since 250 networkd clears the multicast bit and goes on.
        if let (Value::Address(address), Effect::Decides) = (values[index], &pin.effect)
            && let Verified::Set(address) = verify(address, release)
        {
            pin.meant = Some(address);
        }
        earlier |= matches!(values[index], Value::Address(_));
        found.push(pin);
    }
    found.extend(netdev.config.files.iter().flat_map(|file| misplaced(file, "NetDev")));
    found
}

/// Why a value counts for nothing.
fn invalid(value: &[u8], earlier: bool) -> String {
    let kept = if earlier { " and keeps the address before it" } else { "" };
    match value {
        b"none" => format!("systemd before 250 does not know `none`; networkd ignores it{kept}"),
        b"" => format!("systemd before 250 ignores an empty value{kept}"),
        value if value.contains(&b'#') || value.contains(&b';') => {
            format!("a comment needs a line of its own: networkd takes it as part of the value, which it ignores{kept}")
        }
        _ => format!("networkd ignores what it cannot read as an address{kept}"),
    }
}

/// Those in `.network` files that are for the bridge, or were meant to be.
fn in_networks(daemon: &Daemon<'_>, name: &BStr, applied: Option<&Network>) -> Vec<Pin> {
    let udev = daemon.has_udev;
    let device = |udev| Device::bridge(name, None, udev);
    let is_meant = |network: &Network| {
        network.matching.matches(&device(udev))
            || network.newest.matches(&device(true))
            || applied.is_some_and(|first| std::ptr::eq(first, network))
    };
    let is_for_all = |network: &Network| network.newest.is_empty();
    let mut found = Vec::new();
    for network in daemon.networks.iter().filter(|network| is_meant(network) && !is_for_all(network)) {
        let is_applied = applied.is_some_and(|first| std::ptr::eq(first, network));
        let why = match &network.standing {
            Standing::Elsewhere(_) => continue,
            Standing::Dropped(why) => Some(why.clone()),
            Standing::Counts if is_applied && network.unmanaged => {
                Some("`Unmanaged=yes` makes networkd leave the bridge alone".to_owned())
            }
            Standing::Counts if is_applied => None,
            Standing::Counts if !network.matching.matches(&device(udev)) && !udev => {
                Some("its `[Match] Type=` matches no bridge where no systemd-udevd runs".to_owned())
            }
            Standing::Counts => Some(match applied {
                Some(first) => {
                    format!("networkd applies the first .network file that matches, which is {}", first.name())
                }
                None => "networkd makes no such bridge".to_owned(),
            }),
        };
        let in_force = InForce::read(&network.config, daemon.release);
        for (file, section, item) in assignments(&network.config, "Link") {
            let effect = match &why {
                Some(why) => Effect::Ineffective(why.clone()),
                None => in_link_section(&in_force, item, daemon.release),
            };
            found.push(pin(file, section, item, effect));
        }
        found.extend(network.config.files.iter().flat_map(|file| misplaced(file, "Link")));
    }
    found
}

/// One assignment of the file that applies.
fn in_link_section(in_force: &InForce<'_>, item: &Assignment, release: u32) -> Effect {
    use unit_pins::Asked;
    match unit_pins::asked(&item.value.text, release) {
        Asked::Nothing => Effect::Invalid("an empty value sets no address".to_owned()),
        Asked::Invalid if item.value.text == "none" => {
            Effect::Invalid("a .network file knows no `none`: networkd ignores it".to_owned())
        }
        Asked::Invalid => Effect::Invalid(invalid(&item.value.text, false)),
        Asked::Address(address) => match in_force.beats(item) {
            Some(why) => Effect::Overridden(why),
            None if usable(address, release).is_some() => Effect::Decides,
            // `link_request_to_set_mac()`; before 250 the kernel refused.
            None if release >= 250 => Effect::Invalid(format!(
                "it {}: networkd refuses it and leaves the bridge failed, without IP configuration too",
                refusal(address)
            )),
            None => Effect::Invalid(format!("it {}: the kernel refuses it", refusal(address))),
        },
    }
}
