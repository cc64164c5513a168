//! How ifupdown reads `/etc/network/interfaces` (`config.c`: `read_interfaces_defn`).

use super::source::{Opened, Reading, dirname};
use super::{Config, MAIN_FILE, Opt, Stanza, Start, Word};
use crate::host::{Host, host_path};
use crate::span::{Place, Span};
use crate::syntax::interfaces::{Dialect, Words, logical};
use crate::syntax::{Logical, Token};
use bstr::{BString, ByteSlice};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

/// Families and their methods on Linux, as the `.defn` files list them.
const METHODS: &[(&str, &[&str])] = &[
    ("can", &["static"]),
    ("inet", &["bootp", "dhcp", "ipv4ll", "loopback", "manual", "ppp", "static", "tunnel", "wvdial"]),
    ("inet6", &["6to4", "auto", "dhcp", "loopback", "manual", "static", "tunnel", "v4tunnel"]),
    ("ipx", &["dynamic", "static"]),
    ("meta", &["none"]),
];

/// Options of which each line is a command of its own; lines of any other are joined with newlines.
pub const COMMANDS: &[&str] = &["down", "post-down", "pre-up", "up"];

const MISPLACED: (&str, &str) = ("misplaced option", "put it into the `iface` stanza that it belongs to");
const EMPTY: (&str, &str) = ("option with empty value", "give it a value or remove it");
const NO_NAME: (&str, &str) = ("too few parameters for iface line", "write `iface NAME FAMILY METHOD`");
const NO_FAMILY: (&str, &str) = (
    "unknown or no address type and no inherits keyword specified",
    "name a family that ifupdown knows: inet, inet6, can, ipx",
);
const NO_METHOD: (&str, &str) = (
    "unknown or no method and no inherits keyword specified",
    "name a method that the family knows, `manual` for instance",
);
const NO_PARENT: (&str, &str) = ("'inherits' keyword is missing a parameter", "name the stanza to inherit from");
const UNKNOWN_PARENT: (&str, &str) =
    ("unknown iface to inherit from", "define it before this stanza, in the same family");
const TWO_SCRIPTS: (&str, &str) = ("duplicate script in mapping", "keep one `script` line");

