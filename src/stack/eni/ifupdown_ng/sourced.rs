//! `source` and `source-directory` of ifupdown-ng. What fails in a sourced file fails everywhere.

use super::{Failed, Line, Reader};
use crate::host::{Kind, host_path, path_bytes};
use crate::syntax::Token;

const MISSING_FILE: &str = "this file is not there";

impl Reader<'_> {
    pub(super) fn source(&mut self, line: &Line<'_>, word: Option<Token>) -> Result<(), Failed> {
        let place = line.place(line.line.span);
        let Some(word) = word else {
            self.config.problem(line.place(line.key.span), "missing filename to source", "name the file", false);
            return Ok(());
        };
        if !self.globs {
            return self.file(&word.text, Some(&place)).map_err(|failed| self.fail(line, &word, MISSING_FILE, failed));
        }
        let Some(paths) = self.reading.wordexp(self.host, &word.text) else {
            return Err(self.fail(line, &word, "matching pattern failed", Failed));
        };
        let mut result = Ok(());
        for (index, path) in paths.iter().enumerate() {
            let missing = matches!(self.host.kind(&host_path(path)), Kind::Missing | Kind::Dangling);
            if index == 0 && missing {
                return Ok(());
            }
            let read = self.file(path, Some(&place));
            result = result.and(read.map_err(|failed| self.fail(line, &word, MISSING_FILE, failed)));
        }
        result
    }

    /// Every regular file, hidden and backup files too, in the order of the directory: here sorted.
    pub(super) fn source_directory(&mut self, line: &Line<'_>, word: Option<Token>) -> Result<(), Failed> {
        let Some(word) = word else {
            self.config.problem(line.place(line.key.span), "missing directory to source", "name the directory", false);
            return Ok(());
        };
        let dir = host_path(&word.text);
        if self.host.kind(&dir) != Kind::Dir {
            let message = format!("while opening directory {}: No such file or directory", word.text);
            self.config.problem(line.place(word.span), message, "", false);
            return Ok(());
        }
        let real = self.host.canonical(&dir).unwrap_or_default();
        for name in self.host.entries(&dir) {
            let entry = host_path(&[path_bytes(&real).as_slice(), b"/", &name].concat());
            // `d_type` until 0.12.1, so no links; `stat` since.
            let linked = self.host.canonical(&entry).is_some_and(|target| target != entry);
            if self.host.is_file(&entry) && (self.newer || !linked) {
                let path = [word.text.as_slice(), b"/", &name].concat();
                self.file(&path, Some(&line.place(line.line.span)))?;
            }
        }
        Ok(())
    }

    /// Said once, where it comes from.
    fn fail(&mut self, line: &Line<'_>, word: &Token, cause: &str, failed: Failed) -> Failed {
        if !self.config.problems.last().is_some_and(|problem| problem.fatal) {
            let message = format!("{cause}; ifupdown-ng could not parse its configuration and brings up nothing");
            let help = "name an existing file (only newer versions take patterns), or use `source-directory`";
            self.config.problem(line.place(word.span), message, help, true);
        }
        failed
    }
}
