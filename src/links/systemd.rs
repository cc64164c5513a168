//! Evidence from systemd files: links that are matched by their address and named, addresses that
//! are assigned to links by name, and what bonds and VLANs are made of; udev's rules too.

mod udev_rules;

use super::{Evidence, Links, Renamer, Shape, Source};
use crate::host::Host;
use crate::span::Place;
use crate::systemd::address::{HwAddress, ethernet, hardware};
use crate::systemd::files::{Config, Reader};
use crate::systemd::interface;
use crate::systemd::matching::{Device, Match, Role};
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
        if kind == "veth"
            && let Some((_, peer)) =
                config.last("Peer", "Name").filter(|(_, item)| interface::is_valid(&item.value.text))
            && let Some((file, item)) = config.last("Peer", "MACAddress")
            && let Some(address) = ethernet(&item.value.text)
        {
            add(links, peer.value.as_bstr(), address, file.place(item.value.span), "`MACAddress=` in `[Peer]`", true);
        }
        let link = links.entry(name.as_bstr());
        let active = config.last("Bond", "FailOverMACPolicy").is_some_and(|(_, item)| item.value.text == "active");
        link.follows_active_port |= kind == "bond" && active;
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
    if let (Some(to), None) = (given, &config.refused) {
        if let ([old], None) = (&originals[..], matching.ethernet_addresses().next()) {
            links.rename(to.as_bstr(), |name, _| name == *old);
        }
        renames(config, matching, to, links);
    }
}

