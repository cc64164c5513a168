//! GitLab's code quality report, by the rules of its parser (`Gitlab::Ci::Parsers::Codequality::CodeClimate`).

use crate::{Shown, findings, parsed, report, trees};
use pretty_assertions::assert_eq;
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn all_findings_are_in_it() {
    let dir = trees::cases();
    let report = parsed(dir.path(), "gitlab", &[]);
    let issues = report.as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let shown = |issue: &Value| {
        let location = &issue["location"];
        Shown::new(&text(&issue["check_name"]), &text(&location["path"]), location["lines"]["begin"].as_u64().unwrap())
    };
    let mut shown: Vec<Shown> = issues.iter().map(shown).collect();
    shown.sort();
    assert_eq!(shown, findings(dir.path()));
    let fingerprints: BTreeSet<String> = issues.iter().map(|issue| text(&issue["fingerprint"])).collect();
    assert_eq!(fingerprints.len(), issues.len(), "no two are alike");
    for issue in issues {
        let severity = text(&issue["severity"]);
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity.as_str()), "{severity}");
        assert!(!text(&issue["description"]).is_empty());
    }
}

#[test]
fn nothing_found_is_an_array_too() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(report(dir.path(), "gitlab", &[]), "[]\n");
}

#[test]
fn what_was_fixed_is_not_in_it() {
    let dir = trees::cases();
    assert_eq!(report(dir.path(), "gitlab", &["--fix", "seed-bond"]), "[]\n");
}
