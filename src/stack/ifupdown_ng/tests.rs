//! What ifupdown-ng does beside the measured tables, by its source and the semantics that were measured.

use crate::stack::bring_up::testing::{LAN0, bridge_of, effects, fixed, host, outcome, told};
use pretty_assertions::assert_eq;

const DEBIAN: &str = "ifupdown-ng@0.12.1";
const HOOKED: &str = "ifupdown-ng@0.12.1+bridge-utils";
const ALPINE: &str = "ifupdown-ng@0.12.1+alpine-bridge";
const HEAD: &str = "ifupdown-ng@head";
const INTERFACES: &str = "etc/network/interfaces";

fn of(stack: &str, options: &str) -> String {
    told(stack, &format!("iface br0\n {options}\n"))
}

#[test]
fn one_dash_changes_who_makes_the_bridge() {
    let pinned = "pinned 52:54:00:aa:bb:cc";
    for (options, native, hooked, alpine, head) in [
        ("bridge_ports lan0", "absent", "floating", "floating", "absent"),
        ("bridge_ports lan0\n bridge_hw 52:54:00:aa:bb:cc", "absent", pinned, "floating", "absent"),
        ("bridge_ports lan0\n bridge-hw 52:54:00:aa:bb:cc", "floating", "floating", "floating", pinned),
        ("bridge-ports lan0\n bridge-hw 52:54:00:aa:bb:cc", "floating", "floating", "floating", pinned),
        ("bridge_ports lan0\n hwaddress 52:54:00:aa:bb:cc", "absent", pinned, pinned, "absent"),
        ("bridge_ports lan0\n use bridge\n hwaddress 52:54:00:aa:bb:cc", pinned, pinned, pinned, pinned),
        ("requires lan0\n use bridge\n hwaddress 52:54:00:aa:bb:cc", pinned, pinned, pinned, pinned),
        ("BRIDGE-PORTS lan0\n HWADDRESS 52:54:00:aa:bb:cc", "absent", pinned, pinned, "absent"),
        ("bridge-ports lan0\n link-options address 52:54:00:aa:bb:cc", pinned, pinned, pinned, "floating"),
        (
            "bridge-ports lan0\n hwaddress 52:54:00:aa:bb:cc\n hwaddress 52:54:00:00:00:01",
            "pinned 52:54:00:00:00:01",
            "pinned",
            "pinned",
            "pinned",
        ),
        (
            "bridge-ports lan0\n post-up false\n post-up ip link set br0 address 52:54:00:aa:bb:cc",
            "floating",
            "floating",
            "floating",
            "floating",
        ),
        ("bridge-ports lan0\n hwaddress 52:54:00:aa:bb:cc\n mtu many", "floating", "floating", "floating", "floating"),
    ] {
        for (stack, expected) in [(DEBIAN, native), (HOOKED, hooked), (ALPINE, alpine), (HEAD, head)] {
            let told = of(stack, options);
            assert!(told.starts_with(expected), "{stack} {options:?}: {told}");
        }
    }
}

#[test]
fn brctl_comes_with_bridge_utils() {
    let lines = "pre-up brctl addbr br0\n bridge_fd 0\n hwaddress 52:54:00:aa:bb:cc";
    for (stack, expected) in [
        (DEBIAN, "absent"),
        (HEAD, "absent"),
        (HOOKED, "pinned 52:54:00:aa:bb:cc"),
        // Its hook makes a bridge of any `bridge_` option and gives up where there is one.
        (ALPINE, "pinned 52:54:00:aa:bb:cc"),
    ] {
        assert_eq!(of(stack, lines), expected, "{stack}");
    }
}

