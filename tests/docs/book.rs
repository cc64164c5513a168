//! The book has every page, and no page of it leads out of it.

use crate::{pages, read};
use pretty_assertions::assert_eq;
use regex_lite::Regex;
use std::path::{Component, Path, PathBuf};

fn in_docs() -> Vec<PathBuf> {
    let summary = Path::new("docs/SUMMARY.md");
    pages().into_iter().filter(|page| page.starts_with("docs") && page != summary).collect()
}

#[test]
fn the_summary_lists_every_page_once() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let summary = read("docs/SUMMARY.md");
    let mut listed: Vec<PathBuf> =
        link.captures_iter(&summary).map(|found| Path::new("docs").join(&found[1])).collect();
    listed.sort();
    assert_eq!(listed, in_docs());
}

#[test]
fn links_stay_in_the_book() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    for page in in_docs() {
        let text = read(page.to_str().unwrap());
        for found in link.captures_iter(&text).filter(|found| !found[1].contains("://")) {
            let mut depth = page.parent().unwrap().components().count();
            for part in Path::new(&found[1]).components() {
                depth = if part == Component::ParentDir { depth - 1 } else { depth + 1 };
                assert!(depth > 0, "{}: {}", page.display(), &found[1]);
            }
        }
    }
}
