//! Runs lists of commands against the kernel's model.

use super::control::{Function, Jump};
use super::end::{End, Output};
use super::expand::{FIELDS_IN_A_STEP, Word, expand, expand_one};
use super::list::{Command, Flaw, List, Pipeline, Raw, Then};
use super::parse::parse;
use super::{Attempt, Origin, Run, Status, programs, valid_name, without_label};
use crate::span::Place;
use crate::stack::kernel::{Address, Cause, Errno, Kernel, LinkKind};
use bstr::{BStr, BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};

/// As many commands as one line runs.
pub(super) const STEP_LIMIT: usize = 1000;
/// As many bytes are read in the time of a command.
pub(super) const READ_IN_A_STEP: usize = 512;
/// As many steps of a line cost the host nothing: with so few it is no burden.
const FREE_STEPS: usize = 16;
/// How deep substitutions, `sh -c` and `eval` may nest.
const DEPTH_LIMIT: usize = 16;

/// A variable that the script itself sets.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) word: Word,
    /// Where its value stands.
    pub(super) place: Place,
    /// Whether the programs that it starts get it.
    pub(super) exported: bool,
}

/// A running shell.
pub(super) struct Shell<'k> {
    pub(super) kernel: &'k mut Kernel,
    pub(super) origin: Origin,
    environment: &'k BTreeMap<BString, BString>,
    pub(super) variables: BTreeMap<BString, Value>,
    pub(super) attempts: Vec<Attempt>,
    pub(super) steps: usize,
    depth: usize,
    /// `exit` was run, or something that ends the shell as it does.
    pub(super) exited: bool,
    /// What ended it was `return`, which ends a sourced file only.
    pub(super) returned: bool,
    /// `set -e`: a command that fails ends it.
    pub(super) errexit: bool,
    /// `set -a`: what is set is exported.
    pub(super) exports_all: bool,
    /// How many conditions it is in the middle of, where `set -e` does not count.
    pub(super) conditions: usize,
    /// It is bash, which knows more than dash.
    pub(super) bash: bool,
    /// `$1`, `$2` ...
    pub(super) positional: Vec<Word>,
    /// The functions that were defined.
    pub(super) functions: BTreeMap<BString, Function>,
    /// The lines, the last first, of what feeds the compound command that runs.
    pub(super) feed: Option<Vec<BString>>,
    /// `break` or `continue` was run, and the loop has not heard of it yet.
    pub(super) jump: Option<Jump>,
    /// How many loops it is in.
    pub(super) loops: usize,
    /// Where it is only asked which links a text may make: those, and every branch is taken.
    pub(super) survey: Option<BTreeSet<BString>>,
}

impl<'k> Shell<'k> {
    pub(super) fn new(kernel: &'k mut Kernel, origin: Origin, environment: &'k BTreeMap<BString, BString>) -> Self {
        let steps = if kernel.is_spent() { STEP_LIMIT + 1 } else { 0 };
        Self {
            kernel,
            origin,
            environment,
            variables: BTreeMap::new(),
            attempts: Vec::new(),
            steps,
            depth: 0,
            exited: false,
            returned: false,
            errexit: false,
            exports_all: false,
            conditions: 0,
            bash: false,
            positional: Vec::new(),
            functions: BTreeMap::new(),
            feed: None,
            jump: None,
            loops: 0,
            survey: None,
        }
    }

    /// Counts for the host what its commands cost.
    pub(super) fn pay(&mut self) {
        self.kernel.spend(self.steps.saturating_sub(FREE_STEPS));
    }

    /// What the line did.
    pub(super) fn finish(mut self, end: End) -> Run {
        self.pay();
        Run { status: end.status, attempts: self.attempts, output: end.output.known() }
    }

