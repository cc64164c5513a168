//! The commands of docs/provisioning.md, run as they stand there in a machine made of namespaces: its `/` and `/mnt/target`
//! have a bridge that floats. Each recipe is run twice; the second time changes nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::namespace::in_namespace;
use common::needs::namespaces;
use common::{folder, read_tree};
use pretty_assertions::assert_eq;
use regex_lite::Regex;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const INTERFACES: &str = "auto br0\niface br0 inet dhcp\n    bridge_ports eno1\n";
/// The machine's `/usr` in a root of its own, its only network card, and a way to run a command there.
const MACHINE: &str = "
ip link add eno1 address b4:99:ba:00:00:01 type veth peer name eno1p
mkdir -p usr proc sys dev var/log opt
mount --bind /usr usr
for name in bin sbin lib lib64; do
    if [ -L /$name ]; then cp -P /$name .; elif [ -d /$name ]; then mkdir -p $name; mount --bind /$name $name; fi
done
mount --bind /dev dev; mount -t sysfs sysfs sys
: >opt/bridgepin; mount --bind $(command -v bridgepin) opt/bridgepin
";

/// One recipe of the page: shell commands, each with the command that says it is not needed, where there is one.
struct Recipe {
    heading: String,
    steps: Vec<(Option<String>, String)>,
}

/// The blocks behind `<!-- provision -->`. Of a language that wraps commands, those of bridgepin.
fn recipes() -> Vec<Recipe> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/provisioning.md")).unwrap();
    let command = Regex::new(r#"bridgepin (check|live) [^'"\n]*"#).unwrap();
    let (mut heading, mut recipes) = (String::new(), Vec::new());
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        heading = line.strip_prefix('#').map_or(heading, |text| text.trim_start_matches('#').trim().to_owned());
        if line != "<!-- provision -->" {
            continue;
        }
        let language = lines.next().unwrap().trim_start_matches('`');
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let mut steps: Vec<(Option<String>, String)> = Vec::new();
        for line in block {
            let Some(found) = command.find(line) else { continue };
            match (language, line.contains("unless")) {
                ("sh", _) => steps.push((None, line.to_owned())),
                (_, false) => steps.push((None, found.as_str().to_owned())),
                (_, true) => steps.last_mut().unwrap().0 = Some(found.as_str().to_owned()),
            }
        }
        recipes.push(Recipe { heading: heading.clone(), steps });
    }
    recipes
}

impl Recipe {
    /// Runs it as its tool would; what it prints.
    fn run(&self, machine: &Path) -> String {
        let quoted = |text: &str| format!("chroot . /usr/bin/env PATH=/opt:/usr/bin:/bin sh -ec '{text}'");
        let step = |(unless, command): &(Option<String>, String)| match unless {
            Some(unless) => format!("{} >/dev/null || {}\n", quoted(unless), quoted(command)),
            None => quoted(command) + "\n",
        };
        in_namespace(machine, &(MACHINE.to_owned() + &self.steps.iter().map(step).collect::<String>()))
    }
}

/// The files that a recipe may change: path, inode, time and text.
fn state(machine: &Path) -> Vec<(PathBuf, u64, i64, String)> {
    let mut state = Vec::new();
    for folder in ["etc", "mnt"].map(|name| machine.join(name)) {
        for path in read_tree(&folder).into_keys().map(|path| folder.join(path)) {
            let meta = fs::metadata(&path).unwrap();
            let text = fs::read_to_string(&path).unwrap();
            state.push((path, meta.ino(), meta.mtime_nsec(), text));
        }
    }
    state
}

/// Whether a JSON report tells of changed files, where there is one.
fn has_changed(machine: &Path, printed: &str) -> Option<bool> {
    let kept = fs::read_to_string(machine.join("var/log/bridgepin.json"));
    let report: Value = serde_json::from_str(&kept.unwrap_or_else(|_| printed.to_owned())).ok()?;
    report["changed"].as_bool()
}

#[test]
fn recipes_pin_once() {
    if !namespaces() {
        return;
    }
    let (mut count, mut reports) = (0, 0);
    for recipe in recipes() {
        let commands = recipe.steps.iter().map(|(_, command)| command.as_str()).collect::<Vec<_>>().join("\n");
        let at = format!("{}: {commands}", recipe.heading);
        let machine = folder(&[
            ("etc/debian_version", "12.5\n"),
            ("etc/network/interfaces", INTERFACES),
            ("mnt/target/etc/debian_version", "12.5\n"),
            ("mnt/target/etc/network/interfaces", INTERFACES),
        ]);
        let machine = machine.path();
        let printed = recipe.run(machine);
        let changed = has_changed(machine, &printed);
        // A card that is seen is written by its address, one that is not by its name.
        let uplink = if commands.contains("--sysfs") { "b4:99:ba:00:00:01" } else { "eno1" };
        let pinned = format!("{INTERFACES}    bridge_hw {uplink}\n");
        let is_target = commands.contains("/mnt/target");
        let expected = if is_target { [INTERFACES, &pinned] } else { [&pinned, INTERFACES] };
        let read = |root: &str| fs::read_to_string(machine.join(root).join("etc/network/interfaces")).unwrap();
        assert_eq!([read(""), read("mnt/target")], expected, "{at}\n{printed}");

        let before = state(machine);
        let printed = recipe.run(machine);
        assert_eq!(state(machine), before, "{at}\n{printed}");
        if changed.is_some() {
            assert_eq!((changed, has_changed(machine, &printed)), (Some(true), Some(false)), "{at}");
            reports += 1;
        }
        count += 1;
    }
    assert_eq!((count, reports), (8, 2), "recipes, and those that print a report");
}
