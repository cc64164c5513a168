//! `rename-clash`.

use super::{Rule, about, pinned};
use crate::check::Subject;
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule { name: "rename-clash", text: TEXT, check };

const TEXT: &str = "\
A bridge pinned to an address by which something renames links.

## What it does

Reports bridges pinned to an address by which a `.link` file (`[Match] MACAddress=` with `Name=`), a udev rule
(`ATTR{address}==` with `NAME=`) or a netplan before 0.106 (`match:` with `macaddress:`, beside `set-name:`) names a link,
where nothing else that it asks for keeps the bridge out. `PermanentMACAddress=` is not reported: a bridge has none. Nor is
`HWADDR=` in the ifcfg file of a port: initscripts ask for the names of links with a driver only. But `HWADDR=` in the bridge's
own file is, where it would give the bridge's name to the network card.

## Why is this bad?

Once the bridge has the network card's address, it is taken for the card. udevd then tries to give it the card's name: where
the card has that name, nothing or an error comes of it; where the bridge is there first, it gets the name, the card
does not, and the host has no network.

## Example

```text
# 10-lan0.link
[Match]
MACAddress=b4:99:ba:00:00:01
[Link]
Name=lan0

# br0.netdev
[NetDev]
Name=br0
Kind=bridge
MACAddress=b4:99:ba:00:00:01
```

Use instead in the `.link` file:

```text
[Match]
PermanentMACAddress=b4:99:ba:00:00:01
[Link]
Name=lan0
```

`OriginalName=`, `Path=` or `Type=ether` beside `MACAddress=` keep bridges out too.

## Fix safety

There is no fix: other links may depend on the file that renames. A fix that would pin a bridge to such an address is unsafe.
";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let links = subject.world.links;
    let found = subject.bridges.iter().flat_map(|view| {
        pinned(view).into_iter().filter_map(move |pinned| {
            let by_address = links.renamer(pinned.address, view.name);
            let renamer = by_address.or_else(|| links.name_taker(pinned.address, view.name))?;
            let (taken, link) = match by_address {
                Some(_) => (format!("{} would be taken for {}", view.name, renamer.to), "a link"),
                None => (format!("a network card would be taken for {}", view.name), "a network card"),
            };
            let mut finding = about(RULE.name, view, pinned.reading, pinned.place, taken);
            finding.severity = Severity::Warning;
            finding.label = format!("by this address {link} gets the name {}", renamer.to);
            finding.notes = vec![format!("What gives it that name is {}.", subject.told_by(&renamer.source))];
            finding.help = vec![renamer.cure.to_owned()];
            Some(finding)
        })
    });
    found.collect()
}
