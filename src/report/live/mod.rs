//! The bridges that run: a paragraph each for people, one object for programs, a script for a shell.

mod json;
mod text;

use super::visible;
use crate::live::{Bridge, Choice, Configured, State, command};
use bstr::BStr;
use std::io::{self, Write};

pub use json::json;
pub use text::text;

/// One running bridge.
pub struct Row<'a> {
    /// The kernel's side.
    pub bridge: Bridge<'a>,
    /// The configuration's side, one for each stack.
    pub configured: &'a [Configured],
    /// How they stand to each other.
    pub state: State,
    /// What to pin it to, where it can be taken over.
    pub choice: Option<Result<Choice, String>>,
    /// Whether that was done.
    pub applied: bool,
}

/// Where the configuration is, for people.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The directory that holds it.
    pub root: &'a str,
    /// The arguments by which `check` looks there.
    pub arguments: &'a str,
}

/// A bridge that the configuration makes and that does not run.
pub struct Missing<'a> {
    /// Its name.
    pub bridge: &'a BStr,
    /// The file that makes it, as it is shown.
    pub file: &'a BStr,
    /// The line.
    pub line: usize,
}

/// The commands that pin, for a shell; comments tell why, and what is left alone.
///
/// # Errors
///
/// Those of `out`.
pub fn script(out: &mut dyn Write, row: &Row<'_>) -> io::Result<()> {
    let name = visible::text(row.bridge.name);
    match &row.choice {
        Some(Ok(Choice { address, why })) => {
            writeln!(out, "# {name}: {}\n{}", visible::text(why), command(row.bridge.name, *address))
        }
        Some(Err(why)) => writeln!(out, "# {name} is left alone: {}", visible::text(why)),
        None => Ok(()),
    }
}
