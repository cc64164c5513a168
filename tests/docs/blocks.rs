//! The fenced blocks of the pages, and what the comment above each says of running it.

use crate::{pages, read};

/// Where a block runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `run in: FOLDER`: in a copy of the folder.
    In(String),
    /// `run with: FOLDER`: in a folder that holds a copy under the same path.
    With(String),
    /// `run in an empty folder`.
    Empty,
    /// `run further`: where the block before it on the page left off.
    Further,
}

/// A fenced block.
pub struct Block {
    /// The page and the line.
    pub at: String,
    pub page: String,
    pub language: String,
    /// The line above it.
    comment: String,
    pub text: Vec<String>,
}

/// All blocks of all pages, in order.
pub fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    for page in pages() {
        let page = page.to_str().unwrap().to_owned();
        let text = read(&page);
        let mut lines = text.lines().enumerate();
        let mut comment = String::new();
        while let Some((number, line)) = lines.next() {
            if let Some(language) = line.trim_start().strip_prefix("```") {
                let text = lines.by_ref().map(|(_, line)| line.to_owned()).take_while(|line| line.trim() != "```");
                let (at, text) = (format!("{page}:{}", number + 1), text.collect());
                let (language, comment) = (language.to_owned(), std::mem::take(&mut comment));
                blocks.push(Block { at, page: page.clone(), language, comment, text });
            } else if !line.trim().is_empty() {
                line.trim().clone_into(&mut comment);
            }
        }
    }
    blocks
}

impl Block {
    /// What the comment says after a word.
    fn said(&self, word: &str) -> Option<&str> {
        let inner = self.comment.strip_prefix("<!-- ")?.strip_prefix(word)?;
        Some(inner.strip_suffix(" -->").unwrap_or_else(|| panic!("{}: {}", self.at, self.comment)))
    }

    /// Where it runs, and the exit code wanted; none where the block is not to be run.
    pub fn place(&self) -> Option<(Place, i32)> {
        let inner = self.said("run ")?;
        let (place, exit) = inner.split_once(", exit ").unwrap_or((inner, "0"));
        let place = match (place, place.split_once(": ")) {
            ("in an empty folder", _) => Place::Empty,
            ("further", _) => Place::Further,
            (_, Some(("in", folder))) => Place::In(folder.to_owned()),
            (_, Some(("with", folder))) => Place::With(folder.to_owned()),
            _ => panic!("{}: run where?", self.at),
        };
        Some((place, exit.parse().unwrap()))
    }

    /// Whether another test runs it: tests/provisioning.rs.
    pub fn runs_elsewhere(&self) -> bool {
        self.comment == "<!-- provision -->"
    }

    /// Why it is not run.
    pub fn excuse(&self) -> Option<&str> {
        self.said("not run: ")
    }
}
