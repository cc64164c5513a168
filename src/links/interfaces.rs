//! Evidence from `/etc/network/interfaces`: what links are made of, and the addresses that their
//! stanzas give them.

use super::{Evidence, Links, Shape, Source};
use crate::address::MacAddress;
use crate::bytes::split_once;
use crate::host::Host;
use crate::stack::Version;
use crate::stack::eni::{Opt, Stanza, ifupdown, ifupdown_ng};
use crate::syntax::Token;
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeMap;

/// Options that list a bond's ports, in the order in which they become ports.
const BOND_PORTS: &[&str] = &[
    "bond-members", // ifupdown-ng
    "bond-slaves",  // ifenslave, ifupdown2
    "slaves",       // ifenslave before 2.6
];

/// More contradictions than this tell no more.
const EVIDENCE_LIMIT: usize = 16;

/// Adds what the stanzas tell, whichever program of the family reads them.
pub(super) fn gather(host: &Host, links: &mut Links) {
    let mut config = ifupdown::read(host);
    if config.refused {
        // ifupdown-ng reads to the end what ifupdown refuses; what both refuse tells what was read.
        let lenient = ifupdown_ng::read(host, &Version::default());
        if lenient.stanzas.len() > config.stanzas.len() {
            config = lenient;
        }
    }
    let mut masters: BTreeMap<BString, Vec<BString>> = BTreeMap::new();
    for (index, stanza) in config.stanzas.iter().enumerate() {
        let options: Vec<&Opt> = config.options(index).collect();
        let name = link_name(&stanza.name.token.text);
        if let Some(shape) = shape(name, &options, links) {
            links.entry(name).shape = shape;
        }
        // Written into `/sys` as it is by ifenslave: the kernel takes the word and the number (bond_options.c).
        if let Some(b"active" | b"1") = value(&options, &["bond-fail-over-mac"]).map(AsRef::<[u8]>::as_ref) {
            links.entry(name).follows_active_port = true;
        }
        if let Some(bond) = value(&options, &["bond-master"]) {
            masters.entry(bond.to_owned()).or_default().push(name.to_owned());
        }
        if !is_bridge(&options) {
            add_addresses(name, stanza, &options, links);
        }
    }
    add_masters(masters, links);
}

/// `eth0:1` is an address of eth0.
fn link_name(name: &BString) -> &BStr {
    split_once(name, b':').map_or(name.as_bstr(), |(link, _)| link.as_bstr())
}

/// What the stanza makes its link; none for a NIC, or if it does not tell. VLANs among the ports
/// of a bridge are links too: the hook makes them.
fn shape(name: &BStr, options: &[&Opt], links: &mut Links) -> Option<Shape> {
    if is_bridge(options) {
        for port in words(value(options, &["bridge-ports"]).unwrap_or_default()) {
            if let (Some(parent), None) = (vlan_parent(port), links.get(port.as_bstr())) {
                links.entry(port.as_bstr()).shape = Shape::Vlan(parent);
            }
        }
        return Some(Shape::Bridge);
    }
    if let Some(ports) = value(options, BOND_PORTS) {
        let ports = words(ports).filter(|port| *port != b"none").map(BString::from);
        return Some(Shape::Bond(ports.collect()));
    }
    if let Some(parent) = value(options, &["vlan-raw-device"]) {
        return Some(Shape::Vlan(parent.to_owned()));
    }
    vlan_parent(name).map(Shape::Vlan)
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

fn is_bridge(options: &[&Opt]) -> bool {
    value(options, &["bridge-ports", "bridge-vlan-aware"]).is_some()
}

/// The link of a name like `eth0.5`.
fn vlan_parent(name: &[u8]) -> Option<BString> {
    let dot = name.rfind_byte(b'.')?;
    let id = &name[dot + 1..];
    (dot > 0 && !id.is_empty() && id.iter().all(u8::is_ascii_digit)).then(|| name[..dot].into())
}

/// The value of an option, however its name is spelled.
fn value<'a>(options: &[&'a Opt], names: &[&str]) -> Option<&'a BStr> {
    let named = |option: &&&Opt| {
        let key = option.key.token.text.iter().map(|byte| if *byte == b'_' { b'-' } else { byte.to_ascii_lowercase() });
        names.iter().any(|name| key.clone().eq(name.bytes()))
    };
    options.iter().find(named).map(|option| option.value.text.trim_ascii().as_bstr())
}

