//! Properties of the fix engine over files put together at random: what a fix leaves alone, that what
//! it fixes is pinned, and that fixing twice is fixing once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/fixing.rs"]
mod fixing;

use fixing::holds;
use proptest::prelude::*;

/// Lines of a stanza that may or may not pin, in every combination.
fn interfaces() -> impl Strategy<Value = Vec<u8>> {
    let option = prop::sample::select(vec![
        "bridge_ports eth0",
        "bridge-ports eth0 eth1",
        "bridge_ports none",
        "bridge_hw 52:54:00:aa:bb:cc",
        "bridge-hw 52:54:00:aa:bb:cc",
        "bridge_hw xx:xx:xx:xx:xx:xx",
        "bridge_hw eth0",
        "hwaddress 52:54:00:aa:bb:cc",
        "hwaddress ether 52:54:00:aa:bb:cc",
        "bridge_stp off",
        "bridge_fd 0",
        "# caf\u{e9}",
        "",
        "post-up ip link set br0 up",
        "up ip link set dev br0 address 52:54:00:aa:bb:cc",
        "pre-up ip link add br0 type bridge",
        "bridge_maxwait \\",
        "  0",
        "post-up false",
    ]);
    let stanza = (
        prop::sample::select(vec!["br0", "br1"]),
        prop::sample::select(vec!["inet manual", "inet dhcp", "inet6 manual"]),
        prop::collection::vec(option, 0..6),
    );
    let end = prop::sample::select(vec!["\n", "\r\n"]);
    let indent = prop::sample::select(vec!["", "  ", "\t"]);
    (prop::collection::vec(stanza, 1..4), end, indent, any::<bool>()).prop_map(|(stanzas, end, indent, cut)| {
        let mut text = String::new();
        for (name, method, options) in stanzas {
            text += &format!("auto {name}{end}iface {name} {method}{end}");
            options.iter().for_each(|option| text += &format!("{indent}{option}{end}"));
        }
        if cut { text.trim_end().as_bytes().to_vec() } else { text.into_bytes() }
    })
}

fn netdev() -> impl Strategy<Value = Vec<u8>> {
    let line = prop::sample::select(vec![
        "[NetDev]",
        "[Bridge]",
        "[Match]",
        "Name=br0",
        "Kind=bridge",
        "MACAddress=52:54:00:aa:bb:cc",
        "MACAddress=none",
        "MACAddress=",
        "MACAddress=x",
        "macaddress=52:54:00:aa:bb:cc",
        "# a comment",
        "; another",
        "",
        "STP=no",
        "Description=a \\",
        "Host=other",
    ]);
    let end = prop::sample::select(vec!["\n", "\r\n"]);
    (prop::collection::vec(line, 0..10), end, any::<bool>()).prop_map(|(lines, end, cut)| {
        let text = ["[NetDev]", "Name=br0", "Kind=bridge"]
            .into_iter()
            .chain(lines)
            .map(|line| format!("{line}{end}"))
            .collect::<String>();
        if cut { text.trim_end().as_bytes().to_vec() } else { text.into_bytes() }
    })
}

fn ifcfg() -> impl Strategy<Value = Vec<u8>> {
    let line = prop::sample::select(vec![
        "DEVICE=br0",
        "DEVICE=\"br0\"",
        "TYPE=Bridge",
        "TYPE=\"Bridge\"",
        "ONBOOT=yes",
        "HWADDR=52:54:00:aa:bb:cc",
        "MACADDR=52:54:00:aa:bb:cc",
        "MACADDR=",
        "MACADDR=x",
        "macaddr=52:54:00:aa:bb:cc",
        "MACADDR = 52:54:00:aa:bb:cc",
        "export MACADDR=52:54:00:aa:bb:cc",
        "# a comment",
        "",
        "DELAY=0 # none",
        "X='a",
    ]);
    (prop::collection::vec(line, 0..7), any::<bool>()).prop_map(|(lines, cut)| {
        let text =
            ["DEVICE=br0", "TYPE=Bridge"].into_iter().chain(lines).map(|line| format!("{line}\n")).collect::<String>();
        if cut { text.trim_end().as_bytes().to_vec() } else { text.into_bytes() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn interfaces_on_each_stack(
        text in interfaces(),
        stack in prop::sample::select(vec!["ifupdown", "ifupdown@0.8.36+udev", "ifupdown2", "ifupdown-ng", "ifupdown-ng+bridge-utils", "ifupdown-ng+alpine-bridge", "busybox+alpine-bridge"]),
    ) {
        holds("etc/network/interfaces", &text, &[stack]);
    }

    #[test]
    fn netdev_files(text in netdev(), stack in prop::sample::select(vec!["networkd@247", "networkd@252", "networkd@257+udev", "networkd"])) {
        holds("etc/systemd/network/br0.netdev", &text, &[stack]);
    }

    #[test]
    fn ifcfg_files(text in ifcfg()) {
        holds("etc/sysconfig/network-scripts/ifcfg-br0", &text, &["network-scripts", "networkmanager"]);
    }
}

// What fuzzing found.

#[test]
fn bridges_that_are_pinned_by_their_ports_names() {
    let others = "auto br0\niface br0 inet dhcp\n    bridge_ports none\n\nauto vmbr1\niface vmbr1 inet manual\n    bridge_ports eth1\n";
    let template = "# {{ ansible_managed }}\nauto br0\niface br0 inet static\n    address {{ ansible_host }}/24\n    bridge_ports eth0\n";
    for text in [others, template] {
        for stack in ["ifupdown", "ifupdown2", "ifupdown-ng+bridge-utils", "busybox+alpine-bridge"] {
            holds("etc/network/interfaces", text.as_bytes(), &[stack]);
        }
    }
}

/// NetworkManager refuses the profile before and after: a line that network-scripts have already cures nothing.
#[test]
fn a_line_that_cures_nothing_more_is_not_added_again() {
    for text in
        [&b"DEVICE=br0\nTYPE=Bridge\nMACADDR=[\0 \xff\nT=\xff"[..], b"DEVICE=br0\nTYPE=Bridge\nMACADDR=[\0\nO=\xff"]
    {
        holds("etc/sysconfig/network-scripts/ifcfg-br0", text, &["network-scripts", "networkmanager"]);
    }
}

#[test]
fn a_line_that_a_nul_byte_ends() {
    let text = b"[NetDev]\nName=br0\nKind=bridge\n[Bridge]\n\0MACAddress=b4:99:b:01:04\nMACADDR=b4o\n";
    holds("etc/systemd/network/br0.netdev", text, &["networkd@257+udev"]);
}
