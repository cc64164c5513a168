//! `duplicate-address`.

use super::{Rule, list_of_others};
use crate::finding::{Finding, Severity};
use crate::fleet::Shared;

/// Its findings are made by [`finding`], when all hosts are known.
pub(super) const RULE: Rule = Rule { name: "duplicate-address", text: TEXT, check: |_| Vec::new() };

const TEXT: &str = "\
One address that is pinned on several bridges.

## What it does

Reports each place that pins a bridge to an address to which another bridge is pinned too, on another of the hosts that are
looked at or on the same, and names the other places.

Bridges of one host that lie on different VLANs of one link are not reported among themselves: each has that link's address
by rights, and each is alone with it on its VLAN.

## Why is this bad?

On one network segment a switch learns an address on the port where it was last seen. With two bridges that have
the same, packets for one go to the other, back and forth, and both hosts lose connections. Copying a host's
configuration for the next one is how it happens.

## Example

```text
# hosts/web1/etc/network/interfaces
iface br0 inet static
    address 192.0.2.10/24
    bridge_ports eth0
    bridge_hw b4:99:ba:00:00:01

# hosts/web2/etc/network/interfaces
iface br0 inet static
    address 192.0.2.11/24
    bridge_ports eth0
    bridge_hw b4:99:ba:00:00:01
```

Use instead, on the second host, the address of its own network card:

```text
iface br0 inet static
    address 192.0.2.11/24
    bridge_ports eth0
    bridge_hw b4:99:ba:00:00:02
```

## Fix safety

There is no fix: whose address it is stands in no file. A pair that shares an address on purpose says so with a comment at
each of its places.
";

/// The finding about one of the bridges.
pub(super) fn finding(shared: Shared) -> Finding {
    let Shared { bridge, address, .. } = &shared;
    let also = match &shared.others[..] {
        [other] => format!(", as is {other}"),
        _ => format!(", as are {} other bridges", shared.count),
    };
    Finding {
        rule: RULE.name,
        severity: Severity::Warning,
        message: format!("{bridge} is pinned to {address}{also}"),
        label: "not this bridge's alone".to_owned(),
        notes: list_of_others(&shared),
        help: vec!["pin each bridge to the address of its own network card".to_owned()],
        bridge: Some(shared.bridge),
        stack: Some(shared.stack),
        place: shared.place,
        fix: None,
    }
}
