//! What the kernel does to a bridge's address, as far as bring-up can see it.
//!
//! The ifupdown family and network-scripts are scripts: what a bridge ends up with is the
//! sum of what they ask the kernel to do. Each of those stacks turns its files into calls of
//! this model, and the outcome is read off at the end.
//!
//! Sources: `br_stp_recalculate_bridge_id` (net/bridge/br_stp_if.c) takes the lowest port address
//! unless `addr_assign_type` is `NET_ADDR_SET`; `dev_set_mac_address` (net/core/dev.c) makes it so.
//! Measured on kernel 6.18: setting the address that a bridge has already pins it too, and with
//! no port left an unset address becomes all-zero.

use super::reach::Reach;
use super::scripts::{self, shell_script};
use super::udev::Udev;
use crate::address::MacAddress;
use crate::host::{Host, host_path};
use crate::judgement::Outcome;
use crate::span::Place;
use bstr::{BStr, BString};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// A refusal, by the error that the caller's program would print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errno {
    /// There is such a link already (`RTNETLINK answers: File exists`).
    Exists,
    /// `Cannot find device`.
    NoDevice,
    /// A multicast or all-zero address (`Cannot assign requested address`).
    AddressNotAvailable,
    /// The link cannot do that: no bridge, a bridge as port, a port twice (`Invalid argument`, `Device or resource busy`).
    Invalid,
}

/// An address of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// Known from the configuration or from evidence.
    Known(MacAddress),
    /// Some address that only the running system can tell.
    Unknown,
}

impl Address {
    /// The address, where it is known.
    #[must_use]
    pub fn known(self) -> Option<MacAddress> {
        match self {
            Self::Known(address) => Some(address),
            Self::Unknown => None,
        }
    }
}

/// Who sets an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Whether the configuration states the address (a literal, a link's name, a shell
    /// command) or software makes it up.
    pub generated: bool,
    /// The line that asks for it, where there is one.
    pub place: Option<Place>,
}

impl Cause {
    /// A line of the configuration states it.
    #[must_use]
    pub fn stated(place: Place) -> Self {
        Self { generated: false, place: Some(place) }
    }
}

/// What a link is, as far as addresses depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// A bridge.
    Bridge,
    /// Made by software too (veth, vlan, bond, dummy ...).
    Virtual,
    /// There before any configuration is read.
    Physical,
}

/// As many steps as all command lines of a judgement cost, beside the first few of each.
const STEP_BUDGET: usize = 200_000;

/// One link.
#[derive(Clone, Debug)]
pub struct Link {
    /// What it is.
    pub kind: LinkKind,
    /// Its own address; for a bridge that takes its ports' use [`Kernel::address`].
    own: Address,
    /// Who set its address: `addr_assign_type` 3. `None` is the kernel's choice.
    pub set_by: Option<Cause>,
    /// The bridge it is a port of.
    pub master: Option<BString>,
    /// What made it.
    pub made_by: Option<Place>,
}

/// The links and their addresses.
#[derive(Clone, Default)]
pub struct Kernel {
    links: BTreeMap<BString, Link>,
    /// The ports of each bridge that has some; what [`Link::master`] says from the other side.
    ports: BTreeMap<BString, BTreeSet<BString>>,
    udev: Option<Udev>,
    /// Where links that nobody told of exist: the names for which that does not hold.
    made_later: Option<BTreeSet<BString>>,
    /// Programs that are not installed beside it.
    missing_programs: Vec<&'static str>,
    /// Where the scripts lie that command lines call by their path.
    files: Option<Host>,
    /// What running command lines has cost so far.
    steps: usize,
    /// Which gateways can be reached, where the files tell.
    pub(super) reach: Option<Reach>,
}

impl Kernel {
    /// Counts what a command line cost.
    pub(super) fn spend(&mut self, steps: usize) {
        self.steps = self.steps.saturating_add(steps);
    }

    /// What was counted.
    pub(super) fn spent(&self) -> usize {
        self.steps
    }

    /// Whether the command lines cost as much as they may: what others do is not known then.
    pub(super) fn is_spent(&self) -> bool {
        self.steps >= STEP_BUDGET
    }

