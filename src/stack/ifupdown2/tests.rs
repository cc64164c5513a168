//! What ifupdown2 does beside the measured tables, by its source and the semantics that were measured.

use crate::stack::bring_up::testing::{LAN0, bridge_of, effects, fixed, host, outcome, told};
use pretty_assertions::assert_eq;

const NEWEST: &str = "ifupdown2";
const INTERFACES: &str = "etc/network/interfaces";
const POLICY: &str = "var/lib/ifupdown2/policy.d/p.json";
const FROM_PORT: &str = r#"{"bridge":{"module_globals":{"bridge_set_static_mac_from_port":"yes"}}}"#;

#[test]
fn hwaddress_is_written_where_it_differs() {
    for (options, expected) in [
        ("bridge-ports lan0\n hwaddress b4:99:ba:00:00:01", "floating b4:99:ba:00:00:01"),
        // The lowest address is what the bridge has, not the first port's.
        ("bridge-ports lan1 lan0\n hwaddress b4:99:ba:00:00:02", "pinned b4:99:ba:00:00:02"),
        ("bridge-ports none\n hwaddress b4:99:ba:00:00:01", "pinned b4:99:ba:00:00:01"),
        // Compared by another number than is sent.
        ("bridge-ports lan0\n hwaddress b499.ba00.0001", "pinned b4:99:ba:00:00:01"),
        ("bridge-ports lan0\n hwaddress b499ba000001", "floating b4:99:ba:00:00:01"),
        ("bridge-ports lan0\n hwaddress 52:54:00:aa:bb", "pinned 00:52:54:00:aa:bb"),
        ("bridge_vlan_aware no\n hwaddress 52:54:00:aa:bb:cc", "pinned 52:54:00:aa:bb:cc"),
        ("bridge-ports regex lan[0-9]", "floating b4:99:ba:00:00:01"),
        ("bridge-ports glob lan1-3", "floating b4:99:ba:00:00:02"),
        // A failing command is a warning, and all that follow run.
        (
            "bridge-ports lan0\n post-up false\n post-up ip link set br0 address 52:54:00:aa:bb:cc",
            "pinned 52:54:00:aa:bb:cc",
        ),
        ("bridge-ports lan0\n Hwaddress 52:54:00:aa:bb:cc", "floating b4:99:ba:00:00:01"),
        (
            "pre-up ip link add br0 type bridge\n pre-up ip link set lan1 master br0\n bridge-ports lan0",
            "floating b4:99:ba:00:00:01",
        ),
    ] {
        assert_eq!(told(NEWEST, &format!("iface br0\n {options}\n")), expected, "{options}");
    }
}

#[test]
fn stanzas_are_one_and_ports_come_first() {
    let split = "iface br0 inet manual\n hwaddress 52:54:00:aa:bb:cc\niface br0 inet6 manual\n bridge-ports lan0\n";
    assert_eq!(told(NEWEST, split), "pinned 52:54:00:aa:bb:cc");
    let port = format!("iface br0\n bridge-ports lan0\n hwaddress {LAN0}\niface lan0\n hwaddress 52:54:00:00:00:07\n");
    assert_eq!(told(NEWEST, &port), "pinned b4:99:ba:00:00:01");
    let vlan = "iface br0\n bridge-ports lan1.5 bond0\niface bond0\n bond-slaves lan0\n";
    assert_eq!(told(NEWEST, vlan), "floating b4:99:ba:00:00:01");
    let nested = "iface br0\n bridge-ports lan0\niface br1\n bridge-ports br0\n";
    assert_eq!(told(NEWEST, nested), "absent");
}

#[test]
fn every_place_is_told() {
    let text = "iface tmpl\n hwaddress 52:54:00:00:00:09\niface br0 inet manual inherits tmpl\n bridge_ports lan0\n bridge_hw 52:54:00:00:00:01\n macaddress 52:54:00:00:00:02\n hwaddress 52:54:00:00:00:03\n hwaddress 52:54:00:00:00:04\n up ip link set $IFACE address 52:54:00:00:00:05\n";
    assert_eq!(
        effects(NEWEST, text),
        [
            "`hwaddress` 52:54:00:00:00:09 ineffective",
            "`bridge_hw` 52:54:00:00:00:01 ineffective",
            "`macaddress` 52:54:00:00:00:02 ineffective",
            "`hwaddress` 52:54:00:00:00:03 overridden",
            "`hwaddress` 52:54:00:00:00:04 overridden",
            "the `up` command 52:54:00:00:00:05 decides",
        ]
    );
    assert_eq!(
        effects(NEWEST, "iface br0\n bridge-ports lan0\n hwaddress 52-54-00-aa-bb-cc\n"),
        ["`hwaddress` 52-54-00-aa-bb-cc invalid"]
    );
}

