//! How ifupdown reads `/etc/network/interfaces` (`config.c`: `read_interfaces_defn`).

mod iface;
mod index;

use super::source::{Opened, Reading, dirname};
use super::{Config, MAIN_FILE, Opt, Start, Word};
use crate::host::{Host, host_path};
use crate::span::{Place, Span};
use crate::syntax::interfaces::{Dialect, Words, logical};
use crate::syntax::{Logical, Token};
use bstr::{BString, ByteSlice};
use foldhash::fast::RandomState;
use index::Index;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// Options of which each line is a command of its own; lines of any other are joined with newlines.
pub const COMMANDS: &[&str] = &["down", "post-down", "pre-up", "up"];

const MISPLACED: (&str, &str) = ("misplaced option", "put it into the `iface` stanza that it belongs to");
const EMPTY: (&str, &str) = ("option with empty value", "give it a value or remove it");
const TWO_SCRIPTS: (&str, &str) = ("duplicate script in mapping", "keep one `script` line");

/// Reads the host's file and what it sources.
#[must_use]
pub fn read(host: &Host) -> Arc<Config> {
    host.once("ifupdown", "", || read_anew(host))
}

fn read_anew(host: &Host) -> Config {
    let mut reader = Reader {
        host,
        reading: Reading::default(),
        seen: HashSet::default(),
        index: Index::default(),
        config: Config::default(),
    };
    // A missing main file is no error (`couldn't open interfaces file`): only lo is known then.
    reader.config.refused = reader.file([b"/", MAIN_FILE.as_bytes()].concat(), None).is_err();
    reader.config
}

struct Reader<'a> {
    host: &'a Host,
    reading: Reading,
    /// Paths as spelled (`already_seen`).
    seen: HashSet<Vec<u8>, RandomState>,
    index: Index,
    config: Config,
}

/// A file, as far as it is read.
struct State {
    /// As spelled.
    path: Vec<u8>,
    file: Arc<Path>,
    main: bool,
    current: Current,
}

#[derive(Clone, Copy)]
enum Current {
    None,
    /// Index of a stanza.
    Iface(usize),
    /// Index of a mapping, and whether it has its script.
    Mapping(usize, bool),
}

/// The reader gives up on the file.
struct GivenUp;

impl State {
    fn place(&self, span: Span) -> Place {
        Place::new(&self.file, span)
    }

    fn word(&self, token: Token) -> Word {
        Word { token, file: Arc::clone(&self.file) }
    }
}

