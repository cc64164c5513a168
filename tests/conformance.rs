//! Every measured case: the outcome that `list` tells is the one that the kernel showed, and what `check --fix` fixes
//! is pinned afterwards.
//!
//! `TRUTH=networkd cargo test --test conformance` runs the stacks with that in their key; `CASE=...` the cases with that
//! in their id; `--nocapture` prints how many agree on each stack.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use bridgepin::check::{Options, each_subject};
use bridgepin::host::Host;
use bridgepin::stack::Assume;
use common::{Laid, bridgepin};
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Output;

/// Cases that configuration alone cannot tell, by id and stack (a prefix of its key), with the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

/// Bridges that only `BRIDGE=` of a port makes, as their own file makes none: no line of it sets an address.
const MADE_BY_THEIR_PORTS: &[&str] = &[
    "ifcfg/ns-macaddr-after-no-newline-append-bug-joined",
    "ifcfg/ns-no-ifcfg-br0-port-only",
    "ifcfg/ns-onboot-no-bridge",
    "ifcfg/ns-type-carriage-return",
    "ifcfg/ns-type-ovsbridge",
    "ifcfg/ns-type-twice-last-ethernet",
];

fn wanted(variable: &str, text: &str) -> bool {
    std::env::var(variable).map_or(true, |wanted| text.contains(&wanted))
}

fn run(command: &str, laid: &Laid, stack: &str, more: &[&str]) -> Output {
    let assume = laid.assume.iter().flat_map(|answer| ["--assume", answer]);
    bridgepin()
        .arg(command)
        .args(["--root", laid.host.to_str().unwrap(), "--sysfs", laid.sys.to_str().unwrap(), "--stack", stack])
        .args(assume)
        .args(["--output-format", "json"])
        .args(more)
        .output()
        .unwrap()
}

/// The bridge's row in `list`.
fn listed(laid: &Laid, stack: &str, bridge: &str) -> Option<Value> {
    let output = run("list", laid, stack, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    rows.into_iter().find(|row| row["bridge"] == bridge)
}

fn outcome(row: Option<&Value>) -> &str {
    row.map_or("absent", |row| row["outcome"].as_str().unwrap())
}

/// What is told of a bridge.
struct Told {
    outcome: String,
    address: Option<String>,
    reason: String,
}

/// What `list` tells.
fn told(laid: &Laid, stack: &str, bridge: &str) -> Option<Told> {
    let row = listed(laid, stack, bridge)?;
    let text = |key: &str| row[key].as_str().map(str::to_owned);
    Some(Told { outcome: text("outcome")?, address: text("address"), reason: text("reason")? })
}

/// The same without a process for each of very many cases.
fn judged(laid: &Laid, stack: &str, bridge: &str) -> Option<Told> {
    let mut assume = Assume::default();
    laid.assume.iter().for_each(|answer| assume.add(answer).unwrap());
    let stacks = vec![stack.parse().unwrap()];
    let options = Options { stacks, assume, sysfs: Some(laid.sys.clone()), ..Options::default() };
    let told = each_subject(&Host::new(&laid.host).live(true), &options, |subject| {
        let (_, bridge) = subject.bridges.iter().find(|view| view.name == bridge)?.worst();
        let address = bridge.address.map(|address| address.to_string());
        Some(Told { outcome: bridge.outcome.word().to_owned(), address, reason: bridge.reason.clone() })
    });
    told.into_iter().flatten().next()
}

/// Calls `visit` with each case and stack that is wanted.
fn each(table: &Value, mut visit: impl FnMut(&str, &str, &Value, &str, &Laid)) {
    for case in table["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        for (key, observed) in case["observed"].as_object().unwrap() {
            if wanted("TRUTH", key) && wanted("CASE", id) {
                let laid = common::lay_out(table, case, key);
                visit(id, key, observed, case["bridge"].as_str().unwrap(), &laid);
            }
        }
    }
}

fn agrees(name: &str, table: &Value, tell: impl Fn(&Laid, &str, &str) -> Option<Told>) {
    let mut failures = Vec::new();
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    each(table, |id, key, observed, bridge, laid| {
        let told = tell(laid, key, bridge);
        let word = told.as_ref().map_or("absent", |told| &told.outcome);
        let expected = match observed["outcome"].as_str().unwrap() {
            // The bring-up command decides: the worse of what it can be.
            "varies" => "floating",
            other => other,
        };
        let address = told.as_ref().and_then(|told| told.address.as_deref());
        let stated = observed["address"].as_str().filter(|_| ["pinned", "generated"].contains(&word));
        let agrees = word == expected && (stated.is_none() || stated == address);
        let excepted = EXCEPTIONS.iter().any(|row| row.0 == id && key.starts_with(row.1));
        let count = counts.entry(key.to_owned()).or_default();
        *count = (count.0 + usize::from(agrees), count.1 + 1);
        if agrees == excepted {
            let reason = told.as_ref().map_or("no such bridge", |told| &told.reason);
            failures.push(format!("{id} on {key}: told {word} {address:?}, measured {expected} {stated:?}: {reason}"));
        }
    });
    counts.iter().for_each(|(key, (agree, all))| println!("{name} {key}: {agree} of {all}"));
    assert!(failures.is_empty(), "{} disagree:\n{}", failures.len(), failures.join("\n"));
}

fn fixes_pin(name: &str) {
    let mut failures = Vec::new();
    let (mut fixed, mut never_made) = (0, 0);
    each(&common::table(name), |id, key, observed, bridge, laid| {
        if observed["outcome"] == "pinned" {
            return;
        }
        let wanted = format!("{bridge}=52:54:00:12:34:56");
        let output = run("check", laid, key, &["--fix", "--unsafe-fixes", "--exit-zero", "--mac", &wanted]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let is_fixed = |finding: &Value| finding["fixed"] == true && finding["bridge"] == bridge;
        if !report["findings"].as_array().unwrap().iter().any(is_fixed) {
            match observed["outcome"].as_str().unwrap() {
                "absent" => never_made += 1,
                _ if MADE_BY_THEIR_PORTS.contains(&id) => {}
                outcome => failures.push(format!("{id} on {key}: {outcome}, and no fix")),
            }
            return;
        }
        fixed += 1;
        let row = listed(laid, key, bridge);
        if outcome(row.as_ref()) != "pinned" || row.as_ref().unwrap()["address"] != "52:54:00:12:34:56" {
            failures.push(format!("{id} on {key}: {row:?}"));
        }
    });
    println!("{name}: {fixed} fixed; of those that are not made {never_made} have no fix");
    assert!(failures.is_empty(), "{} not fixed:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn interfaces() {
    agrees("interfaces", &common::table("interfaces.json"), told);
}

#[test]
fn networkd() {
    agrees("networkd", &common::table("networkd.json"), told);
}

#[test]
fn ifcfg() {
    agrees("ifcfg", &common::table("ifcfg.json"), told);
}

#[test]
fn more_interfaces() {
    agrees("more interfaces", &common::measured("interfaces.json"), judged);
}

#[test]
fn more_networkd() {
    agrees("more networkd", &common::measured("networkd.json"), judged);
}

#[test]
fn more_ifcfg() {
    agrees("more ifcfg", &common::measured("ifcfg.json"), judged);
}

#[test]
fn interfaces_fixed() {
    fixes_pin("interfaces.json");
}

#[test]
fn networkd_fixed() {
    fixes_pin("networkd.json");
}

#[test]
fn ifcfg_fixed() {
    fixes_pin("ifcfg.json");
}
