//! What is read of a host, each once.

use super::memo::TextMemo;
use super::{Entry, Host, Listing, Unreadable};
use crate::lines::Lines;
use bstr::BString;
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type ByPath<T> = HashMap<OsString, T, RandomState>;

/// What was read so far. The keys are paths without links, compared as bytes.
#[derive(Default)]
pub(super) struct Cache {
    listings: Mutex<ByPath<Arc<Listing>>>,
    files: Mutex<ByPath<Option<Arc<[u8]>>>>,
    unreadable: Mutex<Vec<Unreadable>>,
    /// The lines of the text that was last asked about.
    lines: Mutex<Option<(Arc<[u8]>, Lines)>>,
    pub(super) made: TextMemo,
}

impl Cache {
    pub(super) fn listings(&self) -> MutexGuard<'_, ByPath<Arc<Listing>>> {
        lock(&self.listings)
    }

    pub(super) fn files(&self) -> MutexGuard<'_, ByPath<Option<Arc<[u8]>>>> {
        lock(&self.files)
    }

    pub(super) fn lines(&self) -> MutexGuard<'_, Option<(Arc<[u8]>, Lines)>> {
        lock(&self.lines)
    }

    pub(super) fn unreadable(&self) -> MutexGuard<'_, Vec<Unreadable>> {
        lock(&self.unreadable)
    }
}

/// What a panic elsewhere left is still what was read.
pub(super) fn lock<T>(cache: &Mutex<T>) -> MutexGuard<'_, T> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Host {
    /// The entries of a directory whose path has no links left in it.
    pub(super) fn listing(&self, dir: &Path) -> Arc<Listing> {
        self.known_listing(dir.as_os_str()).unwrap_or_else(|| {
            let listing = Arc::new(self.list(dir));
            self.cache.listings().insert(dir.into(), Arc::clone(&listing));
            listing
        })
    }

    pub(super) fn known_listing(&self, dir: &OsStr) -> Option<Arc<Listing>> {
        let edited = self.edited_listings.get(dir).cloned();
        edited.or_else(|| self.cache.listings().get(dir).cloned())
    }

    fn list(&self, dir: &Path) -> Listing {
        let mut listing = Listing::new();
        for mount in self.mounts.iter() {
            add_path(&mut listing, dir, &mount.at, mount.entry);
        }
        let Some(real) = self.outside(dir) else { return listing };
        match std::fs::read_dir(real) {
            Ok(entries) => {
                for entry in entries.flatten() {
                    let kind = entry.file_type().map_or(Entry::Other, entry_of);
                    listing.entry(BString::from(entry.file_name().into_vec())).or_insert(kind);
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                let message = format!("cannot list this directory: {error}; make it readable or exclude it");
                self.cache.unreadable().push(Unreadable { file: dir.to_owned(), message });
            }
        }
        listing
    }
}

/// What the walk's or `readdir`'s file type is to us.
#[must_use]
pub fn entry_of(kind: std::fs::FileType) -> Entry {
    if kind.is_symlink() {
        Entry::Symlink
    } else if kind.is_dir() {
        Entry::Dir
    } else if kind.is_file() {
        Entry::File
    } else {
        Entry::Other
    }
}

/// Adds to the listing of `dir` the name by which it leads to `path`.
fn add_path(listing: &mut Listing, dir: &Path, path: &Path, leaf: Entry) {
    let Ok(rest) = path.strip_prefix(dir) else { return };
    let mut names = rest.components();
    let Some(Component::Normal(name)) = names.next() else { return };
    let entry = if names.next().is_some() { Entry::Dir } else { leaf };
    listing.entry(BString::from(name.as_bytes())).or_insert(entry);
}
