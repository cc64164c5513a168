//! Which files count, and in what order a boot takes them (`etc/rc.d/init.d/network`).

use crate::host::Host;
use crate::stack::ifcfg::DIRECTORY;
use bstr::{BStr, BString, ByteSlice};
use std::cmp::Ordering;
use std::path::Path;

/// `__sed_discard_ignored_files` (init.d/functions).
const IGNORED: &[&str] = &["~", ".bak", ".orig", ".rpmnew", ".rpmorig", ".rpmsave"];

/// Whether editor and package leftovers' names end like this. `.old` came after RHEL 6.
fn is_ignored(name: &[u8], release: u32) -> bool {
    IGNORED.iter().any(|suffix| name.ends_with(suffix.as_bytes())) || (release >= 7 && name.ends_with(b".old"))
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// An interface of its own.
    Interface,
    /// More addresses for another interface: `ifcfg-br0:0`, `ifcfg-br0-range0`.
    Addresses,
}

/// The names behind `ifcfg-` that count, in boot order: by their text up to the first digit, then
/// by the number there (`sort -k 1,1 -k 2n`).
pub(super) fn names(host: &Host, release: u32) -> Vec<(BString, Use)> {
    let entries = host.entries(Path::new(DIRECTORY));
    let names = entries.iter().filter_map(|entry| entry.strip_prefix(b"ifcfg-")).filter(|name| {
        // The list of names is split at blanks, so one with a blank is none.
        !name.is_empty()
            && *name != b"lo"
            && !is_ignored(name, release)
            && !name.iter().any(|byte| b" \t\n".contains(byte))
    });
    let mut names: Vec<(BString, Use)> = names
        .map(|name| {
            let addresses = name.contains(&b':') || name.contains_str("-range");
            (name.into(), if addresses { Use::Addresses } else { Use::Interface })
        })
        .collect();
    names.sort_by(|a, b| in_boot_order(a.0.as_bstr(), b.0.as_bstr()));
    names
}

fn in_boot_order(a: &BStr, b: &BStr) -> Ordering {
    let (a_text, a_number) = a.split_at(first_digit(a));
    let (b_text, b_number) = b.split_at(first_digit(b));
    a_text.cmp(b_text).then(number(a_number).total_cmp(&number(b_number))).then(a.cmp(b))
}

fn first_digit(name: &[u8]) -> usize {
    name.iter().position(u8::is_ascii_digit).unwrap_or(name.len())
}

/// The number at the start of a text, as `sort -n` reads it.
fn number(text: &[u8]) -> f64 {
    let len = text.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.').unwrap_or(text.len());
    let text = text[..len].to_str().unwrap_or_default();
    let end = text.match_indices('.').nth(1).map_or(text.len(), |(at, _)| at);
    text.get(..end).and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn boots_in_the_order_of_sort() {
        let mut names: Vec<&BStr> =
            ["eth10", "eth2", "br0-x", "br0", "eth2.20", "eth2.3", "bond0", "lan"].map(BStr::new).into();
        names.sort_by(|a, b| in_boot_order(a, b));
        assert_eq!(names, ["bond0", "br0", "br0-x", "eth2", "eth2.20", "eth2.3", "eth10", "lan"]);
    }

    #[test]
    fn leaves_out_what_the_scripts_leave_out() {
        let dir = tempfile::tempdir().unwrap();
        let host = Host::new(dir.path());
        let all = ["br0", "br0~", "br1.old", "br2.swp", "br3.rpmsave", "lo", "br4:0", "br4-range0", "a b", ""];
        let host = all
            .iter()
            .fold(host, |host, name| host.with_file(&Path::new(DIRECTORY).join(format!("ifcfg-{name}")), Vec::new()));
        let found = |release| names(&host, release).iter().map(|name| name.0.to_string()).collect::<Vec<_>>();
        assert_eq!(found(7), ["br0", "br2.swp", "br4-range0", "br4:0"]);
        assert_eq!(found(6), ["br0", "br1.old", "br2.swp", "br4-range0", "br4:0"]);
    }
}
