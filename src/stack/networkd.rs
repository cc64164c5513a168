//! systemd-networkd: `.netdev` files make bridges, `.network` files give them ports and addresses.

mod candidates;
mod netdev;
mod network;
mod options;
mod pins;
mod problems;

use super::condition::{Facts, Standing};
use super::kernel::{Address, Cause, Kernel, LinkKind};
use super::udev::Udev;
use super::unit_pins::usable;
use super::{Stack, World};
use crate::judgement::{Bridge, Judgement, Outcome};
use crate::span::Place;
use crate::systemd::address::{MACHINE_ID, MachineId, NETWORKD_KEY, Verified, verify};
use crate::systemd::files::Reader;
use crate::systemd::matching::Device;
use bstr::{BString, ByteSlice};
pub(super) use candidates::candidates;
use netdev::{Asked, Netdev};
use network::Network;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const REFUSED: &str = "no bridge can have the address of `MACAddress=`, so networkd fails to make it";
const REFUSED_MTU: &str = "no bridge can have the size of `MTUBytes=`, so the kernel refuses to make it";
const LOOPBACK: &str = "the kernel has a link of that name itself";
const NO_MACHINE_ID: &str =
    "networkd cannot make an address up without a usable /etc/machine-id, and before 243 drops the file";

/// All that one networkd reads.
struct Daemon<'a> {
    world: World<'a>,
    release: u32,
    netdevs: Vec<Netdev>,
    networks: Vec<Network>,
    /// What a udevd would do, whether one runs or not.
    links: Udev,
    has_udev: bool,
    machine: MachineId,
    ports: BTreeMap<BString, Vec<BString>>,
}

/// What this stack makes of the host's files.
pub(super) fn judge(world: World<'_>, stack: &Stack) -> Judgement {
    let daemon = Daemon::start(world, stack);
    let mut judgement = Judgement { problems: problems::problems(&daemon), ..Judgement::default() };
    let mut seen = BTreeSet::new();
    for netdev in daemon.netdevs.iter().filter(|netdev| netdev.is_bridge()) {
        let Some(name) = &netdev.name else { continue };
        if seen.insert(name) {
            let maker = daemon.maker_of(name);
            let bridge = match maker.filter(|maker| maker.is_bridge()) {
                Some(maker) => daemon.bridge(maker),
                None => daemon.absent(netdev, maker),
            };
            judgement.bridges.extend(bridge);
        }
        judgement.unknown_options.extend(options::unknown(netdev, daemon.release));
    }
    judgement
}

impl<'a> Daemon<'a> {
    fn start(world: World<'a>, stack: &Stack) -> Self {
        let release = stack.systemd_release();
        let facts = Facts { host: world.host, assume: world.assume, release };
        let reader = Reader::networkd(world.host, release);
        let netdevs: Vec<_> =
            reader.configs(".netdev", None).into_iter().map(|config| Netdev::new(config, &facts)).collect();
        let networks = network::load(&reader, &facts);
        Self {
            world,
            release,
            ports: network::ports(&networks, &netdevs, world.links, stack.udev),
            netdevs,
            networks,
            links: Udev::read(world.host, world.assume, release),
            has_udev: stack.udev,
            // networkd is not root when it reads it (measured on 252 and 257).
            machine: match MachineId::read(world.host) {
                MachineId::Known(_) if !reader.may_read(Path::new(MACHINE_ID)) => MachineId::Unusable,
                machine => machine,
            },
        }
    }

    /// The udevd that runs beside it.
    fn udev(&self) -> Option<&Udev> {
        self.has_udev.then_some(&self.links)
    }

    /// The file that makes the link of that name: the first in the order of names, from whatever
    /// directory ("Device was already configured by ..."). From 250 to 256 a file whose address is
    /// refused leaves the name to the next one (measured on 252 and 254, not so on 247, 257, 262:
    /// 257 made the creation a request that is handled after all files are read).
    fn maker_of(&self, name: &BString) -> Option<&Netdev> {
        let has_name = |netdev: &Netdev| netdev.is_loaded() && netdev.name.as_ref() == Some(name);
        let fails = |netdev: &Netdev| {
            (250..=256).contains(&self.release) && netdev.is_bridge() && netdev.is_refused_by_networkd()
        };
        self.netdevs.iter().find(|netdev| has_name(netdev) && !fails(netdev))
    }

