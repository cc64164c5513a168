//! Links between pages lead to a file, and to a heading in it.

use crate::{pages, read, repository};
use regex_lite::Regex;
use std::path::Path;

/// A heading's anchor, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || [' ', '-', '_'].contains(c);
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn has_heading(page: &Path, wanted: &str) -> bool {
    let text = std::fs::read_to_string(page).unwrap();
    text.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line.trim_start_matches('#').trim()) == wanted)
}

#[test]
fn links_resolve() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let mut broken = Vec::new();
    for page in pages() {
        let text = read(page.to_str().unwrap());
        for target in link.captures_iter(&text).map(|captures| captures.get(1).unwrap().as_str()) {
            if target.contains("://") {
                continue;
            }
            let (path, heading) = target.split_once('#').map_or((target, None), |(path, it)| (path, Some(it)));
            let file = repository().join(&page);
            let file = if path.is_empty() { file } else { file.parent().unwrap().join(path) };
            if !file.exists() || heading.is_some_and(|heading| !has_heading(&file, heading)) {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}
