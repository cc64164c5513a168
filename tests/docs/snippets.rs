//! The commands that the pages show.
//!
//! A comment above a block says where it runs: [`Place`]. `exit N` in it is the exit code wanted, else 0. In a `console` block
//! the lines that begin with `$ ` are run one by one, and what stands below, if anything, is what they print; `...` stands for
//! any number of lines. A block of commands that cannot be run says why: `<!-- not run: REASON -->`. Of all other blocks the
//! command lines of bridgepin must be ones that it takes.

use crate::blocks::{Block, Place, blocks};
use crate::common::{read_tree, write_tree};
use crate::repository;
use bridgepin::cli::Cli;
use clap::Parser;
use pretty_assertions::assert_eq;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

impl Block {
    /// Runs it, and compares what a `console` block shows; the last exit code.
    fn run(&self, folder: &Path) -> i32 {
        let (at, text) = (&self.at, self.text.join("\n"));
        if self.language != "console" {
            return run(&text, folder).1;
        }
        let text = text.strip_prefix("$ ").unwrap_or_else(|| panic!("{at}: no command"));
        let mut exit = 0;
        for command in text.split("\n$ ") {
            let (command, shown) = command.split_once('\n').unwrap_or((command, ""));
            let (printed, status) = run(command, folder);
            exit = status;
            let (lines, shown): (Vec<&str>, Vec<&str>) = (printed.lines().collect(), shown.lines().collect());
            if !shown.is_empty() && !is_shown(&shown, &lines) {
                assert_eq!(shown.join("\n"), printed, "{at}: {command}");
                panic!("{at}: `...` stands for no line");
            }
        }
        exit
    }
}

/// Runs a script as in a terminal, with the program on the PATH.
fn run(script: &str, folder: &Path) -> (String, i32) {
    let program = Path::new(env!("CARGO_BIN_EXE_bridgepin")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-e", "-c", &format!("exec 2>&1\n{script}")])
        .current_dir(folder)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap())
        .env_remove("COLUMNS")
        .env_remove("CI")
        .env_remove("GITHUB_ACTIONS")
        .output()
        .unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

/// Whether lines are what was printed; `...` stands for any number of lines.
fn is_shown(shown: &[&str], printed: &[&str]) -> bool {
    let parts: Vec<&[&str]> = shown.split(|line| *line == "...").collect();
    let [first, middle @ .., last] = &parts[..] else { return shown == printed };
    let Some(mut rest) = printed.strip_prefix(*first) else { return false };
    for part in middle {
        let Some(start) = rest.windows(part.len()).position(|window| window == *part) else { return false };
        rest = &rest[start + part.len()..];
    }
    rest.ends_with(last)
}

/// A folder for a block: new, or that of the block before it.
fn folder(at: &str, place: &Place, before: Option<(String, TempDir)>, page: &str) -> TempDir {
    if *place == Place::Further {
        let (_, folder) =
            before.filter(|(before, _)| before == page).unwrap_or_else(|| panic!("{at}: further to what?"));
        return folder;
    }
    let dir = tempfile::tempdir().unwrap();
    if let Place::In(from) | Place::With(from) = place {
        let tree = read_tree(&repository().join(from));
        assert!(!tree.is_empty(), "{at}: {from} is not there");
        let to = if matches!(place, Place::With(_)) { dir.path().join(from) } else { dir.path().to_owned() };
        write_tree(&to, &tree);
    }
    dir
}

#[test]
fn snippets_do_what_they_show() {
    let mut count = 0;
    let mut before = None;
    for block in blocks() {
        let Some((place, exit)) = block.place() else { continue };
        count += 1;
        let dir = folder(&block.at, &place, before.take(), &block.page);
        assert_eq!(block.run(dir.path()), exit, "{}: the exit code", block.at);
        before = Some((block.page, dir));
    }
    assert!(count >= 8, "the pages show {count} runs");
}

#[test]
fn every_block_of_commands_is_run_or_says_why_not() {
    for block in blocks() {
        let is_run = block.place().is_some() || block.runs_elsewhere();
        let is_excused = block.excuse().is_some_and(|why| !why.is_empty());
        let is_commands = ["console", "sh"].contains(&block.language.as_str());
        assert!(!block.language.is_empty(), "{}: say what it is: ```text", block.at);
        assert!(!is_commands || is_run || is_excused, "{}: where does it run?", block.at);
    }
}

/// The arguments of a command line of bridgepin in a line of a shell, YAML or console block.
fn arguments(line: &str) -> Option<Vec<&str>> {
    const COMMANDS: &[&str] = &["check", "list", "live", "rule", "completions", "man", "--version", "--help"];
    let (before, after) = line.split_once("bridgepin ")?;
    if !before.chars().last().is_none_or(|c| " $|'\"/([".contains(c)) {
        return None;
    }
    let words =
        after.split_whitespace().take_while(|word| !["|", "||", "&&", ">", "#", ";", "2>&1", "\\"].contains(word));
    let words: Vec<&str> = words.map(|word| word.trim_matches(|c| "'\")];".contains(c))).collect();
    words.first().is_some_and(|word| COMMANDS.contains(word)).then_some(words)
}

#[test]
fn commands_are_ones_that_the_program_takes() {
    let mut count = 0;
    for block in blocks() {
        for line in block.text.iter().filter_map(|line| arguments(line)) {
            count += 1;
            let taken = Cli::try_parse_from(std::iter::once("bridgepin").chain(line.iter().copied()));
            let is_help = taken.as_ref().is_err_and(|error| !error.use_stderr());
            assert!(taken.is_ok() || is_help, "{}: {line:?}: {}", block.at, taken.unwrap_err());
        }
    }
    assert!(count > 20, "the pages show {count} commands");
}
