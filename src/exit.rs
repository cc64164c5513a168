//! How a run ends.

use std::process::ExitCode;

/// The exit codes, all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing found, or all of it fixed.
    Clean,
    /// Findings remain.
    Findings,
    /// The work could not be done: bad usage, an unreadable file, a failed write. Wins over findings.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::Failed => Self::from(2),
        }
    }
}
