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
    let mut by_iface = None;
    for path in files(host) {
        let Some(text) = host.read(&path) else { continue };
        let told = |(option, software): Sign| (software, option, path.display().to_string());
        let mut ifaces = Ifaces::default();
        for line in text.lines() {
            let line = line.trim_ascii_start();
            let end = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
            let (first, rest) = line.split_at(end);
            let words = rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
            if let Some(sign) = only_known(line, first, words.clone()) {
                return Some(told(sign));
            }
            ifaces.add(first, words);
        }
        by_iface = by_iface.or_else(|| ifaces.sign().map(told));
    }
    by_iface
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

fn only_known<'a>(line: &[u8], first: &[u8], mut others: impl Iterator<Item = &'a [u8]>) -> Option<Sign> {
    let is_same = |(byte, known): (&u8, u8)| *byte == known || (*byte == b'_' && known == b'-');
    let is = |name: &str| first.len() == name.len() && first.iter().zip(name.bytes()).all(is_same);
    if matches!(first, [b'%' | b'<', ..]) && is_mako(line) {
        return Some(("%", Software::Ifupdown2));
    }
    // addons/bridge.py; bridge-utils has `regex` too, but not this.
    if is("bridge-ports") && others.any(|port| port == b"glob") {
        return Some(("bridge-ports glob", Software::Ifupdown2));
    }
    ONLY.iter().find(|(option, _)| is(option)).copied()
}

/// What the `iface` lines of a file tell.
#[derive(Default)]
struct Ifaces {
    /// One has neither family nor method: ifupdown refuses it (config.c).
    is_alone: bool,
    inherits: bool,
}

impl Ifaces {
    fn add<'a>(&mut self, first: &[u8], mut others: impl Iterator<Item = &'a [u8]>) {
        if first == b"iface" {
            let (name, next) = (others.next(), others.next());
            self.is_alone |= name.is_some() && next.is_none();
            self.inherits |= next == Some(b"inherits");
        }
        self.inherits |= first == b"inherit";
    }

    /// ifupdown2 is the more common of those that take such a line, but knows no inheritance.
    fn sign(&self) -> Option<Sign> {
        let software = if self.inherits { Software::IfupdownNg } else { Software::Ifupdown2 };
        self.is_alone.then_some(("iface NAME", software))
    }
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
