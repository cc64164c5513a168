//! The links of a `/sys`: `class/net/NAME` (Documentation/ABI/testing/sysfs-class-net of the kernel).

use super::{Kind, Link};
use crate::address::MacAddress;
use bstr::{BString, ByteSlice};
use std::collections::BTreeMap;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::str::FromStr;

/// Every link of `class/net`.
pub(super) fn links(sys: &Path) -> io::Result<BTreeMap<BString, Link>> {
    let mut links = BTreeMap::new();
    for entry in std::fs::read_dir(sys.join("class/net"))? {
        let entry = entry?;
        let folder = entry.path();
        // `bonding_masters` is a file there.
        if folder.is_dir() {
            links.insert(BString::from(entry.file_name().into_vec()), link(&folder));
        }
    }
    Ok(links)
}

/// One link. It may go at any time: what cannot be read is not known.
pub(super) fn link(folder: &Path) -> Link {
    let text = |name: &str| std::fs::read(folder.join(name)).ok();
    Link {
        index: text("ifindex").and_then(|text| number(&text)),
        address: text("address").and_then(|text| MacAddress::parse(text.trim_ascii())),
        assign_type: text("addr_assign_type").and_then(|text| number(&text)),
        kind: kind(folder),
    }
}

/// Only Linux bridges have a folder `bridge` (net/bridge/br_sysfs_br.c); Open vSwitch's have none. A card has
/// its `device`; a bond and a VLAN tell what they lie on by `lower_*`. So do tunnels, whose addresses are their own.
fn kind(folder: &Path) -> Kind {
    if folder.join("bridge").is_dir() {
        return Kind::Bridge(names(&folder.join("brif"), b""));
    }
    if folder.join("device").exists() {
        return Kind::Card;
    }
    let uevent = std::fs::read(folder.join("uevent")).unwrap_or_default();
    let takes_address = uevent.lines().any(|line| matches!(line, b"DEVTYPE=bond" | b"DEVTYPE=vlan"));
    if takes_address { Kind::Over(names(folder, b"lower_")) } else { Kind::Other }
}

/// The names in a folder that begin with `prefix`, without it, sorted.
fn names(folder: &Path, prefix: &[u8]) -> Vec<BString> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().into_vec());
    let mut names: Vec<BString> = names.filter_map(|name| Some(name.strip_prefix(prefix)?.into())).collect();
    names.sort();
    names
}

fn number<T: FromStr>(text: &[u8]) -> Option<T> {
    text.trim_ascii().to_str().ok()?.parse().ok()
}