/// What a `.link` with `Name=` does to links by their address: a bridge is renamed too where it has the
/// address and `[Match]` asks for nothing else that it lacks, as `Type=ether`. It has no permanent address.
fn renames(config: &Config, matching: Match, to: &BString, links: &mut Links) {
    let addresses: Vec<_> = matching.ethernet_addresses().map(|(address, _)| address).collect();
    let (names, rest) = matching.split_names();
    // It has one of them as well as another, so asking for the first is enough.
    let bridge = Device::bridge(BStr::new("br0"), addresses.first().copied(), true);
    let given = config.last("Match", "MACAddress").filter(|_| rest.matches(&bridge));
    for address in addresses {
        links.rename_by_address(to.as_bstr(), address);
        if let Some((file, item)) = given {
            let source = Source::File(file.place(item.value.span), "`[Match] MACAddress=`");
            let cure = "write `PermanentMACAddress=` there instead, or add `Type=ether`";
            links.add_renamer(Renamer { address, names: names.clone(), to: to.clone(), source, cure });
        }
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
    use crate::address::MacAddress;
    use pretty_assertions::assert_eq;
    use std::fs;

    fn gathered(mut links: Links, files: &[(&str, &str)]) -> Links {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let folder = if name.ends_with(".rules") { "etc/udev/rules.d" } else { "etc/systemd/network" };
            fs::create_dir_all(dir.path().join(folder)).unwrap();
            fs::write(dir.path().join(folder).join(name), text).unwrap();
        }
        gather(&Host::new(dir.path()), &mut links);
        links
    }

    #[test]
    fn knows_links_by_what_the_files_say() {
        let files = [
            ("10-lan0.link", "[Match]\nPermanentMACAddress=b4-99-ba-00-00-01\n[Link]\nName=lan0\n"),
            ("10-many.link", "[Match]\nMACAddress=b4:99:ba:00:00:02 b4:99:ba:00:00:03\n[Link]\nName=lan1\n"),
            ("20-veth.netdev", "[NetDev]\nName=ve0\nKind=veth\n[Peer]\nName=ve1\nMACAddress=02:00:00:00:00:04\n"),
            ("20-bond0.netdev", "[NetDev]\nName=bond0\nKind=bond\n"),
            ("20-v10.netdev", "[NetDev]\nName=v10\nKind=vlan\n[VLAN]\nId=10\n"),
            ("30-lan0.network", "[Match]\nName=lan0 lan2\n[Network]\nBond=bond0\n"),
            ("30-lan3.network", "[Match]\nName=lan3\n[Link]\nMACAddress=02:00:00:00:00:03\n[Network]\nVLAN=v10\n"),
        ];
        let links = gathered(Links::default(), &files);
        let address = |name: &str| links.address(name.into()).map(|evidence| evidence.address.to_string());
        assert_eq!(address("lan0").as_deref(), Some("b4:99:ba:00:00:01"));
        assert_eq!(address("lan1"), None);
        assert_eq!(address("ve1").as_deref(), Some("02:00:00:00:00:04"));
        assert_eq!(address("bond0").as_deref(), Some("b4:99:ba:00:00:01"));
        assert_eq!(address("v10").as_deref(), Some("02:00:00:00:00:03"));
        assert_eq!(links.get("bond0".into()).unwrap().shape, Shape::Bond(vec!["lan0".into(), "lan2".into()]));
    }

    #[test]
    fn tells_what_would_rename_a_bridge() {
        let renames = |file: &str, text: &str| {
            let links = gathered(Links::default(), &[(file, text)]);
            links.renamer(MacAddress([0xb4, 0x99, 0xba, 0, 0, 1]), "br0".into()).is_some()
        };
        let link = |matching: &str| renames("10-lan0.link", &format!("[Match]\n{matching}\n[Link]\nName=lan0\n"));
        for matching in ["", "OriginalName=*", "OriginalName=!en*", "Type=!wlan", "Property=INTERFACE=br*"] {
            assert!(link(&format!("MACAddress=02:00:00:00:00:01 b4:99:ba:00:00:01\n{matching}")), "{matching}");
        }
        for matching in
            ["OriginalName=eth*", "Type=ether", "Driver=igb", "Path=pci-*", "OriginalName=!br*", "Kind=!bridge"]
        {
            assert!(!link(&format!("MACAddress=b4:99:ba:00:00:01\n{matching}")), "{matching}");
        }
        assert!(!link("PermanentMACAddress=b4:99:ba:00:00:01"));
        assert!(!renames("10.link", "[Match]\nMACAddress=b4:99:ba:00:00:01\n[Link]\nName=br0\n"));
        assert!(!renames("10.link", "[Match]\nMACAddress=b4:99:ba:00:00:01\n[Link]\nNamePolicy=path\n"));

        let rule = |keys: &str| {
            renames(
                "70.rules",
                &format!("SUBSYSTEM==\"net\", {keys} ATTR{{address}}==\"b4:99:ba:00:00:01\", NAME=\"lan0\"\n"),
            )
        };
        for keys in [
            "",
            "ACTION==\"add\", ATTR{type}==\"1\",",
            "KERNEL==\"*\",",
            "ENV{DEVTYPE}!=\"vlan\",",
            "KERNEL!=\"eth*\",",
        ] {
            assert!(rule(keys), "{keys}");
        }
        for keys in [
            "DRIVERS==\"?*\",",
            "KERNEL==\"eth*|en*\",",
            "KERNEL!=\"br*\",",
            "SUBSYSTEMS==\"pci\",",
            "ATTR{device/vendor}==\"0x8086\",",
        ] {
            assert!(!rule(keys), "{keys}");
        }
    }

    #[test]
    fn follows_renames() {
        let mut links = Links::default();
        for (name, last) in [("eth0", 1), ("eth1", 2), ("eth2", 3), ("lan3", 4)] {
            let source = Source::Sysfs(name.into());
            let address = MacAddress([0xb4, 0x99, 0xba, 0, 0, last]);
            links.entry(name.into()).evidence.push(Evidence::hardware(address, source));
        }
        links.note_shown();
        let links = gathered(
            links,
            &[
                ("10-lan0.link", "[Match]\nOriginalName=eth0\n[Link]\nName=lan0\n"),
                ("10-lan1.link", "[Match]\nPermanentMACAddress=b4:99:ba:00:00:02\n[Link]\nName=lan1\n"),
                ("10-lan3.link", "[Match]\nOriginalName=eth2\n[Link]\nName=lan3\n"),
                ("70-persistent-net.rules", "SUBSYSTEM==\"net\", KERNEL==\"eth2\", NAME=\"lan2\"\n"),
            ],
        );
        let last = |name: &str| {
            let shown = links.get(name.into())?.evidence.iter().find(|evidence| evidence.is_shown())?;
            Some(shown.address.0[5])
        };
        assert_eq!(
            [last("lan0"), last("lan1"), last("lan2"), last("lan3"), last("lan4")],
            [Some(1), Some(2), Some(3), Some(4), None]
        );
    }

    #[test]
    fn knows_bonds_that_follow_their_active_port() {
        let text = "[NetDev]\nName=bond0\nKind=bond\n[Bond]\nFailOverMACPolicy=active\n";
        let vlan = "[Match]\nName=bond0\n[Network]\nVLAN=v10\n";
        let files = [("10.netdev", text), ("20.netdev", "[NetDev]\nName=v10\nKind=vlan\n"), ("30.network", vlan)];
        let links = gathered(Links::default(), &files);
        assert_eq!(links.moving_bond("v10".into()), Some("bond0".into()));
        assert_eq!(links.moving_bond("lan0".into()), None);
    }
}
