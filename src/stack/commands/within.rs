//! Shells within a shell: copies of it, new ones, and texts that it runs itself.

use super::Origin;
use super::end::End;
use super::expand::Word;
use super::shell::Shell;
use crate::span::Span;
use std::path::Path;
use std::sync::Arc;

/// As many variables, functions and arguments are copied in the time of a command.
const COPIED_IN_A_STEP: usize = 64;

impl Shell<'_> {
    /// Does something in a copy of this shell (`( )`, `$( )`, a pipe): what that sets, defines or leaves is as before.
    pub(super) fn apart<T>(&mut self, action: impl FnOnce(&mut Self) -> T) -> T {
        self.steps += (self.variables.len() + self.functions.len() + self.positional.len()) / COPIED_IN_A_STEP;
        let kept = (self.variables.clone(), self.functions.clone(), self.positional.clone());
        let flags = (self.errexit, self.exports_all, self.bash, self.conditions, self.loops);
        let ways = (self.exited, self.returned, self.jump);
        let result = action(self);
        (self.errexit, self.exports_all, self.bash, self.conditions, self.loops) = flags;
        (self.exited, self.returned, self.jump) = ways;
        (self.variables, self.functions, self.positional) = kept;
        result
    }

    /// Does something in a shell that is started anew, which gets these arguments and what is exported.
    pub(super) fn started<T>(&mut self, bash: bool, arguments: &[Word], action: impl FnOnce(&mut Self) -> T) -> T {
        self.apart(|shell| {
            shell.variables.retain(|_, value| value.exported);
            shell.functions.clear();
            shell.positional = arguments.to_vec();
            (shell.errexit, shell.exports_all, shell.bash) = (false, false, bash);
            (shell.conditions, shell.loops) = (0, 0);
            action(shell)
        })
    }

    /// Runs a text in this shell (`eval`). `start` is its offset in the text that runs now, where it is a plain
    /// piece of that.
    pub(super) fn evaluate(&mut self, text: &[u8], start: Option<usize>) -> End {
        let outer = self.origin.clone();
        self.origin.start = outer.start.zip(start).map(|(base, start)| base + start);
        let end = self.deeper(|shell| shell.script(text));
        self.origin = outer;
        end.unwrap_or_else(End::unknown)
    }

    /// Runs a script of the host with these arguments, in a shell of its own.
    pub(super) fn call(&mut self, file: &Path, text: &[u8], arguments: &[Word]) -> End {
        let origin = Origin { file: Arc::from(file), start: Some(0), whole: Span::new(0, text.len()) };
        let outer = std::mem::replace(&mut self.origin, origin);
        let end = self.deeper(|shell| shell.started(false, arguments, |shell| shell.script(text)));
        self.origin = outer;
        end.unwrap_or_else(End::unknown)
    }

    /// Reads a file of the host in this shell (`.`).
    pub(super) fn read_in(&mut self, file: &Path, text: &[u8]) -> End {
        let origin = Origin { file: Arc::from(file), start: Some(0), whole: Span::new(0, text.len()) };
        let outer = std::mem::replace(&mut self.origin, origin);
        let end = self.deeper(|shell| shell.script(text));
        self.origin = outer;
        if std::mem::take(&mut self.returned) {
            self.exited = false;
        }
        end.unwrap_or_else(End::unknown)
    }
}
