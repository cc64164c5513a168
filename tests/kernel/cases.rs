//! The measured cases, which of them a run takes, and what the tool says about each.

use crate::common::{self, Laid, bridgepin};
use crate::machine::Machine;
use crate::stacks::{STACKS, Stack};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A case of a table, on one stack.
pub struct Case {
    pub id: String,
    pub stack: &'static Stack,
    pub concept: String,
    pub bridge: String,
    /// `pinned`, `generated`, `floating`, `absent`, `varies`, as it was measured.
    pub outcome: String,
    /// Name to address; a name ending in `p` is the other end of the veth called like it without.
    links: BTreeMap<String, String>,
    table: Arc<Value>,
    index: usize,
}

/// The port that joins last, and is the lowest.
const CONTAINER: &str = "02:00:00:00:00:01";

/// Whether all cases were asked for.
pub fn wants_all() -> bool {
    std::env::var("KERNEL").is_ok_and(|kernel| kernel == "all")
}

fn is_wanted(variable: &str, text: &str) -> bool {
    std::env::var(variable).map_or(true, |wanted| text.contains(&wanted))
}

/// All cases of the stacks that a run takes.
pub fn all() -> Vec<Case> {
    let stacks = || STACKS.iter().filter(|stack| (stack.is_in_ci() || wants_all()) && is_wanted("STACK", stack.key));
    let mut cases = Vec::new();
    for table in ["interfaces.json", "networkd.json"] {
        let table = Arc::new(common::table(table));
        for (index, case) in table["cases"].as_array().unwrap().iter().enumerate() {
            let text = |key: &str| case[key].as_str().unwrap().to_owned();
            let links = table["environment"]["links"].as_object().unwrap().iter();
            let links: BTreeMap<_, _> = links.map(|(k, v)| (k.clone(), v.as_str().unwrap().to_owned())).collect();
            for stack in stacks() {
                let Some(outcome) = case["observed"][stack.key]["outcome"].as_str() else { continue };
                if is_wanted("CASE", &text("id")) {
                    cases.push(Case {
                        id: text("id"),
                        stack,
                        concept: text("concept"),
                        bridge: text("bridge"),
                        outcome: outcome.to_owned(),
                        links: links.clone(),
                        table: Arc::clone(&table),
                        index,
                    });
                }
            }
        }
    }
    let has_cases = |stack: &Stack| cases.iter().any(|case| case.stack.key == stack.key);
    assert!(std::env::var_os("CASE").is_some() || stacks().all(has_cases), "a stack that no table has");
    cases
}

/// The first fitting case of each kind, or all cases.
pub fn sample<K: Ord>(cases: Vec<Case>, kind: impl Fn(&Case) -> K, fits: impl Fn(&Case) -> bool) -> Vec<Case> {
    if wants_all() {
        return cases;
    }
    let mut seen = BTreeSet::new();
    let is_first = |case: &Case| !seen.contains(&kind(case)) && fits(case) && seen.insert(kind(case));
    cases.into_iter().filter(is_first).collect()
}

/// Does something for each case, several at a time, and returns what it says; a panic is the case's failure.
pub fn each<T: Send>(cases: &[Case], work: impl Fn(&Case) -> T + Sync) -> Vec<(&Case, Result<T, String>)> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let jobs = std::thread::available_parallelism().map_or(2, usize::from) * 2; // a bring-up mostly waits
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(case)));
                    let result = result.map_err(|panic| match panic.downcast_ref::<String>() {
                        Some(text) => text.clone(),
                        None => panic.downcast_ref::<&str>().copied().unwrap_or("it panicked").to_owned(),
                    });
                    let mut results = results.lock().unwrap();
                    results.push((case, result));
                    if results.len() % 100 == 0 {
                        println!("{} of {} cases", results.len(), cases.len());
                    }
                }
            });
        }
    });
    results.into_inner().unwrap()
}

impl Case {
    /// Its files on disk, with a `/sys` for the tool.
    pub fn lay_out(&self) -> Laid {
        let mut laid = common::lay_out(&self.table, &self.table["cases"][self.index], self.stack.key);
        laid.assume.extend(self.stack.answers()); // the last answer counts
        laid
    }

    /// Runs the tool on its files.
    fn ask(&self, laid: &Laid, command: &str, more: &[&str]) -> Output {
        bridgepin()
            .arg(command)
            .args(["--root", laid.host.to_str().unwrap(), "--sysfs", laid.sys.to_str().unwrap()])
            .args(["--stack", self.stack.key, "--output-format", "json"])
            .args(laid.assume.iter().flat_map(|answer| ["--assume", answer]))
            .args(more)
            .output()
            .unwrap()
    }

    /// The tool's word: outcome and address.
    pub fn told(&self, laid: &Laid) -> (String, Option<String>) {
        let output = self.ask(laid, "list", &[]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        let row = rows.iter().find(|row| row["bridge"] == self.bridge.as_str());
        row.map_or(("absent".to_owned(), None), |row| {
            (row["outcome"].as_str().unwrap().to_owned(), row["address"].as_str().map(str::to_owned))
        })
    }

    /// Fixes its files; false where the tool says that it cannot.
    pub fn fix(&self, laid: &Laid, more: &[&str]) -> bool {
        let output = self.ask(laid, "check", &[&["--fix", "--exit-zero"], more].concat());
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("check: {}", String::from_utf8_lossy(&output.stderr)));
        let is_fixed = |finding: &Value| finding["fixed"] == true && finding["bridge"] == self.bridge.as_str();
        report["findings"].as_array().unwrap().iter().any(is_fixed)
    }

    /// Boots a machine with its files, and brings its bridges up.
    pub fn bring_up(&self, laid: &Laid) -> Machine {
        let machine = Machine::boot(&self.stack.layers(), &laid.host);
        if !self.stack.is_networkd() {
            self.add_links(&machine);
        }
        self.stack.bring_up(&machine, &self.ifup(), &self.bridge);
        if self.stack.is_networkd() {
            self.add_links(&machine); // the measured runs made ports by hand, of links that came later
        }
        machine
    }

    /// The command that the case was measured with (`about` of the table).
    fn ifup(&self) -> String {
        let of_a_boot = ["/ifupdown2-", "/auto-br0-foo-", "/bridge-made-by-pre-up-"];
        match of_a_boot.iter().any(|name| self.id.contains(name)) {
            true => "ifup -a".to_owned(),
            false => format!("ifup '{}'", self.bridge),
        }
    }

    fn add_links(&self, machine: &Machine) {
        let is_peer = |name: &str| name.strip_suffix('p').is_some_and(|other| self.links.contains_key(other));
        let mut commands = vec!["set -e".to_owned()];
        for (name, address) in self.links.iter().filter(|link| !is_peer(link.0)) {
            let peer = format!("{name}p");
            let peers_address = self.links.get(&peer).map_or(String::new(), |address| format!("address {address}"));
            commands.push(format!("ip link add {name} address {address} type veth peer name {peer} {peers_address}"));
            commands.push(format!("ip link set {peer} up"));
        }
        machine.ok(&commands.join("\n"));
    }

    /// Where networkd makes bridges, ports are made by hand: all but the one that joins later.
    pub fn add_first_ports(&self, machine: &Machine) {
        if self.stack.is_networkd() {
            machine.ok(&format!("ip link set '{}' up", self.bridge));
            assert!(machine.join("p1", &self.bridge));
        }
    }

    /// The container's link, which has the lowest address.
    pub fn container(&self) -> &str {
        self.links.iter().find(|link| link.1 == CONTAINER).unwrap().0
    }
}
