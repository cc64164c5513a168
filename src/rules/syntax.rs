//! `syntax`.

use super::Rule;
use crate::check::{Reading, Subject};
use crate::finding::{Finding, Severity};
use crate::judgement::{Outcome, Problem};
use crate::span::Place;
use crate::template::engine;
use std::cell::LazyCell;
use std::collections::HashSet;
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

Of a template it reports only that it cannot be judged as it stands, and where reading it ends: lines that are
statements (`{% if x %}`) are passed over, an expression in the place of a name (`iface {{ name }} inet dhcp`) is not.
Render it, and check what is made.

## Fix safety

There is no fix.
";

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut known: HashSet<(&Place, &str)> = HashSet::new();
    let mut refused: HashSet<&Path> = HashSet::new();
    let judged: LazyCell<HashSet<&Path>, _> = LazyCell::new(|| {
        let bridges = subject.readings.iter().flat_map(|reading| &reading.judgement.bridges);
        bridges.filter(|bridge| bridge.outcome != Outcome::Absent).map(|bridge| &*bridge.origin.file).collect()
    });
    for reading in subject.readings {
        for problem in &reading.judgement.problems {
            let file = &*problem.place.file;
            if !known.insert((&problem.place, &problem.message)) {
                continue;
            }
            // What a template has to say is said by what is made of it; that nobody can judge it is said here, once.
            if let Some(engine) = engine(subject.world.host, file) {
                if problem.fatal && !judged.contains(file) && refused.insert(file) {
                    findings.push(unjudged(reading, problem, engine));
                }
                continue;
            }
            findings.push(about(reading, problem));
        }
    }
    findings
}

fn about(reading: &Reading, problem: &Problem) -> Finding {
    Finding {
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
    }
}

/// The finding about a template that the reader would refuse as it stands.
fn unjudged(reading: &Reading, problem: &Problem, engine: &str) -> Finding {
    Finding {
        severity: Severity::Warning,
        message: format!("this template ({engine}) cannot be judged as it stands"),
        label: format!("{} stops reading here: {}", reading.stack, problem.message),
        help: vec!["render it for a host and check what is made".to_owned()],
        ..about(reading, problem)
    }
}
