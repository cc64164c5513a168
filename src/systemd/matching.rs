//! `[Match]` on interfaces: `net_match_config()` and its parsers (src/shared/net-condition.c,
//! called src/libsystemd-network/network-internal.c before 248).

use super::address::{HwAddress, hardware};
use super::files::Config;
use super::interface;
use super::words::{Cut, words};
use crate::address::MacAddress;
use crate::bytes::split_once;
use crate::fnmatch::fnmatch;
use bstr::{BStr, BString, ByteSlice};
use std::borrow::Cow;

/// What a match may ask of an interface.
#[derive(Clone, Copy, Debug)]
pub struct Device<'a> {
    /// Its name.
    pub name: &'a BStr,
    /// The address that it has now, where it is known.
    pub address: Option<MacAddress>,
    /// The address of the hardware, where it has one and it is known; the kernel says all zeros of a bridge.
    pub permanent: Option<MacAddress>,
    /// udev's `DEVTYPE`, else `ether`.
    pub iftype: &'a str,
    /// The kind of a link that software makes.
    pub kind: Option<&'a str>,
    /// What ethtool calls its driver, where it is known.
    pub driver: Option<&'a str>,
    /// Whether udev knows it, so that it has properties.
    pub udev: bool,
    /// Whether udevd is through with it, which gives it some more.
    pub settled: bool,
}

impl<'a> Device<'a> {
    /// A bridge. Only udev tells its type; to networkd without udevd it is `ether` (measured).
    #[must_use]
    pub fn bridge(name: &'a BStr, address: Option<MacAddress>, udev: bool) -> Self {
        let iftype = if udev { "bridge" } else { "ether" };
        let permanent = Some(MacAddress([0; 6]));
        Self { name, address, permanent, iftype, kind: Some("bridge"), driver: Some("bridge"), udev, settled: udev }
    }

    /// A NIC, as far as we know.
    #[must_use]
    pub fn nic(name: &'a BStr, address: Option<MacAddress>, udev: bool) -> Self {
        Self { name, address, permanent: address, iftype: "ether", kind: None, driver: None, udev, settled: udev }
    }

    /// The few udev properties that need no hardware database.
    fn property(&self, key: &[u8]) -> Option<Cow<'a, [u8]>> {
        let with_name = |prefix: &[u8]| Some(Cow::Owned([prefix, self.name.as_bytes()].concat()));
        let value: &[u8] = match key {
            _ if !self.udev => return None,
            b"ACTION" => b"add",
            b"DEVPATH" if self.kind.is_some() => return with_name(b"/devices/virtual/net/"),
            // Any number will do: nobody can know it beforehand.
            b"IFINDEX" | b"USEC_INITIALIZED" => b"2",
            b"ID_NET_NAME" if self.settled => self.name.as_bytes(),
            b"SYSTEMD_ALIAS" if self.settled => return with_name(b"/sys/subsystem/net/devices/"),
            b"TAGS" if self.settled => b":systemd:",
            b"INTERFACE" => self.name.as_bytes(),
            b"SUBSYSTEM" => b"net",
            b"DEVTYPE" if self.iftype != "ether" => self.iftype.as_bytes(),
            b"ID_NET_DRIVER" => self.driver?.as_bytes(),
            _ => return None,
        };
        Some(Cow::Borrowed(value))
    }
}

/// Which file the match stands in: it decides how the name's key is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `.link`: `OriginalName=`.
    Link,
    /// `.network`: `Name=`.
    Network,
}

impl Role {
    /// The key by which interface names are matched.
    #[must_use]
    pub fn name_key(self) -> &'static str {
        match self {
            Self::Link => "OriginalName",
            Self::Network => "Name",
        }
    }
}

/// The interfaces that a file is for.
#[derive(Clone, Debug, Default)]
pub struct Match {
    names: Vec<BString>,
    types: Vec<BString>,
    kinds: Vec<BString>,
    drivers: Vec<BString>,
    paths: Vec<BString>,
    properties: Vec<BString>,
    /// `WLANInterfaceType=`, `SSID=` and `BSSID=`: nothing that can be a bridge's port by configuration alone.
    wireless: Vec<BString>,
    addresses: Vec<HwAddress>,
    permanent: Vec<HwAddress>,
}

impl Match {
    /// The `[Match]` sections of a file and its drop-ins: lists grow, an empty value empties them.
    #[must_use]
    pub fn read(config: &Config, role: Role, release: u32) -> Self {
        let mut found = Self::default();
        for (_, item) in config.section("Match") {
            let value = item.value.text.as_bytes();
            let network = role == Role::Network;
            match item.key.text.as_bytes() {
                key if key == role.name_key().as_bytes() => extend(&mut found.names, names(value, role)),
                b"Type" => extend(&mut found.types, strings(value)),
                b"Driver" => extend(&mut found.drivers, strings(value)),
                b"Path" => extend(&mut found.paths, strings(value)),
                // 251: 65022cd7ab.
                b"Kind" if release >= 251 => extend(&mut found.kinds, strings(value)),
                b"Property" if release >= 243 => extend(&mut found.properties, properties(value)),
                b"WLANInterfaceType" | b"SSID" | b"BSSID" if network => extend(&mut found.wireless, strings(value)),
                b"MACAddress" => extend(&mut found.addresses, addresses(value)),
                b"PermanentMACAddress" if release >= 245 => extend(&mut found.permanent, addresses(value)),
                _ => {}
            }
        }
        found
    }