    /// No links yet; with `udev`, that udevd handles every new link.
    #[must_use]
    pub fn new(udev: Option<Udev>) -> Self {
        Self { udev, ..Self::default() }
    }

    /// A program is not installed: a command line that calls it fails there (`not found`).
    pub fn lack_program(&mut self, name: &'static str) {
        self.missing_programs.push(name);
    }

    /// Command lines may call the scripts of this host.
    pub fn see_files(&mut self, host: &Host) {
        self.files = Some(host.clone());
    }

    /// The host whose files command lines see.
    #[must_use]
    pub fn host(&self) -> Option<&Host> {
        self.files.as_ref()
    }

    /// The host's shell script at an absolute path.
    #[must_use]
    pub fn script(&self, path: &BStr) -> Option<(PathBuf, Arc<[u8]>)> {
        let file = path.starts_with(b"/").then(|| host_path(path))?;
        let host = self.files.as_ref()?;
        host.read_short(&file, scripts::LONGEST)?;
        let text = shell_script(host, &file)?;
        Some((file, text))
    }

    /// Whether a program that command lines call is not installed.
    #[must_use]
    pub fn lacks_program(&self, name: &[u8]) -> bool {
        self.missing_programs.iter().any(|missing| missing.as_bytes() == name)
    }

    /// A link that a command names exists, though nobody told of it; except these, which the
    /// configuration makes itself.
    pub fn assume_links(&mut self, except: BTreeSet<BString>) {
        self.made_later = Some(except);
    }

    /// A command names a link: it is there from now on where links are assumed to be.
    pub fn meet(&mut self, name: &BStr) {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
        let is_name = (1..16).contains(&name.len()) && name.iter().all(plain);
        if is_name && self.made_later.as_ref().is_some_and(|made| !made.contains(name)) {
            self.add_physical(name, Address::Unknown);
        }
    }

    /// A link that is there before the configuration is read.
    pub fn add_physical(&mut self, name: &BStr, address: Address) {
        let link = Link { kind: LinkKind::Physical, own: address, set_by: None, master: None, made_by: None };
        self.links.entry(name.to_owned()).or_insert(link);
    }

    /// Makes a link, with an address where the caller gives one (`ip link add ... address`).
    pub fn add(
        &mut self,
        name: &BStr,
        kind: LinkKind,
        address: Option<(Address, Cause)>,
        made_by: Option<Place>,
    ) -> Result<(), Errno> {
        if self.links.contains_key(name) {
            return Err(Errno::Exists);
        }
        if let Some((address, _)) = &address {
            usable(*address)?;
        }
        let (own, set_by) = match address {
            Some((address, cause)) => (address, Some(cause)),
            None => (Address::Unknown, None),
        };
        let mut link = Link { kind, own, set_by, master: None, made_by };
        let given = link.set_by.is_some().then_some(link.own);
        if let Some((address, cause)) = self.udev.as_ref().and_then(|udev| udev.on_add(name, kind, given)) {
            (link.own, link.set_by) = (address, Some(cause));
        }
        self.links.insert(name.to_owned(), link);
        Ok(())
    }

    /// Removes a link; a bridge's ports stay without it.
    pub fn delete(&mut self, name: &BStr) -> Result<(), Errno> {
        let link = self.links.remove(name).ok_or(Errno::NoDevice)?;
        if let Some(ports) = link.master.and_then(|master| self.ports.get_mut(&master)) {
            ports.remove(name);
        }
        for port in self.ports.remove(name).unwrap_or_default() {
            if let Some(port) = self.links.get_mut(&port) {
                port.master = None;
            }
        }
        Ok(())
    }

    /// Gives a link that nobody gave an address the one of the link that it lies on (a VLAN).
    pub fn inherit(&mut self, name: &BStr, from: &BStr) {
        let Some(address) = self.address(from) else { return };
        if let Some(link) = self.links.get_mut(name).filter(|link| link.set_by.is_none()) {
            link.own = address;
        }
    }

