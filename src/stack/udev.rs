//! udevd's `net_setup_link`: what the first matching `.link` file does to a new link's address
//! (`link_generate_new_hw_addr()`, src/udev/net/link-config.c; `get_mac()` before 249).

mod link_file;
mod pins;

use super::Assume;
use super::condition::Facts;
use super::kernel::{Address, Cause, LinkKind};
use crate::address::MacAddress;
use crate::host::{Host, Kind};
use crate::judgement::Pin;
use crate::span::Place;
use crate::systemd::address::{MachineId, UDEV_KEY};
use crate::systemd::files::{Config, File, Reader};
use crate::systemd::matching::Device;
use bstr::{BStr, BString, ByteSlice};
use link_file::{LinkFile, Policy};
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// What upstream's `99-default.link` says about addresses and names; it is there wherever udevd is, whether
/// the tree has it or not.
static DEFAULT_LINK: LazyLock<File> = LazyLock::new(|| {
    let text = b"[Match]\nOriginalName=*\n\n[Link]\nNamePolicy=keep\nMACAddressPolicy=persistent\n";
    File::of_vendor("usr/lib/systemd/network/99-default.link", text)
});

/// The `.link` files of one host, as its udevd reads them.
#[derive(Clone)]
pub struct Udev {
    links: Arc<[LinkFile]>,
    machine: MachineId,
    /// Whether `MACAddressPolicy=persistent` makes addresses up for links that software made.
    persistent: bool,
    release: u32,
}

impl Udev {
    /// What a host's udevd of that systemd release has to go by.
    #[must_use]
    pub fn read(host: &Host, assume: &Assume, release: u32) -> Self {
        let facts = Facts { host, assume, release };
        let configs = match runs_net_setup_link(host) {
            true => Reader::udevd(host, release).configs(".link", Some(&DEFAULT_LINK)),
            false => Vec::new(),
        };
        Self {
            links: configs.into_iter().map(|config| LinkFile::new(config, &facts)).collect(),
            machine: MachineId::read(host),
            // 242 (NEWS); the scheme must be v241 or newer (`NAMING_STABLE_VIRTUAL_MACS`).
            persistent: release >= 242 && naming_scheme_is_stable(assume),
            release,
        }
    }

    /// What udevd sets when the link is added, with this address where it was given one; `None` leaves
    /// the address alone.
    #[must_use]
    pub fn on_add(&self, name: &BStr, kind: LinkKind, given: Option<Address>) -> Option<(Address, Cause)> {
        let address = given.and_then(Address::known);
        let link = self.first(&Device { address, ..device(name, kind) })?;
        match link.policy(self.release) {
            // A stated address counts even where one was set before.
            (Policy::None, _) => {
                let (address, place) = link.address(self.release)?;
                Some((Address::Known(address), Cause::stated(place)))
            }
            // A link that software made has a random address already, and nothing changes.
            (Policy::Random, _) => None,
            (Policy::Persistent, place) => {
                let wanted = self.persistent && given.is_none() && kind != LinkKind::Physical;
                let address = match self.machine {
                    MachineId::Unusable => return None,
                    known => known.address(&UDEV_KEY, name).map_or(Address::Unknown, Address::Known),
                };
                wanted.then_some((address, Cause { generated: true, place }))
            }
        }
    }

    /// Every place in a `.link` file that was meant to set a bridge's address. The one that udevd
    /// applies has [`Effect::Decides`](crate::judgement::Effect::Decides); whether it stands in the
    /// end is the stack's to say.
    #[must_use]
    pub fn pins(&self, bridge: &BStr) -> Vec<Pin> {
        pins::pins(&self.links, &device(bridge, LinkKind::Bridge), self.release)
    }

    /// Places that keep udevd from giving a bridge an address, and how they do.
    #[must_use]
    pub fn unset_on_purpose(&self, bridge: &BStr) -> Vec<(Place, String)> {
        let Some(link) = self.first(&device(bridge, LinkKind::Bridge)) else { return Vec::new() };
        match link.policy(self.release) {
            (Policy::None, Some(place)) if link.address(self.release).is_none() => {
                let how = "`MACAddressPolicy=none` keeps systemd-udevd from giving the bridge an address";
                vec![(place, how.to_owned())]
            }
            _ => Vec::new(),
        }
    }

    /// Why udevd sets no address on a bridge whose address is the kernel's, as a clause.
    #[must_use]
    pub fn why_not(&self, bridge: &BStr) -> String {
        let Some(link) = self.first(&device(bridge, LinkKind::Bridge)) else {
            return "no .link file matches".to_owned();
        };
        match link.policy(self.release).0 {
            Policy::None => format!("{} matches first and has no MACAddressPolicy= that makes one up", link.name()),
            Policy::Random => {
                format!("{} has MACAddressPolicy=random, which the kernel's address already is", link.name())
            }
            Policy::Persistent if !self.persistent => {
                "its release or naming scheme makes no address up for a bridge".to_owned()
            }
            Policy::Persistent => "it has no usable /etc/machine-id".to_owned(),
        }
    }

    /// What udevd calls a bridge that was made with that name and address, where it renames it, and the
    /// file that says so (`link_generate_new_name()`). Whoever makes a bridge names it, which is what
    /// `NamePolicy=keep` holds on to; the other policies have no name for what is no hardware.
    #[must_use]
    pub fn new_name(&self, bridge: &BStr, address: Option<MacAddress>) -> Option<(BString, String)> {
        let link = self.first(&Device { address, ..device(bridge, LinkKind::Bridge) })?;
        let name = link.new_name().filter(|name| *name != bridge)?;
        Some((name, link.name()))
    }

    /// The files, for what a fix may change in them.
    pub(super) fn configs(&self) -> impl Iterator<Item = &Config> {
        self.links.iter().map(|link| &link.config)
    }

    /// The `.link` file that applies: the first that matches.
    fn first(&self, device: &Device<'_>) -> Option<&LinkFile> {
        self.links.iter().find(|link| link.applies_to(device))
    }
}

/// What udev knows of a link when it is added.
fn device(name: &BStr, kind: LinkKind) -> Device<'_> {
    let device = match kind {
        LinkKind::Bridge => Device::bridge(name, None, true),
        LinkKind::Virtual | LinkKind::Physical => Device::nic(name, None, true),
    };
    Device { settled: false, ..device }
}

/// The rule that calls it: `80-net-setup-link.rules`, which a file of that name above `/usr/lib` replaces.
fn runs_net_setup_link(host: &Host) -> bool {
    let above = [
        "etc/udev/rules.d/80-net-setup-link.rules",
        "run/udev/rules.d/80-net-setup-link.rules",
        "usr/local/lib/udev/rules.d/80-net-setup-link.rules",
    ];
    above.map(Path::new).into_iter().find(|path| host.kind(path) != Kind::Missing).is_none_or(|path| {
        host.read(path).is_some_and(|text| text.lines().any(|line| line.contains_str("net_setup_link")))
    })
}

/// `net.naming-scheme=` on the kernel's command line: v240 and older, and RHEL 8's, hash no virtual link.
fn naming_scheme_is_stable(assume: &Assume) -> bool {
    let words = assume.all("kernel-command-line").flat_map(str::split_ascii_whitespace);
    let scheme = words.filter_map(|word| word.strip_prefix("net.naming-scheme=")).last();
    let number = |scheme: &str| scheme.strip_prefix('v').and_then(|number| number.parse::<u32>().ok());
    scheme.is_none_or(|scheme| !scheme.starts_with("rhel-8") && number(scheme).is_none_or(|number| number >= 241))
}
