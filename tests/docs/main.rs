//! The pages for users say what is so. What is generated in them is in step (`BLESS=1 cargo test --test docs` writes it),
//! what they show of a run is what a run prints, and their links lead somewhere.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod blocks;
mod book;
#[path = "../common/mod.rs"]
mod common;
mod formats;
mod links;
mod outcome;
mod promises;
mod rules;
mod snippets;
mod stacks;
mod versions;

use pretty_assertions::assert_eq;
use std::fs;
use std::path::{Path, PathBuf};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Compares a page with what it is to be, or writes it.
fn expect(path: &str, text: &str) {
    let file = repository().join(path);
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        return;
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(found, text, "{path} is not in step: BLESS=1 cargo test --test docs");
}

/// All Markdown files for users, relative to the repository.
fn pages() -> Vec<PathBuf> {
    let folders = ["docs", "fixtures"].map(|folder| repository().join(folder));
    let files = folders.iter().flat_map(walkdir::WalkDir::new).map(|entry| entry.unwrap().into_path());
    let tops = ["README.md", "CHANGELOG.md"].map(|name| repository().join(name));
    let pages = files.filter(|path| path.extension().is_some_and(|extension| extension == "md")).chain(tops);
    let mut pages: Vec<PathBuf> = pages.map(|path| path.strip_prefix(repository()).unwrap().to_owned()).collect();
    pages.sort();
    pages
}