#[test]
fn an_ether_in_front() {
    assert_eq!(of(DEBIAN, "bridge-ports lan0\n hwaddress ether 52:54:00:aa:bb:cc"), format!("floating {LAN0}"));
    // Handed to `ip` as one word, of which it reads the `e`.
    assert_eq!(of(HEAD, "bridge-ports lan0\n hwaddress ether 52:54:00:aa:bb:cc"), "pinned 0e:54:00:aa:bb:cc");
    let text = "iface br0\n bridge-ports lan0\n hwaddress ether 52:54:00:aa:bb:cc\n";
    for stack in [DEBIAN, HEAD] {
        assert_eq!(effects(stack, text), ["`hwaddress` ether 52:54:00:aa:bb:cc invalid"], "{stack}");
        let after = fixed(stack, &host(&[(INTERFACES, text)]), "52:54:00:aa:bb:cc", true).unwrap();
        assert_eq!(after, "iface br0\n bridge-ports lan0\n hwaddress 52:54:00:aa:bb:cc\n");
    }
}

#[test]
fn what_fails_stops_what_depends_on_it() {
    let text = "iface br0\n bridge-ports lan0 nosuch0\n hwaddress 52:54:00:aa:bb:cc\n";
    assert_eq!(told(DEBIAN, text), "pinned 52:54:00:aa:bb:cc");
    // The link executor's exit status counts since 0.12.1, and there is no such link.
    assert_eq!(told(HEAD, text), "absent");
    let port = "iface lan0\n post-up false\niface br0\n bridge-ports lan0\n";
    assert_eq!(told(DEBIAN, port), "absent");
    let bad = "iface br0\n bridge-ports lan0\n hwaddress random\n post-up ip link set br0 address 52:54:00:aa:bb:cc\n";
    assert_eq!(told(DEBIAN, bad), "pinned 52:54:00:aa:bb:cc");
    assert_eq!(told(HEAD, bad), format!("floating {LAN0}"));
    assert_eq!(
        told(DEBIAN, "iface br0\n requires br1\n bridge-ports lan0\niface br1\n requires br0\n"),
        format!("floating {LAN0}")
    );
}

#[test]
fn executors_that_lack_what_they_need() {
    for (options, before, after) in [
        ("vrf mgmt", "pinned", "floating"),
        ("vrf-table 5", "pinned", "floating"),
        ("gre-ttl 5", "absent", "absent"),
        ("tunnel-ttl 5", "absent", "absent"),
        ("use ppp", "pinned", "pinned"),
        ("vxlan-learning off", "pinned", "pinned"),
    ] {
        let text = format!("iface br0\n bridge-ports lan0\n {options}\n hwaddress 52:54:00:aa:bb:cc\n");
        for (stack, expected) in [("ifupdown-ng@0.11.4", before), (DEBIAN, after)] {
            assert!(told(stack, &text).starts_with(expected), "{stack} {options}: {}", told(stack, &text));
        }
    }
}

#[test]
fn a_gateway_out_of_reach_stops_it() {
    for (address, gateway, expected) in [
        ("10.9.0.1/24", "10.9.0.254", "pinned 52:54:00:aa:bb:cc"),
        ("10.9.0.1/24", "10.77.0.1", "floating b4:99:ba:00:00:01"),
        ("10.9.0.1/0", "10.77.0.1", "pinned 52:54:00:aa:bb:cc"),
        ("bogus", "10.77.0.1", "pinned 52:54:00:aa:bb:cc"),
    ] {
        let post_up = "post-up ip link set br0 address 52:54:00:aa:bb:cc";
        let text = format!("iface br0\n bridge-ports lan0\n address {address}\n gateway {gateway}\n {post_up}\n");
        assert_eq!(told(DEBIAN, &text), expected, "{address} {gateway}");
    }
}

#[test]
fn inherited_and_merged() {
    let child = "iface br0 inherits tmpl\n bridge-ports lan0\n";
    for keyword in ["template", "iface"] {
        let text = format!("{keyword} tmpl\n hwaddress 52:54:00:aa:bb:cc\n{child}");
        assert_eq!(told(DEBIAN, &text), "pinned 52:54:00:aa:bb:cc");
    }
    // What is inherited from becomes a template and is not brought up any more.
    let text = "auto br0\niface br0\n bridge-ports lan0\niface br1 inherits br0\n";
    assert_eq!(told(DEBIAN, text), "absent");
    let text = "iface br0\n bridge-ports lan0\niface br0 inet6 manual\n hwaddress 52:54:00:aa:bb:cc # x\n";
    assert_eq!(told(DEBIAN, text), "pinned 52:54:00:aa:bb:cc");
}

