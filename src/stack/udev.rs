//! udevd's `net_setup_link`: what the first matching `.link` file does to a new link's address.

use super::kernel::{Address, Cause, LinkKind};
use bstr::BStr;

/// The `.link` files of one host, as its udevd reads them.
#[derive(Clone, Default)]
pub struct Udev {}

impl Udev {
    /// x
    pub fn read(_:&crate::host::Host,_:&super::Assume,_:u32)->Self{Self{}}
    /// What udevd sets when the link is added; `None` leaves the address alone.
    #[must_use]
    pub fn on_add(&self, name: &BStr, kind: LinkKind, address_set: bool) -> Option<(Address, Cause)> {
        let _ = (name, kind, address_set);
        None
    }
}
