//! Options that only one program of the ifupdown family knows.

use crate::host::Host;
use crate::provenance::is_mako;
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

/// What only one program knows, and which.
type Sign = (&'static str, Software);

/// The first sign in the host's `interfaces` and `interfaces.d` that only one dialect has, and where. Options tell
/// more than `iface` lines, wherever they stand.
pub(super) fn only_in_one_dialect(host: &Host) -> Option<(Software, &'static str, String)> {
    let first = |sign: fn(&[u8]) -> Option<Sign>| {
        files(host).find_map(|path| {
            let (option, software) = sign(&host.read(&path)?)?;
            Some((software, option, path.display().to_string()))
        })
    };
    first(|text| text.lines().find_map(only_known)).or_else(|| first(iface_alone))
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

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

fn only_known(line: &[u8]) -> Option<Sign> {
    let word = words(line).next()?;
    let is = |name: &str| word.iter().map(|byte| if *byte == b'_' { b'-' } else { *byte }).eq(name.bytes());
    if is_mako(line) {
        return Some(("%", Software::Ifupdown2));
    }
    // addons/bridge.py; bridge-utils has `regex` too, but not this.
    if is("bridge-ports") && words(line).any(|port| port == b"glob") {
        return Some(("bridge-ports glob", Software::Ifupdown2));
    }
    ONLY.iter().find(|(option, _)| is(option)).copied()
}

/// An `iface` line without family and method: ifupdown refuses it (config.c). ifupdown2 is the more common of
/// those that take it, but knows no inheritance.
fn iface_alone(text: &[u8]) -> Option<Sign> {
    let is_alone = |line: &[u8]| words(line).next() == Some(b"iface") && words(line).count() == 2;
    let inherits = |line: &[u8]| {
        words(line).next() == Some(b"inherit")
            || words(line).next() == Some(b"iface") && words(line).nth(2) == Some(b"inherits")
    };
    let inherits = || text.lines().any(inherits);
    let software = || if inherits() { Software::IfupdownNg } else { Software::Ifupdown2 };
    text.lines().any(is_alone).then(|| ("iface NAME", software()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn told_by(text: &str) -> Option<(Software, &'static str)> {
        let host = Host::new("/nonexistent").with_file("etc/network/interfaces".as_ref(), text.into());
        only_in_one_dialect(&host).map(|(software, option, _)| (software, option))
    }

    #[test]
    fn options_tell_more_than_iface_lines() {
        let ng = Software::IfupdownNg;
        let ifupdown2 = Software::Ifupdown2;
        assert_eq!(told_by("iface br0 inet manual\n bridge_ports eth0\n"), None);
        assert_eq!(told_by("iface br0\n bridge-ports eth0\n"), Some((ifupdown2, "iface NAME")));
        assert_eq!(told_by("iface br0\n inherit base\n"), Some((ng, "iface NAME")));
        assert_eq!(told_by("iface br0 inherits base\niface eth0\n"), Some((ng, "iface NAME")));
        assert_eq!(told_by("# inherited\niface br0\n"), Some((ifupdown2, "iface NAME")));
        assert_eq!(told_by("iface br0\n inherit base\n bridge_vids 2\n"), Some((ifupdown2, "bridge-vids")));
        assert_eq!(told_by("iface br0\n bridge_ports glob swp*\n"), Some((ifupdown2, "bridge-ports glob")));
        assert_eq!(told_by("iface br0 inet manual\n bridge_ports regex swp.*\n"), None);
        assert_eq!(told_by("% for a in b:\nauto a\n"), Some((ifupdown2, "%")));
        assert_eq!(told_by("iface br0\n use bridge\n"), Some((ng, "use")));
    }
}
