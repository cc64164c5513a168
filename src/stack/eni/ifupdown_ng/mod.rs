//! How ifupdown-ng reads `/etc/network/interfaces` (`libifupdown/interface-file.c`).

mod merge;
mod sourced;

use super::source::{Opened, Reading};
use super::{Config, MAIN_FILE, Opt, Stanza, Start, Word};
use crate::host::Host;
use crate::span::{Place, Span};
use crate::stack::Version;
use crate::syntax::interfaces::{Dialect, Words, logical};
use crate::syntax::{Logical, Token};
use bstr::{BString, ByteSlice};
pub use merge::{Interface, Var, interfaces};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// Options that are kept under another name (`tokens[]`), as far as that name matters here.
const RENAMED: &[(&str, &str)] = &[
    ("bond-slaves", "bond-members"), // Debian's ifenslave, ifupdown2
    ("hostname", "dhcp-hostname"),   // ifupdown; a keyword of its own
    ("vrf", "vrf-member"),           // ifupdown2
];

/// Words of an `iface` line that choose an executor (`handle_iface`). All others mean nothing.
const HINTS: &[&str] = &["dhcp", "ppp"];

const MISSING_NAME: &str = "without any other tokens; the line is ignored";

/// Reads the host's file and what it sources.
#[must_use]
pub fn read(host: &Host, version: &Version) -> Arc<Config> {
    host.once("ifupdown-ng", version.text(), || read_anew(host, version))
}

fn read_anew(host: &Host, version: &Version) -> Config {
    let mut reader = Reader {
        host,
        globs: version.at_least(&[0, 12]),
        newer: version.at_least(&[0, 12, 2]),
        reading: Reading::default(),
        loaded: HashSet::new(),
        current: Current::None,
        defaults: false,
        config: Config::default(),
    };
    let main = [b"/", MAIN_FILE.as_bytes()].concat();
    let refused = reader.file(&main, None).is_err();
    reader.config.refused = refused;
    reader.config
}

struct Reader<'a> {
    host: &'a Host,
    /// `source` takes patterns, and a file that is not there is no error.
    globs: bool,
    /// What upstream has after 0.12.1.
    newer: bool,
    reading: Reading,
    /// Paths as spelled (`state->loaded`).
    loaded: HashSet<BString>,
    /// Stays what it is across files.
    current: Current,
    /// A `defaults` stanza has been read.
    defaults: bool,
    config: Config,
}

/// Where options go.
#[derive(Clone)]
enum Current {
    None,
    Stanza(usize),
    /// An `auto` line has chosen this interface; the first option makes the stanza.
    Auto(Word, Span),
}

/// Reading fails, in this file and in all that source it (`parse_error`).
struct Failed;

/// A line, its file and its first word.
struct Line<'a> {
    file: &'a Arc<Path>,
    key: Token,
    line: &'a Logical<'a>,
}

impl Line<'_> {
    fn word(&self, token: Token) -> Word {
        Word { token, file: Arc::clone(self.file) }
    }

    fn place(&self, span: Span) -> Place {
        Place::new(self.file, span)
    }

    /// An option of this line; `key` is the name under which the reader keeps it.
    fn option(&self, key: &str, span: Span, value: Token) -> Opt {
        let key = self.word(Token { text: key.into(), span });
        Opt { key, value, line: self.line.span }
    }
}

