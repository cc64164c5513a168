//! Lists of commands, as the parser leaves them.

use std::ops::Range;

/// Why a text is no list of commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The shell refuses it too and runs nothing of it (`Syntax error`).
    Syntax,
    /// The shell may run it, but this parser does not know how.
    Beyond,
}

/// What stands between two commands of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// `;`, a new line, or the end.
    Next,
    /// `&`: the next runs at once.
    Background,
    /// `&&`
    And,
    /// `||`
    Or,
}

/// Commands with pipes between them.
#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) negated: bool,
    pub(super) commands: Vec<Command>,
    pub(super) then: Then,
}

/// A list of commands.
pub(super) type List = Vec<Pipeline>;

/// A word: where it stands in the text.
pub(super) type Raw = Range<usize>;

/// A redirection of output to a file; other redirections are left out.
#[derive(Debug)]
pub(super) struct Redirect {
    /// It takes the standard output away (`>`, `>>`, `1>`), not another one (`2>`).
    pub(super) stdout: bool,
    /// The file, or the number after `>&`.
    pub(super) target: Raw,
}

/// One command.
#[derive(Debug)]
pub(super) enum Command {
    /// Words; the first may be assignments.
    Simple { words: Vec<Raw>, redirects: Vec<Redirect> },
    /// `{ ...; }`, or `( ... )` (subshell).
    Group { list: List, subshell: bool, redirects: Vec<Redirect> },
    /// `if`, each condition with what follows it, and `else`.
    If { arms: Vec<(List, List)>, otherwise: List },
    /// `for NAME in WORDS; do LIST; done`
    For { name: Raw, words: Vec<Raw>, body: List },
    /// `while`, `until`: waits for something, in hooks.
    Loop,
    /// `case WORD in PATTERNS) LIST ;; ... esac`
    Case { word: Raw, arms: Vec<(Vec<Raw>, List)> },
}
