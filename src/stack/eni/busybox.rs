//! How busybox reads `/etc/network/interfaces` (`networking/ifupdown.c`: `read_interfaces`).
//! Whatever it does not like ends it, in every file (`bb_error_msg_and_die`).

use super::source::{Limit, Opened, Reading};
use super::{Config, MAIN_FILE, Opt, Stanza, Start, Word};
use crate::host::{Host, Kind, host_path};
use crate::span::{Place, Span};
use crate::syntax::interfaces::{Dialect, Words, logical};
use crate::syntax::{Logical, Token};
use bstr::{BString, ByteSlice};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// Families and their methods (`methods[]`, `methods6[]`, `link_methods[]`).
const METHODS: &[(&str, &[&str])] = &[
    ("inet", &["bootp", "dhcp", "loopback", "manual", "ppp", "static", "wvdial"]),
    ("inet6", &["loopback", "manual", "static", "v4tunnel"]),
    ("link", &["none"]),
];

/// Options that may stand more than once: each line is a command (`keywords_up_down`).
pub const COMMANDS: &[&str] = &["down", "post-down", "pre-up", "up"];

/// Reads the host's file and what it sources.
#[must_use]
pub fn read(host: &Host) -> Arc<Config> {
    host.once("busybox", "", || read_anew(host))
}

fn read_anew(host: &Host) -> Config {
    let mut reader = Reader { host, reading: Reading::default(), auto: HashSet::new(), config: Config::default() };
    let main = [b"/", MAIN_FILE.as_bytes()].concat();
    let refused = reader.file(&main, None).is_err();
    reader.config.refused = refused;
    reader.config
}

struct Reader<'a> {
    host: &'a Host,
    reading: Reading,
    auto: HashSet<BString>,
    config: Config,
}

/// A file, as far as it is read.
struct State {
    file: Arc<Path>,
    current: Current,
    /// The options of the stanza that is being read.
    set: HashSet<BString>,
}

#[derive(Clone, Copy)]
enum Current {
    None,
    /// Index of a stanza.
    Iface(usize),
    /// Index of a mapping, and whether it has its script.
    Mapping(usize, bool),
}

/// busybox has ended.
struct Died;

impl State {
    fn word(&self, token: Token) -> Word {
        Word { token, file: Arc::clone(&self.file) }
    }

    fn place(&self, span: Span) -> Place {
        Place::new(&self.file, span)
    }
}