impl Reader<'_> {
    /// Reads a file, for the `source` line at `from` or as the main file.
    fn file(&mut self, path: Vec<u8>, from: Option<&Place>) -> Result<(), GivenUp> {
        if !self.seen.insert(path.clone()) {
            return Ok(());
        }
        let (file, bytes) = match (self.reading.open(self.host, &path), from) {
            (Opened::File(file, bytes), _) => (file, bytes),
            (Opened::Directory, Some(from)) => {
                let message = format!("{}: Is a directory", path.as_bstr());
                self.config.problem(from.clone(), message, "name the files in it, or use `source-directory`", false);
                return Err(GivenUp);
            }
            (Opened::Directory, None) => return Err(GivenUp),
            (Opened::TooMany { limit, first: true }, Some(from)) => {
                self.config.too_many(from, limit);
                return Err(GivenUp);
            }
            (Opened::Missing | Opened::TooMany { .. }, _) => return Ok(()),
        };
        self.config.files.push(Arc::clone(&file));
        let mut state = State { path, file, main: from.is_none(), current: Current::None };
        let lines = logical(&bytes, Dialect::Ifupdown);
        let result = lines.iter().try_for_each(|line| self.line(&mut state, line));
        self.reading.close();
        result
    }

    fn line(&mut self, state: &mut State, line: &Logical<'_>) -> Result<(), GivenUp> {
        let mut words = Words::of(line, Dialect::Ifupdown);
        let Some(key) = words.next_range() else { return Ok(()) };
        match line.text.get(key.clone()).unwrap_or_default() {
            b"mapping" => {
                state.current = Current::Mapping(self.config.mappings.len(), false);
                self.config.mappings.push((words.map(|word| state.word(word)).collect(), Vec::new()));
            }
            b"source" => self.source(state, line.locate(key), &words.rest(), false),
            // strlmatch: whatever follows `source-dir` does not matter.
            name if name.starts_with(b"source-dir") => self.source(state, line.locate(key), &words.rest(), true),
            b"iface" => {
                let stanza = self.iface(state, line, line.locate(key), &mut words)?;
                state.current = Current::Iface(stanza);
            }
            b"auto" => self.names(state, words, |config, name| {
                config.starts.push(Start { class: b"auto".to_vec(), name });
            }),
            name if name.len() > 6 && name.starts_with(b"allow-") => self.names(state, words, |config, word| {
                config.starts.push(Start { class: name[6..].to_vec(), name: word });
            }),
            b"no-auto-down" => self.names(state, words, |_, _| {}),
            b"no-scripts" => self.names(state, words, |config, name| config.no_scripts.push(name)),
            b"rename" => state.current = Current::None,
            _ => self.option(state, line, line.token(key), words.rest())?,
        }
        Ok(())
    }

    /// `auto` and its like. Without a name they mean the stanza they stand in and do not end it.
    fn names(&mut self, state: &mut State, words: Words<'_>, add: impl Fn(&mut Config, Word)) {
        if let (Current::Iface(stanza), true) = (state.current, words.is_at_end()) {
            if let Some(stanza) = self.config.stanzas.get(stanza) {
                let name = stanza.name.clone();
                add(&mut self.config, name);
            }
            return;
        }
        words.for_each(|word| add(&mut self.config, state.word(word)));
        state.current = Current::None;
    }

    fn option(&mut self, state: &mut State, line: &Logical<'_>, mut key: Token, value: Token) -> Result<(), GivenUp> {
        let span = key.span;
        match state.current {
            Current::None => return Err(self.give_up(state, span, MISPLACED, "")),
            Current::Iface(stanza) => {
                if value.text.is_empty() {
                    return Err(self.give_up(state, span, EMPTY, ""));
                }
                match key.text.as_slice() {
                    b"post-up" => key.text = "up".into(),
                    b"pre-down" => key.text = "down".into(),
                    _ => {}
                }
                // set_variable: with a `?` the option is only set if it is not, under its own name.
                let unless_set = key.text.ends_with(b"?");
                if unless_set {
                    _ = key.text.pop();
                }
                let drop = unless_set && self.index.sets(&self.config, stanza, &key.text);
                let option = Opt { key: state.word(key), value, line: line.span };
                let stanza = &mut self.config.stanzas[stanza];
                if drop { &mut stanza.dropped } else { &mut stanza.options }.push(option);
            }
            Current::Mapping(mapping, has_script) => {
                match key.text.as_slice() {
                    b"script" if has_script => return Err(self.give_up(state, span, TWO_SCRIPTS, "")),
                    b"script" => state.current = Current::Mapping(mapping, true),
                    b"map" => {}
                    _ => return Err(self.give_up(state, span, MISPLACED, "")),
                }
                let option = Opt { key: state.word(key), value, line: line.span };
                self.config.mappings[mapping].1.push(option);
            }
        }
        Ok(())
    }

    /// `source` and `source-directory`. What is wrong in a sourced file is its own affair.
    fn source(&mut self, state: &mut State, key: Span, value: &Token, directory: bool) {
        state.current = Current::None;
        // Only the first byte decides, so the prefix lands before `~`, `$` and quotes too, and
        // before the first word only.
        let mut text = BString::default();
        if value.text.first() != Some(&b'/') {
            text.extend_from_slice(dirname(&state.path));
            text.push(b'/');
        }
        text.extend_from_slice(&value.text);
        let place = state.place(key.to(value.span));
        // A failing wordexp is silent.
        let Some(paths) = self.reading.wordexp(self.host, &text) else { return };
        for path in paths {
            if !directory {
                _ = self.file(path.into(), Some(&place));
                continue;
            }
            for name in self.host.entries(&host_path(&path)) {
                // directory_filter; scandir sorts with alphasort, in the C locale.
                if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
                    _ = self.file([path.as_slice(), b"/", &name].concat(), Some(&place));
                }
            }
        }
    }

    fn give_up(&mut self, state: &State, span: Span, (message, help): (&str, &str), detail: &str) -> GivenUp {
        let then = if state.main {
            "ifup refuses the whole configuration and brings up nothing"
        } else {
            "ifup drops the rest of this file"
        };
        self.config.problem(state.place(span), format!("{message}{detail}; {then}"), help, true);
        GivenUp
    }
}
