//! Keys in a bridge's `.netdev` that networkd does not know.

use super::netdev::Netdev;
use crate::judgement::UnknownOption;
use crate::stack::unit_pins::misplaced;
use std::collections::BTreeSet;

/// The sections of a bridge's `.netdev`, their keys and since which release each is known
/// (src/network/netdev/netdev-gperf.gperf; systemd.netdev(5)).
const KEYS: &[(&str, &str, u32)] = &[
    ("Bridge", "AgeingTimeSec", 232),
    ("Bridge", "DefaultPVID", 232),
    ("Bridge", "FDBMaxLearned", 257),
    ("Bridge", "ForwardDelaySec", 0),
    ("Bridge", "GroupForwardMask", 235),
    ("Bridge", "HelloTimeSec", 0),
    ("Bridge", "MaxAgeSec", 0),
    ("Bridge", "MulticastIGMPVersion", 243),
    ("Bridge", "MulticastQuerier", 230),
    ("Bridge", "MulticastSnooping", 230),
    ("Bridge", "Priority", 232),
    ("Bridge", "STP", 232),
    ("Bridge", "VLANFiltering", 231),
    ("Bridge", "VLANProtocol", 246),
    ("Match", "Architecture", 0),
    ("Match", "Credential", 252),
    ("Match", "Firmware", 249),
    ("Match", "Host", 0),
    ("Match", "KernelCommandLine", 0),
    ("Match", "KernelVersion", 237),
    ("Match", "Virtualization", 0),
    ("NetDev", "Description", 0),
    ("NetDev", "Kind", 0),
    ("NetDev", "MACAddress", 0),
    ("NetDev", "MTUBytes", 0),
    ("NetDev", "Name", 0),
];

/// The unknown keys of a bridge's own files. Those that start with `X-` are for other programs,
/// and misplaced addresses are reported as such.
pub(super) fn unknown(netdev: &Netdev, release: u32) -> Vec<UnknownOption> {
    let mut found = Vec::new();
    for file in &netdev.config.files {
        let reported: BTreeSet<_> = misplaced(file, "NetDev").into_iter().map(|pin| pin.line.span).collect();
        for section in &file.unit.sections {
            let known = || KEYS.iter().filter(|row| section.is(row.0));
            if known().next().is_none() {
                continue;
            }
            let unknown = section.assignments.iter().filter(|item| {
                !item.key.text.starts_with(b"X-")
                    && !known().any(|row| item.is(row.1) && release >= row.2)
                    && !reported.contains(&item.line)
            });
            found.extend(unknown.map(|item| UnknownOption {
                place: file.place(item.key.span),
                name: item.key.text.clone(),
                nearest: nearest(&item.key.text, known().map(|row| row.1)),
            }));
        }
    }
    found
}

/// The name that takes the fewest changes, at most two; case counts for none.
pub(in crate::stack) fn nearest(name: &[u8], known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let distances = known.map(|known| (distance(&name, known.to_ascii_lowercase().as_bytes()), known));
    distances.filter(|(distance, _)| *distance <= 2).min().map(|(_, known)| known)
}

/// Levenshtein's; more than two for what differs more in length.
fn distance(a: &[u8], b: &[u8]) -> usize {
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (line, &mine) in a.iter().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (cell, &theirs) in row.iter_mut().skip(1).zip(b) {
            let above = *cell;
            left = (diagonal + usize::from(mine != theirs)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn finds_the_nearest_key() {
        let bridge = || KEYS.iter().filter(|row| row.0 == "Bridge").map(|row| row.1);
        assert_eq!(nearest(b"Stp", bridge()), Some("STP"));
        assert_eq!(nearest(b"ForwardDelaySecs", bridge()), Some("ForwardDelaySec"));
        assert_eq!(nearest(b"VlanFilter", bridge()), None);
        assert_eq!((distance(b"kitten", b"sitting"), distance(b"", b"ab")), (3, 2));
    }
}
