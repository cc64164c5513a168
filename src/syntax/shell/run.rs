//! The shell process that sources files: what it knows and how it goes on.

use super::parse::Command;
use super::state::{Outside, Variables};
use super::{Assignment, Fate, Source, Value, Variable};
use crate::span::{Place, Span};
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Commands, words, functions and files in each other; beyond it all is unknown.
const DEPTH_LIMIT: usize = 100;
/// What a shell may cost, in bytes expanded and variables copied: far more than any ifcfg file
/// needs. What it no longer gets to is unknown.
const BUDGET: usize = 4 << 20;
/// As many assignments are noted with their places.
const NOTED_LIMIT: usize = 100_000;
/// What a command costs.
const COMMAND: usize = 256;

/// Whether a command succeeds, where that is known.
pub(super) type Status = Option<bool>;

/// How what runs goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    On,
    /// `break`, `continue`: of a `for` whose rounds are run one by one.
    Break,
    Continue,
    Return,
    Exit,
}

/// Where what runs stands in the current file.
#[derive(Clone, Copy)]
pub(super) enum Origin {
    /// As its spans say.
    Here,
    /// In an `eval` there.
    Within(Span),
    /// In no file.
    Nowhere,
}

/// `$1`, `$2` ...
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Positional {
    pub(super) given: Vec<Value>,
    /// Any number of others may follow.
    pub(super) open: bool,
}

impl Positional {
    /// What may be anything.
    pub(super) fn unknown() -> Self {
        Self { given: Vec::new(), open: true }
    }
}

#[derive(Clone)]
pub(super) struct Function {
    pub(super) source: Rc<Source>,
    pub(super) body: Rc<Command>,
}

/// One shell process.
pub struct Shell<'a> {
    outside: &'a Outside<'a>,
    pub(super) variables: Variables,
    pub(super) functions: BTreeMap<BString, Function>,
    /// `$1`, `$2` ... that `set` gave; the program around the files has its own until then.
    pub(super) positional: Option<Positional>,
    /// It is in a `for` whose rounds are run one by one.
    pub(super) in_round: bool,
    /// What local variables hide, for each function that runs.
    pub(super) hidden: Vec<BTreeMap<BString, Option<Variable>>>,
    pub(super) source: Rc<Source>,
    pub(super) origin: Origin,
    /// The shell may not come by here.
    pub(super) conditional: bool,
    /// The shell may have left before.
    pub(super) doubtful: bool,
    /// What runs here is without effect for who sources the file, and why.
    pub(super) lost: Option<&'static str>,
    pub(super) flow: Flow,
    /// Something was too deep or too much: what is set is unknown.
    pub(super) exhausted: bool,
    depth: usize,
    budget: usize,
    /// Every assignment come across, taken or not, in the order of reading.
    pub assignments: Vec<Assignment>,
}

impl<'a> Shell<'a> {
    /// A shell with what it inherits.
    #[must_use]
    pub fn new(outside: &'a Outside<'a>, inherited: BTreeMap<BString, Variable>) -> Self {
        Self {
            outside,
            variables: inherited.into_iter().collect(),
            functions: BTreeMap::new(),
            positional: None,
            in_round: false,
            hidden: Vec::new(),
            source: Rc::new(Source::nothing()),
            origin: Origin::Nowhere,
            conditional: false,
            doubtful: false,
            lost: None,
            flow: Flow::On,
            exhausted: false,
            depth: 0,
            budget: BUDGET,
            assignments: Vec::new(),
        }
    }

    pub(super) fn outside(&self) -> &'a Outside<'a> {
        self.outside
    }

    /// A variable, if it is set.
    #[must_use]
    pub fn variable(&self, name: &BStr) -> Option<&Variable> {
        self.variables.get(name)
    }

    /// What programs that it starts inherit.
    #[must_use]
    pub fn exported(&self) -> BTreeMap<BString, Variable> {
        let exported = self.variables.iter().filter(|(_, variable)| variable.exported);
        exported.map(|(name, variable)| (name.clone(), variable.clone())).collect()
    }

    /// Whether `exit` has ended it.
    #[must_use]
    pub fn has_exited(&self) -> bool {
        self.flow == Flow::Exit
    }

    /// Sets a variable, as the program around the files does.
    pub fn set(&mut self, name: &BStr, value: Value) {
        self.set_from(name, value, None, false);
    }

