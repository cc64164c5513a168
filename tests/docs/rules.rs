//! A page for each rule, which is what `bridgepin rule` prints.

use crate::common::bridgepin;
use crate::{expect, repository};
use bridgepin::rules::RULES;
use pretty_assertions::assert_eq;
use std::fs;

fn printed(arguments: &[&str]) -> String {
    let output = bridgepin().args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_page_for_each_rule() {
    for rule in RULES {
        expect(&format!("docs/rules/{}.md", rule.name), &printed(&["rule", rule.name]));
    }
    let pages = fs::read_dir(repository().join("docs/rules")).unwrap().count();
    assert_eq!(pages, RULES.len() + 1, "a page for each rule and the index");
}

#[test]
fn the_index_of_rules() {
    let rows: String = RULES
        .iter()
        .map(|rule| format!("| [{0}]({0}.md) | {1} |\n", rule.name, rule.text.lines().next().unwrap()))
        .collect();
    expect(
        "docs/rules/README.md",
        &format!(
            "# Rules\n\n| rule | what it finds |\n|---|---|\n{rows}\n`bridgepin rule NAME` prints the same pages.\n"
        ),
    );
}

#[test]
fn rules_are_sorted_and_documented() {
    assert!(RULES.is_sorted_by_key(|rule| rule.name));
    for rule in RULES {
        let headings: Vec<&str> = rule.text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, ["What it does", "Why is this bad?", "Example", "Fix safety"], "{}", rule.name);
    }
}
