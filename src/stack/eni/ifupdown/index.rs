//! What `inherits` and `OPTION?` look up. Few files have either, so that what was read so far is noted only when one of them asks.

use crate::stack::eni::Config;
use bstr::BString;
use foldhash::fast::RandomState;
use std::collections::{HashMap, HashSet};

#[derive(Default)]
pub(super) struct Index {
    /// The first stanza of a name, and of a name and family (`get_interface`).
    first: HashMap<(BString, Option<BString>), usize, RandomState>,
    /// The stanzas that `first` knows.
    named: usize,
    /// The options that each stanza sets.
    set: HashSet<(usize, BString), RandomState>,
    /// The last stanza that `set` knows, and how many of its options and dropped options.
    noted: (usize, usize, usize),
}

impl Index {
    /// The first stanza of a name, and of the family where one is wanted.
    pub(super) fn first(&mut self, config: &Config, name: &BString, family: Option<BString>) -> Option<usize> {
        for (index, stanza) in config.stanzas.iter().enumerate().skip(self.named) {
            let name = &stanza.name.token.text;
            let family = stanza.family.as_ref().map(|family| family.text.clone());
            self.first.entry((name.clone(), None)).or_insert(index);
            self.first.entry((name.clone(), family)).or_insert(index);
        }
        self.named = config.stanzas.len();
        self.first.get(&(name.clone(), family)).copied()
    }

    /// Whether a stanza, or one that it inherits from, sets an option already.
    pub(super) fn sets(&mut self, config: &Config, stanza: usize, option: &BString) -> bool {
        let (last, mut options, mut dropped) = self.noted;
        for (index, stanza) in config.stanzas.iter().enumerate().skip(last) {
            let new = stanza.options.iter().skip(options).chain(stanza.dropped.iter().skip(dropped));
            self.set.extend(new.map(|option| (index, option.key.token.text.clone())));
            self.noted = (index, stanza.options.len(), stanza.dropped.len());
            (options, dropped) = (0, 0);
        }
        config.ancestry(stanza).any(|stanza| self.set.contains(&(stanza, option.clone())))
    }
}
