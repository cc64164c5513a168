//! Facts of hosts (`--facts`): what an inventory has written down of their links.
//!
//! Only names are kept of a folder's files: a host's facts are read when it asks for them, so
//! that a fleet's take no more memory than one host's.

mod ansible;
mod ip;
mod json;
mod lshw;
mod names;
mod report;

use crate::address::MacAddress;
use crate::links::Shape;
use crate::regular::{self, SIZE_LIMIT};
use bstr::BString;
use names::Index;
pub use names::{HostNames, folder_name, hostname};
pub use report::Unmatched;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// What one file tells of one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFacts {
    /// The file, as it is shown.
    pub file: Arc<Path>,
    /// The names that the host has by its content; most formats tell none.
    pub names: Vec<String>,
    /// Its links.
    pub links: Vec<LinkFacts>,
    /// Whether these are all links that there were.
    pub complete: bool,
}

/// What facts tell of one link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkFacts {
    /// Its name.
    pub name: BString,
    /// Its address, the hardware's where the format tells it, and what the format calls that.
    pub address: Option<(MacAddress, &'static str)>,
    /// What it is made of, where the format tells.
    pub shape: Shape,
    /// A bond whose address is its active port's (`fail_over_mac active`).
    pub follows_active_port: bool,
    /// Made by software, with an address that is another each time.
    pub made_up: bool,
}

/// What a parser makes of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Parsed {
    names: Vec<String>,
    links: Vec<LinkFacts>,
    complete: bool,
}

/// The facts of many hosts.
#[derive(Debug, Default)]
pub struct Facts {
    /// The folder of the files, or of the one file, as it was given.
    folder: PathBuf,
    /// That folder without links, where symbolic links in it have to stay.
    real: PathBuf,
    files: Vec<OsString>,
    /// A file that was given by name, not the folder that it is in.
    is_one_file: bool,
    /// The one file is the facts of the one host, whatever the two are called.
    for_only_host: bool,
    by_file_name: Index,
    /// Names that the files' contents tell: read when a host is not found by a file's name.
    by_content: OnceLock<Index>,
    seen: Mutex<Seen>,
}

/// What the run has seen so far.
#[derive(Debug, Default)]
struct Seen {
    /// The hosts that each file was taken for.
    taken: BTreeMap<usize, BTreeSet<PathBuf>>,
    /// Hosts that no file is for.
    without: BTreeSet<PathBuf>,
    problems: BTreeSet<String>,
}

