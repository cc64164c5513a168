//! The commands that the pages show.
//!
//! A comment before a block says where it runs: `<!-- run in: FOLDER -->` in a copy of the folder, `<!-- run with: FOLDER -->` in
//! a folder that holds a copy under the same path. `exit N` in it is the exit code wanted, else 0. In a `console` block the
//! lines that begin with `$ ` are run one by one, and what stands below, if anything, is what they print; `...` stands for any
//! number of lines. Of all other blocks the command lines of bridgepin must be ones that it takes.

use crate::common::{read_tree, write_tree};
use crate::{pages, read, repository};
use bridgepin::cli::Cli;
use clap::Parser;
use pretty_assertions::assert_eq;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A fenced block with the comment above it.
struct Block {
    at: String,
    language: String,
    comment: String,
    text: Vec<String>,
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    for page in pages() {
        let text = read(page.to_str().unwrap());
        let mut lines = text.lines().enumerate();
        let mut comment = String::new();
        while let Some((number, line)) = lines.next() {
            if let Some(language) = line.trim_start().strip_prefix("```") {
                let text = lines.by_ref().map(|(_, line)| line.to_owned()).take_while(|line| line.trim() != "```");
                let at = format!("{}:{}", page.display(), number + 1);
                let (language, comment) = (language.to_owned(), std::mem::take(&mut comment));
                blocks.push(Block { at, language, comment, text: text.collect() });
            } else if !line.trim().is_empty() {
                line.clone_into(&mut comment);
            }
        }
    }
    blocks
}

impl Block {
    /// The folder to copy, where to, and the exit code wanted; none where the block is not to be run.
    fn place(&self) -> Option<(PathBuf, PathBuf, i32)> {
        let inner = self.comment.strip_prefix("<!-- run ")?;
        let inner = inner.strip_suffix(" -->").unwrap_or_else(|| panic!("{}: {}", self.at, self.comment));
        let (place, exit) = inner.split_once(", exit ").unwrap_or((inner, "0"));
        let (folder, to) = match place.split_once(": ") {
            Some(("in", folder)) => (folder, ""),
            Some(("with", folder)) => (folder, folder),
            _ => panic!("{}: run in or with what?", self.at),
        };
        Some((repository().join(folder), PathBuf::from(to), exit.parse().unwrap()))
    }

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

#[test]
fn snippets_do_what_they_show() {
    let mut count = 0;
    for block in blocks() {
        let Some((from, to, exit)) = block.place() else { continue };
        count += 1;
        let at = &block.at;
        let dir = tempfile::tempdir().unwrap();
        let tree = read_tree(&from);
        assert!(!tree.is_empty(), "{at}: {} is not there", from.display());
        write_tree(&dir.path().join(to), &tree);
        assert_eq!(block.run(dir.path()), exit, "{at}: the exit code");
    }
    assert!(count >= 8, "the pages show {count} runs");
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