impl Reader<'_> {
    fn file(&mut self, path: &[u8], from: Option<&Place>) -> Result<(), Died> {
        let (file, bytes) = match self.reading.open(self.host, path) {
            Opened::File(file, bytes) => (file, bytes),
            Opened::Directory => return Err(self.die(from, &format!("{}: I/O error", path.as_bstr()), "name a file")),
            Opened::Missing => {
                let message = format!("can't open '{}': No such file or directory", path.as_bstr());
                let help = "name an existing file: there are no patterns, and a relative path starts at the working directory, / at boot";
                return Err(self.die(from, &message, help));
            }
            Opened::TooMany { limit: limit @ Limit::Amount, first } => {
                from.filter(|_| first).into_iter().for_each(|from| self.config.too_many(from, limit));
                return Ok(());
            }
            Opened::TooMany { limit: Limit::Depth, .. } => {
                let message = format!("can't open '{}': Too many open files", path.as_bstr());
                return Err(self.die(from, &message, "remove the `source` line that leads back"));
            }
        };
        self.config.files.push(Arc::clone(&file));
        let mut state = State { file, current: Current::None, set: HashSet::new() };
        let lines = logical(&bytes, Dialect::Busybox);
        lines.iter().try_for_each(|line| self.line(&mut state, line))?;
        self.reading.close();
        Ok(())
    }

    fn line(&mut self, state: &mut State, line: &Logical<'_>) -> Result<(), Died> {
        let mut words = Words::of(line, Dialect::Busybox);
        let Some(key) = words.next() else { return Ok(()) };
        match key.text.as_slice() {
            b"mapping" => {
                state.current = Current::Mapping(self.config.mappings.len(), false);
                self.config.mappings.push((words.map(|word| state.word(word)).collect(), Vec::new()));
            }
            b"iface" => self.iface(state, line, &key, words)?,
            b"auto" => {
                for word in words {
                    if !self.auto.insert(word.text.clone()) {
                        let help = "name the interface in one `auto` line only";
                        return Err(self.die(
                            Some(&state.place(word.span)),
                            "interface declared auto twice \"auto\"",
                            help,
                        ));
                    }
                    self.config.starts.push(Start { class: b"auto".to_vec(), name: state.word(word) });
                }
                state.current = Current::None;
            }
            // Neither ends the stanza it stands in.
            b"source" => {
                let place = state.place(key.span.to(words.rest().span));
                match words.next() {
                    Some(path) => self.file(&path.text, Some(&place))?,
                    None => return Err(self.die(Some(&place), "can't open '(null)': Bad address", "name the file")),
                }
            }
            name if name.starts_with(b"source-dir") => self.source_dir(state, &key, words.next())?,
            _ => self.option(state, line, key, words.rest())?,
        }
        Ok(())
    }

    fn iface(&mut self, state: &mut State, line: &Logical<'_>, key: &Token, mut words: Words<'_>) -> Result<(), Died> {
        let place = state.place(key.span);
        let usage = "write `iface NAME FAMILY METHOD` and nothing else";
        let (Some(name), Some(family), Some(method)) = (words.next(), words.next(), words.next()) else {
            return Err(self.die(Some(&place), "too few parameters for line \"iface\"", usage));
        };
        if !words.rest().text.is_empty() {
            return Err(self.die(Some(&state.place(words.rest().span)), "too many parameters \"iface\"", usage));
        }
        let Some((_, methods)) = METHODS.iter().find(|row| family.text == row.0) else {
            let message = format!("unknown address type \"{}\"", family.text);
            return Err(self.die(Some(&state.place(family.span)), &message, "write inet or inet6"));
        };
        if !methods.iter().any(|known| method.text == *known) {
            let message = format!("unknown method \"{}\"", method.text.to_str_lossy().escape_debug());
            let help = format!(
                "{} has the methods {}; a carriage return belongs to the word",
                family.text,
                methods.join(", ")
            );
            return Err(self.die(Some(&state.place(method.span)), &message, &help));
        }
        state.current = Current::Iface(self.config.stanzas.len());
        state.set.clear();
        self.config.stanzas.push(Stanza {
            family: Some(family),
            method: Some(method),
            ..Stanza::new(state.word(name), line.span)
        });
        Ok(())
    }

    fn option(&mut self, state: &mut State, line: &Logical<'_>, mut key: Token, value: Token) -> Result<(), Died> {
        let place = state.place(key.span);
        let misplaced = format!("misplaced option \"{}\"", key.text);
        let help = "put it into the `iface` stanza that it belongs to";
        match state.current {
            Current::None => return Err(self.die(Some(&place), &misplaced, help)),
            Current::Iface(stanza) => {
                if value.text.is_empty() {
                    let message = format!("option with empty value \"{}\"", key.text);
                    return Err(self.die(Some(&place), &message, "give it a value or remove it"));
                }
                match key.text.as_slice() {
                    b"post-up" => key.text = "up".into(),
                    b"pre-down" => key.text = "down".into(),
                    _ => {}
                }
                let command = COMMANDS.iter().any(|name| key.text == *name);
                if !command && !state.set.insert(key.text.clone()) {
                    let message = format!("duplicate option \"{}\"", key.text);
                    return Err(self.die(Some(&place), &message, "keep one of the lines"));
                }
                let option = Opt { key: state.word(key), value, line: line.span };
                self.config.stanzas[stanza].options.push(option);
            }
            Current::Mapping(mapping, has_script) => {
                match key.text.as_slice() {
                    b"script" if has_script => {
                        let message = "duplicate script in mapping \"script\"";
                        return Err(self.die(Some(&place), message, "keep one `script` line"));
                    }
                    b"script" => state.current = Current::Mapping(mapping, true),
                    b"map" => {}
                    _ => return Err(self.die(Some(&place), &misplaced, help)),
                }
                let option = Opt { key: state.word(key), value, line: line.span };
                self.config.mappings[mapping].1.push(option);
            }
        }
        Ok(())
    }

    /// Every name that does not start with a dot, in the order of the directory, here sorted.
    fn source_dir(&mut self, state: &State, key: &Token, dir: Option<Token>) -> Result<(), Died> {
        let dir = dir.unwrap_or_default();
        let place = state.place(key.span.to(dir.span));
        if self.host.kind(&host_path(&dir.text)) != Kind::Dir {
            let message = format!("can't open '{}': No such file or directory", dir.text);
            return Err(self.die(Some(&place), &message, "make the directory or remove the line"));
        }
        for name in self.host.entries(&host_path(&dir.text)) {
            if !name.starts_with(b".") {
                let slash: &[u8] = if dir.text.ends_with(b"/") { b"" } else { b"/" };
                self.file(&[&dir.text, slash, &name].concat(), Some(&place))?;
            }
        }
        Ok(())
    }

    fn die(&mut self, place: Option<&Place>, message: &str, help: &str) -> Died {
        if let Some(place) = place {
            let message = format!("{message}; busybox refuses the whole configuration and brings up nothing");
            self.config.problem(place.clone(), message, help, true);
        }
        Died
    }
}
