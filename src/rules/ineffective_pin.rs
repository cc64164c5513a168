//! `ineffective-pin`.

use super::{Rule, about_pins};
use crate::check::Subject;
use crate::finding::Finding;
use crate::judgement::Effect;

pub(super) const RULE: Rule = Rule { name: "ineffective-pin", text: TEXT, check };

const TEXT: &str = "\
A line that was meant to set a bridge's address and does not, on the software that reads the file.

## What it does

Reports every such line and says why it has no effect: `bridge_hw` on ifupdown2 or given twice, `HWADDR=` in
the ifcfg file of a bridge, `MACAddress=` in `[Bridge]` of a `.netdev`, `hwaddress ether` on ifupdown-ng, a key in
the wrong case, a `.link` file that sorts after the one that applies.

## Why is this bad?

The file looks as if the address were set. It is not: the bridge takes the lowest address among its ports, and
it changes as containers with lower ones come and go. The host's network then freezes until its neighbours have
forgotten the old address, 10 to 30 seconds, sometimes minutes.

## Example

```text
# read by ifupdown2
iface vmbr0 inet static
    address 192.0.2.10/24
    bridge_ports eno1
    bridge_hw b4:99:ba:00:00:01
```

Use instead:

```text
iface vmbr0 inet static
    address 192.0.2.10/24
    bridge_ports eno1
    post-up ip link set dev vmbr0 address b4:99:ba:00:00:01
```

## Fix safety

The fix rewrites the line to what works on that software, with the address that the line states, and is
offered only after the whole host was judged again with it. Where two such lines state different addresses the
fix is only shown.
";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    about_pins(subject, RULE.name, |view, _, pin| match &pin.effect {
        Effect::Ineffective(why) => {
            Some((format!("{} does not set the address of {}", pin.what, view.name), why.clone()))
        }
        _ => None,
    })
}