/// `hwaddress`, with or without the class: the link has this address once it is up. Where all
/// links are known, a stanza for another one tells nothing.
fn add_addresses(name: &BStr, stanza: &Stanza, options: &[&Opt], links: &mut Links) {
    // `inet6 auto` of ifupdown has no such option (inet6.defn).
    let is = |token: &Option<Token>, text: &str| token.as_ref().is_some_and(|token| token.text == text);
    if (is(&stanza.family, "inet6") && is(&stanza.method, "auto")) || (links.is_complete() && links.get(name).is_none())
    {
        return;
    }
    for option in options.iter().filter(|option| option.key.token.text == "hwaddress") {
        let mut words = words(&option.value.text).skip_while(|word| *word == b"ether");
        let (Some(word), None) = (words.next(), words.next()) else { continue };
        let Some(address) = MacAddress::parse(word).filter(|address| address.is_usable()) else { continue };
        let source = Source::File(option.value_place(), "`hwaddress`");
        let evidence = Evidence { address, source, assigned: true };
        let known = &mut links.entry(name).evidence;
        if known.len() < EVIDENCE_LIMIT && !known.contains(&evidence) {
            known.push(evidence);
        }
    }
}

/// Ports that name their bond, for bonds that list no ports themselves; ifenslave makes one that
/// has no stanza.
fn add_masters(masters: BTreeMap<BString, Vec<BString>>, links: &mut Links) {
    for (bond, mut ports) in masters {
        ports.dedup();
        match &mut links.entry(bond.as_bstr()).shape {
            Shape::Bond(listed) if listed.is_empty() => *listed = ports,
            shape @ Shape::Plain => *shape = Shape::Bond(ports),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::eni::MAIN_FILE;
    use pretty_assertions::assert_eq;

    fn links(text: &str) -> Links {
        let host = Host::new("/nonexistent").with_file(MAIN_FILE.as_ref(), text.as_bytes().to_vec());
        let mut links = Links::default();
        gather(&host, &mut links);
        links
    }

    fn address(links: &Links, name: &str) -> Option<String> {
        links.address(name.into()).map(|evidence| evidence.address.to_string())
    }

    #[test]
    fn a_stanza_gives_its_link_an_address() {
        let links = links(
            "iface eth0 inet manual\n hwaddress ether B4:99:ba:00:00:01\n\
             iface eth1 inet static\n hwaddress 52:54:0:0:0:2\n\
             iface eth2 inet manual\n hwaddress xx:xx:xx:xx:xx:xx\n\
             iface eth3 inet manual\n hwaddress 01:00:00:00:00:01\n\
             iface br0 inet manual\n bridge_ports eth0.5\n hwaddress 52:54:00:00:00:03\n",
        );
        let told = ["eth0", "eth1", "eth2", "eth3", "br0", "eth0.5"].map(|name| address(&links, name));
        let wanted =
            [Some("b4:99:ba:00:00:01"), Some("52:54:00:00:00:02"), None, None, None, Some("b4:99:ba:00:00:01")];
        assert_eq!(told, wanted.map(|address| address.map(str::to_owned)));
        assert_eq!(links.get("br0".into()).map(|link| &link.shape), Some(&Shape::Bridge));
    }

    #[test]
    fn bonds_and_vlans_have_shapes() {
        let links = links(
            "iface bond0 inet manual\n bond_slaves eth1 eth0\n\
             iface bond1 inet manual\n bond-slaves none\n\
             iface eth3\n bond-master bond1\n hwaddress 52:54:00:00:00:03\n\
             iface eth2\n bond-master bond1\n\
             iface vlan7 inet manual\n vlan-raw-device bond1\n\
             iface bond0.9 inet manual\n\
             iface bond2 inet manual\n bond-slaves eth4\n bond-fail_over_mac active\n",
        );
        assert_eq!(
            [links.moving_bond("bond2".into()), links.moving_bond("bond1".into())],
            [Some("bond2".into()), None]
        );
        let shape = |name: &str| links.get(name.into()).map(|link| link.shape.clone());
        assert_eq!(shape("bond0"), Some(Shape::Bond(vec!["eth1".into(), "eth0".into()])));
        assert_eq!(shape("bond1"), Some(Shape::Bond(vec!["eth3".into(), "eth2".into()])));
        assert_eq!(shape("bond0.9"), Some(Shape::Vlan("bond0".into())));
        assert_eq!(address(&links, "vlan7").as_deref(), Some("52:54:00:00:00:03"));
    }
}
