//! A stanza's options as ifupdown and busybox keep them.

use crate::bytes::split_once;
use crate::stack::eni::ifupdown::COMMANDS;
use crate::stack::eni::{Config, Opt};
use crate::stack::hook::{Environment, Given, reaches, variable_name};
use bstr::{BStr, BString};
use foldhash::fast::RandomState;
use std::borrow::Cow;
use std::collections::HashMap;

/// Whether each line of an option is a command of its own.
pub(super) fn is_command(opt: &Opt) -> bool {
    COMMANDS.iter().any(|command| opt.key.token.text == *command)
}

/// An option that holds one value.
pub(in crate::stack) struct Variable<'c> {
    /// Its name, exactly as methods look for it.
    pub(in crate::stack) name: &'c BStr,
    /// The values of all its lines, joined with line ends (config.c, `read_interfaces_defn`).
    pub(in crate::stack) value: Cow<'c, BStr>,
    /// Those lines.
    pub(in crate::stack) lines: Vec<&'c Opt>,
}

impl Variable<'_> {
    /// The name under which hooks find it.
    pub(in crate::stack) fn variable(&self) -> BString {
        variable_name(self.name)
    }

    /// What hooks find there.
    fn given(&self) -> Given {
        // `setlocalenv`: the first `=` ends the name, wherever it stands.
        let value = match split_once(self.name, b'=') {
            Some((_, rest)) => [rest, b"=", &**self.value].concat(),
            None => self.value.to_vec(),
        };
        Given { value: value.into(), place: self.lines.first().map(|opt| opt.value_place()) }
    }
}

/// The options of a stanza, those that it inherits first.
#[derive(Default)]
pub(in crate::stack) struct Variables<'c> {
    pub(in crate::stack) all: Vec<Variable<'c>>,
    /// `pre-up`, `up`, `down`, `post-down`: every line a command of its own.
    pub(in crate::stack) commands: Vec<&'c Opt>,
}

/// Among so many options one is found by looking at all.
const FEW: usize = 16;

impl<'c> Variables<'c> {
    pub(in crate::stack) fn of(config: &'c Config, stanza: usize) -> Self {
        let mut variables = Self::default();
        // Where each is, once they are more.
        let mut known: HashMap<&BStr, usize, RandomState> = HashMap::default();
        for opt in config.options(stanza) {
            let (name, value) = (opt.key.token.as_bstr(), opt.value.as_bstr());
            if is_command(opt) {
                variables.commands.push(opt);
                continue;
            }
            let all = &mut variables.all;
            if all.len() == FEW && known.is_empty() {
                known.extend(all.iter().enumerate().map(|(index, variable)| (variable.name, index)));
            }
            let index = match known.is_empty() {
                true => all.iter().position(|variable| variable.name == name),
                false => known.get(name).copied(),
            };
            match index.and_then(|index| all.get_mut(index)) {
                Some(variable) => {
                    let joined = variable.value.to_mut();
                    joined.push(b'\n');
                    joined.extend_from_slice(value);
                    variable.lines.push(opt);
                }
                None => {
                    if !known.is_empty() {
                        known.insert(name, all.len());
                    }
                    all.push(Variable { name, value: Cow::Borrowed(value), lines: vec![opt] });
                }
            }
        }
        variables
    }

    /// An option by its exact name.
    pub(in crate::stack) fn get(&self, name: &str) -> Option<&Variable<'c>> {
        self.all.iter().find(|variable| variable.name == name)
    }

    /// The options that reach hooks under a name, the one that counts last.
    pub(in crate::stack) fn for_hook(&self, name: &str) -> impl Iterator<Item = &Variable<'c>> {
        self.all.iter().filter(move |variable| reaches(variable.name, name))
    }

    /// What hooks and command lines find in their environment (`set_environ`).
    pub(in crate::stack) fn environment(&self, interface: &BStr) -> Environment {
        let mut environment = Environment::default();
        for variable in &self.all {
            let Given { value, place } = variable.given();
            environment.set(variable_name(variable.name), value, place);
        }
        environment.set("IFACE", interface, None);
        environment.set("MODE", "start", None);
        environment
    }

    /// A variable that hooks find set to something.
    pub(in crate::stack) fn given(&self, name: &str) -> Option<Given> {
        self.for_hook(name).last().map(Variable::given).filter(|given| !given.value.is_empty())
    }

    /// Whether hooks find this variable, and not empty.
    pub(in crate::stack) fn sets(&self, name: &str) -> bool {
        self.for_hook(name).last().is_some_and(|variable| !variable.value.is_empty())
    }
}
