//! Evidence from systemd files: links that are matched by their address and named, addresses that
//! are assigned to links by name, and what bonds and VLANs are made of; udev's rules too.

mod udev_rules;

use super::{Evidence, Links, Shape, Source};
use crate::host::Host;
use crate::span::Place;
use crate::systemd::address::{HwAddress, ethernet, hardware};
use crate::systemd::files::{Config, Reader};
use crate::systemd::interface;
use crate::systemd::matching::{Match, Role};
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeMap;

/// The newest release that looks in every directory.
const RELEASE: u32 = 254;

/// Adds what `.link`, `.network` and `.netdev` files and udev's rules tell. It does not matter here
/// which of several files applies: what one says of a link's hardware is true beside the others.
pub(super) fn gather(host: &Host, links: &mut Links) {
    let reader = Reader::udevd(host, RELEASE);
    let made = made(&reader.configs(".netdev", None), links);
    for config in reader.configs(".link", None) {
        link_file(&config, links);
    }
    for config in reader.configs(".network", None) {
        network(&config, &made, links);
    }
    udev_rules::gather(host, links);
}

/// The links that `.netdev` files make, with their kinds; bridges and assigned addresses go to the links.
fn made(configs: &[Config], links: &mut Links) -> BTreeMap<BString, BString> {
    let mut made = BTreeMap::new();
    for config in configs {
        let (Some((_, name)), Some((_, kind))) = (config.last("NetDev", "Name"), config.all("NetDev", "Kind").next())
        else {
            continue;
        };
        let (name, kind) = (&name.value.text, &kind.value.text);
        if !interface::is_valid(name) || made.contains_key(name) {
            continue;
        }
        let link = links.entry(name.as_bstr());
        if kind == "bridge" {
            link.shape = Shape::Bridge;
        } else if let Some((file, item)) = config.last("NetDev", "MACAddress")
            && let Some(address) = ethernet(&item.value.text)
        {
            let source = Source::File(file.place(item.value.span), "`MACAddress=` in `[NetDev]`");
            link.evidence.push(Evidence { address, source, assigned: true });
        }
        made.insert(name.clone(), kind.clone());
    }
    made
}

/// A `.link`: it names the link that has an address, or gives a link another.
fn link_file(config: &Config, links: &mut Links) {
    let matching = Match::read(config, Role::Link, RELEASE);
    let given = config.last("Link", "Name").map(|(_, item)| &item.value.text).filter(|name| interface::is_valid(name));
    let originals: Vec<&BString> = matching.literal_names().collect();
    let name = given.or(match originals[..] {
        [name] => Some(name),
        _ => None,
    });
    if let Some(name) = name {
        matched(config, &matching, name.as_bstr(), links);
        assigned(config, name.as_bstr(), links);
    }
}

/// A `.network`: it says what the link with an address is called, gives it another, makes it a part.
fn network(config: &Config, made: &BTreeMap<BString, BString>, links: &mut Links) {
    let matching = Match::read(config, Role::Network, RELEASE);
    let names: Vec<&BString> = matching.literal_names().collect();
    if let [name] = names[..] {
        matched(config, &matching, name.as_bstr(), links);
    }
    for name in &names {
        if made.get(*name).is_none_or(|kind| kind != "bridge") {
            assigned(config, name.as_bstr(), links);
        }
    }
    let is = |name: &BString, kind: &str| made.get(name).is_some_and(|made| made == kind);
    for (_, bond) in config.last("Network", "Bond").into_iter().filter(|(_, item)| is(&item.value.text, "bond")) {
        let link = links.entry(bond.value.as_bstr());
        let mut ports = match std::mem::take(&mut link.shape) {
            Shape::Bond(ports) => ports,
            _ => Vec::new(),
        };
        ports.extend(names.iter().map(|name| (*name).clone()));
        link.shape = Shape::Bond(ports);
    }
    let vlans = config.all("Network", "VLAN").filter(|(_, item)| is(&item.value.text, "vlan"));
    if let [parent] = names[..] {
        for (_, vlan) in vlans {
            links.entry(vlan.value.as_bstr()).shape = Shape::Vlan(parent.clone());
        }
    }
}

/// `[Match] PermanentMACAddress=` or `MACAddress=`, where it is one address: the named link has it.
fn matched(config: &Config, matching: &Match, name: &BStr, links: &mut Links) {
    const KEYS: &[(&str, &str)] =
        &[("PermanentMACAddress", "`PermanentMACAddress=` in `[Match]`"), ("MACAddress", "`MACAddress=` in `[Match]`")];
    for (key, what) in KEYS {
        let permanent = *key == "PermanentMACAddress";
        let addresses: Vec<_> = matching.ethernet_addresses().filter(|(_, kind)| *kind == permanent).collect();
        if let ([(address, _)], Some((file, item))) = (&addresses[..], config.last("Match", key)) {
            add(links, name, *address, file.place(item.value.span), what, false);
        }
    }
}

/// `[Link] MACAddress=`: the link has it once it is set up.
fn assigned(config: &Config, name: &BStr, links: &mut Links) {
    let Some((file, item)) = config.last("Link", "MACAddress") else { return };
    if let Some(HwAddress::Ethernet(address)) = hardware(&item.value.text) {
        add(links, name, address, file.place(item.value.span), "`MACAddress=` in `[Link]`", true);
    }
}

fn add(
    links: &mut Links,
    name: &BStr,
    address: crate::address::MacAddress,
    place: Place,
    what: &'static str,
    assigned: bool,
) {
    if address.is_usable() {
        links.entry(name).evidence.push(Evidence { address, source: Source::File(place, what), assigned });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::fs;

    #[test]
    fn knows_links_by_what_the_files_say() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("etc/systemd/network");
        fs::create_dir_all(&folder).unwrap();
        let files = [
            ("10-lan0.link", "[Match]\nPermanentMACAddress=b4-99-ba-00-00-01\n[Link]\nName=lan0\n"),
            ("10-many.link", "[Match]\nMACAddress=b4:99:ba:00:00:02 b4:99:ba:00:00:03\n[Link]\nName=lan1\n"),
            ("20-bond0.netdev", "[NetDev]\nName=bond0\nKind=bond\n"),
            ("20-v10.netdev", "[NetDev]\nName=v10\nKind=vlan\n[VLAN]\nId=10\n"),
            ("30-lan0.network", "[Match]\nName=lan0 lan2\n[Network]\nBond=bond0\n"),
            ("30-lan3.network", "[Match]\nName=lan3\n[Link]\nMACAddress=02:00:00:00:00:03\n[Network]\nVLAN=v10\n"),
        ];
        for (name, text) in files {
            fs::write(folder.join(name), text).unwrap();
        }
        let mut links = Links::default();
        gather(&Host::new(dir.path()), &mut links);
        let address = |name: &str| links.address(name.into()).map(|evidence| evidence.address.to_string());
        assert_eq!(address("lan0").as_deref(), Some("b4:99:ba:00:00:01"));
        assert_eq!(address("lan1"), None);
        assert_eq!(address("bond0").as_deref(), Some("b4:99:ba:00:00:01"));
        assert_eq!(address("v10").as_deref(), Some("02:00:00:00:00:03"));
        assert_eq!(links.get("bond0".into()).unwrap().shape, Shape::Bond(vec!["lan0".into(), "lan2".into()]));
    }
}