    /// Whether nothing is asked (`net_match_is_empty()`).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let lists =
            [&self.names, &self.types, &self.kinds, &self.drivers, &self.paths, &self.properties, &self.wireless];
        lists.iter().all(|list| list.is_empty()) && self.addresses.is_empty() && self.permanent.is_empty()
    }

    /// Whether the interface is one of those.
    #[must_use]
    pub fn matches(&self, device: &Device<'_>) -> bool {
        let held = |wanted: &[HwAddress], address: Option<MacAddress>| {
            wanted.is_empty() || address.is_some_and(|address| wanted.contains(&HwAddress::Ethernet(address)))
        };
        held(&self.addresses, device.address)
            && held(&self.permanent, device.permanent)
            && any_covers(&self.names, Some(device.name))
            && any_covers(&self.types, Some(device.iftype.into()))
            && any_covers(&self.kinds, device.kind.map(BStr::new))
            && any_covers(&self.drivers, device.driver.map(BStr::new))
            && any_covers(&self.paths, None)
            && any_covers(&self.wireless, None)
            && self.properties.iter().all(|wanted| property_holds(wanted, device))
    }

    /// The patterns of names, `!` before those that refuse, and the match without them.
    #[must_use]
    pub fn split_names(mut self) -> (Vec<BString>, Self) {
        (std::mem::take(&mut self.names), self)
    }

    /// The names that stand in it without a wildcard.
    pub fn literal_names(&self) -> impl Iterator<Item = &BString> {
        self.names.iter().filter(|name| !name.starts_with(b"!") && !name.iter().any(|byte| b"*?[\\".contains(byte)))
    }

    /// The addresses that it asks for: of the hardware first.
    pub fn ethernet_addresses(&self) -> impl Iterator<Item = (MacAddress, bool)> {
        let permanent = self.permanent.iter().map(|address| (address, true));
        permanent.chain(self.addresses.iter().map(|address| (address, false))).filter_map(|(address, permanent)| {
            match address {
                HwAddress::Ethernet(address) => Some((*address, permanent)),
                HwAddress::Other => None,
            }
        })
    }
}

fn extend<T>(list: &mut Vec<T>, more: Option<Vec<T>>) {
    match more {
        Some(more) if list.is_empty() => *list = more,
        Some(more) => list.extend(more),
        None => list.clear(),
    }
}

/// `net_condition_test_strv()`: one pattern covers it and no `!` one does; all does where there is none.
#[must_use]
pub fn any_covers(patterns: &[BString], text: Option<&BStr>) -> bool {
    if patterns.is_empty() {
        return true;
    }
    let covers = |pattern: &[u8]| text.is_some_and(|text| fnmatch(pattern, text, false));
    let mut wanting = patterns.iter().filter(|pattern| !pattern.starts_with(b"!")).peekable();
    !patterns.iter().any(|pattern| pattern.strip_prefix(b"!").is_some_and(covers))
        && (wanting.peek().is_none() || wanting.any(|pattern| covers(pattern)))
}

/// `net_condition_test_property()`.
fn property_holds(wanted: &BString, device: &Device<'_>) -> bool {
    let (inverted, rest) = wanted.strip_prefix(b"!").map_or((false, wanted.as_bytes()), |rest| (true, rest));
    let Some((key, pattern)) = split_once(rest, b'=') else { return false };
    let holds = device.property(key).is_some_and(|value| fnmatch(pattern, &value, false));
    holds != inverted
}

/// The words of a list; `None` for an empty value. A `!` before the first stands for all.
fn list(value: &[u8], cut: Cut, keep: impl Fn(&[u8]) -> bool) -> Option<Vec<BString>> {
    if value.is_empty() {
        return None;
    }
    let (refused, rest) = value.strip_prefix(b"!").map_or((false, value), |rest| (true, rest));
    let mut kept = words(rest, cut);
    kept.retain(|word| keep(word));
    if refused {
        kept.iter_mut().for_each(|word| word.insert(0, b'!'));
    }
    Some(kept)
}

/// `config_parse_match_strv()`.
fn strings(value: &[u8]) -> Option<Vec<BString>> {
    list(value, Cut { unquote: true, keep_backslashes: true }, |_| true)
}

/// `config_parse_match_ifnames()`: what cannot be a name is left out.
fn names(value: &[u8], role: Role) -> Option<Vec<BString>> {
    let valid = match role {
        Role::Link => interface::is_valid,
        Role::Network => interface::is_valid_alternative,
    };
    list(value, Cut::default(), valid)
}

/// `config_parse_match_property()`.
fn properties(value: &[u8]) -> Option<Vec<BString>> {
    list(value, Cut { unquote: true, keep_backslashes: false }, |word| word.contains(&b'='))
}

/// `config_parse_hw_addrs()`.
fn addresses(value: &[u8]) -> Option<Vec<HwAddress>> {
    let words = (!value.is_empty()).then(|| words(value, Cut::default()))?;
    Some(words.iter().filter_map(|word| hardware(word)).collect())
}
