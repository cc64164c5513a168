//! What the trees of `fixtures/live` do not show.

use super::*;
use crate::judgement::Outcome;
use pretty_assertions::assert_eq;

#[test]
fn an_uplink_has_a_card_below() {
    let text = br#"[
        {"ifname": "eno1", "link_type": "ether", "master": "bond0"},
        {"ifname": "bond0", "link_type": "ether", "linkinfo": {"info_kind": "bond"}},
        {"ifname": "bond0.5", "link": "bond0", "master": "br0", "linkinfo": {"info_kind": "vlan"}},
        {"ifname": "a", "link": "b", "master": "br0", "linkinfo": {"info_kind": "vlan"}},
        {"ifname": "b", "link": "a", "linkinfo": {"info_kind": "vlan"}},
        {"ifname": "vx0", "link": "eno1", "master": "br0", "linkinfo": {"info_kind": "vxlan"}},
        {"ifname": "br0", "linkinfo": {"info_kind": "bridge"}}
    ]"#;
    let links = Links::from_ip(text).unwrap();
    let bridge = links.bridges().next().unwrap();
    let uplinks = bridge.ports.iter().map(|port| (port.to_string(), bridge.is_uplink(port.as_bstr())));
    let expected = [("a", false), ("bond0.5", true), ("vx0", false)];
    assert_eq!(uplinks.collect::<Vec<_>>(), expected.map(|(port, is)| (port.to_owned(), is)));
    assert_eq!(bridge.can_be_taken_over(), None, "no port's address is known");
}

#[test]
fn several_stacks_have_to_agree() {
    let text = br#"[{"ifname": "br0", "address": "02:00:00:00:00:09", "linkinfo": {"info_kind": "bridge"}}]"#;
    let links = Links::from_ip(text).unwrap();
    let bridge = links.bridges().next().unwrap();
    let pinned = |address: &str| Configured {
        file: "etc/sysconfig/network-scripts/ifcfg-br0".into(),
        line: 1,
        stack: "networkmanager".to_owned(),
        ports: Vec::new(),
        outcome: Outcome::Pinned,
        address: Some(address.parse().unwrap()),
        reason: String::new(),
    };
    let (one, other, current) = (pinned("02:00:00:00:00:01"), pinned("02:00:00:00:00:02"), pinned("02:00:00:00:00:09"));
    let chosen = |configured: &[Configured]| choose(bridge, configured).map(|choice| choice.address.to_string());
    assert_eq!(chosen(&[one.clone(), one.clone()]), Ok("02:00:00:00:00:01".to_owned()));
    assert_eq!(chosen(&[one.clone(), current]), Ok("02:00:00:00:00:09".to_owned()));
    assert_eq!(
        chosen(&[one, other]),
        Err("the configuration names several addresses, 02:00:00:00:00:01 and 02:00:00:00:00:02; keep one of them"
            .to_owned())
    );
}
