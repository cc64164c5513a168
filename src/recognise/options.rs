//! Options that only one program of the ifupdown family knows.

use crate::host::Host;
use crate::provenance::is_mako_control;
use crate::stack::Software;
use bstr::ByteSlice;
use std::path::{Path, PathBuf};

/// Words at the start of a line, `_` as `-`, and who alone knows them, sorted.
const ONLY: &[(&str, Software)] = &[
    ("address-virtual", Software::Ifupdown2), // addons/addressvirtual.py
    ("bridge-access", Software::Ifupdown2),   // addons/bridge.py, as all bridge-* here
    ("bridge-allow-untagged", Software::Ifupdown2),
    ("bridge-arp-nd-suppress", Software::Ifupdown2),
    ("bridge-learning", Software::Ifupdown2),
    ("bridge-mcsnoop", Software::Ifupdown2),
    ("bridge-pvid", Software::Ifupdown2),
    ("bridge-vids", Software::Ifupdown2),
    ("clag-id", Software::Ifupdown2), // Cumulus Linux
    ("clagd-peer-ip", Software::Ifupdown2),
    ("mstpctl-ports", Software::Ifupdown2), // addons/mstpctl.py
    ("mstpctl-stp", Software::Ifupdown2),
    ("requires", Software::IfupdownNg), // libifupdown/interface-file.c
    ("template", Software::IfupdownNg),
    ("use", Software::IfupdownNg),
    ("vxlan-local-tunnelip", Software::Ifupdown2), // addons/vxlan.py; ifupdown-ng spells it vxlan-local-ip
];

/// The first option in the host's `interfaces` and `interfaces.d` that only one dialect has, and where.
pub(super) fn only_in_one_dialect(host: &Host) -> Option<(Software, &'static str, String)> {
    files(host).find_map(|path| {
        let text = host.read(&path)?;
        let (option, software) = text.lines().find_map(|line| only_known(line, &text))?;
        Some((software, option, path.display().to_string()))
    })
}

/// Whether a command line calls bridge-utils' program, which is then installed.
pub(super) fn call_brctl(host: &Host) -> bool {
    files(host).any(|path| host.read(&path).is_some_and(|text| text.contains_str("brctl ")))
}

/// The host's `interfaces` and what lies in `interfaces.d`.
fn files(host: &Host) -> impl Iterator<Item = PathBuf> {
    let folder = Path::new("etc/network/interfaces.d");
    let sourced = host.entries(folder).into_iter().map(|name| folder.join(name.to_path_lossy()));
    std::iter::once(PathBuf::from("etc/network/interfaces")).chain(sourced)
}

fn only_known(line: &[u8], text: &[u8]) -> Option<(&'static str, Software)> {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let word = words.next()?;
    if word == b"iface" {
        // ifupdown refuses a line without family and method (config.c). ifupdown2 is the more common of those
        // that take it, but knows no inheritance.
        let alone = words.next().is_some() && words.next().is_none();
        let inherits = || text.contains_str("inherit");
        let software = || if inherits() { Software::IfupdownNg } else { Software::Ifupdown2 };
        return alone.then(|| ("iface NAME", software()));
    }
    if is_mako_control(line) {
        return Some(("%", Software::Ifupdown2));
    }
    let word = word.replace("_", "-");
    ONLY.iter().find(|(option, _)| option.as_bytes() == word).copied()
}
