//! `unpinned-bridge`.

use super::{Rule, about, main_rule, outcome_notes};
use crate::address::MacAddress;
use crate::check::{Subject, View};
use crate::finding::Finding;
use crate::judgement::Outcome;

pub(super) const RULE: Rule = Rule { name: "unpinned-bridge", text: TEXT, check };

const TEXT: &str = "\
A bridge whose address no configuration sets.

## What it does

Reports bridges whose outcome is `floating` (the lowest address among the ports) or `generated` (made up by software). It is
an error where a floating bridge carries an IP address or asks for one by DHCP, else a warning.

## Why is this bad?

A floating address changes when a port with a lower one joins, a container's veth for example, and again when the port
that owns the lowest leaves. Every neighbour then sends to an address that is gone, and the host's network freezes until
they ask again: 10 to 30 seconds, sometimes minutes.

A generated address does not move. But it is not the network card's, so DHCP reservations and port security do not know
it, and clones of one image that share a machine-id share it.

## Example

```text
iface br0 inet static
    address 192.0.2.10/24
    bridge_ports eth0
```

Use instead, on Debian's ifupdown:

```text
iface br0 inet static
    address 192.0.2.10/24
    bridge_ports eth0
    bridge_hw b4:99:ba:00:00:01
```

Which line works depends on the software that reads the file: `bridge_hw` on ifupdown, `hwaddress` on ifupdown-ng, `post-up
ip link set` on ifupdown2, `MACAddress=` for networkd, `MACADDR=` in an ifcfg file.

## Fix safety

The fix writes the first of these addresses that is known: the one given by `--mac`, the running bridge's own where it was set
(`--sysfs`), the uplink's. It is safe where one source tells it. Where two sources name different addresses for
one link it is only shown. A bridge with a generated address gets another one on the wire; the message says so.
";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let unpinned = subject.bridges.iter().filter(|view| main_rule(view) == Some(RULE.name));
    unpinned.map(|view| finding(subject, view)).collect()
}

fn finding(subject: &Subject<'_>, view: &View<'_>) -> Finding {
    let (reading, bridge) = view.worst();
    let (message, label) = match bridge.outcome {
        Outcome::Floating => {
            ("takes the lowest address among its ports and changes with them", "nothing sets its address")
        }
        _ => ("has an address that software makes up", "no line sets its address"),
    };
    let mut finding = about(RULE.name, view, reading, &bridge.origin, format!("{} {message}", view.name));
    finding.label = label.to_owned();
    finding.notes = outcome_notes(view);
    if bridge.outcome == Outcome::Floating {
        let running =
            subject.world.links.get(view.name).and_then(|link| link.evidence.first()).map(|evidence| evidence.address);
        finding.notes.extend(running.or(bridge.address).map(likelihood));
    }
    finding
}

/// How likely a random container address takes over the address of a bridge that floats. Container runtimes set the local bit and
/// clear the group bit of a random address, so its first byte is one of 64.
#[must_use]
pub fn likelihood(address: MacAddress) -> String {
    let first = address.0[0];
    let lower = (0..=255u8).filter(|byte| byte & 3 == 2 && *byte < first).count();
    let percent = (lower * 100 + 32) / 64;
    let mut text = format!(
        "Its address is {address}: a random container address is lower in {lower} of 64 first bytes, {percent} % of cases."
    );
    match address.0 {
        [0x02, ..] => text.push_str(" Only another address that starts with 02 can be lower."),
        [0x52, 0x54, 0x00, ..] => text.push_str(" 52:54:00 is the range of QEMU and libvirt, whose guests' own addresses can be lower too."),
        [0xfe, ..] => text.push_str(" fe is the first byte that LXC and libvirt give the host's end of a guest's link: this bridge has no other port, or only such ones."),
        _ => {}
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn counts_first_bytes() {
        let said = |text: &str| likelihood(MacAddress::parse(text.as_bytes()).unwrap());
        assert_eq!(
            said("b4:99:ba:00:00:01"),
            "Its address is b4:99:ba:00:00:01: a random container address is lower in 45 of 64 first bytes, 70 % of cases."
        );
        assert_eq!(
            said("00:16:3e:00:00:01"),
            "Its address is 00:16:3e:00:00:01: a random container address is lower in 0 of 64 first bytes, 0 % of cases."
        );
        assert!(said("02:00:00:00:00:01").contains("0 of 64"));
        assert!(said("fe:00:00:00:00:01").contains("63 of 64 first bytes, 98 %"));
        assert!(said("52:54:00:00:00:01").contains("20 of 64 first bytes, 31 %"));
    }
}
