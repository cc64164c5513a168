//! The jobs of `docs/ci.md`: they fail where a bridge floats, pass where none does, and hand over their reports.

use crate::services::{Outcome, Workspace};
use pretty_assertions::assert_eq;
use roxmltree::Document;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

const PAGE: &str = "docs/ci.md";
const FILE: &str = "hosts/web2/etc/network/interfaces";

fn names(outcome: &Outcome) -> Vec<&str> {
    outcome.handed.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect()
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn failures(path: &Path) -> usize {
    let text = fs::read_to_string(path).unwrap();
    Document::parse(&text).unwrap().descendants().filter(|node| node.has_tag_name("failure")).count()
}

/// Makes the tree right with what a job left behind.
fn apply(workspace: &Workspace, patch: &Path) {
    let mut command = Command::new("patch");
    let status = command.args(["-p1", "--silent", "-i"]).arg(patch).current_dir(workspace.path()).status().unwrap();
    assert!(status.success());
}

#[test]
fn github() {
    let workspace = Workspace::new("fleet/before");
    let outcome = workspace.github(PAGE);
    assert!(!outcome.passed, "{}", outcome.log);
    let annotation =
        format!("::error title=bridgepin (unpinned-bridge),file={FILE},line=2,endLine=2,col=7,endColumn=9::");
    let commands: Vec<&str> = outcome.log.lines().filter(|line| line.starts_with("::error ")).collect();
    assert!(commands.len() == 1 && commands[0].starts_with(&annotation), "{}", outcome.log);
    assert_eq!(names(&outcome), ["bridgepin.sarif", "bridgepin.patch"]);
    let results = &json(&outcome.handed[0])["runs"][0]["results"];
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], FILE);
    apply(&workspace, &outcome.handed[1]);
    let outcome = workspace.github(PAGE);
    assert!(outcome.passed, "{}", outcome.log);
    assert_eq!(names(&outcome), ["bridgepin.sarif"]);
    assert_eq!(json(&outcome.handed[0])["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn gitlab() {
    let workspace = Workspace::new("fleet/before");
    let outcome = workspace.gitlab(PAGE);
    assert!(!outcome.passed && outcome.log.contains("error[unpinned-bridge]"), "{}", outcome.log);
    assert_eq!(names(&outcome), ["gl-code-quality-report.json", "bridgepin.xml"]);
    let issues = json(&outcome.handed[0]);
    assert_eq!(issues.as_array().unwrap().len(), 1);
    assert_eq!(issues[0]["location"]["path"], FILE);
    assert_eq!(failures(&outcome.handed[1]), 1);
    fs::remove_dir_all(workspace.path().join("hosts/web2")).unwrap();
    let outcome = workspace.gitlab(PAGE);
    assert!(outcome.passed, "{}", outcome.log);
    assert_eq!((json(&outcome.handed[0]), failures(&outcome.handed[1])), (Value::Array(Vec::new()), 0));
}

#[test]
fn jenkins() {
    let workspace = Workspace::new("fleet/before");
    let outcome = workspace.jenkins(PAGE);
    assert!(!outcome.passed && outcome.log.contains("error[unpinned-bridge]"), "{}", outcome.log);
    assert_eq!(names(&outcome), ["bridgepin.xml", "bridgepin.sarif"]);
    assert_eq!(failures(&outcome.handed[0]), 1);
    assert_eq!(json(&outcome.handed[1])["runs"][0]["results"].as_array().unwrap().len(), 1);
    fs::remove_dir_all(workspace.path().join("hosts/web2")).unwrap();
    assert!(workspace.jenkins(PAGE).passed);
}

#[test]
fn plain_shell() {
    let script = crate::block(PAGE, "Any other", "sh");
    let run = |workspace: &Workspace| {
        let mut command = crate::with_path("sh", &[]);
        command.args(["-eu", "-c", &script]).current_dir(workspace.path()).output().unwrap().status.code().unwrap()
    };
    let workspace = Workspace::new("fleet/before");
    assert_eq!(run(&workspace), 1);
    assert_eq!(json(&workspace.path().join("bridgepin.json"))["summary"]["errors"], 1);
    apply(&workspace, &workspace.path().join("bridgepin.patch"));
    assert_eq!(run(&workspace), 0);
    assert_eq!(json(&workspace.path().join("bridgepin.json"))["summary"]["errors"], 0);
    fs::remove_dir_all(workspace.path().join("hosts")).unwrap();
    assert_eq!(run(&workspace), 2, "what could not be done is told apart");
}
