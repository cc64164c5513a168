//! Whole hosts of fixtures/cases, booted: each of their bridges does what `list` says, before the fix and after it.

use crate::common::{bridgepin, read_tree, write_tree};
use crate::machine::Machine;
use crate::stacks::Stack;
use pretty_assertions::assert_eq;
use serde_json::Value;
use std::path::Path;

/// The bridges of a tree, as the tool sees them.
fn list(tree: &Path) -> Vec<Value> {
    let output = bridgepin().args(["list", "--output-format", "json", "--root"]).arg(tree).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Boots the tree with its network cards, and sees what each of its bridges does when a lower port joins; how many stay.
fn boots_as_told(tree: &Path, cards: &[(&str, &str)]) -> usize {
    let bridges = list(tree);
    let stack = Stack::named(bridges[0]["stack"].as_str().unwrap());
    let machine = Machine::boot(&stack.layers(), tree);
    for (name, address) in cards {
        machine.add_veth(name, Some(address), &format!("{name}-far"));
    }
    stack.bring_up(&machine, "ifup -a", bridges[0]["bridge"].as_str().unwrap());

    let mut staying = 0;
    for told in &bridges {
        let bridge = told["bridge"].as_str().unwrap();
        let up = machine.address(bridge).unwrap_or_else(|| panic!("no {bridge}: {}", machine.log()));
        machine.add_veth("lower", Some("02:00:00:00:00:01"), "inside");
        machine.join("lower", bridge);
        let joined = machine.address(bridge).unwrap();
        machine.ok("ip link delete lower");
        match told["outcome"].as_str().unwrap() {
            "floating" => assert_eq!(joined.mac, "02:00:00:00:00:01", "{told}"),
            _ => {
                assert_eq!((&joined, up.assigned.as_str()), (&up, "3"), "{told}");
                let address = told["address"].as_str();
                assert!(address.is_none_or(|address| address == up.mac), "{told}: {up:?}");
                staying += 1;
            }
        }
    }
    staying
}

/// Boots a fixture, fixes it, and boots it again; how many of its bridges stay, before and after.
fn fixed(fixture: &str, cards: &[(&str, &str)]) -> (usize, usize) {
    let tree = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases").join(fixture).join("before");
    write_tree(tree.path(), &read_tree(&fixture));
    let before = boots_as_told(tree.path(), cards);
    bridgepin().args(["check", "--fix", "--root"]).arg(tree.path()).output().unwrap();
    (before, boots_as_told(tree.path(), cards))
}

#[test]
fn a_bridge_pinned_by_its_ports_name() {
    assert_eq!(fixed("debian-by-name", &[("enp3s0", "b4:99:ba:00:00:01")]), (0, 1));
}

#[test]
fn a_bridge_in_a_sourced_file() {
    // br1 has no port that could tell an address.
    assert_eq!(fixed("debian-sourced", &[("lan0", "b4:99:ba:00:00:01")]), (0, 1));
}

#[test]
fn bridges_whose_pins_are_mistakes() {
    let cards = [
        ("eth0", "b4:99:ba:00:00:01"),
        ("eth1", "b4:99:ba:00:00:02"),
        ("eth2", "b4:99:ba:00:00:03"),
        ("eth3", "b4:99:ba:00:00:04"),
    ];
    assert_eq!(fixed("debian-mistakes", &cards), (1, 4));
}

#[test]
fn a_bridge_of_networkd_gets_its_cards_address() {
    // The tree has no machine-id, of which networkd would make an address up.
    assert_eq!(fixed("networkd", &[("eno1", "b4:99:ba:00:00:01")]), (0, 1));
}
