//! Properties of the fix engine over files put together at random: what a fix leaves alone, that what
//! it fixes is pinned, and that fixing twice is fixing once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bridgepin::address::MacAddress;
use bridgepin::check::{Options, check};
use bridgepin::finding::Applicability;
use bridgepin::fix::apply::{Fixed, apply_all};
use bridgepin::host::Host;
use bridgepin::judgement::Outcome;
use bridgepin::links::Named;
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use std::path::Path;

const ADDRESS: MacAddress = MacAddress([0xb4, 0x99, 0xba, 0, 0, 0x77]);

fn options(stacks: &[&str]) -> Options {
    let named = Named { address: ADDRESS, by: "--mac".to_owned() };
    let wanted = ["br0", "br1"].map(|bridge| (bridge.into(), named.clone())).into();
    Options { stacks: stacks.iter().map(|stack| stack.parse().unwrap()).collect(), wanted, ..Options::default() }
}

fn fix(host: &Host, options: &Options) -> Fixed {
    apply_all(host, options, Applicability::Unsafe, check(host, options), &|_| true)
}

/// The lines of a text, with what ends them.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Checks every property for one file of a host.
fn holds(file: &str, text: &[u8], stacks: &[&str]) {
    let empty = tempfile::tempdir().unwrap();
    let path = Path::new(file);
    let host = Host::new(empty.path()).with_file(path, text.to_vec());
    let options = options(stacks);
    let fixed = fix(&host, &options);

    // Every bridge whose fix was applied is pinned to the address that was asked for.
    for finding in fixed.applied() {
        let name = finding.bridge.as_ref().unwrap();
        bridgepin::check::each_subject(&fixed.host, &options, |subject| {
            for reading in &subject.readings {
                for bridge in reading
                    .judgement
                    .bridges
                    .iter()
                    .filter(|bridge| bridge.name == *name && bridge.outcome != Outcome::Absent)
                {
                    assert_eq!((bridge.outcome, bridge.address), (Outcome::Pinned, Some(ADDRESS)), "{}", reading.stack);
                }
            }
        });
    }
    // Fixing twice is fixing once.
    let again = fix(&fixed.host, &options);
    assert!(again.changed.is_empty(), "{:?}", again.applied().collect::<Vec<_>>());
    // Lines that no fix speaks of stay, in their order: what is new between them was added.
    let new = fixed.host.read(path).unwrap();
    let spans =
        || fixed.applied().flat_map(|finding| &finding.fix.as_ref().unwrap().edits).filter(|edit| &*edit.file == path);
    if fixed.applied().count() == 1 {
        let mut rest = lines(&new).into_iter();
        let mut start = 0;
        for line in lines(text) {
            let end = start + line.len();
            // An insertion touches a line that it stands in, not one that it stands before.
            let inside = start + line.trim_ascii_end().len();
            let mut edits = spans().flat_map(|edit| &edit.edits).map(|edit| edit.span);
            let touched =
                edits.any(|span| span.start < end && start < span.end || start < span.start && span.start <= inside);
            // A last line without an end gets one when a line follows it.
            let same = |other: &[u8]| {
                other == line || (!line.ends_with(b"\n") && other.trim_ascii_end() == line.trim_ascii_end())
            };
            assert!(touched || rest.any(same), "{:?} is gone from {:?}", bstr::BStr::new(line), bstr::BStr::new(&*new));
            start = end;
        }
    }
}

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
