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

mod link;

use super::reach::Reach;
use super::scripts::{self, shell_script};
use super::udev::Udev;
use crate::address::MacAddress;
use crate::host::{Host, host_path};
use crate::judgement::Outcome;
use crate::span::Place;
use bstr::{BStr, BString};
pub use link::{Address, Cause, Errno, Link, LinkKind};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// As many steps as all command lines of a judgement cost, beside the first few of each.
const STEP_BUDGET: usize = 200_000;

/// The links and their addresses.
#[derive(Clone, Default)]
pub struct Kernel {
    links: BTreeMap<BString, Link>,
    /// The ports of each bridge that has some; what [`Link::master`] says from the other side.
    ports: BTreeMap<BString, BTreeSet<BString>>,
    udev: Option<Udev>,
    /// Somebody asked for an address that a udevd would perhaps have set.
    told_fresh: Cell<bool>,
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
        let link =
            Link { kind: LinkKind::Physical, own: address, set_by: None, master: None, made_by: None, fresh: false };
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
        let mut link = Link { kind, own, set_by, master: None, made_by, fresh: self.udev.is_none() };
        if let Some(udev) = &self.udev {
            link.let_udevd_set(name, udev);
        }
        self.links.insert(name.to_owned(), link);
        Ok(())
    }

    /// Whether nothing that was done until now hangs on what a udevd would have set.
    #[must_use]
    pub fn is_same_beside_udevd(&self) -> bool {
        !self.told_fresh.get()
    }

    /// Gives the links the addresses that they have where that udevd ran all the time. Only where
    /// [`is_same_beside_udevd`](Self::is_same_beside_udevd) has said so once all was done.
    pub fn let_udevd_have_run(&mut self, udev: &Udev) {
        for (name, link) in self.links.iter_mut().filter(|(_, link)| link.fresh) {
            link.let_udevd_set(name.as_ref(), udev);
        }
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
        // Where udevd sets an address, it does so before.
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
        // What udevd sets hangs on the name that the link was made with.
        self.told_fresh.set(self.told_fresh.get() || link.fresh);
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
        (link.own, link.set_by, link.fresh) = (address, Some(cause), false);
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
        self.tell(link);
        if link.kind != LinkKind::Bridge || link.set_by.is_some() {
            return Some(link.own);
        }
        let own = |port: &BString| self.links.get(port).map(|port| self.tell(port).own)?.known();
        let ports: Option<Vec<MacAddress>> = self.ports(name).map(own).collect();
        Some(ports.and_then(|ports| ports.into_iter().min()).map_or(Address::Unknown, Address::Known))
    }

    fn tell<'l>(&self, link: &'l Link) -> &'l Link {
        self.told_fresh.set(self.told_fresh.get() || link.fresh);
        link
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
