//! `shared-machine-id`.

use super::{Rule, list_of_others};
use crate::finding::{Finding, Severity};
use crate::fleet::Shared;

/// Its findings are made by [`finding`], when all hosts are known.
pub(super) const RULE: Rule = Rule { name: "shared-machine-id", text: TEXT, check: |_| Vec::new() };

const TEXT: &str = "\
Bridges of several hosts to which systemd gives one address, as the hosts have one machine-id.

## What it does

Reports bridges whose address systemd-networkd or systemd-udevd makes of `/etc/machine-id` and the bridge's name, where another
of the hosts that are looked at has the same machine-id in its tree and a bridge of the same name.

## Why is this bad?

The machine-id is meant to be each machine's own. Clones of an image that was made with one have it in common, and with it
the addresses that come of it. On one network segment the hosts then take each other's packets. DHCP servers, the journal and
whatever else knows a host by its machine-id confuse them too.

## Example

```text
# hosts/web1/etc/machine-id, and the same in hosts/web2
0123456789abcdef0123456789abcdef

# etc/systemd/network/br0.netdev on both
[NetDev]
Name=br0
Kind=bridge
```

Use instead in the image an empty `/etc/machine-id`, which systemd fills when a machine is first started, and the address of the
network card for the bridge:

```text
[NetDev]
Name=br0
Kind=bridge
MACAddress=b4:99:ba:00:00:01
```

## Fix safety

There is no fix here. That of `unpinned-bridge` pins the bridge to the address of its uplink, where that is known.
";

/// The finding about one of the bridges.
pub(super) fn finding(shared: Shared) -> Finding {
    let Shared { bridge, address, .. } = &shared;
    let also = match &shared.others[..] {
        [other] => format!("as does {other}"),
        _ => format!("as do {} other bridges", shared.count),
    };
    let mut notes = list_of_others(&shared);
    notes.push(format!(
        "The address is made of the name {bridge} and of etc/machine-id, which these hosts have in common."
    ));
    Finding {
        rule: RULE.name,
        severity: Severity::Warning,
        message: format!("{bridge} gets {address} from its host's machine-id, {also}"),
        label: "no line sets its address".to_owned(),
        notes,
        help: vec!["give each host a machine-id of its own (an image has an empty one), or pin the bridge to the address of its own network card".to_owned()],
        bridge: Some(shared.bridge),
        stack: Some(shared.stack),
        place: shared.place,
        fix: None,
    }
}
