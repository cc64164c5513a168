//! Options that look like a bridge's and that a stack does not know: they are read, passed on and
//! never looked at.

mod tables;

use super::{Config, Opt};
use crate::judgement::UnknownOption;
use crate::nearest::distance;
use crate::stack::Stack;
use bstr::ByteSlice;
use smallvec::SmallVec;
use std::cell::LazyCell;
use std::collections::HashSet;
use tables::{ADDRESS, MEANT, Spelling};
pub use tables::{ALPINE_BRIDGE, BRIDGE_UTILS, IFUPDOWN_NG, IFUPDOWN2, Table};

/// As many as are worth a report.
const LIMIT: usize = 500;
/// Longer names are no typing errors.
const LENGTH_LIMIT: usize = 40;

/// The options of the hooks that stand beside a stack.
#[must_use]
pub fn hooks(stack: &Stack) -> Vec<&'static Table> {
    let installed = [(stack.bridge_utils, &BRIDGE_UTILS), (stack.alpine_bridge, &ALPINE_BRIDGE)];
    installed.into_iter().filter(|(is_there, _)| *is_there).map(|(_, table)| table).collect()
}

/// The options of a configuration that look like a bridge's and that none of the tables knows, in file order.
#[must_use]
pub fn options(config: &Config, tables: &[&Table]) -> Vec<UnknownOption> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for stanza in &config.stanzas {
        let executor = LazyCell::new(|| stanza.options.iter().any(starts_executor));
        for option in &stanza.options {
            let name = &option.key.token.text;
            // Most names are spelled as the table has them, or no bridge's, and telling so is quick.
            if found.len() >= LIMIT
                || name.len() > LENGTH_LIMIT
                || tables.iter().any(|table| table.has(name))
                || !looks_like_a_bridges(name)
                || tables.iter().any(|table| table.knows(name, &executor))
            {
                continue;
            }
            let place = option.key.place();
            if seen.insert(place.clone()) {
                found.push(UnknownOption { place, name: name.clone(), nearest: nearest(name, tables) });
            }
        }
    }
    found
}

/// Whether ifupdown-ng runs its bridge executor for the option.
fn starts_executor(option: &Opt) -> bool {
    let (key, value) = (&option.key.token.text, &option.value.text);
    key.starts_with(b"bridge-") || (key == "use" && value == "bridge")
}

impl Table {
    /// Whether a name stands in it as it is.
    fn has(&self, name: &[u8]) -> bool {
        self.names.iter().any(|known| known.as_bytes() == name)
    }

    fn knows(&self, name: &[u8], executor: &LazyCell<bool, impl FnOnce() -> bool>) -> bool {
        let dashed = |byte: &u8| if *byte == b'_' { b'-' } else { *byte };
        let spells = |known: &&str| match self.spelling {
            Spelling::Environment => letters(known.as_bytes()).eq(letters(name)),
            Spelling::Executor if **executor => letters(known.as_bytes()).eq(letters(name)),
            Spelling::Executor => known.as_bytes() == name,
            Spelling::Dashes => known.bytes().eq(name.iter().map(dashed)),
        };
        self.names.iter().any(spells)
    }
}

/// The name as it is in the environment, in lower case.
fn plain(name: &[u8]) -> SmallVec<[u8; 64]> {
    letters(name).collect()
}

