//! The fix engine: what is fixed is read again and is pinned, fixing twice is fixing once, and lines that no fix
//! speaks of stay.
#![no_main]

#[path = "../../tests/common/fixing.rs"]
mod fixing;

use libfuzzer_sys::fuzz_target;

/// The stacks that read one file together. Nothing tells them apart where a tree says nothing else.
const INTERFACES: &[&[&str]] = &[
    &["ifupdown"],
    &["ifupdown@0.8.36+udev"],
    &["ifupdown2"],
    &["ifupdown-ng+bridge-utils"],
    &["busybox+alpine-bridge"],
    &["ifupdown", "ifupdown2", "ifupdown-ng+bridge-utils"],
];
const NETDEV: &[&[&str]] = &[&["networkd@247"], &["networkd@252"], &["networkd@257+udev"]];
const IFCFG: &[&[&str]] = &[&["network-scripts", "networkmanager"], &["network-scripts"], &["networkmanager"]];

fuzz_target!(|text: &[u8]| {
    let has = |word: &[u8]| text.windows(word.len()).any(|part| part == word);
    let (file, stacks) = if has(b"[NetDev]") {
        ("etc/systemd/network/br0.netdev", NETDEV)
    } else if has(b"DEVICE=") || has(b"TYPE=") {
        ("etc/sysconfig/network-scripts/ifcfg-br0", IFCFG)
    } else {
        ("etc/network/interfaces", INTERFACES)
    };
    // One more byte, other stacks: trying all of them takes too long.
    fixing::holds(file, text, stacks[text.len() % stacks.len()]);
});
