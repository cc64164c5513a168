//! What the two readers of ifcfg files share: where the files are, which keys were meant to set a
//! bridge's address, and the fixes, which are the same for both.

mod fix;

pub(super) use fix::candidates;

use super::commands::guess;
use crate::address::MacAddress;
use crate::host::{Host, Kind, host_path, path_bytes};
use crate::judgement::{Effect, Pin, Problem};
use crate::span::{Place, Span};
use crate::syntax::Token;
use crate::syntax::shell::{Content, Outside, Shell};
use crate::template::without_statements;
use bstr::{BStr, ByteSlice};
use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the files are.
pub(super) const DIRECTORY: &str = "etc/sysconfig/network-scripts";

/// The path of a file there.
pub(super) fn path(prefix: &str, name: &BStr) -> PathBuf {
    OsString::from_vec([DIRECTORY.as_bytes(), b"/", prefix.as_bytes(), name].concat()).into()
}

/// Leaves of the readers' complaints those about files that have to do with bridges: what else is
/// wrong with a host's links is not ours to say.
pub(super) fn about_bridges(host: &Host, mut problems: Vec<Problem>) -> Vec<Problem> {
    let mentions = |file: &Path| host.read(file).is_some_and(|text| text.to_ascii_lowercase().contains_str("bridge"));
    let mut known: HashMap<Arc<Path>, bool> = HashMap::new();
    problems.retain(|problem| {
        let file = &problem.place.file;
        known.get(file).copied().unwrap_or_else(|| {
            let is_about = mentions(file);
            known.insert(Arc::clone(file), is_about);
            is_about
        })
    });
    problems
}

/// What a key in the file of a bridge was meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// `MACADDR=`: both readers set it.
    MacAddr,
    /// `HWADDR=`: both only compare it.
    HwAddr,
    /// `BRIDGE_MACADDR=`: NetworkManager sets it.
    BridgeMacAddr,
    /// No reader knows it: another system's word, or another case.
    Unknown,
}

/// Keys that people write for a bridge's address, in upper case, a line each.
const KEYS: &[(&str, Key)] = &[
    ("BRIDGE_MACADDR", Key::BridgeMacAddr), // NetworkManager's bridge.mac-address
    ("HWADDR", Key::HwAddr),                // sysconfig.txt: the address that the device must have
    ("HWADDRESS", Key::Unknown),            // ifupdown's word
    ("LLADDR", Key::Unknown),               // SUSE's wicked
    ("LLADDRESS", Key::Unknown),            // written by cloud-init for SUSE
    ("MACADDR", Key::MacAddr),              // sysconfig.txt: the address that the device is given
    ("MACADDRESS", Key::Unknown),           // systemd's and netplan's word
    ("MAC_ADDR", Key::Unknown),             // files in the wild
];

/// What a key was meant to be; `None` where it has nothing to do with the address.
pub(super) fn key(name: &BStr) -> Option<Key> {
    let upper = name.to_ascii_uppercase();
    let row = KEYS.iter().find(|row| row.0.as_bytes() == upper)?;
    // Variables are case-sensitive for both readers.
    Some(if row.0.as_bytes() == name.as_bytes() { row.1 } else { Key::Unknown })
}

/// A place that was meant to set the address. `value` is as it stands in the file.
pub(super) fn pin(file: &Arc<Path>, key: &Token, value: &Token, line: Span, effect: Effect) -> Pin {
    Pin {
        place: place(file, key, value),
        line: Place::new(file, line),
        what: format!("`{}=`", key.text),
        value: value.text.clone(),
        meant: guess(&value.text),
        effect,
    }
}

/// The place of an assignment: its value, or all of it where there is none.
pub(super) fn place(file: &Arc<Path>, key: &Token, value: &Token) -> Place {
    let span = if value.text.is_empty() { key.span.to(value.span) } else { value.span };
    Place::new(file, span)
}

/// A place's file name and line, for people.
pub(super) fn shown(host: &Host, place: &Place) -> String {
    let line = host.line(place);
    let name =
        place.file.file_name().map_or_else(|| place.file.display().to_string(), |name| name.display().to_string());
    format!("{name}:{line}")
}

/// Settings that are an IP address.
const ADDRESSES: &[&str] = &[
    "IPADDR",
    "IPADDR0",
    "IPADDR1",
    "IPADDR2",
    "IPADDR3",
    "IPADDR4",
    "IPADDR5",
    "IPADDR6",
    "IPADDR7",
    "IPADDR8",
    "IPADDR9",
    "IPV6ADDR",
    "IPV6ADDR_SECONDARIES",
];

/// Whether an interface with these settings carries an IP address or asks for one.
pub(super) fn carries_ip<'v>(get: impl Fn(&str) -> Option<&'v BStr>) -> bool {
    let is = |key: &str, words: &[&str]| {
        get(key).is_some_and(|value| words.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes())))
    };
    let set = |key: &str| get(key).is_some_and(|value| !value.is_empty());
    let yes = &["yes", "y", "true", "t", "on", "1"];
    is("BOOTPROTO", &["dhcp", "bootp", "autoip", "shared"])
        || ADDRESSES.iter().any(|key| set(key))
        || is("IPV6_AUTOCONF", yes)
        || is("DHCPV6C", yes)
}

/// What a shell sees of a host's file system. What the tree does not have is missing only on a
/// machine's own tree: a repository need not carry it.
pub(super) fn content(host: &Host, path: &BStr) -> Content {
    let path = host_path(path);
    match host.read(&path) {
        Some(text) => Content::Text(without_statements(host, text, false)),
        None if host.kind(&path) == Kind::Missing
            && host.is_live()
            && !path.starts_with("sys")
            && !path.starts_with("proc") =>
        {
            Content::Missing
        }
        None => Content::Unknown,
    }
}

/// The addresses that bash makes of the assignments in a file that count, and their places.
pub(super) fn values_in_bash(host: &Host, file: &Path) -> Vec<(Place, MacAddress)> {
    let outside = Outside::new(|path| content(host, path));
    let mut shell = Shell::new(&outside, BTreeMap::new());
    let path = [b"/", &path_bytes(file)[..]].concat();
    shell.in_function(|shell| shell.source_file(BStr::new(&path)));
    let variables = ["MACADDR", "BRIDGE_MACADDR"].into_iter().filter_map(|name| shell.variable(BStr::new(name)));
    variables.filter_map(|variable| Some((variable.place.clone()?, guess(variable.value.text()?)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn knows_what_keys_were_meant_to_be() {
        for (name, wanted) in [
            ("MACADDR", Some(Key::MacAddr)),
            ("macaddr", Some(Key::Unknown)),
            ("HWADDR", Some(Key::HwAddr)),
            ("BRIDGE_MACADDR", Some(Key::BridgeMacAddr)),
            ("LLADDR", Some(Key::Unknown)),
            ("HWADDR_BLACKLIST", None),
            ("GENERATE_MAC_ADDRESS_MASK", None),
        ] {
            assert_eq!(key(BStr::new(name)), wanted, "{name}");
        }
    }
}
