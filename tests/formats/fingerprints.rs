//! Fingerprints know a finding again where its line has moved, and only then.

use crate::{common, parsed, trees};
use pretty_assertions::assert_eq;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn gitlab(folder: &Path) -> BTreeSet<String> {
    let report = parsed(folder, "gitlab", &[]);
    report.as_array().unwrap().iter().map(|issue| issue["fingerprint"].as_str().unwrap().to_owned()).collect()
}

fn sarif(folder: &Path) -> BTreeSet<String> {
    let report = parsed(folder, "sarif", &[]);
    let print = |result: &Value| result["partialFingerprints"]["bridgepinFinding/v1"].as_str().unwrap().to_owned();
    report["runs"][0]["results"].as_array().unwrap().iter().map(print).collect()
}

/// The lines of every file that can be edited so, moved and indented.
fn move_lines(folder: &Path) {
    for (path, file) in common::read_tree(folder) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let common::File::Text(text) = file else { continue };
        if name == "interfaces" || name.ends_with(".netdev") || name.starts_with("ifcfg-") {
            fs::write(folder.join(path), [b"#\n#\n\n", &text[..]].concat()).unwrap();
        }
    }
}

#[test]
fn lines_may_move() {
    let dir = trees::cases();
    let before = gitlab(dir.path());
    assert_eq!(sarif(dir.path()), before);
    move_lines(dir.path());
    assert_eq!(gitlab(dir.path()), before);
    assert_eq!(sarif(dir.path()), before);
}

#[test]
fn they_do_not_depend_on_where_the_run_was_started() {
    let dir = trees::cases();
    fs::create_dir(dir.path().join(".git")).unwrap();
    let all = gitlab(dir.path());
    let inside = gitlab(&dir.path().join("fleet/hosts"));
    assert!(!inside.is_empty() && inside.is_subset(&all));
}

#[test]
fn another_bridge_file_or_line_is_another_finding() {
    let text = "iface br0 inet dhcp\n bridge_ports eth0\n bridge_maxwat 1\n bridge_maxwat 1\n";
    let prints = |path: &str, text: &str| gitlab(common::folder(&[(path, text)]).path());
    let path = "a/etc/network/interfaces";
    let first = prints(path, text);
    assert_eq!(first.len(), 3, "two equal lines are two findings");
    assert_eq!(prints(path, text), first);
    assert!(prints("b/etc/network/interfaces", text).is_disjoint(&first));
    assert_ne!(prints(path, &text.replace("br0", "br1")), first);
    let one_less = prints(path, &text.replacen(" bridge_maxwat 1\n", "", 1));
    assert!(one_less.is_subset(&first) && one_less.len() == 2);
}
