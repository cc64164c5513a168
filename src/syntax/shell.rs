//! `ifcfg-*`: read as bash sources it, and as NetworkManager reads it ([`shvar`]).
//!
//! [`Source`] is the text of one file, parsed. A [`Shell`] runs it over an environment as far as
//! that is possible without running anything: assignments, quoting, expansion, conditions on
//! what is known, includes. What only the running system can tell is [`Value::Unknown`].

mod ansi;
mod builtin;
mod compound;
mod condition;
mod exec;
mod expand;
mod lex;
mod parameter;
mod parse;
mod pattern;
mod run;
mod scan;
pub mod shvar;
mod skip;
mod state;
mod substitute;

pub use run::Shell;
pub use state::{Content, Outside, Value, Variable};

use super::{Token, physical_lines};
use crate::span::Span;
use std::path::Path;
use std::sync::Arc;

/// One file, parsed.
#[derive(Debug)]
pub struct Source {
    /// The file, relative to the host's root.
    pub file: Arc<Path>,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// Where bash stops reading it, if it does: everything before has taken effect.
    pub error: Option<SyntaxError>,
    units: Vec<parse::Unit>,
    line_starts: Vec<usize>,
}

/// Where bash gives up on a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The token that it does not understand, or where the construct starts that nothing closes.
    pub span: Span,
    /// What it says.
    pub message: String,
}

/// An assignment that a file holds, whether or not it takes effect.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The file.
    pub file: Arc<Path>,
    /// The variable.
    pub key: Token,
    /// The value as it stands in the file, quotes and all.
    pub value: Token,
    /// The physical lines that it stands on, with their line endings.
    pub line: Span,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The shell executes it.
    Sets,
    /// Only the running system can tell whether the shell comes by here.
    Perhaps,
    /// It does not reach who sources the file: why, as a clause.
    Lost(&'static str),
}

impl Source {
    /// Reads a file; what bash would not read is told in `error`.
    #[must_use]
    pub fn parse(file: &Arc<Path>, bytes: &Arc<[u8]>) -> Self {
        let (units, error) = parse::parse(bytes);
        let line_starts = physical_lines(bytes).map(|line| line.start).collect();
        Self { file: Arc::clone(file), bytes: Arc::clone(bytes), error, units, line_starts }
    }

    /// No file.
    fn nothing() -> Self {
        let (file, bytes) = (Arc::from(Path::new("")), Arc::from([]));
        Self { file, bytes, error: None, units: Vec::new(), line_starts: Vec::new() }
    }

    /// The physical lines that a span touches, with their line endings.
    #[must_use]
    pub fn lines_of(&self, span: Span) -> Span {
        let line = |offset: usize| self.line_starts.partition_point(|&start| start <= offset);
        let start = line(span.start).checked_sub(1).and_then(|index| self.line_starts.get(index)).copied();
        let last = span.end.max(span.start + 1) - 1;
        let end = self.line_starts.get(line(last)).copied().unwrap_or(self.bytes.len());
        Span::new(start.unwrap_or(0), end)
    }

    fn token(&self, span: Span) -> Token {
        Token { text: span.of(&self.bytes).into(), span }
    }
}

/// The length of the variable name at the start of `text`; 0 where there is none.
#[must_use]
pub fn name_len(text: &[u8]) -> usize {
    match text.first() {
        Some(first) if first.is_ascii_alphabetic() || *first == b'_' => {
            text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
