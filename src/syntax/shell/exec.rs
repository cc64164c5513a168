//! Runs what a file says, as far as it goes without running anything.
//!
//! Where only the running system can tell which way the shell takes, all ways are followed from
//! the same state and what they set is merged.

use super::builtin::Manner;
use super::parse::{AndOr, Command, Link, List, Pipeline, Simple};
use super::run::{Flow, Function, Positional, Status};
use super::state::merge;
use super::{Shell, Value, pattern};
use crate::span::Span;
use bstr::{BStr, BString};
use std::rc::Rc;

const NOT_TAKEN: &str = "it stands on a way that the shell does not take";
const IN_FUNCTION: &str = "it stands in a function that nothing here calls";
const IN_SUBSHELL: &str = "it stands in `( )`, a shell of its own";
const IN_PIPELINE: &str = "it stands in a pipeline, whose commands run in shells of their own";
const IN_BACKGROUND: &str = "it ends with `&` and runs in a shell of its own";

impl Shell<'_> {
    pub(super) fn list(&mut self, list: &[AndOr]) -> Status {
        let mut status = Some(true);
        for and_or in list {
            if self.flow != Flow::On {
                self.skip_and_or(and_or, NOT_TAKEN);
                continue;
            }
            status = if and_or.background {
                self.subshell(IN_BACKGROUND, |shell| shell.and_or(and_or));
                Some(true)
            } else {
                self.and_or(and_or)
            };
        }
        status
    }

    fn and_or(&mut self, and_or: &AndOr) -> Status {
        let mut status = self.pipeline(&and_or.first);
        for (link, pipeline) in &and_or.rest {
            let wanted = *link == Link::And;
            status = match status {
                _ if self.flow != Flow::On => status,
                Some(succeeded) if succeeded == wanted => self.pipeline(pipeline),
                Some(_) => {
                    self.skip_pipeline(pipeline, NOT_TAKEN);
                    status
                }
                None => {
                    self.branch(&[&|shell: &mut Self| shell.pipeline(pipeline)], true);
                    None
                }
            };
        }
        status
    }

    fn pipeline(&mut self, pipeline: &Pipeline) -> Status {
        let status = match &pipeline.commands[..] {
            [command] => self.command(command),
            commands => {
                for command in commands {
                    self.subshell(IN_PIPELINE, |shell| shell.command(command));
                }
                None
            }
        };
        status.map(|succeeded| succeeded != pipeline.negated)
    }

    pub(super) fn command(&mut self, command: &Command) -> Status {
        if !self.enter(0) {
            return None;
        }
        let status = match command {
            Command::Simple(simple) => self.simple(simple),
            Command::If(arms, otherwise) => self.if_clause(arms, otherwise),
            Command::Loop(variable, condition, body) => self.loop_clause(*variable, condition, body),
            Command::For(variable, words, body) => self.for_clause(*variable, words, body),
            Command::Case(word, arms) => self.case_clause(*word, arms),
            Command::Group(list) => self.list(list),
            Command::Subshell(list) => self.subshell(IN_SUBSHELL, |shell| shell.list(list)),
            Command::Function(name, body) => {
                self.skip_command(body, IN_FUNCTION);
                let function = Function { source: Rc::clone(&self.source), body: Rc::clone(body) };
                self.functions.insert(name.of(&self.source.bytes).into(), function);
                Some(true)
            }
            Command::Condition(words) => {
                let source = Rc::clone(&self.source);
                let words: Vec<&[u8]> = words.iter().map(|word| word.of(&source.bytes)).collect();
                self.compound_test(&words)
            }
            Command::Arithmetic => None,
        };
        self.leave();
        status
    }

    /// Calls a function that a file defines.
    pub(super) fn call(&mut self, function: &Function, given: Positional) -> Status {
        let positional = self.positional.replace(given);
        let outer = std::mem::replace(&mut self.source, Rc::clone(&function.source));
        let status = self.in_function(|shell| shell.command(&function.body));
        (self.source, self.positional) = (outer, positional);
        if self.flow == Flow::Return {
            self.flow = Flow::On;
        }
        status
    }

    /// How many arguments a copy of the shell copies.
    fn arguments(&self) -> usize {
        self.positional.as_ref().map_or(0, |positional| positional.given.len())
    }

    fn subshell(&mut self, why: &'static str, body: impl FnOnce(&mut Self) -> Status) -> Status {
        if !self.spend(self.variables.len() + self.arguments()) {
            return None;
        }
        let outer = (self.variables.clone(), self.functions.clone(), self.hidden.clone(), self.lost.replace(why));
        let positional = self.positional.clone();
        let status = body(self);
        (self.variables, self.functions, self.hidden, self.lost) = outer;
        self.positional = positional;
        self.flow = Flow::On;
        status
    }

    fn if_clause(&mut self, arms: &[(List, List)], otherwise: &List) -> Status {
        let Some(((condition, body), rest)) = arms.split_first() else { return self.list(otherwise) };
        match self.list(condition) {
            _ if self.flow != Flow::On => None,
            Some(true) => {
                rest.iter().for_each(|(condition, body)| self.skip_lists(&[condition, body], NOT_TAKEN));
                self.skip_lists(&[otherwise], NOT_TAKEN);
                self.list(body)
            }
            Some(false) => {
                self.skip_lists(&[body], NOT_TAKEN);
                if rest.is_empty() { self.list(otherwise) } else { self.next_arm(rest, otherwise) }
            }
            None => {
                let taken = |shell: &mut Self| shell.list(body);
                let other = |shell: &mut Self| shell.next_arm(rest, otherwise);
                self.branch(&[&taken, &other], false);
                None
            }
        }
    }

    /// `elif`, counted as a level: there may be thousands.
    fn next_arm(&mut self, arms: &[(List, List)], otherwise: &List) -> Status {
        if !self.enter(0) {
            return None;
        }
        let status = self.if_clause(arms, otherwise);
        self.leave();
        status
    }

    fn loop_clause(&mut self, variable: Option<Span>, condition: &List, body: &List) -> Status {
        let name = variable.map(|name| BString::from(name.of(&self.source.bytes)));
        let round = |shell: &mut Self| {
            if let Some(name) = &name {
                shell.set(BStr::new(name), Value::Unknown);
            }
            shell.list(condition);
            shell.list(body)
        };
        let outer = std::mem::replace(&mut self.in_round, false);
        self.branch(&[&round], true);
        self.in_round = outer;
        None
    }

    /// `for` over words that are plain text; the body runs for each. What would have to be split, or names files,
    /// may be any number of words.
    fn for_clause(&mut self, variable: Span, words: &[Span], body: &List) -> Status {
        let source = Rc::clone(&self.source);
        let plain = |word: &&Span| !word.of(&source.bytes).iter().any(|byte| b"$`*?[{~<>".contains(byte));
        if !words.iter().all(|word| plain(&word)) {
            return self.loop_clause(Some(variable), &List::new(), body);
        }
        let mut status = Some(true);
        for word in words {
            let value = self.expand(word.of(&source.bytes));
            self.put(BStr::new(variable.of(&source.bytes)), value, *word, false);
            let outer = std::mem::replace(&mut self.in_round, true);
            status = self.list(body);
            self.in_round = outer;
            let goes_on = matches!(self.flow, Flow::On | Flow::Continue) && !self.exhausted;
            if matches!(self.flow, Flow::Break | Flow::Continue) {
                self.flow = Flow::On;
            }
            if !goes_on {
                break;
            }
        }
        status
    }

    fn case_clause(&mut self, word: Span, arms: &[(Vec<Span>, List)]) -> Status {
        let source = Rc::clone(&self.source);
        let value = self.expand(word.of(&source.bytes));
        let mut possible: Vec<&List> = Vec::new();
        let mut settled = false;
        for (patterns, body) in arms {
            let mut matched = Some(false);
            for pattern in patterns {
                let pattern = self.expand_pattern(pattern.of(&source.bytes));
                let this = match (&value, pattern) {
                    (Value::Text(text), Value::Text(pattern)) => pattern::matches(&pattern, text),
                    _ => None,
                };
                matched = if matched == Some(true) || this == Some(true) { Some(true) } else { matched.and(this) };
            }
            if settled || matched == Some(false) {
                self.skip_lists(&[body], NOT_TAKEN);
            } else {
                possible.push(body);
                settled = matched == Some(true);
            }
        }
        match &possible[..] {
            [] => Some(true),
            [body] if settled => self.list(body),
            bodies => {
                let ways: Vec<_> = bodies.iter().map(|body| move |shell: &mut Self| shell.list(body)).collect();
                let ways: Vec<&dyn Fn(&mut Self) -> Status> = ways.iter().map(|way| way as _).collect();
                self.branch(&ways, !settled);
                None
            }
        }
    }

    /// Follows each of several ways; with `none`, the shell may take none of them.
    fn branch(&mut self, ways: &[&dyn Fn(&mut Self) -> Status], none: bool) {
        if !self.spend((ways.len() + 1) * (self.variables.len() + self.arguments())) {
            return;
        }
        let before = self.variables.clone();
        let positional = self.positional.clone();
        let mut agree = true;
        let conditional = std::mem::replace(&mut self.conditional, true);
        let mut after = Vec::new();
        for way in ways {
            self.variables.clone_from(&before);
            self.positional.clone_from(&positional);
            way(self);
            agree &= self.positional == positional;
            // What is set where a loop, a function or a file is left holds after that.
            if self.flow != Flow::Exit {
                after.push(std::mem::take(&mut self.variables));
            }
            if self.flow != Flow::On {
                // Left on this way: what follows happens perhaps.
                self.flow = Flow::On;
                self.doubtful = true;
            }
        }
        self.positional = if agree { positional } else { Some(Positional::unknown()) };
        self.conditional = conditional;
        if none || after.is_empty() {
            after.push(before);
        }
        self.variables = merge(after);
    }

    fn simple(&mut self, simple: &Simple) -> Status {
        let source = Rc::clone(&self.source);
        if !simple.words.is_empty() {
            return self.words(simple, &source);
        }
        // Whether the file can be opened is not known.
        let mut status = (!simple.redirected).then_some(true);
        for &word in &simple.assignments {
            let raw = word.of(&source.bytes);
            if raw.contains(&b'`') || raw.windows(2).any(|pair| pair == b"$(") {
                // Its status is that of the command in it.
                status = None;
            }
            self.assign(word, &Manner::default());
        }
        status
    }
}
