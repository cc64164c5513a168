//! The versions that the pages name are those that there are.

use crate::{pages, read};
use pretty_assertions::assert_eq;
use regex_lite::Regex;

#[test]
fn the_pages_name_this_version() {
    let named = Regex::new(r"(bridgepin(==|[-_ ])|rev: v)(\d+\.\d+\.\d+)").unwrap();
    let mut count = 0;
    for page in pages() {
        // It is about the next one.
        if page.ends_with("releasing.md") {
            continue;
        }
        for found in named.captures_iter(&read(page.to_str().unwrap())) {
            count += 1;
            assert_eq!(&found[3], env!("CARGO_PKG_VERSION"), "{}: {}", page.display(), &found[0]);
        }
    }
    assert!(count >= 5, "the pages name it {count} times");
}

#[test]
fn releases_are_made_with_the_tools_that_ci_tries() {
    let tool = Regex::new(r"[a-z-]+@\d+\.\d+\.\d+").unwrap();
    let (scripts, page) = (read(".ci/tools"), read("docs/releasing.md"));
    let named: Vec<&str> = tool.find_iter(&page).map(|found| found.as_str()).collect();
    let mut tried: Vec<&str> = tool.find_iter(&scripts).map(|found| found.as_str()).collect();
    // No release is made with it.
    tried.retain(|tool| !tool.starts_with("cargo-deny@"));
    assert_eq!(named, tried);
}
