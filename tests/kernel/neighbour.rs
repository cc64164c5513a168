//! A second machine on the bridge's network: it pings, and it keeps the address that it has learned.

use crate::machine::Machine;

const HOST: &str = "198.51.100.10";
const ITSELF: &str = "198.51.100.1";
const ITS_MAC: &str = "0a:00:00:00:00:99";

/// The neighbour of one machine, in a network namespace of its own, behind a link of that machine.
pub struct Neighbour<'a> {
    machine: &'a Machine,
}

impl<'a> Neighbour<'a> {
    /// Plugs a neighbour in at the other end of a veth whose first end is a port of this bridge.
    pub fn behind(machine: &'a Machine, peer: &str, bridge: &str) -> Self {
        machine.ok(&format!(
            "ip netns add neighbour && ip link set {peer} netns neighbour name eth0 \
             && ip -n neighbour link set eth0 address {ITS_MAC} && ip -n neighbour address add {ITSELF}/24 dev eth0 \
             && ip -n neighbour link set eth0 up"
        ));
        // The host must not ask for it, which would tell it the bridge's address.
        machine.ok(&format!("ip neighbour replace {ITSELF} lladdr {ITS_MAC} dev '{bridge}' nud permanent"));
        let neighbour = Self { machine };
        machine.wait_for("the first answer to a ping", || neighbour.ping(1) == 1);
        neighbour
    }

    /// Plugs a neighbour into a bridge as a further port, which is higher than all others.
    pub fn beside(machine: &'a Machine, bridge: &str) -> Self {
        machine.add_veth("wire0", Some("fe:ff:ff:ff:ff:ff"), "wire1");
        // Without spanning tree a port forwards at once.
        machine.ok(&format!(
            "ip link set '{bridge}' type bridge stp_state 0 forward_delay 0 \
             && ip address add {HOST}/24 dev '{bridge}' && ip link set '{bridge}' up"
        ));
        assert!(machine.join("wire0", bridge), "{bridge} takes no port");
        Self::behind(machine, "wire1", bridge)
    }

    /// How many of so many pings are answered.
    pub fn ping(&self, count: u32) -> u32 {
        let pings = self.machine.run(&format!("ip netns exec neighbour ping -c {count} -i 0.02 -W 0.3 {HOST}"));
        received(&String::from_utf8_lossy(&pings.stdout))
    }

    /// Forgets the host's address, as it would by itself after 10 to 30 seconds and more, and asks anew.
    pub fn renews(&self) {
        self.machine.ok("ip -n neighbour neighbour flush dev eth0");
    }

    /// Pings all the while that something is done; how many were sent, and how many answered.
    pub fn pings_during(&self, work: impl FnOnce()) -> (usize, usize) {
        self.machine.ok(&format!(
            "ip netns exec neighbour ping -i 0.02 {HOST} >/run/pings 2>&1 & echo $! >/run/ping.pid; sleep 0.1"
        ));
        work();
        self.machine.ok("sleep 0.1; kill $(cat /run/ping.pid)");
        let report = self.machine.read("run/pings");
        let number = |line: &str| line.split("icmp_seq=").nth(1)?.split(' ').next()?.parse().ok();
        let answered: Vec<usize> = report.lines().filter_map(number).collect();
        assert_eq!(self.ping(1), 1, "the network is gone");
        // What was sent after the last answer may have been on its way.
        (answered.iter().copied().max().unwrap_or_default(), answered.len())
    }
}

fn received(report: &str) -> u32 {
    let text = report.split(" received").next().and_then(|text| text.rsplit(' ').next());
    text.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("not a report of ping: {report}"))
}
