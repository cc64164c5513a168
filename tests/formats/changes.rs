//! What `--fix` says of what it did: `changed` and `changes` of the JSON, and findings that are right afterwards.

use crate::{check, common, parsed, trees};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const FLOATING: &str = "auto br0\niface br0 inet dhcp\n    bridge_ports eth0\n";

fn state(report: &Value) -> (bool, Vec<&str>, u64) {
    let changes = report["changes"].as_array().unwrap();
    let files = changes.iter().map(|change| change["file"].as_str().unwrap()).collect();
    (report["changed"].as_bool().unwrap(), files, report["summary"]["files_changed"].as_u64().unwrap())
}

#[test]
fn a_second_run_changes_nothing() {
    let dir = common::folder(&[("a/etc/network/interfaces", FLOATING), ("b/etc/network/interfaces", FLOATING)]);
    let files = vec!["a/etc/network/interfaces", "b/etc/network/interfaces"];
    assert_eq!(state(&parsed(dir.path(), "json", &[])), (false, vec![], 0));
    let said = check(dir.path(), &["--diff", "--output-format", "json"]);
    assert_eq!(
        state(&serde_json::from_slice(&said.stderr).unwrap()),
        (false, files.clone(), 0),
        "what it would change"
    );
    let report = parsed(dir.path(), "json", &["--fix"]);
    assert_eq!(state(&report), (true, files, 2));
    assert_eq!(
        report["changes"][0],
        json!({
            "file": "a/etc/network/interfaces",
            "created": false,
            "fixed": [{
                "rule": "unpinned-bridge",
                "bridge": "br0",
                "message": "br0 takes the lowest address among its ports and changes with them",
                "fix": "add `bridge_hw eth0`",
            }],
        })
    );
    assert_eq!(state(&parsed(dir.path(), "json", &["--fix"])), (false, vec![], 0));
}

#[test]
fn changes_are_those_on_disk() {
    let dir = trees::cases();
    let before = common::read_tree(dir.path());
    let report = parsed(dir.path(), "json", &["--fix"]);
    let after = common::read_tree(dir.path());
    let mut changed: Vec<&str> = after
        .iter()
        .filter(|(path, file)| before.get(*path) != Some(file))
        .map(|(path, _)| path.to_str().unwrap())
        .collect();
    let (is_changed, mut told, count) = state(&report);
    changed.sort();
    told.sort();
    assert_eq!((is_changed, &told, count), (true, &changed, changed.len() as u64));
    for change in report["changes"].as_array().unwrap() {
        let is_new = !before.contains_key(Path::new(change["file"].as_str().unwrap()));
        assert_eq!(change["created"], is_new, "{change}");
        assert!(!change["fixed"].as_array().unwrap().is_empty(), "{change}");
    }
}

#[test]
fn what_remains_stands_where_it_stands_afterwards() {
    let dir = trees::cases();
    let remaining = |report: Value| -> Vec<Value> {
        report["findings"].as_array().unwrap().iter().filter(|finding| finding["fixed"] == false).cloned().collect()
    };
    let after = remaining(parsed(dir.path(), "json", &["--fix"]));
    assert!(!after.is_empty());
    assert_eq!(after, remaining(parsed(dir.path(), "json", &[])));
}

#[test]
fn a_file_that_cannot_be_written_is_judged_as_it_is() {
    let source = "source interfaces.d/*\n";
    let second = FLOATING.replace("br0", "br1").replace("eth0", "eth1") + "    bridge_maxwat 3\n";
    let dir = common::folder(&[
        ("etc/network/interfaces", source),
        ("etc/network/interfaces.d/a", FLOATING),
        ("etc/network/interfaces.d/b", &second),
    ]);
    let locked = dir.path().join("etc/network/interfaces.d/b");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o444)).unwrap();
    let said = check(dir.path(), &["--fix", "--output-format", "json"]);
    assert_eq!(said.exit, 2);
    let report: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(state(&report), (true, vec!["etc/network/interfaces.d/a"], 1));
    assert_eq!(report["summary"]["incomplete"], true);
    let found = |report: &Value, fixed: bool| -> Vec<(String, u64)> {
        let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["fixed"] == fixed);
        let place = |finding: &Value| (finding["rule"].as_str().unwrap().to_owned(), finding["line"].as_u64().unwrap());
        findings.map(place).collect()
    };
    assert_eq!(found(&report, true), [("unpinned-bridge".to_owned(), 2)]);
    let now = parsed(dir.path(), "json", &[]);
    assert_eq!(found(&report, false), found(&now, false), "what a run says that finds it so");
    assert_eq!(found(&now, false), [("unpinned-bridge".to_owned(), 2), ("unknown-bridge-option".to_owned(), 4)]);
}

#[test]
fn a_finding_of_a_later_round_is_shown_with_its_text() {
    // Both fixes stand at one place, so they are made one after the other.
    let dir = common::folder(&[(
        "etc/network/interfaces",
        "iface br0 inet dhcp\n bridge_ports eth0\niface br1 inet dhcp\n bridge_ports eth1\n bridge_hw eth9x\n",
    )]);
    let said = check(dir.path(), &["--fix", "--mac", "br0=b4:99:ba:00:00:01", "--mac", "br1=b4:99:ba:00:00:02"]);
    let text = said.stdout.to_string();
    for line in text.lines().filter(|line| line.contains(" + ")) {
        let (number, added) = line.split_once(" + ").unwrap();
        let after = fs::read_to_string(dir.path().join("etc/network/interfaces")).unwrap();
        let lines: Vec<&str> = after.lines().collect();
        assert_eq!(lines[number.trim().parse::<usize>().unwrap() - 1].trim(), added.trim(), "{text}");
    }
}
