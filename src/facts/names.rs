//! Which host a file of facts is about.

use crate::host::Host;
use bstr::ByteSlice;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A host and what it may be called in an inventory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostNames {
    /// The directory that plays `/`, or the folder of its loose files.
    pub root: PathBuf,
    /// Its names, the most telling first.
    pub names: Vec<String>,
}

impl HostNames {
    /// The name of the folder that plays `/`, then what `etc/hostname` says.
    #[must_use]
    pub fn of(host: &Host) -> Self {
        let root = host.folder().to_owned();
        let names = folder_name(host).into_iter().chain(hostname(host)).collect();
        Self { root, names }
    }
}

/// The name of the folder that plays `/`.
#[must_use]
pub fn folder_name(host: &Host) -> Option<String> {
    host.folder().file_name().and_then(OsStr::to_str).filter(|name| tells(name)).map(str::to_owned)
}

/// What `etc/hostname` says.
#[must_use]
pub fn hostname(host: &Host) -> Option<String> {
    // hostname(5): comment lines and blanks around the name are passed over.
    let text = host.read(Path::new("etc/hostname")).unwrap_or_default();
    let line = text.lines().map(<[u8]>::trim_ascii).find(|line| !line.is_empty() && !line.starts_with(b"#"));
    line.and_then(|line| line.to_str().ok()).filter(|name| tells(name)).map(str::to_owned)
}

/// Whether a name tells one host from others.
fn tells(name: &str) -> bool {
    !name.is_empty() && name.split('.').next() != Some("localhost")
}

/// Whether a name in a folder of facts can be a file of facts: not hidden, no editor's backup.
pub(super) fn can_be_facts(name: &OsStr) -> bool {
    !name.as_bytes().starts_with(b".") && !name.as_bytes().ends_with(b"~")
}

/// The host that a file is named after: `web1.json`, `web1.example.org`, and since Ansible 2.19
/// `s1_web1` in a fact cache (lib/ansible/_internal/_plugins/_cache.py).
pub(super) fn of_file(name: &OsStr) -> String {
    let name = name.to_string_lossy();
    let stem = name.strip_suffix(".json").unwrap_or(&name);
    let unversioned = stem.strip_prefix('s').and_then(|rest| {
        let (schema, host) = rest.split_once('_')?;
        (!schema.is_empty() && schema.bytes().all(|byte| byte.is_ascii_digit())).then_some(host)
    });
    unversioned.unwrap_or(stem).to_owned()
}

/// Host names, each with its file; sorted, in lower case.
#[derive(Debug, Default)]
pub(super) struct Index {
    names: Vec<(Box<str>, usize)>,
}

impl FromIterator<(String, usize)> for Index {
    fn from_iter<T: IntoIterator<Item = (String, usize)>>(names: T) -> Self {
        let names = names.into_iter().map(|(name, file)| (normal(&name).into_boxed_str(), file));
        let mut names: Vec<_> = names.filter(|(name, _)| tells(name)).collect();
        names.sort();
        names.dedup();
        Self { names }
    }
}

impl Index {
    /// The files of a host: those that bear its name in full, else those that bear the short form of its
    /// qualified name, or a qualified form of its short name.
    pub(super) fn find(&self, name: &str) -> Vec<usize> {
        let name = normal(name);
        let in_full = self.with_prefix(&name, str::is_empty);
        if !in_full.is_empty() {
            return in_full;
        }
        match name.split_once('.') {
            // An address has no short form.
            Some((short, _)) if !short.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.with_prefix(short, str::is_empty)
            }
            Some(_) => Vec::new(),
            None => self.with_prefix(&format!("{name}."), |_| true),
        }
    }

    /// The files, each once, of names that are `prefix` and a rest that `holds`.
    fn with_prefix(&self, prefix: &str, holds: impl Fn(&str) -> bool) -> Vec<usize> {
        let start = self.names.partition_point(|(name, _)| &**name < prefix);
        let rests = self.names.iter().skip(start).map_while(|(name, file)| Some((name.strip_prefix(prefix)?, *file)));
        let mut files: Vec<usize> = rests.take_while(|(rest, _)| holds(rest)).map(|(_, file)| file).collect();
        files.sort_unstable();
        files.dedup();
        files
    }
}

/// Names are compared without regard to case, and a final dot says nothing.
fn normal(name: &str) -> String {
    name.trim_end_matches('.').to_lowercase()
}
