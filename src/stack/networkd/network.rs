//! `.network` files: the address, the ports and the IP configuration of interfaces
//! (src/network/networkd-network.c; systemd.network(5)).

use super::super::condition::{self, Facts, Standing};
use super::super::unit_pins::InForce;
use super::netdev::Netdev;
use crate::links::{Evidence, Links, Source};
use crate::span::Place;
use crate::systemd::address::HwAddress;
use crate::systemd::files::{Config, Reader};
use crate::systemd::interface;
use crate::systemd::matching::{Device, Match, Role};
use crate::systemd::words::boolean;
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeMap;

/// A `.network` with its drop-ins.
pub(super) struct Network {
    pub config: Config,
    pub matching: Match,
    /// The same for a networkd that knows all keys.
    pub newest: Match,
    /// How networkd takes it.
    pub standing: Standing,
    /// `[Link] Unmanaged=yes`: networkd does nothing to the links that it matches.
    pub unmanaged: bool,
    /// `[Network] Bridge=`: what its links are ports of.
    pub bridge: Option<BString>,
}

/// All `.network` files, in the order in which networkd tries them.
pub(super) fn load(reader: &Reader<'_>, facts: &Facts<'_>) -> Vec<Network> {
    reader.configs(".network", None).into_iter().map(|config| Network::new(config, facts)).collect()
}

/// The one that networkd applies to an interface: the first that matches.
pub(super) fn first<'a>(networks: &'a [Network], device: &Device<'_>) -> Option<&'a Network> {
    networks.iter().find(|network| network.applies_to(device))
}

impl Network {
    fn new(config: Config, facts: &Facts<'_>) -> Self {
        let matching = Match::read(&config, Role::Network, facts.release);
        let mut standing = Standing::of(&config, facts, "networkd");
        // Before 245 such a file matched all links.
        let is_empty = matching.is_empty() && !condition::any(&config, facts.release);
        if is_empty && facts.release >= 245 && standing == Standing::Counts {
            standing =
                Standing::Dropped("its `[Match]` has nothing that networkd knows: the file is ignored".to_owned());
        }
        Self {
            newest: Match::read(&config, Role::Network, u32::MAX),
            standing,
            unmanaged: flag(&config, "Link", "Unmanaged"),
            bridge: bridge(&config),
            matching,
            config,
        }
    }

    /// Whether networkd would apply it to that interface.
    pub fn applies_to(&self, device: &Device<'_>) -> bool {
        self.standing == Standing::Counts && self.matching.matches(device)
    }

    /// Its file name.
    pub fn name(&self) -> String {
        self.config.name.to_string()
    }

    /// The address that it asks for, right or wrong.
    pub fn address(&self, release: u32) -> Option<(HwAddress, Place)> {
        let (address, file, item) = InForce::read(&self.config, release).last?;
        (!self.unmanaged).then(|| (address, file.place(item.value.span)))
    }

    /// Whether its links get an IP address or ask for one: DHCP, static addresses, a delegated
    /// prefix, IPv4 link-local, router advertisements where it says so.
    pub fn carries_ip(&self) -> bool {
        let value = |key| self.config.last("Network", key).map(|(_, item)| item.value.text.as_bytes());
        let is_no = |value: &[u8]| value.is_empty() || boolean(value) == Some(false) || value == b"none";
        let dhcp = value("DHCP").is_some_and(|value| !is_no(value));
        let link_local = value("LinkLocalAddressing")
            .is_some_and(|value| boolean(value) == Some(true) || value.starts_with(b"ipv4") || value == b"fallback");
        let addresses = self.config.all("Network", "Address").chain(self.config.all("Address", "Address"));
        let flags = ["IPv6AcceptRA", "IPv6AcceptRouterAdvertisements", "DHCPServer", "DHCPPrefixDelegation"];
        let flagged = flags.iter().any(|key| flag(&self.config, "Network", key));
        let addressed = addresses.into_iter().any(|(_, item)| !item.value.text.is_empty());
        !self.unmanaged && (dhcp || link_local || flagged || addressed)
    }
}

/// The last valid one; an empty value is none (`config_parse_bool()`; measured on 252 and 257).
fn flag(config: &Config, section: &str, key: &str) -> bool {
    config.all(section, key).filter_map(|(_, item)| boolean(&item.value.text)).next_back() == Some(true)
}

/// The last valid `Bridge=`, unless `KeepMaster=` is set (`network_verify()`).
fn bridge(config: &Config) -> Option<BString> {
    let counts = |value: &[u8]| value.is_empty() || interface::is_valid(value);
    let (_, item) = config.all("Network", "Bridge").rfind(|(_, item)| counts(&item.value.text))?;
    let wanted = !item.value.text.is_empty() && !flag(config, "Network", "KeepMaster");
    wanted.then(|| item.value.text.clone())
}

/// More names than a bridge can have ports (`BR_MAX_PORTS`) are not looked at.
const PORTS: usize = 1024;

/// The ports that configuration gives to each bridge: the interfaces that a `.network` with `Bridge=`
/// names, that a `.netdev` makes or that are known, and to which that file is the first to apply.
pub(super) fn ports(
    networks: &[Network],
    netdevs: &[Netdev],
    links: &Links,
    udev: bool,
) -> BTreeMap<BString, Vec<BString>> {
    let named = networks.iter().filter(|network| network.bridge.is_some() && network.standing == Standing::Counts);
    let named = named.flat_map(|network| network.matching.literal_names());
    let made = netdevs.iter().filter(|netdev| netdev.is_loaded()).filter_map(|netdev| netdev.name.as_ref());
    let kinds: BTreeMap<&BString, &str> =
        netdevs.iter().filter(|netdev| netdev.is_loaded()).filter_map(|n| Some((n.name.as_ref()?, n.kind?))).collect();
    let known = links.iter().map(|(name, _)| name);
    let mut ports: BTreeMap<BString, Vec<BString>> = BTreeMap::new();
    let mut seen = std::collections::BTreeSet::new();
    for name in named.take(PORTS).chain(made).chain(known).filter(|name| seen.insert(*name)) {
        let kind = kinds.get(name).copied();
        let device = device(name.as_bstr(), kind, links, udev);
        let Some(bridge) =
            first(networks, &device).filter(|network| !network.unmanaged).and_then(|n| n.bridge.as_ref())
        else {
            continue;
        };
        // A bridge can be no port (`EINVAL`).
        if kind != Some("bridge") {
            ports.entry(bridge.clone()).or_default().push(name.clone());
        }
    }
    ports
}

/// What is known of an interface that may be a port.
fn device<'a>(name: &'a BStr, kind: Option<&'a str>, links: &Links, udev: bool) -> Device<'a> {
    let evidence = links.get(name).map_or(&[][..], |link| &link.evidence);
    let hardware = |evidence: &&Evidence| !evidence.assigned;
    let address = evidence.iter().find(hardware).map(|evidence| evidence.address);
    let now = evidence.iter().find(|evidence| matches!(evidence.source, Source::Sysfs(_)));
    let nic = Device::nic(name, now.map(|evidence| evidence.address).or(address), udev);
    match kind {
        // udev calls these by their kind (`DEVTYPE`).
        Some(kind @ ("bond" | "bridge" | "vlan")) => {
            Device { kind: Some(kind), iftype: if udev { kind } else { "ether" }, permanent: None, ..nic }
        }
        Some(kind) => Device { kind: Some(kind), permanent: None, ..nic },
        None => Device { permanent: address, ..nic },
    }
}
