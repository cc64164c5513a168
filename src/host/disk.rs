//! What is read of a host, each once.

use super::by_path::ByPath;
use super::listing::list;
use super::memo::TextMemo;
use super::{Entry, Host, Listing, Unreadable, under};
use crate::lines::Lines;
use bstr::BString;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The listings of folders.
pub(super) type Listings = ByPath<Arc<Listing>>;
/// The texts of files; `None` for one that could not be read.
pub(super) type Files = ByPath<Option<Arc<[u8]>>>;

/// What was read so far. The keys are paths without links, compared as bytes.
#[derive(Default)]
pub(super) struct Cache {
    listings: Mutex<Listings>,
    files: Mutex<Files>,
    unreadable: Mutex<Vec<Unreadable>>,
    /// Files that nobody has asked for yet.
    pub(super) ahead: Mutex<Vec<(PathBuf, Vec<u8>)>>,
    /// The lines of the text that was last asked about.
    lines: Mutex<Option<(Arc<[u8]>, Lines)>>,
    pub(super) made: TextMemo,
}

impl Cache {
    pub(super) fn listings(&self) -> MutexGuard<'_, Listings> {
        lock(&self.listings)
    }

    pub(super) fn files(&self) -> MutexGuard<'_, Files> {
        lock(&self.files)
    }

    pub(super) fn lines(&self) -> MutexGuard<'_, Option<(Arc<[u8]>, Lines)>> {
        lock(&self.lines)
    }

    pub(super) fn unreadable(&self) -> MutexGuard<'_, Vec<Unreadable>> {
        lock(&self.unreadable)
    }
}

/// The listings that are known, those of edited folders first.
pub(super) struct Known<'h> {
    edited: &'h BTreeMap<OsString, Arc<Listing>>,
    read: MutexGuard<'h, Listings>,
}

impl Known<'_> {
    pub(super) fn get(&self, dir: &OsStr) -> Option<&Arc<Listing>> {
        self.edited.get(dir).or_else(|| self.read.get(dir))
    }
}

/// What a panic elsewhere left is still what was read.
pub(super) fn lock<T>(cache: &Mutex<T>) -> MutexGuard<'_, T> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Host {
    /// The entries of a directory whose path has no links left in it.
    pub(super) fn listing(&self, dir: &Path) -> Arc<Listing> {
        let known = self.known().get(dir.as_os_str()).cloned();
        known.unwrap_or_else(|| {
            let listing = Arc::new(self.list(dir));
            self.cache.listings().insert(dir.into(), Arc::clone(&listing));
            listing
        })
    }

    pub(super) fn known(&self) -> Known<'_> {
        Known { edited: &self.edited_listings, read: self.cache.listings() }
    }

    fn list(&self, dir: &Path) -> Listing {
        let outside = self.list_outside(dir);
        let mut entries: Vec<_> =
            self.mounts.iter().filter_map(|mount| entry_towards(dir, &mount.at, mount.entry)).collect();
        if entries.is_empty() {
            return outside;
        }
        entries.extend(outside.iter().map(|(name, entry)| (name.to_owned(), entry)));
        Listing::of(entries)
    }

    /// What a directory has on this machine.
    fn list_outside(&self, dir: &Path) -> Listing {
        let Some((root, below)) = self.mounted_at(dir) else { return Listing::default() };
        let follow = below.as_os_str().is_empty();
        list(&under(root, below), follow).unwrap_or_else(|error| {
            if error.kind() != std::io::ErrorKind::NotFound {
                let message = format!("cannot list this directory: {error}; make it readable or exclude it");
                self.cache.unreadable().push(Unreadable { file: dir.to_owned(), message });
            }
            Listing::default()
        })
    }
}

/// The entry of `dir` that leads to `path`.
fn entry_towards(dir: &Path, path: &Path, leaf: Entry) -> Option<(BString, Entry)> {
    let mut names = path.strip_prefix(dir).ok()?.components();
    let Component::Normal(name) = names.next()? else { return None };
    Some((name.as_bytes().into(), if names.next().is_some() { Entry::Dir } else { leaf }))
}
