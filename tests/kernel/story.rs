//! The story that started it: a host whose containers come and go, and an address that goes with them.

use crate::common::{bridgepin, folder};
use crate::machine::Machine;
use crate::neighbour::Neighbour;
use crate::stacks::Stack;
use pretty_assertions::assert_eq;
use std::fs;
use std::path::Path;

const ETH0: &str = "b4:99:ba:12:34:56";

const INTERFACES: &str = "\
auto br0
iface br0 inet static
\taddress 198.51.100.10/24
\tbridge_ports eth0
\tbridge_stp off
\tbridge_fd 0
";

/// A random address is lower than eth0's with 45 of its 64 first bytes. That all of so many are, or none, does not happen.
const CONTAINERS: usize = 40;

/// Boots the host: eth0 has its address, and a cable to the router; `ifup` makes br0.
fn boot(tree: &Path) -> Machine {
    let debian = Stack::named("ifupdown@0.8.41");
    let host = Machine::boot(&debian.layers(), tree);
    host.add_veth("eth0", Some(ETH0), "cable");
    debian.bring_up(&host, "ifup -a", "br0");
    host
}

fn br0(host: &Machine) -> String {
    host.address("br0").unwrap().mac
}

/// Starts a container. Its end in br0 has this address, or a random one; which, is returned.
fn start_container(host: &Machine, address: Option<&str>) -> String {
    host.ok("ip netns add container");
    host.add_veth("veth0", address, "inside");
    host.ok("ip link set inside netns container name eth0 && ip -n container link set eth0 up");
    assert!(host.join("veth0", "br0"));
    host.read("sys/class/net/veth0/address").trim().to_owned()
}

fn stop_container(host: &Machine) {
    host.ok("ip link delete veth0 && ip netns delete container");
}

/// Whether br0's address changes while a container with this address runs.
fn changes_with(host: &Machine, address: &str) -> bool {
    let before = br0(host);
    start_container(host, Some(address));
    let during = br0(host);
    stop_container(host);
    assert_eq!(br0(host), before, "the container is gone, and all is as before");
    during != before
}

/// Starts and stops containers with random addresses; how many of them changed br0's.
fn changes_with_containers(host: &Machine) -> usize {
    let changes = |_: &usize| {
        let before = br0(host);
        start_container(host, None);
        let changed = br0(host) != before;
        stop_container(host);
        changed
    };
    (0..CONTAINERS).filter(changes).count()
}

#[test]
fn containers_change_the_address_until_it_is_fixed() {
    let tree = folder(&[("etc/network/interfaces", INTERFACES)]);
    let host = boot(tree.path());
    let router = Neighbour::behind(&host, "cable", "br0");
    assert_eq!(br0(&host), ETH0);

    // A container starts. Its random address happens to be lower, and br0 takes it.
    for _ in 0..CONTAINERS {
        let address = start_container(&host, None);
        assert_eq!(br0(&host), ETH0.to_owned().min(address));
        stop_container(&host);
    }
    let changes = changes_with_containers(&host);
    println!("{changes} of {CONTAINERS} containers changed br0's address");
    assert!(0 < changes && changes < CONTAINERS, "{changes} of {CONTAINERS}");

    // LXC and libvirt know, and give their ends in the bridge a high address. A guest's own, for once a port, is low.
    assert!(!changes_with(&host, "fe:8d:f1:00:00:01"), "LXC's veth");
    assert!(!changes_with(&host, "fe:54:00:12:34:56"), "libvirt's tap");
    assert!(changes_with(&host, "52:54:00:12:34:56"), "QEMU's own addresses");

    // A container starts: eth0 still takes what is sent to its own address. But the router learns the new one.
    assert_eq!(router.ping(5), 5);
    start_container(&host, Some("02:42:ac:11:00:02"));
    assert_eq!(router.ping(5), 5);
    router.renews();
    assert_eq!(router.ping(5), 5);

    // It stops, and the router talks to nobody.
    stop_container(&host);
    assert_eq!(br0(&host), ETH0);
    assert_eq!(router.ping(5), 0, "the freeze");
    router.renews(); // 10 to 30 seconds later
    assert_eq!(router.ping(5), 5);

    // The fix, as in provisioning: the running host tells eth0's address.
    let check = bridgepin()
        .args(["check", "--fix", "--root", tree.path().to_str().unwrap(), "--sysfs", &host.path("sys")])
        .output()
        .unwrap();
    assert_eq!(check.status.code(), Some(0), "{}", String::from_utf8_lossy(&check.stdout));
    let fixed = fs::read_to_string(tree.path().join("etc/network/interfaces")).unwrap();
    assert_eq!(fixed, INTERFACES.replace("eth0\n", &format!("eth0\n\tbridge_hw {ETH0}\n")));

    // The same host after its next boot.
    let host = boot(tree.path());
    let router = Neighbour::behind(&host, "cable", "br0");
    assert_eq!(router.ping(5), 5);
    let (sent, answered) = router.pings_during(|| {
        assert_eq!(changes_with_containers(&host), 0);
        assert!(!changes_with(&host, "52:54:00:12:34:56"));
        assert!(!changes_with(&host, "02:42:ac:11:00:02"));
    });
    println!("{answered} of {sent} pings answered meanwhile");
    assert!(sent > 50 && answered == sent, "{answered} of {sent} pings answered");
    let address = host.address("br0").unwrap();
    assert_eq!((address.mac.as_str(), address.assigned.as_str()), (ETH0, "3"));
}

#[test]
fn an_address_set_by_hand_stays_until_the_next_boot() {
    let tree = folder(&[("etc/network/interfaces", INTERFACES)]);
    let host = boot(tree.path());
    assert!(changes_with(&host, "02:42:ac:11:00:02"));

    host.ok("ip link set dev br0 address \"$(cat /sys/class/net/br0/address)\"");
    assert!(!changes_with(&host, "02:42:ac:11:00:02"));
    assert_eq!(changes_with_containers(&host), 0);
    let address = host.address("br0").unwrap();
    assert_eq!((address.mac.as_str(), address.assigned.as_str()), (ETH0, "3"));

    let host = boot(tree.path());
    assert!(changes_with(&host, "02:42:ac:11:00:02"));
}
