//! `syntax`.

use super::Rule;
use crate::check::Subject;
use crate::finding::{Finding, Severity};
use crate::provenance::{Provenance, provenance};
use crate::span::Place;
use std::collections::{HashMap, HashSet};
use std::path::Path;

pub(super) const RULE: Rule = Rule { name: "syntax", text: TEXT, check };

const TEXT: &str = "\
A line that the software which reads the file ignores or refuses.

## What it does

Reports what the real reader of a file complains about, in its own words where it has any, and what it does then: ignore
the line, drop the rest of the file, or refuse everything.

## Why is this bad?

ifupdown configures nothing at all after one mistake in `/etc/network/interfaces`; networkd drops a whole `.netdev` for
one malformed section header. Other mistakes only lose a line, without anybody noticing.

## Example

```text
iface br0 inet static
    address
    bridge_ports eth0
```

ifupdown says `option with empty value` and configures no interface. Use instead:

```text
iface br0 inet static
    address 192.0.2.10/24
    bridge_ports eth0
```

## Fix safety

There is no fix.
";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut known: HashSet<(&Place, &str)> = HashSet::new();
    let mut templates: HashMap<&Path, bool> = HashMap::new();
    let is_template = |file: &Path| {
        let text = subject.world.host.read(file).unwrap_or_default();
        matches!(provenance(&text), Provenance::Template(_))
    };
    for reading in &subject.readings {
        for problem in &reading.judgement.problems {
            let file = &*problem.place.file;
            // What a template has to say is said by what is made of it.
            if *templates.entry(file).or_insert_with(|| is_template(file))
                || !known.insert((&problem.place, &problem.message))
            {
                continue;
            }
            findings.push(Finding {
                rule: RULE.name,
                severity: if problem.fatal { Severity::Error } else { Severity::Warning },
                place: problem.place.clone(),
                message: problem.message.clone(),
                label: String::new(),
                notes: Vec::new(),
                help: problem.help.iter().cloned().collect(),
                bridge: None,
                stack: Some(reading.stack.to_string()),
                fix: None,
            });
        }
    }
    findings
}