    /// Whether networkd makes an address up where none is stated: not from 243 (deb2cfa4c6) to 249 (5b8bdd20c6).
    fn generates(&self) -> bool {
        !(243..=249).contains(&self.release)
    }

    /// The address with which networkd makes the bridge (`netdev_generate_hw_addr()`).
    fn given(&self, netdev: &Netdev) -> Option<(Address, Cause)> {
        match &netdev.asked {
            Asked::Address(address, place) => match verify(*address, self.release) {
                Verified::Set(address) => Some((Address::Known(address), Cause::stated(place.clone()))),
                Verified::Refused => None,
            },
            Asked::Unset if self.generates() && self.machine != MachineId::Unusable => {
                let name = netdev.name.as_ref()?;
                let address = self.machine.address(&NETWORKD_KEY, name).map_or(Address::Unknown, Address::Known);
                Some((address, Cause { generated: true, place: None }))
            }
            Asked::Unset | Asked::None(_) => None,
        }
    }

    /// The `.network` file that applies to a bridge which networkd made with that address.
    fn network_of(&self, name: &BString, address: Option<Address>) -> Option<&Network> {
        let address = address.and_then(Address::known);
        network::first(&self.networks, &Device::bridge(name.as_bstr(), address, self.has_udev))
    }

    /// A bridge that networkd makes, unless its address is refused.
    fn bridge(&self, netdev: &Netdev) -> Option<Bridge> {
        let mut bridge = self.blank(netdev)?;
        let made_as = bridge.name.clone();
        // A refused address makes `netdev_create()` fail, or the kernel before 250; up to 242 the
        // file is dropped where no address can be made up.
        let lacks_id = self.release <= 242 && netdev.asked == Asked::Unset && self.machine == MachineId::Unusable;
        let refused = match () {
            () if lacks_id => Some(NO_MACHINE_ID),
            () if netdev.is_refused(self.release) => Some(REFUSED),
            () if netdev.has_refused_mtu() => Some(REFUSED_MTU),
            () if made_as == "lo" => Some(LOOPBACK),
            () => None,
        };
        if let Some(why) = refused {
            bridge.reason = why.to_owned();
            bridge.pins = pins::pins(self, netdev, None, None);
            return Some(bridge);
        }
        let given = self.given(netdev);
        let mut kernel = Kernel::new(self.udev().cloned());
        // Neither can fail: nothing is there yet, and the addresses are checked.
        kernel.add(made_as.as_bstr(), LinkKind::Bridge, given.clone(), netdev.origin.clone()).ok()?;
        let address = given.as_ref().and_then(|(address, _)| address.known());
        let renamed = self.udev().and_then(|udev| udev.new_name(made_as.as_bstr(), address));
        if let Some((new, _)) = &renamed {
            kernel.rename(made_as.as_bstr(), new.as_bstr()).ok()?;
            bridge.name.clone_from(new);
            // The files are gone through again for the new name (measured on 252 and 257).
            let set = kernel.link(new.as_bstr()).is_some_and(|link| link.set_by.is_some());
            let now = kernel.address(new.as_bstr()).filter(|_| set);
            let more = self.udev().and_then(|udev| udev.on_add(new.as_bstr(), LinkKind::Bridge, now));
            if let Some((address, cause)) = more {
                kernel.set_address(new.as_bstr(), address, cause).ok()?;
            }
        }
        let name = bridge.name.clone();
        let name = name.as_bstr();
        let network = self.network_of(&bridge.name, kernel.address(name));
        if let Some((address, place)) = network.and_then(|network| network.address(self.release))
            && let Some(address) = usable(address, self.release)
        {
            kernel.set_address(name, Address::Known(address), Cause::stated(place)).ok()?;
        }
        self.add_ports(&mut kernel, &bridge);
        let set_by = kernel.link(name).and_then(|link| link.set_by.clone());
        bridge.outcome = kernel.outcome(name);
        bridge.address = kernel.address(name).and_then(Address::known);
        bridge.pins = pins::pins(self, netdev, network, set_by.as_ref().and_then(|cause| cause.place.as_ref()));
        bridge.reason = self.reason(netdev, set_by.as_ref(), given.is_some());
        if let Some((_, file)) = renamed {
            bridge.reason.push_str(&format!("; systemd-udevd renames it from {made_as} ({file})"));
        }
        bridge.carries_ip = network.is_some_and(Network::carries_ip);
        bridge.unset_on_purpose = self.unset_on_purpose(netdev, &bridge);
        Some(bridge)
    }