#[test]
fn a_port_whose_name_is_part_of_another_is_lost() {
    let bridge = bridge_of(&host(&[(INTERFACES, "iface br0\n bridge-ports lan10 lan1\n")]), DEBIAN, "br0", true);
    assert_eq!(outcome(bridge.as_ref()), "floating b4:99:ba:00:00:10");
}

#[test]
fn settings_and_defaults() {
    let of = |files: &[(&str, &str)], stack: &str| outcome(bridge_of(&host(files), stack, "br0", true).as_ref());
    let text = "iface br0\n bridge-ports lan0\n bridge-hw 52:54:00:aa:bb:cc\n";
    let off = ("etc/network/ifupdown-ng.conf", "auto_executor_selection=0\n");
    assert_eq!(of(&[(INTERFACES, text), off], DEBIAN), "absent");
    assert_eq!(of(&[(INTERFACES, text), off], HOOKED), "pinned 52:54:00:aa:bb:cc");
    let no_scripts = ("etc/network/ifupdown-ng.conf", "allow_addon_scripts=0\nauto_executor_selection=0\n");
    assert_eq!(of(&[(INTERFACES, text), no_scripts], HOOKED), "absent");
    let defaults = ("etc/default/bridge-utils", "IF_BRIDGE_HW=52:54:00:00:00:01\n");
    assert_eq!(of(&[(INTERFACES, "iface br0\n bridge_ports lan0\n"), defaults], HOOKED), "pinned 52:54:00:00:00:01");
}

#[test]
fn every_place_is_told() {
    let text = "iface br0\n bridge-ports lan0\n bridge-hw 52:54:00:00:00:01\n lladdr 52:54:00:00:00:02\n hwaddress 52:54:00:00:00:03\n hwaddress 52:54:00:00:00:04\n up ip link set $IFACE address 52:54:00:00:00:05\n";
    assert_eq!(
        effects(DEBIAN, text),
        [
            "`bridge-hw` 52:54:00:00:00:01 ineffective",
            "`lladdr` 52:54:00:00:00:02 ineffective",
            "`hwaddress` 52:54:00:00:00:03 overridden",
            "`hwaddress` 52:54:00:00:00:04 overridden",
            "the `up` command 52:54:00:00:00:05 decides",
        ]
    );
    assert_eq!(
        effects(DEBIAN, "iface br0\n bridge_ports lan0\n bridge_hw 52:54:00:00:00:01\n"),
        ["`bridge_hw` 52:54:00:00:00:01 ineffective"]
    );
}

#[test]
fn writes_hwaddress_in_the_neighbours_way() {
    let write = |stack: &str, text: &str| fixed(stack, &host(&[(INTERFACES, text)]), LAN0, true);
    let before = "iface br0 inet dhcp\n\tbridge_ports lan0\n\tbridge_fd 0\n";
    let after = "iface br0 inet dhcp\n\tbridge_ports lan0\n\thwaddress b4:99:ba:00:00:01\n\tbridge_fd 0\n";
    for stack in [HOOKED, ALPINE] {
        assert_eq!(write(stack, before).as_deref(), Some(after));
    }
    assert_eq!(write(DEBIAN, before), None);
    // The dashed line chooses the executor: it must stay.
    let chosen = "iface br0\n  bridge_ports lan0\n  bridge-hw 52:54:00:aa:bb:cc\n";
    assert_eq!(
        write(DEBIAN, chosen).as_deref(),
        Some("iface br0\n  bridge_ports lan0\n  hwaddress b4:99:ba:00:00:01\n  bridge-hw 52:54:00:aa:bb:cc\n")
    );
    // A template's line is another bridge's too.
    let inherited = "template t\n bridge-ports lan0\niface br0 inherits t\n address 10.0.0.1/24\n";
    assert_eq!(
        write(DEBIAN, inherited).as_deref(),
        Some(
            "template t\n bridge-ports lan0\niface br0 inherits t\n address 10.0.0.1/24\n hwaddress b4:99:ba:00:00:01\n"
        )
    );
}
