//! An address for a bridge of which nothing tells one (`--generate`): always the same for one host name and
//! bridge name, and most likely another for any others.

use crate::address::MacAddress;
use crate::facts::{folder_name, hostname};
use crate::host::Host;
use bstr::BStr;
use siphasher::sip::SipHasher24;
use std::hash::Hasher;
use std::path::Path;

/// What people call a folder that plays `/` on every host: no host's name.
const COMMON: &[&str] = &["files", "fs", "image", "mnt", "overlay", "root", "rootfs", "sysroot", "target", "templates"];

/// The name by which a host's addresses are made: what `etc/hostname` says, as that stays where the tree moves, else
/// that of the folder that plays `/`.
pub(super) fn host_name(host: &Host) -> Option<String> {
    let plays_root = host.outside(Path::new("")).is_some();
    let folder = || folder_name(host).filter(|name| plays_root && !COMMON.contains(&&**name));
    hostname(host).or_else(folder).map(|name| name.trim_end_matches('.').to_lowercase())
}

/// 46 bits of a hash, as a locally administered address.
pub(super) fn address(host: &str, bridge: &BStr) -> MacAddress {
    // The key keeps the addresses apart from others' that are made in this way.
    let mut hasher = SipHasher24::new_with_key(b"bridgepin v1 mac");
    hasher.write(host.as_bytes());
    hasher.write(&[0]);
    hasher.write(bridge);
    let [first, b, c, d, e, f, ..] = hasher.finish().to_be_bytes();
    MacAddress([first & 0xfc | 0x02, b, c, d, e, f])
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::collections::BTreeSet;

    #[test]
    fn stays_the_same() {
        assert_eq!(address("web1", "br0".into()).to_string(), "fa:40:e1:a3:d8:52");
        let names = (0..1000).map(|number| format!("web{number}"));
        let addresses: BTreeSet<MacAddress> = names.map(|name| address(&name, "br0".into())).collect();
        assert_eq!(addresses.len(), 1000);
        assert!(addresses.iter().all(|address| address.is_local() && address.is_usable()));
        assert_ne!(address("web1", "br0".into()), address("web1b", "r0".into()));
    }

    #[test]
    fn a_host_is_named_by_its_file_or_its_folder() {
        let name = |root: &str, hostname: &str| {
            let host = Host::new(root);
            let host =
                if hostname.is_empty() { host } else { host.with_file(Path::new("etc/hostname"), hostname.into()) };
            host_name(&host)
        };
        assert_eq!(name("/repo/hosts/Web1", "").as_deref(), Some("web1"));
        assert_eq!(name("/repo/hosts/web1", "# name\nweb1.example.org\n").as_deref(), Some("web1.example.org"));
        assert_eq!(name("/repo/web1/rootfs", ""), None);
        assert_eq!(name("/", "localhost\n"), None);
        assert_eq!(host_name(&Host::loose("etc/systemd/network", "/repo/web1")), None);
    }
}
