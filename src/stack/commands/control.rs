//! Compound commands: conditions, loops, functions.

use super::end::{End, Output};
use super::expand::{FIELDS_IN_A_STEP, Word, expand, expand_one};
use super::list::{List, Raw};
use super::shell::{STEP_LIMIT, Shell};
use super::{Origin, Status};
use crate::stack::eni::source::wild;
use bstr::BString;

/// As often as a `while` goes round. Hooks wait with it for what never comes here.
const ROUNDS: usize = 20;

/// A function: its body, and where that stands.
#[derive(Clone, Debug)]
pub(super) struct Function {
    text: BString,
    origin: Origin,
}

/// What leaves the middle of a loop, and of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Jump {
    /// `break`
    Out(usize),
    /// `continue`
    On(usize),
}

impl Shell<'_> {
    /// Runs the body of a loop; whether the loop ends with that.
    fn round(&mut self, text: &[u8], body: &List, end: &mut End) -> bool {
        self.loops += 1;
        let next = self.list(text, body);
        self.loops -= 1;
        *end = End { output: std::mem::replace(&mut end.output, Output::Unknown).then(next.output), ..next };
        self.exited || self.jumps()
    }

    /// Whether what was jumped out of is this loop; a jump out of more goes on.
    fn jumps(&mut self) -> bool {
        self.jump = match self.jump {
            None | Some(Jump::On(0 | 1)) => {
                self.jump = None;
                return false;
            }
            Some(Jump::Out(0 | 1)) => None,
            Some(Jump::Out(loops)) => Some(Jump::Out(loops - 1)),
            Some(Jump::On(loops)) => Some(Jump::On(loops - 1)),
        };
        true
    }

    pub(super) fn branches(&mut self, text: &[u8], arms: &[(List, List)], otherwise: &List) -> End {
        let mut output = Output::nothing();
        for (condition, body) in arms {
            self.conditions += 1;
            let end = self.list(text, condition);
            self.conditions -= 1;
            output = output.then(end.output);
            if self.survey.is_some() {
                self.list(text, body);
            } else if self.exited || end.status == Status::Success {
                let end = if self.exited { End::of(end.status) } else { self.list(text, body) };
                return End { output: output.then(end.output), ..end };
            }
        }
        let end = self.list(text, otherwise);
        End { output: output.then(end.output), ..end }
    }

    /// `for`, over its words or over `"$@"`.
    pub(super) fn for_loop(&mut self, text: &[u8], name: &Raw, words: Option<&[Raw]>, body: &List) -> End {
        let words = match words {
            Some(words) => expand(self, text, words),
            None => {
                self.steps += self.positional.len() / FIELDS_IN_A_STEP;
                self.positional.clone()
            }
        };
        let mut end = End::of(Status::Success);
        for word in words {
            if self.steps > STEP_LIMIT {
                return End::unknown();
            }
            self.set(text.get(name.clone()).unwrap_or_default(), word);
            if self.round(text, body, &mut end) {
                break;
            }
        }
        end
    }

    /// `while` and `until`. Where the files do not tell whether it goes on, it waits for something, and has no effect.
    pub(super) fn repeat(&mut self, text: &[u8], until: bool, condition: &List, body: &List) -> End {
        let mut end = End::of(Status::Success);
        for _ in 0..ROUNDS {
            self.steps += 1;
            self.conditions += 1;
            self.loops += 1;
            let asked = self.list(text, condition);
            self.loops -= 1;
            self.conditions -= 1;
            // `while break; do`
            if self.survey.is_none() && self.jump.is_some() && self.jumps() {
                return end;
            }
            let survey = self.survey.is_some();
            if self.steps > STEP_LIMIT || !(asked.certain || self.exited || survey) {
                return End::unknown();
            }
            if self.exited && !survey {
                return asked;
            }
            if (asked.status == Status::Success) == until && !survey {
                return end;
            }
            if self.round(text, body, &mut end) || survey {
                return end;
            }
        }
        End::unknown()
    }

    /// `NAME() COMMAND`
    pub(super) fn define(&mut self, text: &[u8], name: &Raw, body: &Raw) -> End {
        let (Some(name), Some(text)) = (text.get(name.clone()), text.get(body.clone())) else { return End::unknown() };
        if self.survey.is_some() {
            self.deeper(|shell| shell.script(text));
            return End::of(Status::Success);
        }
        let start = self.origin.start.map(|start| start + body.start);
        let origin = Origin { start, ..self.origin.clone() };
        self.functions.insert(name.into(), Function { text: text.into(), origin });
        End::of(Status::Success)
    }

    /// Calls a function with these arguments.
    pub(super) fn call_function(&mut self, function: &Function, arguments: &[Word]) -> End {
        let origin = std::mem::replace(&mut self.origin, function.origin.clone());
        let positional = std::mem::replace(&mut self.positional, arguments.to_vec());
        // dash's functions know nothing of the loops that they are called in.
        let loops = std::mem::take(&mut self.loops);
        let end = self.deeper(|shell| shell.script(&function.text)).unwrap_or_else(End::unknown);
        self.loops = loops;
        if std::mem::take(&mut self.returned) {
            self.exited = false;
        }
        (self.origin, self.positional) = (origin, positional);
        end
    }

    pub(super) fn case(&mut self, text: &[u8], word: &Raw, arms: &[(Vec<Raw>, List)]) -> End {
        let word = expand_one(self, text, word);
        let patterns: usize = arms.iter().map(|(patterns, _)| patterns.len()).sum();
        self.steps += patterns / FIELDS_IN_A_STEP;
        for (patterns, body) in arms {
            let found = patterns.iter().any(|pattern| {
                let pattern = expand_one(self, text, pattern);
                word.known().zip(pattern.known()).is_some_and(|(word, pattern)| wild(pattern, word))
            });
            if self.survey.is_some() {
                self.list(text, body);
            } else if found {
                return self.list(text, body);
            }
        }
        End::of(Status::Success)
    }
}
