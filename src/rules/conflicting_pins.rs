//! `conflicting-pins`.

use super::{Rule, about_pins};
use crate::check::Subject;
use crate::finding::Finding;
use crate::judgement::Effect;

pub(super) const RULE: Rule = Rule { name: "conflicting-pins", text: TEXT, check };

const TEXT: &str = "\
Two lines that set a bridge's address to different values.

## What it does

Reports each line that loses and names the one that wins. Two lines with the same address are not reported.

## Why is this bad?

Only one of them holds, and which one depends on the software: ifupdown runs `bridge_hw` before the ports join and
`hwaddress` after them, networkd takes the last of several assignments and lets a `.network` file override the `.netdev`.
Who edits the losing line changes nothing.

## Example

```text
iface br0 inet static
    bridge_ports eth0
    bridge_hw b4:99:ba:00:00:01
    hwaddress 52:54:00:aa:bb:cc
```

Keep one of the two lines.

## Fix safety

There is no fix: which address is right is not in the file.
";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    about_pins(subject, RULE.name, |view, wins, pin| {
        let Effect::Overridden(by) = &pin.effect else { return None };
        let wins = wins?;
        let differs = pin.meant.is_none() || pin.meant != wins.meant;
        differs.then(|| (format!("{} of {} loses against {}", pin.what, view.name, wins.what), by.clone()))
    })
}
