//! `ip -j link`, `ip -j addr`, with or without `-d` (iproute2's ip/ipaddress.c `print_linkinfo`, ip/iplink_bond*.c).

use super::json::{mac, object, text, texts};
use super::{LinkFacts, Parsed};
use crate::links::Shape;
use bstr::BString;
use serde_json::{Map, Value};

/// Kinds of links that the kernel gives a random address (`eth_hw_addr_random` in their `setup`).
const MADE_UP: &[&str] = &[
    "batadv",
    "dummy",
    "erspan",
    "geneve",
    "gretap",
    "ifb",
    "ip6erspan",
    "ip6gretap",
    "macvlan",
    "macvtap",
    "tun",
    "veth",
    "vxlan",
];

/// The links, where this is what `ip` prints: an array of objects with `ifname`, and an empty
/// object for each link that a filter passed over.
pub(super) fn parse(value: &Value) -> Option<Parsed> {
    let objects: Vec<&Map<String, Value>> = value.as_array()?.iter().filter_map(Value::as_object).collect();
    let named: Vec<(&str, &Map<String, Value>)> =
        objects.iter().filter_map(|object| Some((text(object, "ifname")?, *object))).collect();
    if named.is_empty() {
        return None;
    }
    // Every network namespace has `lo`: without it a filter was given (`dev eth0`, `master br0`).
    let complete = named.iter().any(|(name, _)| *name == "lo");
    let links = named.iter().map(|(name, link)| read(name, link, &named)).collect();
    Some(Parsed { names: Vec::new(), links, complete })
}

fn read(name: &str, link: &Map<String, Value>, all: &[(&str, &Map<String, Value>)]) -> LinkFacts {
    let info = object(link, "linkinfo");
    let kind = info.and_then(|info| text(info, "info_kind"));
    let ether = text(link, "link_type").is_none_or(|kind| kind == "ether");
    // Without `-d` only the flags tell a bond.
    let bond = kind.map_or_else(|| texts(link, "flags").contains(&"MASTER"), |kind| kind == "bond");
    let shape = match (kind, text(link, "link")) {
        _ if bond => Shape::Bond(ports(name, all)),
        (Some("bridge"), _) => Shape::Bridge,
        (Some("vlan"), Some(parent)) => Shape::Vlan(parent.into()),
        _ => Shape::Plain,
    };
    let policy = info.and_then(|info| text(object(info, "info_data")?, "fail_over_mac"));
    LinkFacts {
        name: name.into(),
        address: ether.then(|| address(link, info)).flatten(),
        shape,
        follows_active_port: bond && policy == Some("active"),
        made_up: kind.is_some_and(|kind| MADE_UP.contains(&kind)),
    }
}

/// The NIC's own address, where another is shown beside it; what it had before a bond took it; the one it has now.
fn address(
    link: &Map<String, Value>,
    info: Option<&Map<String, Value>>,
) -> Option<(crate::address::MacAddress, &'static str)> {
    let before_bond = || {
        let info = info.filter(|info| text(info, "info_slave_kind") == Some("bond"))?;
        Some((mac(object(info, "info_slave_data")?, "perm_hwaddr")?, "`perm_hwaddr`"))
    };
    let permanent = mac(link, "permaddr").map(|address| (address, "`permaddr`"));
    permanent.or_else(before_bond).or_else(|| Some((mac(link, "address")?, "`address`")))
}

/// The ports of a bond, in the order of the list: nothing tells in which order they were added.
fn ports(bond: &str, all: &[(&str, &Map<String, Value>)]) -> Vec<BString> {
    let is_port = |link: &Map<String, Value>| text(link, "master") == Some(bond);
    all.iter().filter(|(_, link)| is_port(link)).map(|(name, _)| BString::from(*name)).collect()
}