fn letters(name: &[u8]) -> impl Iterator<Item = u8> {
    let kept = name.iter().map(|&byte| if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() });
    kept.filter(|&byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// It starts with `bridge_` or `bridge-`, or with something that is one letter from it.
fn looks_like_a_bridges(name: &[u8]) -> bool {
    let name = plain(name);
    let head = split_head(&name).0;
    // `bridgeports`, but not `bridges`
    let joined = head == &*name && name.starts_with(b"bridge") && name.len() != 7;
    joined || (head != &*name && (head == b"bridge" || (head.len() >= 5 && distance(head, b"bridge") == 1)))
}

/// What stands before the first `_`, and behind it; the whole name twice where there is none.
fn split_head(name: &[u8]) -> (&[u8], &[u8]) {
    name.find_byte(b'_').map_or((name, name), |at| (&name[..at], &name[at + 1..]))
}

/// The known name that was meant.
fn nearest(name: &[u8], tables: &[&Table]) -> Option<&'static str> {
    let name = plain(name);
    let tail = split_head(&name).1;
    if ADDRESS.iter().any(|word| word.as_bytes() == tail) {
        return tables.first().map(|table| table.address);
    }
    let names = || tables.iter().flat_map(|table| table.names).copied();
    let meant = MEANT.iter().find(|row| row.0.as_bytes() == tail).map(|row| [b"bridge_", row.1.as_bytes()].concat());
    let exact = |wanted: &[u8]| names().find(|known| *plain(known.as_bytes()) == *wanted);
    if let Some(known) = exact(&name).or_else(|| exact(&meant?)) {
        return Some(known);
    }
    let near = names().map(|known| (distance(&plain(known.as_bytes()), &name), known));
    // A third of what stands behind `bridge_` may be wrong.
    let allowed = (tail.len() / 3).clamp(1, 3);
    near.filter(|(distance, _)| *distance <= allowed).min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Host;
    use crate::stack::eni::{MAIN_FILE, ifupdown};
    use pretty_assertions::assert_eq;

    fn unknown(options: &str, tables: &[&Table]) -> Vec<(String, Option<&'static str>)> {
        let lines: Vec<String> = options.split(' ').map(|name| format!(" {name} x\n")).collect();
        let text = format!("iface br0 inet manual\n{}", lines.concat());
        let host = Host::new("/nonexistent").with_file(MAIN_FILE.as_ref(), text.into_bytes());
        let found = super::options(&ifupdown::read(&host), tables);
        found.into_iter().map(|option| (option.name.to_string(), option.nearest)).collect()
    }

    fn nearest_names(options: &str, tables: &[&Table]) -> Vec<Option<&'static str>> {
        unknown(options, tables).into_iter().map(|found| found.1).collect()
    }

    #[test]
    fn finds_typing_errors() {
        let typos = "bridge_fe bridge_maxpage bridge_max_age bridge-stop brigde_ports bridge_port bridgeports";
        let meant = [
            "bridge_fd",
            "bridge_maxage",
            "bridge_maxage",
            "bridge_stp",
            "bridge_ports",
            "bridge_ports",
            "bridge_ports",
        ];
        assert_eq!(nearest_names(typos, &[&BRIDGE_UTILS]), meant.map(Some));
        assert_eq!(nearest_names("bridge_nonsense bridge_vids", &[&BRIDGE_UTILS]), [None, None]);
        assert_eq!(
            nearest_names("bridge-forward_delay bridge-slaves", &[&IFUPDOWN2]),
            ["bridge-fd", "bridge-ports"].map(Some)
        );
    }

    #[test]
    fn knows_who_sets_the_address() {
        let all = "bridge_hwaddr bridge-hwaddress bridge_macaddr bridge_mac";
        assert_eq!(nearest_names(all, &[&BRIDGE_UTILS]), [Some("bridge_hw"); 4]);
        assert_eq!(nearest_names(all, &[&ALPINE_BRIDGE]), [Some("hwaddress"); 4]);
        assert_eq!(unknown("bridge_hw", &[&IFUPDOWN2]), [("bridge_hw".to_owned(), Some("hwaddress"))]);
    }

    #[test]
    fn knows_the_spellings() {
        assert_eq!(unknown("BRIDGE-Ports bri.dge_hw bridge-vlan_aware hwaddress", &[&BRIDGE_UTILS]), []);
        assert_eq!(unknown("bridge_ports bridge-stp bridge_vlan-aware", &[&IFUPDOWN2]), []);
        assert_eq!(nearest_names("Bridge-Ports", &[&IFUPDOWN2]), [Some("bridge-ports")]);
        assert_eq!(nearest_names("bridge_ports", &[&IFUPDOWN_NG]), [Some("bridge-ports")]);
        assert_eq!(unknown("bridge_fd bridge-ports", &[&IFUPDOWN_NG]), []);
        assert_eq!(unknown("bridge_ports", &[&IFUPDOWN_NG, &BRIDGE_UTILS]), []);
    }
}
