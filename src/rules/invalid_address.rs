//! `invalid-address`.

use super::{Rule, about_pins};
use crate::check::Subject;
use crate::finding::Finding;
use crate::judgement::{Effect, Pin};

pub(super) const RULE: Rule = Rule { name: "invalid-address", text: TEXT, check };

const TEXT: &str = "\
A value that is no address a bridge can have.

## What it does

Reports values that are no MAC address in the notation that the software takes, multicast addresses, all-zero and
broadcast addresses, and placeholders (`xx:xx:xx:xx:xx:xx`, `#MAC#`), and says what the software does with them.

## Why is this bad?

Some programs ignore such a value without a word and leave the bridge's address to its ports, some refuse to
bring the bridge up, and some make a different address of it.

## Example

```text
[NetDev]
Name=br0
Kind=bridge
MACAddress=00:00:00:00:00:00
```

Use instead the address of the bridge's uplink:

```text
[NetDev]
Name=br0
Kind=bridge
MACAddress=b4:99:ba:00:00:01
```

## Fix safety

The fix replaces the value. The address comes from `--mac`, from the same value in another notation, from the running host
(`--sysfs`), or from the uplink's address in the host's files; the message names the source.
";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    about_pins(subject, RULE.name, |view, _, pin| match &pin.effect {
        Effect::Invalid(why) => Some((format!("{} of {} is {}", pin.what, view.name, kind(pin)), why.clone())),
        _ => None,
    })
}

/// What is wrong with the value.
fn kind(pin: &Pin) -> &'static str {
    let value = pin.value.to_ascii_lowercase();
    let template =
        value.windows(2).any(|pair| pair == b"xx") || value.first().is_some_and(|byte| b"#<{@$".contains(byte));
    match pin.meant {
        Some(address) if address.is_zero() => "all zero",
        Some(address) if address.0 == [0xff; 6] => "the broadcast address",
        Some(address) if address.is_multicast() => "a multicast address",
        Some(_) => "an address in a notation that is not taken here",
        None if template => "a placeholder",
        None => "no address",
    }
}
