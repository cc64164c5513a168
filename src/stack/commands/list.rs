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

/// A redirection; those to another number (`2>&1`) are left out, unless they take the standard output away.
#[derive(Debug)]
pub(super) struct Redirect {
    pub(super) way: Way,
    /// The file, or the number after `>&`.
    pub(super) target: Raw,
}

/// What a redirection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It feeds a file to the command (`<`).
    In,
    /// It feeds a here-document, expanded.
    Here,
    /// It feeds a here-document as it stands (`<<'END'`).
    HereAsIs,
    /// It takes the standard output away to a file (`>`, `>>`, `1>`).
    Out,
    /// It takes another output away to a file (`2>`).
    OtherOut,
    /// It takes the standard output away to another one (`>&2`).
    Joined,
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
    /// `for NAME in WORDS; do LIST; done`; without words for each of `"$@"`.
    For { name: Raw, words: Option<Vec<Raw>>, body: List },
    /// `while LIST; do LIST; done`, or `until`.
    Loop { until: bool, condition: List, body: List },
    /// `NAME() COMMAND`: the text of the command.
    Function { name: Raw, body: Raw },
    /// `case WORD in PATTERNS) LIST ;; ... esac`
    Case { word: Raw, arms: Vec<(Vec<Raw>, List)> },
}
