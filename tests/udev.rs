//! One way up tells what becomes of the bridges without a udevd and beside one: it is what two ways up tell.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use bridgepin::check::{Options, each_subject};
use bridgepin::host::Host;
use bridgepin::judgement::Bridge;
use bridgepin::stack::{self, Assume, Stack, World};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

/// Both worlds at once and each by itself are the same; says whether they differ from each other.
fn holds(world: World<'_>, stack: &Stack) -> bool {
    let shown = |bridges: &[Bridge]| bridges.iter().map(|bridge| format!("{bridge:#?}\n")).collect::<String>();
    let (without, with) = stack::judge_both(world, stack);
    assert_eq!(shown(&stack::judge(world, stack).bridges), shown(&without.bridges), "{stack}");
    assert_eq!(without.is_settled(), with.is_none(), "{stack}");
    let Some(with) = with else { return false };
    assert_eq!(shown(&stack::judge(world, &stack.clone().with_udev(true)).bridges), shown(&with), "{stack}+udev");
    shown(&without.bridges) != shown(&with)
}

fn holds_on(host: &Host, stack: &str, assume: Assume, sysfs: Option<PathBuf>) -> bool {
    let options = Options { stacks: vec![stack.parse().unwrap()], assume, sysfs, ..Options::default() };
    let differ = each_subject(host, &options, |subject| holds(subject.world, &subject.readings[0].stack));
    differ.contains(&true)
}

#[test]
fn of_every_measured_case() {
    let mut differ = 0;
    for table in [common::table("interfaces.json"), common::measured("interfaces.json")] {
        for case in table["cases"].as_array().unwrap() {
            let keys = case["observed"].as_object().unwrap().keys();
            let plain = keys
                .filter(|key| ["ifupdown", "busybox"].iter().any(|name| key.split(['@', '+']).next() == Some(name)));
            for key in plain.filter(|key| !key.contains("+udev")) {
                let laid = common::lay_out(&table, case, key);
                let mut assume = Assume::default();
                laid.assume.iter().for_each(|answer| assume.add(answer).unwrap());
                let host = Host::new(&laid.host).live(true);
                differ += usize::from(holds_on(&host, key, assume, Some(laid.sys.clone())));
            }
        }
    }
    assert!(differ > 100, "{differ}");
}

/// Stanzas with lines that ask for addresses, make links and rename them.
fn interfaces() -> impl Strategy<Value = String> {
    let option = prop::sample::select(vec![
        "bridge_ports eth0",
        "bridge_ports eth0.5 br1.7",
        "bridge_ports none",
        "bridge_hw 52:54:00:aa:bb:cc",
        "bridge_hw eth0",
        "bridge_hw br1",
        "hwaddress 52:54:00:aa:bb:cc",
        "hwaddress random",
        "bond-slaves eth1 br1",
        "vlan-raw-device br1",
        "pre-up ip link add br0 type bridge",
        "pre-up ip link add v0 type veth",
        "pre-up ip link add link br1 name br0 type macvlan",
        "up ip link set dev br0 name br2",
        "up ip link set dev v0 master br0",
        "up ip link set dev br0 address $(cat /sys/class/net/br1/address)",
        "up [ \"$(cat /sys/class/net/br0/address)\" = 52:54:00:aa:bb:cc ] && ip link set dev br1 address 52:54:00:aa:bb:dd",
        "up ip link show br1 | grep -q 52:54 && ip link del br0",
        "up ifconfig br1 hw ether 52:54:00:aa:bb:cc",
        "down ip link del br0",
        "post-up ip link del br0; ip link add br0 type bridge",
    ]);
    let stanza =
        (prop::sample::select(vec!["br0", "br1", "br1.7", "v0", "bond0"]), prop::collection::vec(option, 0..5));
    prop::collection::vec(stanza, 1..5).prop_map(|stanzas| {
        let stanza = |(name, options): (&str, Vec<&str>)| {
            let options: String = options.iter().map(|option| format!("    {option}\n")).collect();
            format!("auto {name}\niface {name} inet manual\n{options}")
        };
        stanzas.into_iter().map(stanza).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn of_any_stanzas(
        text in interfaces(),
        stack in prop::sample::select(vec!["ifupdown", "ifupdown@0.8.36", "busybox", "busybox+bridge-utils", "busybox+alpine-bridge"]),
        link in prop::sample::select(vec![
            "",
            "[Match]\nOriginalName=br*\n[Link]\nMACAddressPolicy=none\n",
            "[Match]\nOriginalName=v0 br0\n[Link]\nMACAddress=52:54:00:aa:bb:ee\n",
            "[Match]\nMACAddress=52:54:00:aa:bb:cc\n[Link]\nMACAddressPolicy=none\nMACAddress=52:54:00:aa:bb:ef\n",
        ]),
        machine in prop::sample::select(vec!["", "0123456789abcdef0123456789abcdef\n"]),
    ) {
        let host = Host::new("/nonexistent").with_file(Path::new("etc/network/interfaces"), text.into_bytes());
        let host = host.with_file(Path::new("etc/systemd/network/10-a.link"), link.into());
        let host = host.with_file(Path::new("etc/machine-id"), machine.into());
        holds_on(&host, stack, Assume::default(), None);
    }
}