impl Facts {
    /// The facts of a file that holds one host's, or of a folder with one file a host. What is wrong with
    /// a path or a file is told by [`problems`](Self::problems) and keeps nothing else from being read.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let mut facts = Self::default();
        let problem = |facts: &Self, error: &std::io::Error| {
            facts.problem(path, &format!("{error}; give a file of facts, or a folder with one file for each host"));
        };
        match std::fs::canonicalize(path) {
            Err(error) => problem(&facts, &error),
            Ok(real) if real.is_dir() => {
                (facts.folder, facts.real) = (path.to_owned(), real);
                match std::fs::read_dir(path) {
                    Err(error) => problem(&facts, &error),
                    Ok(entries) => {
                        let names = entries.flatten().map(|entry| entry.file_name());
                        facts.files = names.filter(|name| names::can_be_facts(name)).collect();
                    }
                }
            }
            // Links of a file that was given by name are followed: somebody meant them.
            Ok(real) => {
                facts.folder = path.parent().unwrap_or(Path::new("")).to_owned();
                facts.real = real.parent().unwrap_or(Path::new("/")).to_owned();
                facts.files.extend(path.file_name().map(ToOwned::to_owned));
                facts.is_one_file = true;
            }
        }
        facts.files.sort();
        let by_name = facts.files.iter().enumerate().map(|(file, name)| (names::of_file(name), file));
        facts.by_file_name = by_name.collect();
        facts
    }

    /// Whether they are one file that was given by name.
    #[must_use]
    pub fn is_one_file(&self) -> bool {
        self.is_one_file
    }

    /// They are one host's, and there is no other: its name need not be the file's.
    #[must_use]
    pub fn of_the_only_host(self) -> Self {
        Self { for_only_host: true, ..self }
    }

    /// What is known of a host, by the first of its names that a file bears: in full, else the short name
    /// against the qualified one, else by what the files' contents say.
    #[must_use]
    pub fn host(&self, host: &HostNames) -> Option<HostFacts> {
        let file = if self.for_only_host { Some(0) } else { self.file_of(host) };
        let Some(file) = file else {
            self.seen().without.insert(host.root.clone());
            return None;
        };
        self.seen().taken.entry(file).or_default().insert(host.root.clone());
        self.parsed(file, self.bytes(file))
    }

    /// What was wrong so far: `file: what is wrong and what to do`, sorted.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        self.seen().problems.iter().cloned().collect()
    }

    /// Which hosts found no facts and which files no host, once all hosts have asked.
    #[must_use]
    pub fn unmatched(&self) -> Unmatched {
        let seen = self.seen();
        let several = seen.taken.iter().filter(|(_, hosts)| hosts.len() > 1);
        Unmatched {
            hosts: seen.without.iter().cloned().collect(),
            files: (0..self.files.len())
                .filter(|file| !seen.taken.contains_key(file))
                .map(|file| self.shown(file))
                .collect(),
            several: several.map(|(file, hosts)| (self.shown(*file), hosts.iter().cloned().collect())).collect(),
        }
    }

    fn file_of(&self, host: &HostNames) -> Option<usize> {
        self.look_up(&self.by_file_name, host).or_else(|| {
            let by_content = self.by_content.get_or_init(|| {
                let names = |file| match self.bytes(file) {
                    Ok(bytes) if !json::is_meant(&bytes) => Vec::new(),
                    bytes => self.parsed(file, bytes).map(|facts| facts.names).unwrap_or_default(),
                };
                (0..self.files.len()).flat_map(|file| names(file).into_iter().map(move |name| (name, file))).collect()
            });
            self.look_up(by_content, host)
        })
    }

    fn look_up(&self, index: &Index, host: &HostNames) -> Option<usize> {
        for name in &host.names {
            match index.find(name).as_slice() {
                [] => {}
                [file] => return Some(*file),
                [first, second, ..] => self.problem(
                    &self.shown(*first),
                    &format!(
                        "{} names the host {name} too, so neither is taken; keep one, or name them in full",
                        self.shown(*second).display()
                    ),
                ),
            }
        }
        None
    }

    fn parsed(&self, file: usize, bytes: Result<Vec<u8>, String>) -> Option<HostFacts> {
        let shown = self.shown(file);
        match bytes.and_then(|bytes| parse(&bytes)) {
            Ok(Parsed { names, links, complete }) => Some(HostFacts { file: shown.into(), names, links, complete }),
            Err(problem) => {
                self.problem(&shown, &problem);
                None
            }
        }
    }

    /// A file's bytes. In a folder somebody else fills, a symbolic link that leads out could show
    /// the report's readers what they may not read.
    fn bytes(&self, file: usize) -> Result<Vec<u8>, String> {
        let name = self.files.get(file).cloned().unwrap_or_default();
        let unreadable = |error: std::io::Error| format!("{error}; make it readable or remove it");
        let real = std::fs::canonicalize(self.folder.join(name)).map_err(unreadable)?;
        if !real.starts_with(&self.real) {
            return Err("this symbolic link leads out of the folder and is not followed; copy the file here".to_owned());
        }
        let meta = std::fs::symlink_metadata(&real).map_err(unreadable)?;
        if meta.is_dir() {
            return Err("a folder inside the folder of facts is not read; put one file for each host here".to_owned());
        }
        if meta.len() > SIZE_LIMIT {
            return Err(format!("{} bytes are too much for one host's facts (the limit is 16 MiB)", meta.len()));
        }
        regular::read(&real)
    }

    fn shown(&self, file: usize) -> PathBuf {
        self.files.get(file).map_or_else(PathBuf::new, |name| self.folder.join(name))
    }

    fn problem(&self, file: &Path, problem: &str) {
        self.seen().problems.insert(format!("{}: {problem}", file.display()));
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a file tells, whatever its format.
fn parse(bytes: &[u8]) -> Result<Parsed, String> {
    let value = json::read(bytes)?;
    let parsed = [ip::parse(&value), lshw::parse(&value), ansible::parse(&value)?].into_iter().flatten().next();
    parsed.filter(|parsed| !parsed.links.is_empty()).ok_or_else(|| {
        "no network links in it; give what `ip -j -d link`, `ansible -m setup` or `lshw -json -class network` prints".to_owned()
    })
}

#[cfg(test)]
mod tests;