    /// `ip link set dev NAME name NEW`.
    pub fn rename(&mut self, name: &BStr, new: &BStr) -> Result<(), Errno> {
        if self.links.contains_key(new) {
            return Err(Errno::Exists);
        }
        let link = self.links.remove(name).ok_or(Errno::NoDevice)?;
        if let Some(ports) = link.master.as_ref().and_then(|master| self.ports.get_mut(master)) {
            ports.remove(name);
            ports.insert(new.to_owned());
        }
        let ports = self.ports.remove(name).unwrap_or_default();
        for port in &ports {
            if let Some(port) = self.links.get_mut(port) {
                port.master = Some(new.to_owned());
            }
        }
        self.ports.insert(new.to_owned(), ports);
        self.links.insert(new.to_owned(), link);
        Ok(())
    }

    /// `ip link set dev NAME address ...`.
    pub fn set_address(&mut self, name: &BStr, address: Address, cause: Cause) -> Result<(), Errno> {
        let link = self.links.get_mut(name).ok_or(Errno::NoDevice)?;
        usable(address)?;
        (link.own, link.set_by) = (address, Some(cause));
        Ok(())
    }

    /// `ip link set dev PORT master BRIDGE`.
    pub fn set_master(&mut self, port: &BStr, bridge: &BStr) -> Result<(), Errno> {
        if self.links.get(bridge).ok_or(Errno::NoDevice)?.kind != LinkKind::Bridge {
            return Err(Errno::Invalid);
        }
        if self.links.get(port).ok_or(Errno::NoDevice)?.kind == LinkKind::Bridge {
            return Err(Errno::Invalid);
        }
        self.clear_master(port)?;
        self.links.get_mut(port).ok_or(Errno::NoDevice)?.master = Some(bridge.to_owned());
        self.ports.entry(bridge.to_owned()).or_default().insert(port.to_owned());
        Ok(())
    }

    /// `ip link set dev PORT nomaster`.
    pub fn clear_master(&mut self, port: &BStr) -> Result<(), Errno> {
        let master = self.links.get_mut(port).ok_or(Errno::NoDevice)?.master.take();
        if let Some(ports) = master.and_then(|master| self.ports.get_mut(&master)) {
            ports.remove(port);
        }
        Ok(())
    }

    /// A link.
    #[must_use]
    pub fn link(&self, name: &BStr) -> Option<&Link> {
        self.links.get(name)
    }

    /// The names of all links, sorted.
    pub fn names(&self) -> impl Iterator<Item = &BString> {
        self.links.keys()
    }

    /// The names of all bridges, sorted.
    pub fn bridges(&self) -> impl Iterator<Item = &BString> {
        self.links.iter().filter(|(_, link)| link.kind == LinkKind::Bridge).map(|(name, _)| name)
    }

    /// The ports of a bridge, sorted by name.
    pub fn ports(&self, bridge: &BStr) -> impl Iterator<Item = &BString> {
        self.ports.get(bridge).into_iter().flatten()
    }

    /// The address that a link has now: a bridge's that nobody set is its ports' lowest.
    #[must_use]
    pub fn address(&self, name: &BStr) -> Option<Address> {
        let link = self.links.get(name)?;
        if link.kind != LinkKind::Bridge || link.set_by.is_some() {
            return Some(link.own);
        }
        let ports: Option<Vec<MacAddress>> = self.ports(name).map(|port| self.links.get(port)?.own.known()).collect();
        Some(ports.and_then(|ports| ports.into_iter().min()).map_or(Address::Unknown, Address::Known))
    }

    /// What has become of a bridge.
    #[must_use]
    pub fn outcome(&self, bridge: &BStr) -> Outcome {
        match self.links.get(bridge) {
            Some(Link { kind: LinkKind::Bridge, set_by, .. }) => match set_by {
                None => Outcome::Floating,
                Some(cause) if cause.generated => Outcome::Generated,
                Some(_) => Outcome::Pinned,
            },
            _ => Outcome::Absent,
        }
    }
}

fn usable(address: Address) -> Result<(), Errno> {
    match address {
        Address::Known(address) if !address.is_usable() => Err(Errno::AddressNotAvailable),
        _ => Ok(()),
    }
}
