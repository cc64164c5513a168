//! One `.netdev` with its drop-ins: what networkd is asked to make (`netdev_load_one()`,
//! src/network/netdev/netdev.c).

use super::super::condition::{Facts, Standing};
use crate::address::MacAddress;
use crate::span::Place;
use crate::syntax::unit::Assignment;
use crate::systemd::address::{Verified, ethernet, verify};
use crate::systemd::files::{Config, File};
use crate::systemd::interface;
use bstr::{BStr, BString, ByteSlice};

/// `netdev_kind_table`.
const KINDS: &[&str] = &[
    "bareudp",
    "batadv",
    "bond",
    "bridge",
    "dummy",
    "erspan",
    "fou",
    "geneve",
    "gre",
    "gretap",
    "ifb",
    "ip6gre",
    "ip6gretap",
    "ip6tnl",
    "ipip",
    "ipoib",
    "ipvlan",
    "ipvtap",
    "l2tp",
    "macsec",
    "macvlan",
    "macvtap",
    "netdevsim",
    "nlmon",
    "sit",
    "tap",
    "tun",
    "vcan",
    "veth",
    "vlan",
    "vrf",
    "vti",
    "vti6",
    "vxcan",
    "vxlan",
    "wireguard",
    "wlan",
    "xfrm",
];

/// What other kinds cannot do without: a section and a key.
const NEEDED: &[(&str, &str, &str)] = &[
    ("bareudp", "BareUDP", "DestinationPort"),
    ("fou", "FooOverUDP", "Port"),
    ("ip6tnl", "Tunnel", "Mode"),
    ("l2tp", "L2TP", "TunnelId"),
    ("wlan", "WLAN", "Type"),
    ("xfrm", "Xfrm", "InterfaceId"),
];

/// A `.netdev`.
pub(super) struct Netdev {
    pub config: Config,
    /// What to make; the first valid `Kind=`.
    pub kind: Option<&'static str>,
    /// Its name; the last valid `Name=`.
    pub name: Option<BString>,
    /// The `Name=` that counts.
    pub origin: Option<Place>,
    /// How networkd takes it.
    pub standing: Standing,
    /// What address it is to have.
    pub asked: Asked,
}

/// What `[NetDev] MACAddress=` comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Nothing.
    Unset,
    /// `none`: nothing on purpose.
    None(Place),
    /// This address, valid or not.
    Address(MacAddress, Place),
}

/// What one value of `[NetDev] MACAddress=` is (`config_parse_netdev_hw_addr()` since 250,
/// `config_parse_hwaddr()` before, which knows no `none` and no reset).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Address(MacAddress),
    None,
    Reset,
    Invalid,
}

impl Value {
    pub fn read(value: &[u8], release: u32) -> Self {
        match (value, ethernet(value)) {
            (_, Some(address)) => Self::Address(address),
            (b"none", _) if release >= 250 => Self::None,
            (b"", _) if release >= 250 => Self::Reset,
            _ => Self::Invalid,
        }
    }
}

impl Netdev {
    pub fn new(config: Config, facts: &Facts<'_>) -> Self {
        let kinds = config.all("NetDev", "Kind").filter_map(|(_, item)| known_kind(item.value.as_bstr()));
        let kind = kinds.into_iter().next();
        let name = link_name(&config, "NetDev", "Name");
        let origin = name.map(|(file, item)| file.place(item.span()));
        let name = name.map(|(_, item)| item.value.text.clone());
        let standing = Standing::of(&config, facts, "networkd");
        Self { asked: asked(&config, facts.release), config, kind, name, origin, standing }
    }

    /// Whether networkd makes something of it, or takes its name at least.
    pub fn is_loaded(&self) -> bool {
        self.standing == Standing::Counts && self.kind.is_some() && self.name.is_some() && self.is_complete()
    }