    /// Runs a whole text.
    pub(super) fn script(&mut self, text: &[u8]) -> End {
        if self.is_exhausted() {
            return End::unknown();
        }
        let first = text.lines().next().filter(|line| line.starts_with(b"#!"));
        self.bash |= first.is_some_and(|line| line.contains_str("bash"));
        self.steps += text.len() / READ_IN_A_STEP;
        self.errexit |= first.is_some_and(|line| line.trim_ascii_end().ends_with(b"sh -e"));
        match parse(text) {
            Ok(list) => self.list(text, &list),
            Err(Flaw::Syntax) => End::of(Status::Failure),
            Err(Flaw::Beyond) => End::unknown(),
        }
    }

    /// Does something one level deeper; not at all where that is too deep.
    pub(super) fn deeper<T>(&mut self, action: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= DEPTH_LIMIT {
            return None;
        }
        self.depth += 1;
        let result = action(self);
        self.depth -= 1;
        Some(result)
    }

    /// A variable's value; empty where it is not set, as ifupdown hands on nothing of its own
    /// environment (execute.c `set_environ`).
    pub(super) fn variable(&self, name: &[u8]) -> Word {
        if let Some(value) = self.variables.get(BStr::new(name)) {
            return value.word.clone();
        }
        self.environment.get(BStr::new(name)).map(Word::value).unwrap_or_default()
    }

    /// Sets a variable.
    pub(super) fn set(&mut self, name: &[u8], word: Word) {
        let place = self.origin.place(&word.raw);
        self.steps += word.text.len() / READ_IN_A_STEP;
        let name = BStr::new(name);
        let inherited = match self.variables.get(name) {
            Some(value) => value.exported,
            None => self.environment.contains_key(name),
        };
        let exported = inherited || self.exports_all;
        self.variables.insert(name.to_owned(), Value { word, place, exported });
    }

    pub(super) fn is_set(&self, name: &[u8]) -> bool {
        self.variables.contains_key(BStr::new(name)) || self.environment.contains_key(BStr::new(name))
    }

    /// Whether it has run as many commands as it may.
    pub(super) fn is_exhausted(&self) -> bool {
        self.steps > STEP_LIMIT
    }

    /// Whether a link is there; `None` where its name is not known.
    pub(super) fn has_link(&mut self, name: &Word) -> Option<bool> {
        let name = without_label(name.known()?).to_owned();
        self.kernel.meet(name.as_bstr());
        Some(self.kernel.link(name.as_bstr()).is_some())
    }

    /// Makes a link.
    pub(super) fn make(
        &mut self,
        name: &BStr,
        kind: LinkKind,
        address: Option<(Address, Cause)>,
        place: Place,
    ) -> Result<(), Errno> {
        if let Some(made) = &mut self.survey {
            made.insert(name.to_owned());
            return Ok(());
        }
        if !valid_name(name) {
            return Err(Errno::Invalid);
        }
        self.kernel.add(name, kind, address, Some(place))
    }

    pub(super) fn list(&mut self, text: &[u8], list: &List) -> End {
        let mut end = End::of(Status::Success);
        let mut before = Then::Next;
        for pipeline in list {
            let run = match before {
                _ if self.survey.is_some() => true,
                Then::Next | Then::Background => true,
                Then::And => end.status == Status::Success,
                Then::Or => end.status == Status::Failure,
            };
            if run {
                let tested = pipeline.negated || matches!(pipeline.then, Then::And | Then::Or);
                self.conditions += usize::from(tested);
                let next = match pipeline.then {
                    Then::Background => self.apart(|shell| shell.pipeline(text, pipeline)),
                    _ => self.pipeline(text, pipeline),
                };
                self.conditions -= usize::from(tested);
                let ends = self.errexit && !tested && self.conditions == 0;
                self.exited |= ends && next.certain && next.status == Status::Failure;
                end = End { output: end.output.then(next.output), ..next };
                if (self.exited || self.jump.is_some()) && self.survey.is_none() {
                    return end;
                }
            }
            // A command that is left out leaves the status: in `a && b || c` a's decides about c.
            before = pipeline.then;
            if pipeline.then == Then::Background {
                (end.status, end.certain) = (Status::Success, true);
            }
        }
        end
    }

