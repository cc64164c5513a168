//! What ifupdown-ng has in memory after reading: all stanzas of a name are one interface, whose
//! variables keep their order and their duplicates (`interface.c`, `interface-file.c`).

use crate::stack::eni::{Config, Opt};
use bstr::{BString, ByteSlice};
use std::collections::{HashMap, HashSet};

/// As many variables as all `inherit` lines together may copy.
const COPY_LIMIT: usize = 100_000;

/// A variable of an interface. Executors get the last one of a name.
#[derive(Clone, Debug)]
pub struct Var<'a> {
    /// Its name, or `use` for an executor.
    pub key: BString,
    /// Its value.
    pub value: BString,
    /// The line that sets it, here or in what is inherited; none where the reader adds it.
    pub option: Option<&'a Opt>,
}

/// An interface, or a template.
#[derive(Clone, Debug, Default)]
pub struct Interface<'a> {
    /// Its name.
    pub name: BString,
    /// It is never brought up: a `template`, or something that was inherited from.
    pub template: bool,
    /// It is never brought up: an `inherit` without a name (`has_config_error`).
    pub broken: bool,
    /// An `auto` line names it.
    pub auto: bool,
    /// Its stanzas, as indices.
    pub stanzas: Vec<usize>,
    /// In the order in which they are set.
    pub vars: Vec<Var<'a>>,
    /// What `vars` holds, for `lif_dict_add_once`.
    held: HashSet<(BString, BString)>,
}

impl<'a> Interface<'a> {
    /// Whether an executor works on it.
    #[must_use]
    pub fn uses(&self, executor: &str) -> bool {
        self.held.contains(&("use".into(), executor.into()))
    }

    /// The last variable of a name: what executors see.
    #[must_use]
    pub fn last(&self, key: &str) -> Option<&Var<'a>> {
        self.vars.iter().rev().find(|var| var.key == key)
    }

    /// An interface without a stanza.
    #[must_use]
    pub fn named(name: BString) -> Self {
        let mut interface = Self { name, ..Self::default() };
        interface.add_use(b"link");
        // Kept for old configuration: a dot makes it a VLAN.
        if interface.name.contains(&b'.') {
            interface.add_use(b"vlan");
        }
        if interface.name == "lo" {
            interface.add_use(b"loopback");
        }
        interface
    }

    fn add(&mut self, key: &[u8], value: &[u8], option: Option<&'a Opt>) {
        self.held.insert((key.into(), value.into()));
        self.vars.push(Var { key: key.into(), value: value.into(), option });
    }

    fn add_once(&mut self, key: &[u8], value: &[u8], option: Option<&'a Opt>) {
        if !self.held.contains(&(key.into(), value.into())) {
            self.add(key, value, option);
        }
    }

    fn add_use(&mut self, executor: &[u8]) {
        self.add_once(b"use", executor, None);
    }
}

/// The interfaces of what [`read`](super::read) gives, in the order of their first stanza.
/// `guess` is the setting `auto_executor_selection`: the text before the first `-` of an option
/// is an executor that works on the interface.
#[must_use]
pub fn interfaces(config: &Config, guess: bool) -> Vec<Interface<'_>> {
    let mut all = Collection { interfaces: Vec::new(), index: HashMap::new(), copied: 0 };
    for (index, stanza) in config.stanzas.iter().enumerate() {
        let at = all.find(&stanza.name.token.text);
        all.interfaces[at].stanzas.push(index);
        all.interfaces[at].template |= stanza.template;
        for option in &stanza.options {
            all.set(at, option, guess);
        }
    }
    for start in &config.starts {
        let at = all.find(&start.name.token.text);
        all.interfaces[at].auto = true;
    }
    all.interfaces
}

struct Collection<'a> {
    interfaces: Vec<Interface<'a>>,
    index: HashMap<BString, usize>,
    copied: usize,
}

impl<'a> Collection<'a> {
    /// `lif_interface_collection_find`: what is not there is made.
    fn find(&mut self, name: &BString) -> usize {
        *self.index.entry(name.clone()).or_insert_with(|| {
            self.interfaces.push(Interface::named(name.clone()));
            self.interfaces.len() - 1
        })
    }

    fn set(&mut self, at: usize, option: &'a Opt, guess: bool) {
        let (key, value) = (&option.key.token.text, &option.value.text);
        if key == "inherit" {
            return self.inherit(at, option);
        }
        let interface = &mut self.interfaces[at];
        match key.as_slice() {
            b"use" => interface.add_once(key, value, Some(option)),
            b"address" | b"gateway" => {
                interface.add_use(b"static");
                interface.add(key, value, Some(option));
            }
            // A keyword of its own, not a guess at an executor.
            b"dhcp-hostname" => interface.add(key, value, Some(option)),
            _ => {
                interface.add(key, value, Some(option));
                if let (true, Some(dash)) = (guess, key.find_byte(b'-')) {
                    interface.add_use(&key[..dash]);
                }
            }
        }
    }

    /// `lif_interface_collection_inherit` copies what the other one has by now.
    fn inherit(&mut self, at: usize, option: &'a Opt) {
        if option.value.text.is_empty() {
            self.interfaces[at].broken = true;
            return;
        }
        let parent = self.find(&option.value.text);
        self.interfaces[parent].template = true;
        self.interfaces[at].add(b"inherit", &option.value.text, Some(option));
        let room = COPY_LIMIT.saturating_sub(self.copied);
        let vars: Vec<Var<'_>> = self.interfaces[parent].vars.iter().take(room).cloned().collect();
        self.copied += vars.len();
        for var in vars {
            if var.key == "address" {
                self.interfaces[at].add(&var.key, &var.value, var.option);
            } else {
                self.interfaces[at].add_once(&var.key, &var.value, var.option);
            }
        }
    }
}