/// Reads the host's file and what it sources.
#[must_use]
pub fn read(host: &Host) -> Config {
    let mut reader = Reader {
        host,
        reading: Reading::default(),
        seen: HashSet::new(),
        first: HashMap::new(),
        set: HashSet::new(),
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
    seen: HashSet<Vec<u8>>,
    /// The first stanza of a name, and of a name and family (`get_interface`).
    first: HashMap<(BString, Option<BString>), usize>,
    /// The options that each stanza sets.
    set: HashSet<(usize, BString)>,
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
            (Opened::TooMany, Some(from)) => {
                self.config.without_end(from);
                return Err(GivenUp);
            }
            (Opened::Missing | Opened::TooMany, _) => return Ok(()),
        };
        self.config.files.push(Arc::clone(&file));
        let mut state = State { path, file, main: from.is_none(), current: Current::None };
        let lines = logical(&bytes, Dialect::Ifupdown);
        let result = lines.iter().try_for_each(|line| self.line(&mut state, line));
        self.reading.close();
        result
    }

    fn line(&mut self, state: &mut State, line: &Logical) -> Result<(), GivenUp> {
        let mut words = Words::of(line, Dialect::Ifupdown);
        let Some(key) = words.next() else { return Ok(()) };
        match key.text.as_slice() {
            b"mapping" => {
                state.current = Current::Mapping(self.config.mappings.len(), false);
                self.config.mappings.push((words.map(|word| state.word(word)).collect(), Vec::new()));
            }
            b"source" => self.source(state, &key, &words.rest(), false),
            // strlmatch: whatever follows `source-dir` does not matter.
            name if name.starts_with(b"source-dir") => self.source(state, &key, &words.rest(), true),
            b"iface" => {
                let stanza = self.iface(state, line, &key, &mut words)?;
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
            _ => self.option(state, line, key, words.rest())?,
        }
        Ok(())
    }

    /// `auto` and its like. Without a name they mean the stanza they stand in and do not end it.
    fn names(&mut self, state: &mut State, words: Words<'_>, add: impl Fn(&mut Config, Word)) {
        if let (Current::Iface(stanza), true) = (state.current, words.rest().text.is_empty()) {
            if let Some(stanza) = self.config.stanzas.get(stanza) {
                let name = stanza.name.clone();
                add(&mut self.config, name);
            }
            return;
        }
        words.for_each(|word| add(&mut self.config, state.word(word)));
        state.current = Current::None;
    }

    fn iface(&mut self, state: &State, line: &Logical, key: &Token, words: &mut Words<'_>) -> Result<usize, GivenUp> {
        let name = words.next().ok_or_else(|| self.give_up(state, key.span, NO_NAME, ""))?;
        // `inherits` may stand where the family, the method or nothing would.
        let mut next = words.next();
        let family = next.take_if(|word| methods(word).is_some());
        let mut method = None;
        if let Some(family) = &family {
            next = words.next();
            method =
                next.take_if(|word| methods(family).is_some_and(|known| known.iter().any(|name| word.text == *name)));
        }
        let at = next.as_ref().map_or(name.span, |word| word.span);
        let inherits = next.as_ref().is_some_and(|word| word.text == "inherits");
        if family.is_none() && !inherits {
            return Err(self.give_up(state, at, NO_FAMILY, ""));
        }
        if method.is_none() && !inherits {
            return Err(self.give_up(state, at, NO_METHOD, ""));
        }
        let next = if inherits { next } else { words.next() };
        let mut stanza = Stanza { family, method, ..Stanza::new(state.word(name), line.span) };
        match next {
            Some(keyword) if keyword.text == "inherits" => self.inherit(state, &mut stanza, &keyword, words)?,
            Some(extra) => {
                let message = format!("extra parameter for the iface line not understood and ignored: {}", extra.text);
                self.config.problem(
                    state.place(extra.span),
                    message,
                    "remove it; comments need a line of their own",
                    false,
                );
            }
            None => {}
        }
        let index = self.config.stanzas.len();
        let name = stanza.name.token.text.clone();
        let family = stanza.family.as_ref().map(|family| family.text.clone());
        self.first.entry((name.clone(), None)).or_insert(index);
        self.first.entry((name, family)).or_insert(index);
        self.config.stanzas.push(stanza);
        Ok(index)
    }

    /// What stands after `inherits`. Options are copied from the first stanza of that name that is
    /// there by now, of the family if the line gives one; its family and method fill what is missing.
    fn inherit(
        &mut self,
        state: &State,
        stanza: &mut Stanza,
        keyword: &Token,
        words: &mut Words<'_>,
    ) -> Result<(), GivenUp> {
        let wanted = words.next().ok_or_else(|| self.give_up(state, keyword.span, NO_PARENT, ""))?;
        let family = stanza.family.as_ref().map(|family| family.text.clone());
        let detail =
            format!(": {} ({})", wanted.text, family.as_ref().map_or("*".into(), |family| family.to_str_lossy()));
        let Some(&index) = self.first.get(&(wanted.text.clone(), family)) else {
            return Err(self.give_up(state, wanted.span, UNKNOWN_PARENT, &detail));
        };
        let parent = &self.config.stanzas[index];
        let taken = |token: &Option<Token>| token.clone().map(|token| Token { span: keyword.span, ..token });
        stanza.family = stanza.family.take().or_else(|| taken(&parent.family));
        stanza.method = stanza.method.take().or_else(|| taken(&parent.method));
        stanza.parent = Some(index);
        stanza.inherits.push(wanted);
        Ok(())
    }

    fn option(&mut self, state: &mut State, line: &Logical, mut key: Token, value: Token) -> Result<(), GivenUp> {
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
                let is_set = |stanza| self.set.contains(&(stanza, key.text.clone()));
                let drop = unless_set && self.config.ancestry(stanza).any(is_set);
                self.set.insert((stanza, key.text.clone()));
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
    fn source(&mut self, state: &mut State, key: &Token, value: &Token, directory: bool) {
        state.current = Current::None;
        // Only the first byte decides, so the prefix lands before `~`, `$` and quotes too, and
        // before the first word only.
        let mut text = BString::default();
        if value.text.first() != Some(&b'/') {
            text.extend_from_slice(dirname(&state.path));
            text.push(b'/');
        }
        text.extend_from_slice(&value.text);
        let place = state.place(key.span.to(value.span));
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

/// The methods of a family; none for a word that is no family.
fn methods(family: &Token) -> Option<&'static [&'static str]> {
    METHODS.iter().find(|row| family.text == row.0).map(|row| row.1)
}