    /// Whether it has what its kind cannot do without (`config_verify` of the kind's vtable); a file
    /// without it leaves its name to the next one (measured on 252 and 257).
    fn is_complete(&self) -> bool {
        let number = |section, key, largest: u32| {
            let value = |item: &Assignment| item.value.text.to_str().ok()?.parse::<u32>().ok();
            self.config.all(section, key).any(|(_, item)| value(item).is_some_and(|value| value <= largest))
        };
        let has = |section, key| self.config.last(section, key).is_some();
        match self.kind {
            Some("geneve") => number("GENEVE", "Id", 0xff_ffff),
            Some("veth") => link_name(&self.config, "Peer", "Name").is_some(),
            Some("vlan") => number("VLAN", "Id", 4094),
            Some("vxcan") => link_name(&self.config, "VXCAN", "Peer").is_some(),
            Some("vxlan") => number("VXLAN", "VNI", 0xff_ffff) || number("VXLAN", "Id", 0xff_ffff),
            Some("wireguard") => ["PrivateKey", "PrivateKeyFile"].into_iter().any(|key| has("WireGuard", key)),
            kind => NEEDED.iter().all(|row| kind != Some(row.0) || has(row.1, row.2)),
        }
    }

    /// Whether the kernel makes no bridge with its `MTUBytes=` (`dev_validate_mtu()`): the last valid one,
    /// outside of 68 to 65535.
    pub fn has_refused_mtu(&self) -> bool {
        let valid = self.config.all("NetDev", "MTUBytes").filter_map(|(_, item)| size(item)).next_back();
        valid.is_some_and(|bytes| bytes != 0 && !(68..=65535).contains(&bytes))
    }

    /// Whether it is to make a bridge.
    pub fn is_bridge(&self) -> bool {
        self.kind == Some("bridge")
    }

    /// Whether networkd itself refuses the address, since 250; the kernel refuses one of which only the
    /// multicast bit is set.
    pub fn is_refused_by_networkd(&self) -> bool {
        matches!(self.asked, Asked::Address(address, _) if address.is_zero() || address.0 == [0xff; 6])
    }

    /// The assignment that decides the kind, for what stands next to it.
    pub fn kind_line(&self) -> Option<(&File, &Assignment)> {
        self.config.all("NetDev", "Kind").find(|(_, item)| known_kind(item.value.as_bstr()).is_some())
    }

    /// Whether the address that it asks for is one that no bridge can have: then none is made.
    pub fn is_refused(&self, release: u32) -> bool {
        matches!(self.asked, Asked::Address(address, _) if verify(address, release) == Verified::Refused)
    }
}

/// `parse_mtu()`: a number of bytes, or of what a suffix stands for; no more than 32 bits hold.
fn size(item: &Assignment) -> Option<u64> {
    const SUFFIXES: &[(&str, u32)] = &[("K", 10), ("M", 20), ("G", 30), ("B", 0)];
    let text = item.value.text.to_str().ok()?;
    let with = |row: &(&'static str, u32)| Some((text.strip_suffix(row.0)?.trim_end(), row.1));
    let (number, shift) = SUFFIXES.iter().find_map(with).unwrap_or((text, 0));
    let bytes = number.parse::<u32>().ok()?.checked_mul(1 << shift)?;
    Some(bytes.into())
}

fn known_kind(value: &BStr) -> Option<&'static str> {
    KINDS.iter().find(|kind| value == **kind).copied()
}

/// The last valid one; an empty one takes it back (`config_parse_ifname()`).
fn link_name<'a>(config: &'a Config, section: &'a str, key: &'a str) -> Option<(&'a File, &'a Assignment)> {
    let counts = |item: &Assignment| item.value.text.is_empty() || interface::is_valid(&item.value.text);
    let last = config.all(section, key).rfind(|(_, item)| counts(item))?;
    (!last.1.value.text.is_empty()).then_some(last)
}

fn asked(config: &Config, release: u32) -> Asked {
    let mut asked = Asked::Unset;
    for (file, item) in config.all("NetDev", "MACAddress") {
        match Value::read(item.value.text.as_bytes(), release) {
            Value::Address(address) => asked = Asked::Address(address, file.place(item.value.span)),
            Value::None => asked = Asked::None(file.place(item.span())),
            Value::Reset => asked = Asked::Unset,
            Value::Invalid => {}
        }
    }
    asked
}