    /// Its ports join; those that the running system does not have stay away.
    fn add_ports(&self, kernel: &mut Kernel, bridge: &Bridge) {
        let is_made = |port: &BString| self.netdevs.iter().any(|netdev| netdev.name.as_ref() == Some(port));
        for port in &bridge.ports {
            let known = self.world.links.get(port.as_bstr()).is_some();
            if self.world.links.is_complete() && !known && !is_made(port) {
                continue;
            }
            let address = self.world.links.address(port.as_bstr());
            let address = address.map_or(Address::Unknown, |evidence| Address::Known(evidence.address));
            kernel.add_physical(port.as_bstr(), address);
            // Only a bridge is refused, and those are no ports.
            let _ = kernel.set_master(port.as_bstr(), bridge.name.as_bstr());
        }
    }

    /// A bridge that a file was meant to make and that nothing makes.
    fn absent(&self, netdev: &Netdev, maker: Option<&Netdev>) -> Option<Bridge> {
        let mut bridge = self.blank(netdev)?;
        bridge.pins = pins::pins(self, netdev, None, None);
        bridge.reason = match (maker, &netdev.standing) {
            (Some(maker), _) => {
                let kind = maker.kind.unwrap_or_default();
                format!("{} sorts first and makes {} a {kind}", maker.config.name, bridge.name)
            }
            (None, Standing::Dropped(why) | Standing::Elsewhere(why)) => why.clone(),
            (None, Standing::Counts) => REFUSED.to_owned(),
        };
        Some(bridge)
    }

    fn blank(&self, netdev: &Netdev) -> Option<Bridge> {
        let name = netdev.name.clone()?;
        Some(Bridge {
            ports: self.ports.get(&name).cloned().unwrap_or_default(),
            name,
            origin: netdev.origin.clone()?,
            implicit: None,
            outcome: Outcome::Absent,
            address: None,
            reason: String::new(),
            pins: Vec::new(),
            carries_ip: false,
            unset_on_purpose: Vec::new(),
            note: None,
        })
    }

    fn reason(&self, netdev: &Netdev, set_by: Option<&Cause>, given: bool) -> String {
        let why_unset = match &netdev.asked {
            Asked::None(_) => "`MACAddress=none` makes networkd leave the address alone",
            _ if !self.generates() => "networkd 243 to 249 makes no address up for a bridge",
            _ => "networkd cannot make an address up without a usable /etc/machine-id",
        };
        match set_by {
            Some(Cause { generated: false, place: Some(place) }) => {
                let by = match place.file.extension().and_then(|extension| extension.to_str()) {
                    _ if netdev.config.files.iter().any(|file| file.path == place.file) => "networkd makes it with",
                    _ if self.networks.iter().any(|n| n.config.files.iter().any(|file| file.path == place.file)) => {
                        "networkd sets, once it is there,"
                    }
                    _ => "systemd-udevd sets, once it is there,",
                };
                format!("{by} the address of `MACAddress=` in {}", place.file.display())
            }
            Some(Cause { generated: true, .. }) if given => {
                "without an effective `MACAddress=` networkd makes an address up from the machine-id and the name"
                    .to_owned()
            }
            Some(_) => format!("{why_unset}, and systemd-udevd makes one up from the machine-id and the name"),
            None => {
                let udev = self.udev().map(|udev| {
                    let name = netdev.name.clone().unwrap_or_default();
                    format!(" and systemd-udevd sets none ({})", udev.why_not(name.as_bstr()))
                });
                format!("{why_unset}{}, so it is the lowest port's", udev.unwrap_or_default())
            }
        }
    }

    /// What leaves the address unset, where nothing else pins it.
    fn unset_on_purpose(&self, netdev: &Netdev, bridge: &Bridge) -> Vec<(Place, String)> {
        let mut places = Vec::new();
        if let (Asked::None(place), false) = (&netdev.asked, bridge.outcome == Outcome::Pinned) {
            places.push((place.clone(), "`MACAddress=none` makes networkd leave the address alone".to_owned()));
        }
        if let (Some(udev), Outcome::Floating) = (self.udev(), bridge.outcome) {
            places.extend(udev.unset_on_purpose(bridge.name.as_bstr()));
        }
        places
    }
}
