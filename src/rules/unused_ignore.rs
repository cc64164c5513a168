//! `unused-ignore`.

use super::Rule;
use crate::finding::{Finding, Severity};
use crate::ignore::Useless;

/// Its findings are made by [`finding`], when all others are known.
pub(super) const RULE: Rule = Rule { name: "unused-ignore", text: TEXT, check: |_| Vec::new() };

const TEXT: &str = "\
A comment to bridgepin that silences nothing.

## What it does

Reports `bridgepin: ignore[...]` and `bridgepin: ignore-file[...]` comments whose rule finds nothing there, whose rule does
not exist, that cannot be read, or that stand where the file's format has no comments. A comment for `duplicate-address` or
`shared-machine-id` is of use wherever the line gives a bridge its address, as a run may not look at all hosts.

## Why is this bad?

What was silenced once may be mended, or may have moved: then the comment hides the next finding. In
`/etc/network/interfaces` and systemd's files a `#` behind a value is part of the value, so that such a comment breaks
the line it stands on.

## Example

```text
iface br0 inet dhcp
    bridge_ports eth0
    bridge_hw b4:99:ba:00:00:01 # bridgepin: ignore[unpinned-bridge] lab machine
```

Use instead, if there is something to silence:

```text
# bridgepin: ignore[unpinned-bridge] lab machine
iface br0 inet dhcp
    bridge_ports eth0
```

## Fix safety

There is no fix: the reason in the comment may be worth keeping.
";

/// The finding about a comment.
pub(super) fn finding(useless: Useless) -> Finding {
    Finding {
        rule: RULE.name,
        severity: Severity::Warning,
        place: useless.place,
        message: useless.message,
        label: String::new(),
        notes: Vec::new(),
        help: useless.help.into_iter().collect(),
        bridge: None,
        stack: None,
        fix: None,
    }
}
