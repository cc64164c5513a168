//! How ifupdown2 reads `/etc/network/interfaces` (`networkinterfaces.py`).

mod classes;
mod range;
mod stanza;

use super::source::{Limit, Opened, Reading, dirname};
use super::{Config, MAIN_FILE, Word};
use crate::host::{Host, Kind, host_path};
use crate::span::{Place, Span};
use crate::stack::Version;
use crate::syntax::interfaces::mako::{Rendered, render};
use crate::syntax::interfaces::{Dialect, Words, logical};
use crate::syntax::{Logical, Token};
use crate::template::is_erb;
use bstr::{BString, ByteSlice};
use classes::Classes;
use stanza::Pending;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

/// Reads the host's file and what it sources.
#[must_use]
pub fn read(host: &Host, version: &Version) -> Arc<Config> {
    host.once("ifupdown2", version.text(), || read_anew(host, version))
}

fn read_anew(host: &Host, version: &Version) -> Config {
    let main: BString = [b"/", MAIN_FILE.as_bytes()].concat().into();
    // Debian 12's has no python3-mako beside it (measured); templates stay as they are.
    let mako = version.text() != "3.0.0-1.1";
    let mut reader = Reader {
        host,
        relative: version.at_least(&[3, 2]),
        mako,
        reading: Reading::with_mako(mako),
        files: vec![main.clone()],
        classes: Classes::new(version.at_least(&[3, 3])),
        pending: None,
        first: HashMap::new(),
        started: HashSet::new(),
        copied: 0,
        config: Config::default(),
    };
    // A main file that is not there is a warning.
    reader.config.refused = reader.file(&main, None).is_err();
    reader.late_autos();
    reader.config
}

struct Reader<'a> {
    host: &'a Host,
    /// `source` is relative to the file, and `source-directory` exists. Before, it was relative to
    /// the working directory.
    relative: bool,
    mako: bool,
    reading: Reading,
    /// `_filestack`; a file that cannot be read is never taken off it again.
    files: Vec<BString>,
    classes: Classes,
    /// The stanza that is being read.
    pending: Option<Pending>,
    /// The first stanza of each name, and in how many classes it is.
    first: HashMap<BString, (usize, usize)>,
    /// What `config.starts` holds.
    started: HashSet<(Vec<u8>, BString)>,
    copied: usize,
    config: Config,
}

/// An exception that nobody catches: ifupdown2 ends.
struct Exception;

/// A line and its file.
struct Line<'a> {
    file: &'a Arc<Path>,
    line: &'a Logical<'a>,
}

impl Line<'_> {
    fn word(&self, token: Token) -> Word {
        Word { token, file: Arc::clone(self.file) }
    }

    /// The text of the line, for a report.
    fn place(&self) -> Place {
        Place::new(self.file, self.line.locate(0..self.line.text.len()))
    }
}

