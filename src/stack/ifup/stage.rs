//! A stanza on its way up, and what its command lines and hooks find in their environment.

use super::variables::Variables;
use crate::stack::eni::{Opt, Stanza};
use crate::stack::hook::Environment;
use crate::syntax::Token;
use bstr::BStr;
use std::cell::OnceCell;

/// A stanza on its way up.
pub(in crate::stack) struct Stage<'s> {
    pub(in crate::stack) interface: &'s BStr,
    pub(in crate::stack) stanza: &'s Stanza,
    pub(in crate::stack) variables: &'s Variables<'s>,
    /// What is in the environment beside the options.
    beside: &'s [(&'s str, &'s BStr)],
    environment: OnceCell<Environment>,
}

impl<'s> Stage<'s> {
    pub(in crate::stack) fn new(
        interface: &'s BStr,
        stanza: &'s Stanza,
        variables: &'s Variables<'s>,
        beside: &'s [(&'s str, &'s BStr)],
    ) -> Self {
        Self { interface, stanza, variables, beside, environment: OnceCell::new() }
    }

    /// What hooks and command lines find; most stanzas have none.
    pub(in crate::stack) fn environment(&self) -> &Environment {
        self.environment.get_or_init(|| {
            let mut environment = self.variables.environment(self.interface);
            for (name, value) in self.beside {
                environment.set(*name, *value, None);
            }
            environment
        })
    }

    /// What command lines and scripts find in a phase (execute.c, `set_environ`; the same in busybox).
    pub(super) fn in_phase(&self, phase: &str) -> Environment {
        let mut environment = self.environment().clone();
        environment.set("PHASE", phase, None);
        environment.set("VERBOSITY", "0", None);
        for (name, word) in [("METHOD", &self.stanza.method), ("ADDRFAM", &self.stanza.family)] {
            environment.set(name, word.as_ref().map_or(BStr::new(""), Token::as_bstr), None);
        }
        environment
    }
}

/// A part of an interface's way up in which command lines of a stanza run.
pub(in crate::stack) struct Phase<'s> {
    stage: &'s Stage<'s>,
    name: &'s str,
    environment: OnceCell<Environment>,
}

impl<'s> Phase<'s> {
    pub(in crate::stack) fn new(stage: &'s Stage<'s>, name: &'s str) -> Self {
        Self { stage, name, environment: OnceCell::new() }
    }

    /// The stanza's own command lines for it.
    pub(in crate::stack) fn lines(&self) -> impl Iterator<Item = &'s Opt> {
        self.stage.variables.commands.iter().copied().filter(|opt| opt.key.token.text == self.name)
    }

    /// What all of them find.
    pub(super) fn environment(&self) -> &Environment {
        let phase = if self.name == "pre-up" { "pre-up" } else { "post-up" };
        self.environment.get_or_init(|| self.stage.in_phase(phase))
    }
}
