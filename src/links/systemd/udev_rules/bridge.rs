//! Whether a rule that is meant for a NIC matches a bridge with the same address too.

use super::Item;
use crate::fnmatch::fnmatch;
use bstr::{BString, ByteSlice};

/// What rules ask for and what a bridge has there; nothing is `""`, as `token_match_string()`
/// (src/udev/udev-rules.c) takes it. The keys in `S` look at its parents too, and it has none.
const OF_A_BRIDGE: &[(&str, &str)] = &[
    ("ATTR{addr_assign_type}", "3"),
    ("ATTR{dev_id}", "0x0"),
    ("ATTR{type}", "1"),
    ("DRIVER", ""),
    ("DRIVERS", ""),
    ("ENV{DEVTYPE}", "bridge"),
    ("ENV{ID_BUS}", ""),
    ("ENV{ID_NET_DRIVER}", "bridge"),
    ("ENV{ID_PATH}", ""),
    ("SUBSYSTEM", "net"),
    ("SUBSYSTEMS", "net"),
];

/// Whether nothing that the rule asks for keeps a bridge out, its name and address aside. What
/// is not known here (a program's result) is taken to hold.
pub(super) fn may_pass(items: &[Item<'_>]) -> bool {
    let holds = |item: &Item<'_>| {
        let row = OF_A_BRIDGE.iter().find(|row| row.0.as_bytes() == item.key);
        row.is_none_or(|(_, has)| {
            let covers = item.value.split_str("|").any(|pattern| fnmatch(pattern, has.as_bytes(), false));
            match item.operator {
                b"==" => covers,
                b"!=" => !covers,
                _ => true,
            }
        })
    };
    // A NIC's own attributes (`ATTR{device/vendor}`), or a parent that is not a link.
    let parents = |item: &Item<'_>| item.operator == b"==" && item.key.starts_with(b"ATTR{device/");
    items.iter().all(|item| holds(item) && !parents(item))
}

/// The patterns of a `KERNEL` item, `!` before those of `!=`.
pub(super) fn patterns<'a>(item: &Item<'a>) -> impl Iterator<Item = BString> + use<'a> {
    let (value, sign) = match item.operator {
        b"==" => (item.value, &b""[..]),
        b"!=" => (item.value, &b"!"[..]),
        _ => (&b""[..], &b""[..]),
    };
    value.split_str("|").filter(|pattern| !pattern.is_empty()).map(move |pattern| [sign, pattern].concat().into())
}