#[test]
fn policies_by_version() {
    let of = |stack: &str, policy: &str, interfaces: &str, name: &str| {
        outcome(bridge_of(&host(&[(POLICY, policy), (INTERFACES, interfaces)]), stack, name, true).as_ref())
    };
    let one = "iface br0\n bridge-ports lan0\n";
    for (version, expected) in [("3.0.0", "floating"), ("3.1.0", "floating"), ("3.2.0", "pinned"), ("3.9.0", "pinned")]
    {
        assert_eq!(
            of(&format!("ifupdown2@{version}"), FROM_PORT, one, "br0"),
            format!("{expected} {LAN0}"),
            "{version}"
        );
    }
    // The first port, although the bridge has the lowest address.
    let two = "iface br0\n bridge-ports lan1 lan0\n";
    assert_eq!(of("ifupdown2@3.0.0", FROM_PORT, two, "br0"), "pinned b4:99:ba:00:00:02");
    assert_eq!(of("ifupdown2@3.1.0", FROM_PORT, two, "br0"), "floating b4:99:ba:00:00:01");
    assert_eq!(of("ifupdown2@3.2.0", FROM_PORT, two, "br0"), "pinned b4:99:ba:00:00:02");
    // 3.0.0 gives all bridges what it chose for the first.
    let bridges = "iface br0\n bridge-ports lan0\niface br1\n bridge-ports lan1\n";
    assert_eq!(of("ifupdown2@3.0.0", FROM_PORT, bridges, "br1"), "pinned b4:99:ba:00:00:01");
    assert_eq!(of("ifupdown2@3.1.0", FROM_PORT, bridges, "br1"), "floating b4:99:ba:00:00:02");
    // `hwaddress` switches the policy off, one that is not written too; no port, no policy.
    assert_eq!(of(NEWEST, FROM_PORT, &format!("{one} hwaddress {LAN0}\n"), "br0"), format!("floating {LAN0}"));
    assert_eq!(of(NEWEST, FROM_PORT, "iface br0\n bridge-ports none\n", "br0"), "floating");
    let default = r#"{"address":{"iface_defaults":{"br0":{"hwaddress":"52:54:00:aa:bb:cc"}}}}"#;
    assert_eq!(of(NEWEST, default, one, "br0"), "pinned 52:54:00:aa:bb:cc");
    assert_eq!(of("ifupdown2@3.3.0", default, one, "br0"), format!("floating {LAN0}"));
}

#[test]
fn links_that_nothing_tells() {
    let host = host(&[(INTERFACES, "iface br0\n bridge-ports eno1\n hwaddress 52:54:00:aa:bb:cc\n")]);
    let bridge = bridge_of(&host, NEWEST, "br0", false).unwrap();
    assert_eq!(outcome(Some(&bridge)), "pinned 52:54:00:aa:bb:cc");
    assert!(bridge.note.is_some_and(|note| note.contains("--perfmode")));
}

#[test]
fn writes_what_works() {
    let write = |text: &str, address: &str, known: bool| fixed(NEWEST, &host(&[(INTERFACES, text)]), address, known);
    let before = "iface br0 inet static\n\taddress 10.0.0.1/24\n\tbridge_ports\tlan0\n\tbridge_fd 0";
    // The address that the bridge has anyway: `hwaddress` would not be written.
    assert_eq!(
        write(before, LAN0, true).as_deref(),
        Some(
            "iface br0 inet static\n\taddress 10.0.0.1/24\n\tbridge_ports\tlan0\n\tpost-up\tip link set dev br0 address b4:99:ba:00:00:01\n\tbridge_fd 0"
        )
    );
    assert_eq!(
        write("iface br0\r\n  bridge-ports lan0", "52:54:00:aa:bb:cc", true).as_deref(),
        Some("iface br0\r\n  bridge-ports lan0\r\n  hwaddress 52:54:00:aa:bb:cc\r\n")
    );
    assert_eq!(
        write("iface br0\n bridge_ports lan0\n bridge_hw  lan0\n", LAN0, false).as_deref(),
        Some("iface br0\n bridge_ports lan0\n post-up  ip link set dev br0 address b4:99:ba:00:00:01\n")
    );
    // One line for several bridges.
    assert_eq!(write("iface br[0-1]\n bridge-ports none\n", LAN0, true), None);
    // With Proxmox's policy a `hwaddress` that repeats the port's would undo the pin.
    let text = format!("iface br0\n bridge-ports lan0\n hwaddress {LAN0}\n");
    let proxmox = host(&[(POLICY, FROM_PORT), (INTERFACES, text.as_str())]);
    let after = fixed(NEWEST, &proxmox, LAN0, true).unwrap();
    assert_eq!(after, "iface br0\n bridge-ports lan0\n post-up ip link set dev br0 address b4:99:ba:00:00:01\n");
}
