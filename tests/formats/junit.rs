//! JUnit's XML, by what Jenkins (junit-plugin, `SuiteResult`) and GitLab (`Gitlab::Ci::Parsers::Test::Junit`) take of it.

use crate::{Shown, check, common, findings, report, trees};
use pretty_assertions::assert_eq;
use roxmltree::{Document, Node};
use std::collections::BTreeSet;

/// The test cases; the counts of their suites are right and their names are unique.
pub fn cases<'a>(document: &'a Document<'_>) -> Vec<Node<'a, 'a>> {
    assert_eq!(document.root_element().tag_name().name(), "testsuites");
    let mut all = Vec::new();
    for suite in document.root_element().children().filter(Node::is_element) {
        assert_eq!(suite.tag_name().name(), "testsuite");
        let cases: Vec<Node<'_, '_>> = suite.children().filter(Node::is_element).collect();
        let count = |kind: &str| cases.iter().filter(|case| child(case, kind).is_some()).count();
        let said = |attribute: &str| suite.attribute(attribute).unwrap().parse::<usize>().unwrap();
        assert_eq!((said("tests"), said("failures"), said("errors")), (cases.len(), count("failure"), count("error")));
        all.extend(cases);
    }
    let keys = ["classname", "name", "file"];
    let names: BTreeSet<_> = all.iter().map(|case| keys.map(|key| case.attribute(key).unwrap_or_default())).collect();
    assert_eq!(names.len(), all.len(), "cases of one name are one case for GitLab");
    all
}

fn child<'a>(node: &Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|child| child.has_tag_name(name))
}

#[test]
fn a_finding_is_a_failure() {
    let dir = trees::cases();
    let report = report(dir.path(), "junit", &[]);
    let document = Document::parse(&report).unwrap();
    let shown = |case: &Node<'_, '_>| {
        assert!(
            child(case, "failure").unwrap().text().is_some_and(|text| text.contains(case.attribute("file").unwrap()))
        );
        let rule = case.attribute("classname").unwrap().strip_prefix("bridgepin.").unwrap();
        Shown::new(rule, case.attribute("file").unwrap(), case.attribute("line").unwrap().parse().unwrap())
    };
    let mut shown: Vec<Shown> = cases(&document).iter().map(shown).collect();
    shown.sort();
    assert_eq!(shown, findings(dir.path()));
}

#[test]
fn there_is_always_a_case() {
    let dir = tempfile::tempdir().unwrap();
    let report = report(dir.path(), "junit", &[]);
    let document = Document::parse(&report).unwrap();
    let [case] = &cases(&document)[..] else { panic!("{report}") };
    assert_eq!(case.children().count(), 0, "it passes");
}

#[test]
fn what_was_fixed_passes() {
    let dir = trees::cases();
    let report = report(dir.path(), "junit", &["--fix", "seed-bond"]);
    let document = Document::parse(&report).unwrap();
    let [case] = &cases(&document)[..] else { panic!("{report}") };
    assert!(child(case, "failure").is_none());
    assert!(child(case, "system-out").unwrap().text().unwrap().starts_with("fixed: "));
}

#[test]
fn what_could_not_be_done_is_an_error() {
    let dir = common::folder(&[("etc/network/interfaces", "iface br0 inet dhcp\n bridge_ports eth0\n")]);
    let said = check(dir.path(), &["--output-format", "junit", "etc", "missing"]);
    assert_eq!(said.exit, 2);
    let text = said.stdout.to_string();
    let document = Document::parse(&text).unwrap();
    let errors = cases(&document).iter().filter(|case| child(case, "error").is_some()).count();
    assert_eq!((cases(&document).len(), errors), (2, 1));
}
