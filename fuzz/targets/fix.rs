//! The fix engine: what is fixed is read again and is pinned, fixing twice is fixing once, and lines that no fix
//! speaks of stay.
#![no_main]

#[path = "../../tests/common/fixing.rs"]
mod fixing;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let has = |word: &[u8]| text.windows(word.len()).any(|part| part == word);
    if has(b"[NetDev]") {
        for stack in ["networkd@247", "networkd@257+udev"] {
            fixing::holds("etc/systemd/network/br0.netdev", text, &[stack]);
        }
    } else if has(b"DEVICE=") || has(b"TYPE=") {
        fixing::holds("etc/sysconfig/network-scripts/ifcfg-br0", text, &["network-scripts", "networkmanager"]);
    } else {
        for stack in ["ifupdown", "ifupdown2", "ifupdown-ng+bridge-utils", "busybox+alpine-bridge"] {
            fixing::holds("etc/network/interfaces", text, &[stack]);
        }
    }
});
