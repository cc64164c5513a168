//! Which bridge options each piece of software knows.

/// The bridge options that one piece of software knows.
#[derive(Debug)]
pub struct Table {
    /// Sorted; spelled as its manual spells them.
    pub(super) names: &'static [&'static str],
    /// How else they may be spelled.
    pub(super) spelling: Spelling,
    /// The option that sets a bridge's address.
    pub(super) address: &'static str,
}

/// Which spellings of an option's name are the same to the software.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// It reads `IF_BRIDGE_...` from the environment: `-` is `_`, case does not matter, and all but
    /// letters, digits and `_` is left out (ifupdown `execute.c`: `sanitize_env_name`).
    Environment,
    /// The same, but it is only run where some option starts with `bridge-` (ifupdown-ng
    /// `interface-file.c`: `handle_generic`), or for `use bridge`.
    Executor,
    /// `_` is `-`, and case matters (ifupdown2 `networkinterfaces.py`: `_add_to_iface_config`).
    Dashes,
}

/// Debian's bridge-utils: `ifupdown.sh`, bridge-utils-interfaces(5).
pub const BRIDGE_UTILS: Table = Table {
    names: &[
        "bridge_ageing",
        "bridge_bridgeprio",
        "bridge_fd",
        "bridge_gcint",
        "bridge_hello",
        "bridge_hw",
        "bridge_maxage",
        "bridge_maxwait",
        "bridge_pathcost",
        "bridge_portprio",
        "bridge_ports",
        "bridge_stp",
        "bridge_token",      // since 1.7.1-4
        "bridge_vlan_aware", // since 1.6-3
        "bridge_waitport",
    ],
    spelling: Spelling::Environment,
    address: "bridge_hw",
};

/// Alpine's package `bridge`: `bridge.pre-up`. Its `bridge_hw` is the ports' address.
pub const ALPINE_BRIDGE: Table = Table {
    names: &[
        "bridge_ageing",
        "bridge_bridgeprio",
        "bridge_fd",
        "bridge_gcint",
        "bridge_hello",
        "bridge_hw",
        "bridge_maxage",
        "bridge_maxwait",
        "bridge_pathcost",
        "bridge_portprio",
        "bridge_ports",
        "bridge_stp",
        "bridge_waitport",
    ],
    spelling: Spelling::Environment,
    address: "hwaddress",
};

/// ifupdown-ng: `executor-scripts/linux/bridge`, interfaces-bridge(5).
pub const IFUPDOWN_NG: Table = Table {
    names: &[
        "bridge-access",
        "bridge-ageing",
        "bridge-allow-untagged",
        "bridge-bridgeprio",
        "bridge-default-pvid", // after 0.12.1
        "bridge-fd",
        "bridge-hello",
        "bridge-hw", // the ports' address until 0.12.1
        "bridge-maxage",
        "bridge-maxwait",
        "bridge-pathcost",
        "bridge-portprio",
        "bridge-ports",
        "bridge-pvid",
        "bridge-stp",
        "bridge-vids",
        "bridge-vlan-aware",
        "bridge-waitport",
    ],
    spelling: Spelling::Executor,
    address: "hwaddress",
};

/// ifupdown2: the attributes of `addons/bridge.py` (`_modinfo`) and `addons/bridgevlan.py`.
pub const IFUPDOWN2: Table = Table {
    names: &[
        "bridge-access",
        "bridge-ageing",
        "bridge-allow-untagged",
        "bridge-always-up",
        "bridge-arp-nd-suppress",
        "bridge-bridgeprio",
        "bridge-broadcast-flood",
        "bridge-fd",
        "bridge-gcint",
        "bridge-hashel",
        "bridge-hashmax",
        "bridge-hello",
        "bridge-igmp-querier-src", // bridgevlan.py
        "bridge-igmp-version",
        "bridge-l2protocol-tunnel",
        "bridge-learning",
        "bridge-maxage",
        "bridge-maxwait",
        "bridge-mclmc",
        "bridge-mclmi",
        "bridge-mcmi",
        "bridge-mcqi",
        "bridge-mcqifaddr",
        "bridge-mcqpi",
        "bridge-mcqri",
        "bridge-mcquerier",
        "bridge-mcqv4src",
        "bridge-mcrouter",
        "bridge-mcsnoop",
        "bridge-mcsqc",
        "bridge-mcsqi",
        "bridge-mcstats",
        "bridge-mld-version",
        "bridge-multicast-flood",
        "bridge-pathcosts",
        "bridge-port-pvids",
        "bridge-port-vids",
        "bridge-portmcfl",
        "bridge-portmcrouter",
        "bridge-portprios",
        "bridge-ports",
        "bridge-ports-condone-regex",
        "bridge-pvid",
        "bridge-stp",
        "bridge-trunk", // alias of bridge-vids
        "bridge-unicast-flood",
        "bridge-vids",
        "bridge-vlan-aware",
        "bridge-vlan-protocol",
        "bridge-vlan-stats",
        "bridge-vlan-vni-map",
        "bridge-waitport",
    ],
    spelling: Spelling::Dashes,
    address: "hwaddress",
};

/// Words that people put behind `bridge_` for something that has another name, as other
/// software calls it.
pub(super) const MEANT: &[(&str, &str)] = &[
    ("aging_time", "ageing"),         // brctl(8) setageing
    ("ageing_time", "ageing"),        // ip-link(8)
    ("forward_delay", "fd"),          // ip-link(8)
    ("hello_time", "hello"),          // ip-link(8)
    ("interfaces", "ports"),          // netplan
    ("max_age", "maxage"),            // ip-link(8)
    ("members", "ports"),             // ifupdown-ng's bond-members
    ("prio", "bridgeprio"),           // brctl(8) setbridgeprio
    ("priority", "bridgeprio"),       // ip-link(8)
    ("slaves", "ports"),              // ifenslave's bond-slaves
    ("vlan_filtering", "vlan_aware"), // ip-link(8)
];

/// Words behind `bridge_` that mean the address. No software but bridge-utils has an option for it there.
pub(super) const ADDRESS: &[&str] =
    &["address", "hw", "hwaddr", "hwaddress", "lladdr", "lladdress", "mac", "mac_address", "macaddr", "macaddress"];