impl Reader<'_> {
    fn file(&mut self, path: &[u8], from: Option<&Place>) -> Result<(), Failed> {
        if let (true, Some(from)) = (self.loaded.contains(path.as_bstr()), from) {
            let message = format!("skipping already included file {}", path.as_bstr());
            self.config.problem(from.clone(), message, "remove this line", false);
            return Ok(());
        }
        let opened = self.reading.open(self.host, path);
        self.loaded.insert(path.into());
        let (file, bytes) = match opened {
            Opened::File(file, bytes) => (file, bytes),
            // fopen takes a directory, reading it gives nothing.
            Opened::Directory => return Ok(()),
            Opened::Missing => return Err(Failed),
            Opened::TooMany { limit, first } => {
                from.filter(|_| first).into_iter().for_each(|from| self.config.too_many(from, limit));
                return Ok(());
            }
        };
        self.config.files.push(Arc::clone(&file));
        let lines = logical(&bytes, Dialect::IfupdownNg);
        let result = lines.iter().try_for_each(|line| self.line(&file, line));
        self.reading.close();
        result
    }

    fn line(&mut self, file: &Arc<Path>, line: &Logical<'_>) -> Result<(), Failed> {
        let mut words = Words::of(line, Dialect::IfupdownNg);
        let Some(key) = words.next() else { return Ok(()) };
        // A first word that is no word at all is ignored: BOM, NBSP, `%`.
        if !key.text.first().is_some_and(u8::is_ascii_alphabetic) {
            return Ok(());
        }
        let line = Line { file, key, line };
        match line.key.text.as_slice() {
            b"address" | b"gateway" | b"use" | b"dhcp-hostname" | b"hostname" => {
                let value = words.next().unwrap_or_default();
                self.single(&line, value);
            }
            b"auto" => self.auto(&line, words.next()),
            b"iface" | b"interface" | b"template" => self.iface(&line, &mut words),
            b"defaults" if self.newer => self.iface(&line, &mut words),
            b"inherit" => self.inherit(&line, line.key.span, words.next()),
            b"source" => return self.source(&line, words.next()),
            b"source-directory" => return self.source_directory(&line, words.next()),
            _ => {
                let option = line.option(renamed(&line.key.text).as_ref(), line.key.span, words.rest());
                self.push(option);
            }
        }
        Ok(())
    }

    /// Keywords that take one word and say so when there is no interface.
    fn single(&mut self, line: &Line<'_>, value: Token) {
        if matches!(self.current, Current::None) {
            return self.without_interface(line, &value);
        }
        self.push(line.option(renamed(&line.key.text).as_ref(), line.key.span, value));
    }

    /// `auto` takes one name, and options after it are that interface's. Without a name inside a
    /// stanza it chooses the interface without a name.
    fn auto(&mut self, line: &Line<'_>, name: Option<Token>) {
        match name {
            None if matches!(self.current, Current::None) => {
                self.config.problem(line.place(line.key.span), "auto without interface", "name the interface", false);
            }
            name => {
                let name = line.word(name.unwrap_or_default());
                if !name.token.text.is_empty() {
                    self.config.starts.push(Start { class: b"auto".to_vec(), name: name.clone() });
                }
                self.current = Current::Auto(name, line.line.span);
            }
        }
    }

    fn iface(&mut self, line: &Line<'_>, words: &mut Words<'_>) {
        let keyword = line.key.text.as_slice();
        let defaults = keyword == b"defaults";
        let Some(name) = (if defaults { Some(line.key.clone()) } else { words.next() }) else {
            let message = format!("{} {MISSING_NAME}", line.key.text);
            return self.config.problem(line.place(line.key.span), message, "name the interface", false);
        };
        self.defaults |= defaults;
        let mut stanza = Stanza::new(line.word(name), line.line.span);
        stanza.template = defaults || keyword == b"template";
        let template = stanza.template;
        self.current = Current::Stanza(self.config.stanzas.len());
        self.config.stanzas.push(stanza);
        let words: Vec<Token> = words.collect();
        for (index, word) in words.iter().enumerate() {
            if word.text == "inherits" {
                let parent = words.get(index + 1);
                self.config.stanzas.last_mut().into_iter().for_each(|stanza| stanza.inherits.extend(parent.cloned()));
                self.inherit(line, word.span, parent.cloned());
            } else if HINTS.iter().any(|hint| word.text == *hint) {
                self.push(line.option("use", word.span, word.clone()));
            }
        }
        // The words have no fixed place; where they stand as in ifupdown, a report may name them.
        if let Some(stanza) = self.config.stanzas.last_mut() {
            let positional = |index: usize| words.get(index).filter(|word| word.text != "inherits").cloned();
            (stanza.family, stanza.method) = (positional(0), positional(1));
        }
        if self.defaults && !template && !words.iter().any(|word| word.text == "no-defaults") {
            let value = Token { text: "defaults".into(), span: line.key.span };
            self.push(line.option("inherit", line.key.span, value));
        }
    }

    /// Kept as an option too, because the options that are copied come where it stands.
    fn inherit(&mut self, line: &Line<'_>, keyword: Span, parent: Option<Token>) {
        let parent = parent.unwrap_or_default();
        if matches!(self.current, Current::None) {
            return self.without_interface(line, &parent);
        }
        if parent.text.is_empty() {
            let message = "unspecified inherit target; the interface has a configuration error and is not brought up";
            self.config.problem(line.place(keyword), message, "name the template", false);
        }
        self.push(line.option("inherit", keyword, parent));
    }

    fn push(&mut self, option: Opt) {
        if let Current::Auto(name, span) = &self.current {
            let stanza = Stanza::new(name.clone(), *span);
            self.current = Current::Stanza(self.config.stanzas.len());
            self.config.stanzas.push(stanza);
        }
        if let Current::Stanza(index) = self.current
            && let Some(stanza) = self.config.stanzas.get_mut(index)
        {
            stanza.options.push(option);
        }
    }

    fn without_interface(&mut self, line: &Line<'_>, value: &Token) {
        let message = format!("{} '{}' without interface; the line is ignored", line.key.text, value.text);
        let help = "put it into the `iface` stanza that it belongs to";
        self.config.problem(line.place(line.key.span), message, help, false);
    }
}

/// `maybe_remap_token`.
fn renamed(key: &BString) -> std::borrow::Cow<'_, str> {
    let row = RENAMED.iter().find(|row| *key == row.0);
    row.map_or_else(|| key.to_str_lossy(), |row| row.1.into())
}
