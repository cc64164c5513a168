//! ifcfg files by which initscripts names links (`rename_device`).
//!
//! `60-net.rules` asks that program for the name of each link that has a driver (`DRIVERS=="?*"`), so
//! never for a bridge: `HWADDR=` in a port's file cannot rename the bridge. But in a bridge's file it
//! gives the bridge's name to the NIC.

use super::ifcfg::DIRECTORY;
use super::{Links, Renamer, Source};
use crate::address::MacAddress;
use crate::host::Host;
use crate::span::{Place, Span};
use crate::syntax::physical_lines;
use bstr::{BString, ByteSlice};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Adds what names NICs after a device by their address.
pub(super) fn gather(host: &Host, links: &mut Links) {
    let mut named: BTreeMap<MacAddress, Vec<(BString, Place)>> = BTreeMap::new();
    for name in host.entries(Path::new(DIRECTORY)).into_iter().filter(|name| is_config(name)) {
        let path: Arc<Path> = Path::new(DIRECTORY).join(name.to_path_lossy()).into();
        let Some(text) = host.read(&path) else { continue };
        if let Some((address, device, span)) = read(&text) {
            named.entry(address).or_default().push((device, Place::new(&path, span)));
        }
    }
    for (address, devices) in named {
        // Of several files the one for the link's name of before counts (`get_config_by_hwaddr`).
        if let [(device, place)] = &devices[..] {
            links.add_nic_renamer(Renamer {
                address,
                names: Vec::new(),
                to: device.clone(),
                source: Source::File(place.clone(), "`HWADDR=`"),
                cure: "take `HWADDR=` out of the bridge's file",
            });
        }
    }
}

/// `isCfg`.
fn is_config(name: &[u8]) -> bool {
    // All of these have `rpm`.
    let left_out = || [&b"rpmnew"[..], b"rpmsave", b"rpmorig"].iter().any(|part| name.contains_str(part));
    let is_rpms = name.windows(3).any(|part| part == b"rpm") && left_out();
    name.starts_with(b"ifcfg-") && !is_rpms && !name.ends_with(b"~") && !name.ends_with(b".bak")
}

/// The address, the device, and where the address stands (`get_configs`): no shell, but lines that start with
/// the key, of which the last counts.
fn read(text: &[u8]) -> Option<(MacAddress, BString, Span)> {
    let (mut device, mut address) = (None, None);
    for line in physical_lines(text) {
        let content = line.of(text).trim_end_with(|c| c == '\n');
        if let Some(value) = content.strip_prefix(b"DEVICE=") {
            let value = dequoted(value);
            device = (!value.contains(&b':')).then(|| BString::from(value.trim_ascii()));
        } else if let Some(value) = content.strip_prefix(b"HWADDR=") {
            let value = dequoted(value).trim_ascii();
            // Compared as text with what the kernel prints.
            let known = MacAddress::parse(value).filter(|address| value.len() == 17 && address.is_usable());
            address = known.map(|address| (address, Span::new(line.start, line.start + content.len())));
        } else if content.starts_with(b"VLAN=yes") {
            return None;
        }
    }
    let (address, span) = address?;
    Some((address, device?, span))
}

fn dequoted(value: &[u8]) -> &[u8] {
    let inner = |quote: &[u8]| value.strip_prefix(quote)?.strip_suffix(quote);
    inner(b"'").or_else(|| inner(b"\"")).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn names_a_nic_after_the_only_file() {
        let taken = |files: &[(&str, &str)]| {
            let host = files.iter().fold(Host::new("/nonexistent"), |host, (name, text)| {
                host.with_file(&Path::new(DIRECTORY).join(name), text.as_bytes().to_vec())
            });
            let mut links = Links::default();
            gather(&host, &mut links);
            links.name_taker(MacAddress([0xb4, 0x99, 0xba, 0, 0, 1]), "br0".into()).is_some()
        };
        let bridge = ("ifcfg-br0", "DEVICE=br0\nTYPE=Bridge\nHWADDR=B4:99:BA:00:00:01\n");
        let port = ("ifcfg-eth0", "DEVICE=\"eth0\"\nHWADDR='b4:99:ba:00:00:01'\nBRIDGE=br0\n");
        // Measured: the three rows of rename_device.
        assert_eq!([taken(&[bridge]), taken(&[bridge, port]), taken(&[port])], [true, false, false]);
        for text in [
            "DEVICE=br0\n HWADDR=b4:99:ba:00:00:01\n",
            "DEVICE=br0:1\nHWADDR=b4:99:ba:00:00:01\n",
            "DEVICE=br0\nHWADDR=b4:99:ba:0:0:1\n",
            "DEVICE=br0\nVLAN=yes\nHWADDR=b4:99:ba:00:00:01\n",
        ] {
            assert!(!taken(&[("ifcfg-br0", text)]), "{text}");
        }
        assert!(!taken(&[("ifcfg-br0.bak", bridge.1)]));
    }
}
