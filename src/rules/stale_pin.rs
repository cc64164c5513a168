//! `stale-pin`.

use super::{Rule, about, pinned};
use crate::address::MacAddress;
use crate::check::{Subject, View};
use crate::finding::{Finding, Severity};
use crate::links::{Links, Shape, vlan_parent};
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeSet;

pub(super) const RULE: Rule = Rule { name: "stale-pin", text: TEXT, check };

const TEXT: &str = "\
A bridge pinned to a network card's address that none of the host's cards has.

## What it does

Reports bridges that are pinned to a globally administered address, one that a manufacturer gave to a network card, where the
addresses of all its ports are known (`--sysfs`, `--facts`, the host's own files) and neither they nor any other link that is known
has it. Locally administered addresses, which somebody made up, are not reported.

## Why is this bad?

The card was replaced, or the configuration was copied from another host. The bridge works, but with an address that
belongs to another device: if that is on the same network segment, both lose packets. DHCP reservations, port security
and whoever looks for the host by its card's address miss it.

## Example

```text
# ip link on the host: eth0 has b4:99:ba:00:00:02
iface br0 inet static
    address 192.0.2.10/24
    bridge_ports eth0
    bridge_hw b4:99:ba:00:00:01
```

Use instead the address of its own network card:

```text
iface br0 inet static
    address 192.0.2.10/24
    bridge_ports eth0
    bridge_hw b4:99:ba:00:00:02
```

## Fix safety

There is no fix: the old address may be wanted, for a licence or a DHCP reservation.
";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    subject.bridges.iter().flat_map(|view| stale(subject, view)).collect()
}

fn stale(subject: &Subject<'_>, view: &View<'_>) -> Vec<Finding> {
    let links = subject.world.links;
    let mut pinned = pinned(view);
    pinned.retain(|pinned| !pinned.address.is_local());
    if pinned.is_empty() {
        return Vec::new();
    }
    let ports: BTreeSet<&BString> = view.on.iter().flat_map(|(_, bridge)| &bridge.ports).collect();
    if !are_known(links, &ports) {
        return Vec::new();
    }
    let strange = pinned.into_iter().filter(|pinned| !is_a_links(links, pinned.address, view.name));
    let findings = strange.map(|pinned| {
        let message = format!("{} is pinned to an address that no network card of this host has", view.name);
        let mut finding = about(RULE.name, view, pinned.reading, pinned.place, message);
        finding.severity = Severity::Warning;
        finding.label = format!("no known link has {}", pinned.address);
        finding.notes = ports.iter().filter_map(|port| has(subject, port.as_bstr())).collect();
        finding.help = vec!["pin it to the address of its own network card".to_owned()];
        finding
    });
    findings.collect()
}

/// Whether the hardware's address is known of all links that these are or lie on.
fn are_known(links: &Links, ports: &BTreeSet<&BString>) -> bool {
    let mut todo: Vec<&BStr> = ports.iter().map(|port| port.as_bstr()).collect();
    let (mut seen, mut any) = (BTreeSet::new(), false);
    while let Some(name) = todo.pop() {
        if !seen.insert(name) {
            continue;
        }
        let link = links.get(name);
        match link.map(|link| &link.shape) {
            Some(Shape::Bond(ports)) if !ports.is_empty() => todo.extend(ports.iter().map(|port| port.as_bstr())),
            Some(Shape::Vlan(parent)) => todo.push(parent.as_bstr()),
            _ if link.is_some_and(|link| link.evidence.iter().any(|evidence| !evidence.assigned)) => any = true,
            _ => match vlan_parent(name) {
                Some(parent) => todo.push(parent),
                None => return false,
            },
        }
    }
    any
}

/// Whether a link has that address, those left out that have it from the bridge: itself and the VLANs on it.
fn is_a_links(links: &Links, address: MacAddress, bridge: &BStr) -> bool {
    let lies_on_bridge = |name: &BStr| match links.get(name).map(|link| &link.shape) {
        Some(Shape::Vlan(parent)) => parent == bridge,
        _ => vlan_parent(name) == Some(bridge),
    };
    let others = links.iter().filter(|(name, _)| *name != bridge && !lies_on_bridge(name.as_bstr()));
    others.flat_map(|(_, link)| &link.evidence).any(|evidence| evidence.address == address)
}

/// What a port has, as a sentence.
fn has(subject: &Subject<'_>, port: &BStr) -> Option<String> {
    let evidence = subject.world.links.address_or_parents(port)?;
    let origin = subject.world.links.origin(port);
    Some(format!("{origin} has {} ({}).", evidence.address, subject.told_by(&evidence.source)))
}
