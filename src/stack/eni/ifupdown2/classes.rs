//! `auto` and `allow-*` lines of ifupdown2: lists that are looked at when a stanza ends.

use super::range;
use crate::stack::eni::{Start, Word};
use bstr::{BString, ByteSlice};
use std::collections::{BTreeMap, HashMap};

/// As many names as ranges in `auto` lines may stand for.
const NAME_LIMIT: usize = 100_000;

/// The classes so far, and the words that put each name there.
pub(super) struct Classes {
    /// `allow-auto` is `auto`, and ranges work in all classes.
    unified: bool,
    all: bool,
    names: usize,
    classes: BTreeMap<Vec<u8>, HashMap<BString, Word>>,
}

impl Classes {
    pub(super) fn new(unified: bool) -> Self {
        Self { unified, all: false, names: 0, classes: BTreeMap::new() }
    }

    /// An `auto` line.
    pub(super) fn add_auto(&mut self, words: &[Word]) {
        if words.iter().any(|word| word.token.text == "all") {
            self.all = true;
            return;
        }
        self.insert(b"auto".to_vec(), words, true);
    }

    /// An `allow-*` line. Before 3.3.0 `allow-auto` was a class like any other, which no command uses.
    pub(super) fn add(&mut self, class: Vec<u8>, words: &[Word]) {
        match (self.unified, class.as_slice()) {
            (true, b"auto") => self.add_auto(words),
            (false, b"auto") => {}
            _ => self.insert(class, words, self.unified),
        }
    }

    fn insert(&mut self, class: Vec<u8>, words: &[Word], ranges: bool) {
        let known = self.classes.entry(class).or_default();
        for word in words {
            let mut names = if ranges { range::expand(&word.token.text) } else { Vec::new() };
            names.push(word.token.text.clone());
            self.names += names.len();
            if self.names > NAME_LIMIT {
                break;
            }
            for name in names {
                known.entry(name).or_insert_with(|| word.clone());
            }
        }
    }

    /// The classes that an interface is in. After `auto all` its own name stands for the word.
    pub(super) fn of(&self, name: &BString, own: &Word) -> Vec<Start> {
        let named = |word: &Word| {
            let mut word = word.clone();
            word.token.text.clone_from(name);
            word
        };
        let found = self
            .classes
            .iter()
            .filter_map(|(class, names)| Some(Start { class: class.clone(), name: named(names.get(name.as_bstr())?) }));
        let mut starts: Vec<Start> = found.collect();
        if self.all && !starts.iter().any(|start| start.class == b"auto") {
            starts.push(Start { class: b"auto".to_vec(), name: named(own) });
        }
        starts
    }

    /// Words of `auto` lines for names that `is_late` says so of, in file order.
    pub(super) fn late(&self, is_late: impl Fn(&BString) -> bool) -> Vec<Word> {
        let names = self.classes.get(b"auto".as_slice()).into_iter().flatten();
        let mut late: Vec<Word> = names.filter(|(name, _)| is_late(name)).map(|(_, word)| word.clone()).collect();
        late.sort_by(|a, b| (&a.file, a.token.span).cmp(&(&b.file, b.token.span)));
        late.dedup();
        late
    }
}