    fn pipeline(&mut self, text: &[u8], pipeline: &Pipeline) -> End {
        let mut input = None;
        let mut end = End::of(Status::Success);
        let piped = pipeline.commands.len() > 1;
        for command in &pipeline.commands {
            let fed = input.take();
            end = if piped {
                self.apart(|shell| shell.command(text, command, fed))
            } else {
                self.command(text, command, fed)
            };
            input = Some(end.output.clone());
        }
        if pipeline.negated && end.certain {
            end.status = Status::of(end.status == Status::Failure);
        }
        end
    }

    fn command(&mut self, text: &[u8], command: &Command, input: Option<Output>) -> End {
        self.steps += 1;
        if self.steps > STEP_LIMIT {
            return End::unknown();
        }
        match command {
            Command::Simple { words, redirects } => {
                let Some(opened) = self.open(text, redirects) else {
                    self.exited |= !self.bash && programs::is_special(text, words);
                    return End::of(Status::Failure);
                };
                let end = self.simple(text, words, opened.input.or(input));
                self.written(opened.outputs, end)
            }
            Command::Group { list, subshell, redirects } => {
                let Some(opened) = self.open(text, redirects) else { return End::of(Status::Failure) };
                let end = self.fed(opened.input.or(input), |shell| {
                    let run = |shell: &mut Self| shell.deeper(|shell| shell.list(text, list));
                    let end = if *subshell { shell.apart(run) } else { run(shell) };
                    end.unwrap_or_else(End::unknown)
                });
                self.written(opened.outputs, end)
            }
            Command::If { arms, otherwise } => self.branches(text, arms, otherwise),
            Command::For { name, words, body } => self.for_loop(text, name, words.as_deref(), body),
            Command::Loop { until, condition, body } => {
                self.fed(input, |shell| shell.repeat(text, *until, condition, body))
            }
            Command::Case { word, arms } => self.case(text, word, arms),
            Command::Function { name, body } => self.define(text, name, body),
        }
    }

    /// Runs a compound command that something feeds.
    fn fed(&mut self, input: Option<Output>, action: impl FnOnce(&mut Self) -> End) -> End {
        let Some(input) = input else { return action(self) };
        let text = input.known();
        self.steps += text.as_ref().map_or(0, |text| text.len()) / READ_IN_A_STEP;
        let lines = text.map(|text| text.lines().rev().map(BString::from).collect());
        let outer = std::mem::replace(&mut self.feed, lines);
        let end = action(self);
        self.feed = outer;
        end
    }

    fn simple(&mut self, text: &[u8], words: &[Raw], input: Option<Output>) -> End {
        let assigned = words.iter().take_while(|raw| assignment(text, raw).is_some()).count();
        let (assignments, rest) = words.split_at(assigned);
        // Words are expanded before the assignments, which then hold for the command alone.
        let words = expand(self, text, rest);
        if self.exited && self.survey.is_none() {
            return End::of(Status::Failure);
        }
        if words.is_empty() {
            self.assign(text, assignments);
            return End::of(Status::Success);
        }
        programs::run(self, text, &words, input)
    }

    fn assign(&mut self, text: &[u8], assignments: &[Raw]) {
        self.steps += assignments.len() / FIELDS_IN_A_STEP;
        for raw in assignments {
            let Some(name) = assignment(text, raw) else { continue };
            let word = expand_one(self, text, &(raw.start + name.len() + 1..raw.end));
            self.set(name, word);
        }
    }

    /// Notes an attempt to set an address that came to nothing.
    pub(super) fn refused(&mut self, link: &BStr, word: &Word, value: &[u8], reason: &str) {
        self.attempts.push(Attempt {
            link: link.to_owned(),
            place: self.origin.place(&word.raw),
            value: value.into(),
            meant: super::guess(value),
            failed: Some(reason.to_owned()),
            bad_value: false,
        });
    }
}

/// The name that a word assigns to.
fn assignment<'t>(text: &'t [u8], raw: &Raw) -> Option<&'t [u8]> {
    let word = text.get(raw.clone())?;
    let name = &word[..word.find_byte(b'=')?];
    let valid = name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    (valid && name.first().is_some_and(|byte| !byte.is_ascii_digit())).then_some(name)
}
