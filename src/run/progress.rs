//! A line that tells how far a long run has come: for a person at a terminal, never in hooks, CI or pipes.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// How long nobody needs to be told anything.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line changes.
const INTERVAL: Duration = Duration::from_millis(100);
/// Back to the start of the line, and the line gone.
const ERASE: &str = "\r\x1b[2K";

/// The hosts so far, on the last line of stderr.
pub(super) struct Progress {
    is_wanted: bool,
    started: Instant,
    /// When the line is written next, since the start.
    due: Duration,
    hosts: usize,
    is_shown: bool,
}

impl Progress {
    /// Nothing done yet.
    pub(super) fn new() -> Self {
        let is_set = |variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let is_wanted = io::stderr().is_terminal() && !is_dumb && !is_set("CI") && !is_set("PRE_COMMIT");
        Self { is_wanted, started: Instant::now(), due: PATIENCE, hosts: 0, is_shown: false }
    }

    /// One more host is done.
    pub(super) fn step(&mut self) -> io::Result<()> {
        self.hosts += 1;
        let elapsed = if self.is_wanted { self.started.elapsed() } else { Duration::ZERO };
        if elapsed < self.due {
            return Ok(());
        }
        (self.due, self.is_shown) = (elapsed + INTERVAL, true);
        write!(io::stderr(), "{ERASE}{} hosts so far", self.hosts)
    }

    /// Takes the line away, before anything else is written.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.is_shown) { write!(io::stderr(), "{ERASE}") } else { Ok(()) }
    }
}
