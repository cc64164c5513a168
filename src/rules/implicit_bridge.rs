//! `implicit-bridge`.

use super::{Rule, about};
use crate::check::Subject;
use crate::finding::Finding;
use crate::judgement::Outcome;

pub(super) const RULE: Rule = Rule { name: "implicit-bridge", text: TEXT, check };

const TEXT: &str = "\
A bridge that only a port or a hook creates.

## What it does

Reports bridges that have no definition of their own: only the `BRIDGE=` of a port names them, or only a command in
another interface's hook line makes them.

## Why is this bad?

There is no place where such a bridge's address could be set, so it takes the lowest among its ports. It also comes and
goes with the port that makes it.

## Example

```text
# ifcfg-eth0, and no ifcfg-br0
DEVICE=eth0
ONBOOT=yes
BRIDGE=br0
```

Use instead a file for the bridge:

```text
# ifcfg-br0
DEVICE=br0
TYPE=Bridge
MACADDR=b4:99:ba:00:00:01
ONBOOT=yes
```

## Fix safety

There is no fix: what else the bridge needs is not in the files.
";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let implicit = subject.bridges.iter().filter_map(|view| {
        let (reading, bridge) = view.on.iter().find(|(_, bridge)| bridge.outcome != Outcome::Absent)?;
        let how = bridge.implicit.as_ref()?;
        let everywhere =
            view.on.iter().all(|(_, bridge)| bridge.implicit.is_some() || bridge.outcome == Outcome::Absent);
        everywhere.then(|| {
            let mut finding =
                about(RULE.name, view, reading, &bridge.origin, format!("{} has no definition of its own", view.name));
            finding.label.clone_from(how);
            finding
        })
    });
    implicit.collect()
}