    /// What is exported stays so.
    fn set_from(&mut self, name: &BStr, value: Value, place: Option<Place>, exported: bool) {
        let certain = !self.doubtful && !self.exhausted;
        match self.variables.get_mut(name) {
            Some(known) => *known = Variable { value, place, certain, exported: exported || known.exported },
            None => drop(self.variables.insert(name.to_owned(), Variable { value, place, certain, exported })),
        }
    }

    /// `unset NAME`.
    pub fn unset(&mut self, name: &BStr) {
        self.variables.remove(name);
    }

    /// Runs something as the body of a function: what it declares local is gone afterwards.
    pub fn in_function<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> T {
        self.hidden.push(BTreeMap::new());
        let result = body(self);
        for (name, variable) in self.hidden.pop().unwrap_or_default() {
            match variable {
                Some(variable) => self.variables.insert(name, variable),
                None => self.variables.remove(&name),
            };
        }
        result
    }

    /// `. PATH`; does nothing where the file is not known.
    pub fn source_file(&mut self, path: &BStr) -> Status {
        let source = self.outside.source(path)?;
        self.run_source(&source, Origin::Here)
    }

    /// `eval TEXT`, for a text that stands in no file.
    pub fn evaluate(&mut self, text: &[u8]) {
        self.evaluate_from(text, Origin::Nowhere);
    }

    pub(super) fn evaluate_from(&mut self, text: &[u8], origin: Origin) -> Status {
        if !self.spend(text.len()) {
            return None;
        }
        let bytes = Arc::from(text);
        self.run_source(&Rc::new(Source::parse(&self.source.file, &bytes)), origin)
    }

    fn run_source(&mut self, source: &Rc<Source>, origin: Origin) -> Status {
        if !self.enter(0) {
            return None;
        }
        let outer = (std::mem::replace(&mut self.source, Rc::clone(source)), self.origin);
        self.origin = origin;
        let mut status = Some(true);
        for unit in &source.units {
            status = self.list(unit);
        }
        if self.flow == Flow::Return && !matches!(origin, Origin::Within(_)) {
            self.flow = Flow::On;
        }
        (self.source, self.origin) = outer;
        self.leave();
        if source.error.is_some() { Some(false) } else { status }
    }

    /// After what may have changed any variable.
    pub(super) fn doubt_all(&mut self) {
        self.variables.values_mut().for_each(|variable| variable.certain = false);
    }

    /// Goes one level down at a cost; whether that is still allowed.
    pub(super) fn enter(&mut self, cost: usize) -> bool {
        let allowed = self.depth < DEPTH_LIMIT && self.spend(cost + COMMAND);
        self.depth += usize::from(allowed);
        self.exhausted |= !allowed;
        allowed
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// What it has cost so far, by which it takes memory.
    #[must_use]
    pub fn spent(&self) -> usize {
        BUDGET - self.budget
    }

    pub(super) fn spend(&mut self, cost: usize) -> bool {
        let rest = self.budget.checked_sub(cost);
        self.budget = rest.unwrap_or(0);
        self.exhausted |= rest.is_none();
        rest.is_some()
    }

    /// Notes an assignment; `why` where it has no effect of its own.
    pub(super) fn note(&mut self, key: Span, value: Span, why: Option<&'static str>) {
        if self.assignments.len() >= NOTED_LIMIT {
            return;
        }
        let (key, value) = match self.origin {
            Origin::Here => (key, value),
            Origin::Within(span) => (span, Span::at(span.end)),
            Origin::Nowhere => return,
        };
        let fate = match why.or(self.lost) {
            Some(why) => Fate::Lost(why),
            None if self.conditional || self.doubtful => Fate::Perhaps,
            None => Fate::Sets,
        };
        let source = &self.source;
        let line = source.lines_of(key.to(value));
        let (key, value) = (source.token(key), source.token(value));
        self.assignments.push(Assignment { file: Arc::clone(&source.file), key, value, line, fate });
    }

    /// Sets a variable from a place in the current file.
    pub(super) fn put(&mut self, name: &BStr, value: Value, place: Span, exported: bool) {
        let place = match self.origin {
            Origin::Here => Some(place),
            Origin::Within(span) => Some(span),
            Origin::Nowhere => None,
        };
        let place = place.map(|span| Place::new(&self.source.file, span));
        self.set_from(name, value, place, exported);
    }

    /// A path as it is for the scripts, which run in the directory of the ifcfg files.
    pub(super) fn absolute(path: &BStr) -> BString {
        if path.starts_with(b"/") {
            return path.to_owned();
        }
        [&b"/etc/sysconfig/network-scripts/"[..], path.as_bytes()].concat().into()
    }
}
