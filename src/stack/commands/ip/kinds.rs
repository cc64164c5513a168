//! What may stand after `type`.

use super::link::Request;
use super::matches;

/// Kinds that `ip link add ... type` makes, beside bridges.
pub(super) const KINDS: &[&str] = &[
    "amt",
    "bareudp",
    "batadv",
    "bond",
    "can",
    "dummy",
    "erspan",
    "geneve",
    "gre",
    "gretap",
    "gtp",
    "hsr",
    "ifb",
    "ip6erspan",
    "ip6gre",
    "ip6gretap",
    "ip6tnl",
    "ipip",
    "ipvlan",
    "ipvtap",
    "macsec",
    "macvlan",
    "macvtap",
    "netdevsim",
    "netkit",
    "nlmon",
    "rmnet",
    "sit",
    "team",
    "vcan",
    "veth",
    "virt_wifi",
    "vlan",
    "vrf",
    "vti",
    "vxcan",
    "vxlan",
    "wireguard",
    "xfrm",
];

/// The options of `type bridge` (ip/iplink_bridge.c `bridge_parse_opt`); all but `fdb_flush` take a word.
const BRIDGE_OPTIONS: &[&str] = &[
    "forward_delay",
    "hello_time",
    "max_age",
    "ageing_time",
    "stp_state",
    "priority",
    "vlan_filtering",
    "vlan_protocol",
    "group_fwd_mask",
    "group_address",
    "no_linklocal_learn",
    "fdb_flush",
    "fdb_max_learned",
    "vlan_default_pvid",
    "vlan_stats_enabled",
    "vlan_stats_per_port",
    "mcast_router",
    "mcast_snooping",
    "mcast_vlan_snooping",
    "mcast_query_use_ifaddr",
    "mcast_querier",
    "mcast_hash_elasticity",
    "mcast_hash_max",
    "mcast_last_member_count",
    "mcast_startup_query_count",
    "mcast_last_member_interval",
    "mcast_membership_interval",
    "mcast_querier_interval",
    "mcast_query_interval",
    "mcast_query_response_interval",
    "mcast_startup_query_interval",
    "mcast_stats_enabled",
    "mcast_igmp_version",
    "mcast_mld_version",
    "nf_call_iptables",
    "nf_call_ip6tables",
    "nf_call_arptables",
    "mst_enabled",
];

/// The options after `type bridge`: `address` is none of them, though people write it there.
pub(super) fn bridge_options(request: &mut Request) {
    if !request.kind.as_ref().is_some_and(|kind| kind.is(b"bridge")) {
        return;
    }
    let mut rest = std::mem::take(&mut request.options).into_iter();
    while let Some(word) = rest.next() {
        match BRIDGE_OPTIONS.iter().find(|option| matches(&word, option)) {
            Some(&"fdb_flush") => {}
            Some(_) if rest.next().is_some() => {}
            Some(_) => _ = request.flaw.get_or_insert("a word is missing at the end of the command"),
            None if word.unknown => {}
            None => {
                request.flaw.get_or_insert("what follows `type bridge` must be options of the bridge");
                let address = matches(&word, "address") || word.is(b"lladdr");
                if let Some(value) = rest.next().filter(|_| address) {
                    request.flaw = Some("`address` must stand before `type`");
                    request.address = Some(value);
                }
            }
        }
    }
}
