//! Evidence from a `/sys`: `class/net/NAME/address` and `addr_assign_type`.

use super::{Evidence, Links, Source};
use crate::address::MacAddress;
use crate::regular;
use bstr::{BStr, ByteSlice};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Adds every link of `class/net`; what has no Ethernet address counts as there, without one.
pub(super) fn gather(sys: &Path, links: &mut Links) {
    let Ok(entries) = std::fs::read_dir(sys.join("class/net")) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        // While a link is a bond's port, `address` is the bond's (bond_sysfs_slave.c).
        let own = entry.path().join("bonding_slave/perm_hwaddr");
        let file = if own.exists() { own } else { entry.path().join("address") };
        let link = links.entry(BStr::new(name.as_bytes()));
        let text = |path: &Path| regular::read(path).ok();
        if let Some(address) = text(&file).and_then(|text| MacAddress::parse(text.trim_ascii())) {
            link.evidence.push(Evidence::hardware(address, Source::Sysfs(file)));
        }
        let assign_type = text(&entry.path().join("addr_assign_type"));
        link.assign_type = assign_type.and_then(|text| text.trim_ascii().to_str().ok()?.parse().ok());
    }
    links.set_complete();
}
