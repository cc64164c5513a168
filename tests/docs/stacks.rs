//! The pages of `docs/stacks/`: every row of their tables is a measured case of `fixtures/truth`, to which the conformance
//! test holds the program.
//!
//! A row is `| configuration | outcome | why | case |`. The outcome is generated from the case. What stands in
//! backticks under `configuration` must be a line of the case's files or a file's name (after the word "no": the beginning of
//! none), and every line there that could give an address must be shown. To add a row, write `?` for the outcome and
//! run with `BLESS=1`.

use crate::outcome::{Measured, cell, is_measured};
use crate::{expect, read};
use bridgepin::stack::{Software, Stack};
use regex_lite::Regex;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const HEADINGS: &[&str] =
    &["What makes a bridge", "What pins it", "What only looks as if it did", "udevd", "What makes a fix take effect"];

/// The cases that were measured on a stack, by the end of their id.
fn measured(software: &str) -> BTreeMap<String, Value> {
    let tables = ["interfaces.json", "networkd.json", "ifcfg.json"].map(crate::common::table);
    let cases = tables.iter().flat_map(|table| table["cases"].as_array().unwrap());
    let cases = cases.filter(|case| is_measured(software, case));
    cases.map(|case| (case["id"].as_str().unwrap().split_once('/').unwrap().1.to_owned(), case.clone())).collect()
}

fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(str::trim).collect())
}

/// The configuration, outcome, why and case of a row.
fn row(line: &str) -> Option<[&str; 4]> {
    let cells: [&str; 4] = cells(line)?.try_into().ok()?;
    cells[3].starts_with('`').then_some([cells[0], cells[1], cells[2], cells[3].trim_matches('`')])
}

fn code_spans(text: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).map(squeezed).collect()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is shown and not in the case, and what could give an address there and is not shown.
fn wrongly_shown(text: &str, case: &Value) -> Vec<String> {
    let denied = Regex::new("no `([^`]*)`").unwrap();
    let denied: BTreeSet<String> = denied.captures_iter(text).map(|found| squeezed(&found[1])).collect();
    let shown: BTreeSet<String> = code_spans(text).difference(&denied).cloned().collect();
    let (mut there, mut wrong) = (BTreeSet::new(), Vec::new());
    for (path, content) in case["files"].as_object().unwrap() {
        let names: Vec<&str> = path.split('/').collect();
        there.extend((0..names.len()).map(|from| names[from..].join("/")));
        if let Some(target) = content["symlink"].as_str() {
            there.insert(target.to_owned());
        }
        let text = content.as_str().or_else(|| content["text"].as_str()).unwrap_or_default();
        for line in text.lines().map(squeezed) {
            let lower = line.to_lowercase();
            if ["mac", "hw", "52:54:"].iter().any(|sign| lower.contains(sign)) && !shown.contains(&line) {
                wrong.push(format!("`{line}` is not shown"));
            }
            there.insert(line);
        }
    }
    let is_there = |span: &&String| there.iter().any(|line| line.starts_with(span.as_str()));
    wrong.extend(denied.iter().filter(is_there).map(|span| format!("`{span}` is in its files")));
    wrong.extend(shown.difference(&there).map(|span| format!("`{span}` is in none of its files")));
    wrong
}

/// A page with its outcomes filled in.
fn filled(software: &str, text: &str, wrong: &mut Vec<String>) -> String {
    let cases = measured(software);
    let versions = Measured::of(software, cases.values());
    let untold = versions.names().filter(|name| !text.contains(name));
    wrong.extend(untold.map(|name| format!("{software}: {name} was measured, and the page does not say so")));
    let mut line = |line: &str| {
        let Some([shown, _, why, id]) = row(line) else { return format!("{line}\n") };
        let Some(case) = cases.get(id) else {
            wrong.push(format!("{software}: {id} was not measured on it"));
            return format!("{line}\n");
        };
        wrong.extend(wrongly_shown(shown, case).iter().map(|what| format!("{software}: {id}: {what}")));
        format!("| {shown} | {} | {why} | `{id}` |\n", cell(software, case, shown, &versions))
    };
    text.lines().map(&mut line).collect()
}

#[test]
fn a_page_for_each_stack() {
    let mut wrong = Vec::new();
    let mut pages = Vec::new();
    for software in Software::names() {
        let page = format!("docs/stacks/{software}.md");
        let text = read(&page);
        let headings = text.lines().filter_map(|line| line.strip_prefix("## "));
        let headings: Vec<&str> = headings.filter(|heading| HEADINGS.contains(heading)).collect();
        if headings != HEADINGS {
            wrong.push(format!("{page}: the sections are to be {HEADINGS:?}"));
        }
        if !(15..=36).contains(&text.lines().filter_map(row).count()) {
            wrong.push(format!("{page}: {} rows", text.lines().filter_map(row).count()));
        }
        pages.push((page, filled(software, &text, &mut wrong)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    pages.iter().for_each(|(page, text)| expect(page, text));
}

/// What the first rows of a section of a stack's page show.
fn first_rows(software: &str, heading: &str, count: usize) -> String {
    let page = read(&format!("docs/stacks/{software}.md"));
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let shown = section.lines().filter_map(row).take(count).map(|row| row[0].replace("<br>", " + "));
    shown.collect::<Vec<_>>().join("<br>")
}

/// Tables whose rows begin with a link to a stack's page say what that page has first.
#[test]
fn the_tables_of_stacks() {
    for page in ["docs/stacks/README.md", "docs/problem.md"] {
        let mut listed = 0;
        let mut line = |line: &str| {
            let cells = cells(line)?;
            let software = Software::names().find(|name| cells[0].starts_with(&format!("[{name}](")))?;
            let pins = first_rows(software, "What pins it", 1);
            let looks = first_rows(software, "What only looks as if it did", 2);
            listed += 1;
            Some(match cells.len() {
                2 => format!("| {} | {pins} |\n", cells[0]),
                _ => format!("| {} | {pins} | {looks} |\n", cells[0]),
            })
        };
        let text = read(page);
        let filled: String = text.lines().map(|text| line(text).unwrap_or_else(|| format!("{text}\n"))).collect();
        assert_eq!(listed, Software::names().count(), "{page} lists each stack once");
        expect(page, &filled);
    }
}

#[test]
fn stacks_are_spelled_as_the_program_takes_them() {
    for span in code_spans(&read("docs/stacks/README.md")) {
        if Software::names().any(|name| span.starts_with(&format!("{name}@")) || span.starts_with(&format!("{name}+")))
        {
            assert!(span.parse::<Stack>().is_ok(), "{span}");
        }
    }
}
