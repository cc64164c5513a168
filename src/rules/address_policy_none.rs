//! `address-policy-none`.

use super::{Rule, about, main_rule, outcome_notes};
use crate::check::Subject;
use crate::finding::Finding;
use std::collections::BTreeSet;

pub(super) const RULE: Rule = Rule { name: "address-policy-none", text: TEXT, check };

const TEXT: &str = "\
A `MACAddress=none` or `MACAddressPolicy=none` that leaves a bridge without an address of its own on purpose.

## What it does

Reports `MACAddress=none` in a `.netdev` file and `MACAddressPolicy=none` in the `.link` file that applies to a bridge,
where the bridge's address floats because of it.

## Why is this bad?

The two are the documented way to let a bridge inherit its uplink's address. What it inherits is the lowest address among
all its ports, so the next virtual machine or container with a lower one takes the bridge's address away from the
uplink. A `.link` file with this policy also un-pins every bridge that other software makes.

## Example

```text
[NetDev]
Name=br0
Kind=bridge
MACAddress=none
```

Use instead the address of the uplink:

```text
[NetDev]
Name=br0
Kind=bridge
MACAddress=b4:99:ba:00:00:01
```

## Fix safety

The fix of a `.netdev` replaces `none` by the uplink's address, which the bridge has as long as no lower port joins. A
`.link` file is never edited: other links depend on it.
";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for view in &subject.bridges {
        let (reading, bridge) = view.worst();
        if main_rule(view).is_none() {
            continue;
        }
        for (place, how) in &bridge.unset_on_purpose {
            if !seen.insert(place.clone()) {
                continue;
            }
            let mut finding = about(
                RULE.name,
                view,
                reading,
                place,
                format!("{} is left without an address of its own on purpose", view.name),
            );
            finding.label.clone_from(how);
            if main_rule(view) == Some(RULE.name) {
                finding.notes = outcome_notes(view);
            }
            findings.push(finding);
        }
    }
    findings
}
