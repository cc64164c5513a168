//! `unknown-bridge-option`.

use super::Rule;
use crate::check::Subject;
use crate::finding::{Finding, Severity};
use crate::span::Place;
use std::collections::BTreeMap;

pub(super) const RULE: Rule = Rule { name: "unknown-bridge-option", text: TEXT, check };

const TEXT: &str = "\
A `bridge_*` option that the software does not know.

## What it does

Reports options in `interfaces` that look like a bridge's and that no stack which reads the file knows, with the nearest
name that exists.

## Why is this bad?

Unknown options are ignored without a message. `bridge_fe 0` leaves the forwarding delay at 15 seconds, and
`bridge_hwaddr` leaves the address to the ports.

## Example

```text
iface br0 inet dhcp
    bridge_ports eth0
    bridge_maxwiat 0
```

Use instead:

```text
iface br0 inet dhcp
    bridge_ports eth0
    bridge_maxwait 0
```

## Fix safety

There is no fix: what the line was meant to say is a guess.
";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    // A line that was meant to set the address has a rule of its own.
    let bridges = || subject.readings.iter().flat_map(|reading| &reading.judgement.bridges);
    let is_pin = |place: &Place| bridges().flat_map(|bridge| &bridge.pins).any(|pin| pin.line.covers(place));
    let mut unknown = BTreeMap::new();
    for reading in subject.readings {
        for option in &reading.judgement.unknown_options {
            unknown.entry(&option.place).or_insert_with(Vec::new).push((reading, option));
        }
    }
    let everywhere = unknown.into_iter().filter(|(place, on)| on.len() == subject.readings.len() && !is_pin(place));
    let finding = |(_, on): (_, Vec<_>)| {
        let (reading, option): (&crate::check::Reading, &crate::judgement::UnknownOption) = *on.first()?;
        Some(Finding {
            rule: RULE.name,
            severity: Severity::Warning,
            place: option.place.clone(),
            message: format!("{} knows no option `{}`", reading.stack, option.name),
            label: "ignored without a message".to_owned(),
            notes: Vec::new(),
            help: option
                .nearest
                .map(|nearest| format!("the nearest name that it knows is `{nearest}`"))
                .into_iter()
                .collect(),
            bridge: None,
            stack: Some(reading.stack.to_string()),
            fix: None,
        })
    };
    everywhere.filter_map(finding).collect()
}
