//! Keys in a bridge's `.netdev` that networkd does not know.

use super::netdev::Netdev;
use crate::judgement::UnknownOption;
use crate::nearest::nearest;
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
