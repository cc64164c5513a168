//! Every measured case: the outcome that the tool tells is the one that the kernel showed.
//!
//! `TRUTH=networkd cargo test --test conformance` runs one stack (a substring of its key);
//! `CASE=...` one case (a substring of its id).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use bridgepin::address::MacAddress;
use bridgepin::host::Host;
use bridgepin::judgement::Outcome;
use bridgepin::links::Links;
use bridgepin::stack::{Assume, Stack, World, judge};
use std::collections::BTreeMap;

/// Cases with a condition that fails on the measured host although nothing in the case tells so: the
/// table's `about` says that its name, command line and credentials match none of theirs. A
/// condition that nobody answers holds, so the test gives the answer that is left out.
const ANSWERS: &[(&str, &str)] = &[
    ("networkd/dirs-dropin-match-host-nomatch", "host=measured"),
    ("networkd/syntax-match-after-netdev-host-nomatch", "host=measured"),
    ("networkd/syntax-match-credential-nosuch", "credential=measured"),
    ("networkd/syntax-match-host-nomatch", "host=measured"),
    ("networkd/syntax-match-kernelcommandline-nosuch", "kernel-command-line=quiet"),
];

fn wanted(variable: &str, text: &str) -> bool {
    std::env::var(variable).map_or(true, |wanted| text.contains(&wanted))
}

fn run(name: &str) {
    let table = common::table(name);
    let mut failures = Vec::new();
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for case in table["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        for (key, observed) in case["observed"].as_object().unwrap() {
            if !wanted("TRUTH", key) || !wanted("CASE", id) {
                continue;
            }
            let laid = common::lay_out(&table, case, key);
            let host = Host::new(&laid.host).live(true);
            let links = Links::gather(&host, Some(&laid.sys));
            let mut assume = Assume::default();
            let left_out = ANSWERS.iter().filter(|row| row.0 == id).map(|row| row.1);
            laid.assume.iter().map(String::as_str).chain(left_out).for_each(|answer| assume.add(answer).unwrap());
            let stack: Stack = key.parse().unwrap();
            let judgement = judge(World { host: &host, links: &links, assume: &assume }, &stack);
            let bridge = judgement.bridges.iter().find(|bridge| bridge.name == case["bridge"].as_str().unwrap());
            let outcome = bridge.map_or(Outcome::Absent, |bridge| bridge.outcome);
            let expected = match observed["outcome"].as_str().unwrap() {
                "varies" => "floating",
                other => other,
            };
            let address = bridge.and_then(|bridge| bridge.address).map(|address: MacAddress| address.to_string());
            let stated = observed.get("address").and_then(|address| address.as_str());
            let address_wrong = matches!(outcome, Outcome::Pinned | Outcome::Generated)
                && stated.is_some()
                && address.as_deref() != stated;
            let count = counts.entry(key.clone()).or_default();
            count.1 += 1;
            if outcome.word() != expected || address_wrong {
                failures.push(format!(
                    "{id} on {key}: told {} {address:?}, measured {expected} {stated:?}; because: {}",
                    outcome.word(),
                    bridge.map_or("no such bridge", |bridge| &bridge.reason),
                ));
            } else {
                count.0 += 1;
            }
        }
    }
    for (key, (agree, all)) in &counts {
        println!("{name} {key}: {agree} of {all}");
    }
    assert!(failures.is_empty(), "{} disagree:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn interfaces() {
    run("interfaces.json");
}

#[test]
fn networkd() {
    run("networkd.json");
}

#[test]
fn ifcfg() {
    run("ifcfg.json");
}
