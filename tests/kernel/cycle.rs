//! The freeze, the fix, and no freeze any more: a fixture for each concept and stack.

use crate::cases::{self, Case};
use crate::common::Laid;
use crate::neighbour::Neighbour;
use pretty_assertions::assert_eq;
use std::collections::{BTreeMap, BTreeSet};

/// What fixed a case's files.
enum Fixed {
    /// `--fix` alone.
    Safely,
    /// An address that the user names, or a fix that is not safe.
    ByMac,
}

const MAC: &str = "52:54:00:12:34:56";
const PINGS: u32 = 5;

/// Fixes a case's files; `None` where the tool says that it has no fix.
fn fix(case: &Case, laid: &Laid) -> Option<Fixed> {
    let named = format!("{}={MAC}", case.bridge);
    match case.fix(laid, &[]) {
        true => Some(Fixed::Safely),
        false => case.fix(laid, &["--unsafe-fixes", "--mac", &named]).then_some(Fixed::ByMac),
    }
}

fn prove(case: &Case) -> Option<Fixed> {
    let (before, after) = (case.lay_out(), case.lay_out());
    let fixed = fix(case, &after)?;
    if case.outcome == "floating" {
        freezes(case, &before);
    }
    stays(case, &after);
    Some(fixed)
}

/// Before: the address changes with the container, and the neighbour's pings fail until it asks anew.
fn freezes(case: &Case, laid: &Laid) {
    let machine = case.bring_up(laid);
    let bridge = case.bridge.as_str();
    case.add_first_ports(&machine);
    let neighbour = Neighbour::beside(&machine, bridge);
    let address = || machine.address(bridge).unwrap();
    let first = address();
    assert_eq!(neighbour.ping(PINGS), PINGS, "pings before");

    machine.join(case.container(), bridge);
    assert_ne!(address().mac, first.mac, "the container joined, and the address did not change");
    neighbour.renews();
    assert_eq!(neighbour.ping(PINGS), PINGS, "pings to the container's address");

    machine.leave(case.container());
    assert_ne!(address().mac, "02:00:00:00:00:01", "the container left, and the bridge has its address still");
    assert_eq!(neighbour.ping(PINGS), 0, "pings to an address that nobody has any more");
    neighbour.renews();
    assert_eq!(neighbour.ping(PINGS), PINGS, "pings after the neighbour asked anew");
}

/// After: whatever joins and leaves, the address stays, and each ping is answered.
fn stays(case: &Case, laid: &Laid) {
    let machine = case.bring_up(laid);
    let bridge = case.bridge.as_str();
    let up = machine.address(bridge).expect("the fixed tree makes no bridge");
    assert_eq!(up.assigned, "3", "addr_assign_type of {up:?}");
    case.add_first_ports(&machine);
    let neighbour = Neighbour::beside(&machine, bridge);
    let (sent, answered) = neighbour.pings_during(|| {
        for _ in 0..3 {
            machine.join(case.container(), bridge);
            assert_eq!(machine.address(bridge).as_ref(), Some(&up), "the container joined");
            machine.leave(case.container());
            assert_eq!(machine.address(bridge).as_ref(), Some(&up), "the container left");
        }
    });
    assert!(sent > 5, "only {sent} pings");
    assert_eq!(answered, sent, "pings were lost");
}

#[test]
fn the_freeze_is_there_before_the_fix_and_never_after() {
    let mut cases: Vec<Case> = cases::all().into_iter().filter(|case| case.outcome != "pinned").collect();
    cases.sort_by_key(|case| case.outcome != "floating");
    let kind = |case: &Case| (case.stack.key, case.concept.clone());
    let has_fix = |case: &Case| fix(case, &case.lay_out()).is_some();
    let cases = cases::sample(cases, kind, has_fix);
    assert!(!cases.is_empty(), "no case is wanted");

    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut concepts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut failures = Vec::new();
    for (case, result) in cases::each(&cases, prove) {
        match result {
            Ok(Some(fixed)) => {
                counts.entry(case.stack.key).or_default()[fixed as usize] += 1;
                concepts.entry(case.stack.key).or_default().insert(&case.concept);
            }
            Ok(None) => counts.entry(case.stack.key).or_default()[2] += 1,
            Err(error) => failures.push(format!("{} on {}: {error}", case.id, case.stack.key)),
        }
    }
    for (stack, [fixed, with_mac, none]) in &counts {
        let concepts = concepts.get(stack).map_or(0, BTreeSet::len);
        println!(
            "{stack}: {fixed} proven with --fix, {with_mac} with --mac, {none} without a fix; {concepts} concepts"
        );
    }
    // Each stack has fixes that are proven: the page tells how many.
    let unproven = |(_, [fixed, with_mac, _]): &(&&str, &[usize; 3])| fixed + with_mac == 0;
    let unproven: Vec<_> = counts.iter().filter(unproven).collect();
    assert!(unproven.is_empty() || std::env::var_os("CASE").is_some(), "no fix is proven: {unproven:?}");
    failures.sort();
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}
