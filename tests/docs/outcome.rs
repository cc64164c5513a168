//! The outcome cell of a measured case: who gets what, equal ones collapsed, without what makes no difference.

use bridgepin::stack::{Software, Stack};
use regex_lite::Regex;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A version with what sorts it: names without a number (`main`, `head`) are the newest.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    age: (bool, Vec<u32>),
    name: String,
}

/// What stands beside a stack; plain sorts first.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Beside {
    udev: bool,
    package: &'static str,
}

/// What was observed of a case on one stack.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Observation {
    beside: Beside,
    version: Version,
    outcome: String,
}

fn on_stack<'a>(software: &'a str, case: &'a Value) -> impl Iterator<Item = (Stack, &'a Value)> {
    let observed = case["observed"].as_object().unwrap().iter();
    observed
        .map(|(key, outcome)| (key.parse::<Stack>().unwrap(), outcome))
        .filter(move |(stack, _)| stack.software.name() == software)
}

/// The versions of a stack that were measured, beside each of what was.
pub struct Measured(BTreeMap<Beside, BTreeSet<Version>>);

impl Measured {
    pub fn of<'a>(software: &str, cases: impl Iterator<Item = &'a Value>) -> Self {
        let mut measured: BTreeMap<Beside, BTreeSet<Version>> = BTreeMap::new();
        for case in cases {
            for (stack, _) in on_stack(software, case) {
                // What is told of a stack whatever stands beside it counts for it alone.
                for beside in [beside(&stack), Beside::default(), Beside { package: "", ..beside(&stack) }] {
                    measured.entry(beside).or_default().insert(version(&stack));
                }
            }
        }
        Self(measured)
    }

    /// The names of all versions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.values().flatten().map(|version| version.name.as_str())
    }

    fn is_all(&self, beside: Beside, run: &[&Observation]) -> bool {
        let Some(all) = self.0.get(&beside) else { return false };
        run.first().map(|it| &it.version) == all.first() && run.last().map(|it| &it.version) == all.last()
    }
}

/// Whether a case was measured on a stack.
pub fn is_measured(software: &str, case: &Value) -> bool {
    on_stack(software, case).next().is_some()
}

fn beside(stack: &Stack) -> Beside {
    let package = match (stack.bridge_utils && stack.software != Software::Ifupdown, stack.alpine_bridge) {
        (true, _) => "+bridge-utils",
        (_, true) => "+alpine-bridge",
        _ => "",
    };
    Beside { udev: stack.udev, package }
}

fn version(stack: &Stack) -> Version {
    let numbers = stack.version.numbers();
    Version { age: (numbers.is_none(), numbers.unwrap_or_default()), name: stack.version.text().to_owned() }
}

/// The cell; `shown` is the configuration beside it.
pub fn cell(software: &str, case: &Value, shown: &str, measured: &Measured) -> String {
    let observation = |(stack, outcome): (Stack, &Value)| Observation {
        beside: beside(&stack),
        version: version(&stack),
        outcome: words(outcome, shown),
    };
    let mut seen: BTreeSet<Observation> = on_stack(software, case).map(observation).collect();
    seen = without(seen, |beside| beside.package = "");
    if seen.iter().any(|it| !it.beside.udev) {
        seen = without(seen, |beside| beside.udev = false);
    }

    let besides: BTreeSet<Beside> = seen.iter().map(|it| it.beside).collect();
    // Outcomes with those who get them, in the order of first appearance.
    let mut rows: Vec<(&str, Vec<String>)> = Vec::new();
    for beside in &besides {
        let same: Vec<&Observation> = seen.iter().filter(|it| it.beside == *beside).collect();
        for run in same.chunk_by(|a, b| a.outcome == b.outcome) {
            let label = label(run, *beside, measured.is_all(*beside, run), besides.len() == 1);
            match rows.iter_mut().find(|row| row.0 == run[0].outcome) {
                Some(row) => row.1.push(label),
                None => rows.push((&run[0].outcome, vec![label])),
            }
        }
    }
    match &rows[..] {
        [(outcome, labels)] if labels.iter().all(String::is_empty) => (*outcome).to_owned(),
        rows => {
            let rows: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.1.join(", "), row.0)).collect();
            rows.join("<br>")
        }
    }
}

/// The observations without a difference that makes none.
fn without(seen: BTreeSet<Observation>, forget: impl Fn(&mut Beside)) -> BTreeSet<Observation> {
    let mut fewer = BTreeSet::new();
    for mut observation in seen.iter().cloned() {
        forget(&mut observation.beside);
        fewer.insert(observation);
    }
    let stacks: BTreeSet<(Beside, &Version)> = fewer.iter().map(|it| (it.beside, &it.version)).collect();
    if stacks.len() == fewer.len() { fewer } else { seen }
}

/// Who gets an outcome: nothing where all do.
fn label(run: &[&Observation], beside: Beside, is_all: bool, is_only: bool) -> String {
    let (from, to) = (&run[0].version.name, &run[run.len() - 1].version.name);
    let versions = match (from, to) {
        _ if is_all => String::new(),
        (from, to) if from == to => from.clone(),
        (from, to) => format!("{from} to {to}"),
    };
    let packages = format!("{}{}", beside.package, if beside.udev { "+udev" } else { "" });
    match (versions.is_empty(), packages.is_empty()) {
        (true, true) if is_only => String::new(),
        (true, true) => "alone".to_owned(),
        (false, true) => versions,
        (true, false) => format!("`{packages}`"),
        (false, false) => format!("{versions} `{packages}`"),
    }
}

/// An outcome in words; the address where the configuration shown does not say it, or several.
fn words(observed: &Value, shown: &str) -> String {
    let name = observed["outcome"].as_str().unwrap();
    let mut text = match observed["seen"].as_array() {
        Some(seen) => seen.iter().map(|outcome| outcome.as_str().unwrap()).collect::<Vec<_>>().join(" or "),
        None => name.to_owned(),
    };
    let address = Regex::new("[0-9a-f]{2}(:[0-9a-f]{2}){5}").unwrap();
    let lower = shown.to_lowercase();
    let stated: BTreeSet<&str> = address.find_iter(&lower).map(|found| found.as_str()).collect();
    if let (true, Some(address)) = (name == "pinned", observed["address"].as_str())
        && stated != BTreeSet::from([address])
    {
        text += &format!(" to `{address}`");
    }
    let by_hand = |order: &str| observed["orders"][order]["outcome"].as_str().unwrap_or(name);
    match (by_hand("bridge-first"), by_hand("port-first")) {
        (first, last) if first == name && last == name => text,
        (first, last) if first == last => format!("at boot {text}; {first} by `ifup`"),
        (first, last) if last == name => format!("{text}; {first} by `ifup` before its port's"),
        (_, last) => format!("{text}; {last} by `ifup` after its port's"),
    }
}