impl Reader<'_> {
    /// `read_file`.
    fn file(&mut self, path: &[u8], from: Option<&Place>) -> Result<(), Exception> {
        self.files.push(path.into());
        let (file, bytes) = match self.reading.open(self.host, path) {
            Opened::File(file, bytes) => (file, bytes),
            Opened::Directory | Opened::Missing => {
                let is_dir = self.host.kind(&host_path(path)) == Kind::Dir;
                let why = if is_dir { "[Errno 21] Is a directory" } else { "[Errno 2] No such file or directory" };
                let message = format!("error processing file {} ({why}: '{0}')", path.as_bstr());
                from.into_iter().for_each(|from| self.config.problem(from.clone(), message.as_str(), "", false));
                return Ok(());
            }
            Opened::TooMany { limit: limit @ Limit::Amount, first } => {
                from.filter(|_| first).into_iter().for_each(|from| self.config.too_many(from, limit));
                return Ok(());
            }
            Opened::TooMany { limit: Limit::Depth, .. } => {
                return Err(self.exception(from, "maximum recursion depth exceeded", LOOP));
            }
        };
        self.config.files.push(Arc::clone(&file));
        let result = match std::str::from_utf8(&bytes) {
            Ok(_) => self.data(&file, &bytes),
            Err(error) => {
                self.not_utf8(&file, &bytes, error.valid_up_to());
                self.reading.close();
                return Ok(());
            }
        };
        self.reading.close();
        self.files.pop();
        result
    }

    fn not_utf8(&mut self, file: &Arc<Path>, bytes: &[u8], at: usize) {
        let byte = bytes.get(at).copied().unwrap_or_default();
        let message = format!(
            "'utf-8' codec can't decode byte 0x{byte:02x} in position {at}; ifupdown2 skips the whole file for it"
        );
        let help = "write the file in UTF-8; the byte may stand in a comment";
        self.config.problem(Place::new(file, Span::new(at, at + 1)), message, help, true);
    }

    /// `read_filedata`.
    fn data(&mut self, file: &Arc<Path>, bytes: &[u8]) -> Result<(), Exception> {
        let mut rendered = None;
        if self.mako && bytes.contains(&b'%') && !is_erb(bytes) {
            let place = Place::new(file, Span::at(0));
            match render(bytes) {
                Rendered::Same => {}
                Rendered::Masked(text, evaluates) => {
                    if evaluates {
                        let message = "this file is a Mako template; it is judged as if every branch counted, once";
                        self.config.problem(place, message, "", false);
                    }
                    rendered = Some(text);
                }
                Rendered::Failed(why) => {
                    let message =
                        format!("failed to render template ({why}); ifupdown2 goes on with the text as it is");
                    let help = "the file contains a `%`, so Mako reads it: write `%%` or `${'...'}` where it must not";
                    self.config.problem(place, message, help, false);
                }
            }
        }
        let lines = logical(rendered.as_deref().unwrap_or(bytes), Dialect::Ifupdown2);
        lines.iter().try_for_each(|line| self.line(&Line { file, line }))?;
        self.end_stanza()
    }

    fn line(&mut self, line: &Line<'_>) -> Result<(), Exception> {
        if line.line.text.is_empty() {
            return Ok(());
        }
        let mut words = Words::of(line.line, Dialect::Ifupdown2);
        let key = words.next().unwrap_or_default();
        let keyword = key.text.as_slice();
        let allow = keyword.split_str(b"-").next() == Some(b"allow");
        let known = match keyword {
            b"source-directory" => self.relative,
            b"source" | b"auto" | b"iface" | b"vlan" => true,
            _ => allow,
        };
        if !known {
            self.option(line, &key, &words);
            return Ok(());
        }
        self.end_stanza()?;
        match keyword {
            b"iface" | b"vlan" => self.iface(line, keyword == b"vlan", &mut words),
            b"source" | b"source-directory" => self.source(line, keyword != b"source", words.next()),
            b"auto" => {
                let names: Vec<Word> = words.map(|word| line.word(word)).collect();
                if names.is_empty() {
                    let message = format!("invalid auto line '{}'", line.line.text);
                    self.config.problem(line.place(), message, "name the interfaces", false);
                }
                self.classes.add_auto(&names);
                Ok(())
            }
            _ => {
                let class = keyword.split_str(b"-").nth(1).unwrap_or_default().to_vec();
                let names: Vec<Word> = words.map(|word| line.word(word)).collect();
                if names.is_empty() || class.is_empty() {
                    let message = format!("invalid allow line {}", line.line.text);
                    return Err(self.exception(Some(&line.place()), &message, "name the class and the interfaces"));
                }
                self.classes.add(class, &names);
                Ok(())
            }
        }
    }

    /// Only the first word counts.
    fn source(&mut self, line: &Line<'_>, directory: bool, word: Option<Token>) -> Result<(), Exception> {
        let Some(word) = word else {
            return Err(self.exception(Some(&line.place()), "list index out of range", "name the file"));
        };
        let mut pattern = word.text.to_vec();
        if self.relative && pattern.first() != Some(&b'/') {
            let current = self.files.last().map_or(&b""[..], |path| path.as_slice());
            pattern = [dirname(current), b"/", &pattern].concat();
        }
        let paths = self.reading.glob(self.host, &pattern);
        if paths.is_empty() && !directory && !pattern.contains(&b'*') {
            let message = format!("cannot find source file {}", pattern.as_bstr());
            let relative =
                if self.relative { "the directory of this file" } else { "the working directory, / at boot" };
            let help = format!("a relative path starts at {relative}");
            self.config.problem(Place::new(line.file, word.span), message, &help, false);
        }
        for path in paths {
            if !directory {
                self.file(&path, Some(&line.place()))?;
                continue;
            }
            if self.host.kind(&host_path(&path)) != Kind::Dir {
                let message = format!("[Errno 20] Not a directory: '{path}'");
                return Err(self.exception(Some(&line.place()), &message, "use `source` for a file"));
            }
            // os.listdir: every name, in the order of the directory, here sorted.
            for name in self.host.entries(&host_path(&path)) {
                self.file(&[path.as_slice(), b"/", &name].concat(), Some(&line.place()))?;
            }
        }
        Ok(())
    }

    /// `auto` is looked up when a stanza has been read, so one that comes after it comes too late.
    fn late_autos(&mut self) {
        for late in self
            .classes
            .late(|name| self.first.contains_key(name) && !self.started.contains(&(b"auto".to_vec(), name.clone())))
        {
            let message = format!(
                "`auto {0}` stands after the iface stanza of {0}, so ifup -a does not bring it up",
                late.token.text
            );
            self.config.problem(late.place(), message, "put it before the stanza", false);
        }
    }

    fn exception(&mut self, place: Option<&Place>, message: &str, help: &str) -> Exception {
        if let Some(place) = place {
            let message = format!("{message}; ifupdown2 ends with an error and brings up nothing");
            self.config.problem(place.clone(), message, help, true);
        }
        Exception
    }
}

const LOOP: &str = "remove the `source` line that leads back";
