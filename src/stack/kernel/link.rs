//! One link, as far as addresses depend on it.

use crate::address::MacAddress;
use crate::span::Place;
use crate::stack::udev::Udev;
use bstr::{BStr, BString};

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

/// One link.
#[derive(Clone, Debug)]
pub struct Link {
    /// What it is.
    pub kind: LinkKind,
    /// Its own address; for a bridge that takes its ports' use [`Kernel::address`](super::Kernel::address).
    pub(super) own: Address,
    /// Who set its address: `addr_assign_type` 3. `None` is the kernel's choice.
    pub set_by: Option<Cause>,
    /// The bridge it is a port of.
    pub master: Option<BString>,
    /// What made it.
    pub made_by: Option<Place>,
    /// It was made while no udevd ran, and nothing set its address since.
    pub(super) fresh: bool,
}

impl Link {
    /// What udevd sets when it sees this link, which was just made with that name.
    pub(super) fn let_udevd_set(&mut self, name: &BStr, udev: &Udev) {
        self.fresh = false;
        let given = self.set_by.is_some().then_some(self.own);
        if let Some((address, cause)) = udev.on_add(name, self.kind, given) {
            (self.own, self.set_by) = (address, Some(cause));
        }
    }
}
