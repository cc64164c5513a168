//! The jobs and recipes of the pages, run as they stand there by what would run them, or by its rules.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "../common/mod.rs"]
mod common;
mod editors;
mod jobs;
mod services;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// The first fenced block of a language under a heading of a page.
fn block(page: &str, heading: &str, language: &str) -> String {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).unwrap();
    let (_, section) = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("{page}: {heading}"));
    let section = section.split("\n## ").next().unwrap();
    let (_, rest) =
        section.split_once(&format!("\n```{language}\n")).unwrap_or_else(|| panic!("{page}: {heading}: {language}"));
    rest.split_once("\n```").unwrap().0.to_owned() + "\n"
}

/// A program that finds ours on the PATH, and behind it what else lies in `folders`.
fn with_path(program: &str, folders: &[&Path]) -> Command {
    let ours = Path::new(env!("CARGO_BIN_EXE_bridgepin")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let folders = folders.iter().map(|folder| folder.to_path_buf()).chain([ours.to_owned()]);
    let path = std::env::join_paths(folders.chain(std::env::split_paths(&path))).unwrap();
    let mut command = Command::new(program);
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI", "GITHUB_ACTIONS", "COLUMNS"] {
        command.env_remove(variable);
    }
    command.env("PATH", path).stdin(Stdio::null());
    command
}
