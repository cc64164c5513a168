//! What the tool says of a case is what the kernel shows.

use crate::cases::{self, Case};
use crate::machine::Address;
use std::collections::BTreeMap;

/// Cases that cannot be measured here, by the end of their id, and why.
const NOT_HERE: &[(&str, &str)] =
    &[("dirs-usr-lib-plus-lib-split-root", "/lib and /usr/lib are two folders, as no Debian since 12 has them")];

/// What a run showed.
#[derive(Debug)]
struct Seen {
    up: Option<Address>,
    joined: Option<Address>,
}

impl Seen {
    /// The outcome in the tool's words; the kernel does not tell a made-up address from one that was set.
    fn outcome(&self) -> &str {
        match (&self.up, &self.joined) {
            (None, _) => "absent",
            (Some(up), Some(joined)) if up.mac != joined.mac => "floating",
            (Some(up), Some(_)) if up.assigned == "3" => "stays",
            _ => "unknown",
        }
    }
}

fn measure(case: &Case) -> Result<(), String> {
    let laid = case.lay_out();
    let (told, address) = case.told(&laid);
    let machine = case.bring_up(&laid);
    let mut seen = Seen { up: machine.address(&case.bridge), joined: None };
    if seen.up.is_some() {
        case.add_first_ports(&machine);
        machine.join(case.container(), &case.bridge);
        seen.joined = machine.address(&case.bridge);
    }
    let expected = match told.as_str() {
        "pinned" | "generated" => "stays",
        other => other,
    };
    // The order of two writes decides, and the tool tells the worse outcome.
    let is_either =
        case.outcome == "varies" && expected == "floating" && ["floating", "stays"].contains(&seen.outcome());
    let agrees = expected == seen.outcome() || is_either;
    let stated = address.filter(|_| expected == "stays" && !is_either);
    let is_stated = stated.is_none() || stated == seen.up.as_ref().map(|up| up.mac.clone());
    if agrees && is_stated {
        return Ok(());
    }
    Err(format!("told {told} {stated:?}, measured once {}, now {seen:?}\n{}", case.outcome, machine.log()))
}

#[test]
fn what_the_tool_says_is_what_the_kernel_shows() {
    let kind = |case: &Case| (case.stack.key, case.concept.clone(), case.outcome.clone());
    let is_here = |case: &Case| !NOT_HERE.iter().any(|row| case.id.ends_with(row.0));
    let cases = cases::sample(cases::all().into_iter().filter(is_here).collect(), kind, |_| true);
    assert!(!cases.is_empty(), "no case is wanted");
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut failures = Vec::new();
    for (case, result) in cases::each(&cases, measure) {
        let result = result.and_then(|result| result);
        let count = counts.entry(case.stack.key).or_default();
        *count = (count.0 + usize::from(result.is_ok()), count.1 + 1);
        if let Err(error) = result {
            failures.push(format!("{} on {}: {error}", case.id, case.stack.key));
        }
    }
    counts.iter().for_each(|(stack, (agree, all))| println!("{stack}: {agree} of {all} cases agree"));
    failures.sort();
    assert!(failures.is_empty(), "{} disagree:\n{}", failures.len(), failures.join("\n"));
}
