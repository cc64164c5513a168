//! The same host with other texts.

use super::{Entry, Host, Kind, Listing};
use crate::edit::{FileEdit, apply};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Host {
    /// The same host with one file's text replaced or added.
    #[must_use]
    pub fn with_file(&self, path: &Path, text: Vec<u8>) -> Self {
        let mut host = Self { memo: Arc::default(), ..self.clone() };
        let place = self.canonical(path).unwrap_or_else(|| {
            let place = self.new_place(path);
            host.add_names(&place);
            place
        });
        host.overlay.insert(place.into(), text.into());
        host
    }

    /// Adds the names that lead to a new file to the listings of its folders.
    fn add_names(&mut self, file: &Path) {
        // Which of them are there is asked before one is added: what another program makes meanwhile is not.
        let is_there = |folder| (folder, self.kind(folder) == Kind::Dir);
        let mut folders: Vec<(&Path, bool)> = file.ancestors().skip(1).map(is_there).collect();
        while let Some((folder, is_there)) = folders.pop() {
            let next = folders.last().map_or(file, |(folder, _)| folder);
            let Some(name) = next.file_name().map(OsStr::as_bytes) else { return };
            let mut listing = if is_there { Listing::clone(&self.listing(folder)) } else { Listing::default() };
            if listing.get(name).is_none() {
                listing.set(name, if folders.is_empty() { Entry::File } else { Entry::Dir });
                self.edited_listings.insert(folder.into(), Arc::new(listing));
            }
        }
    }

    /// Where a file that is not there would be: the links of its folder followed.
    fn new_place(&self, path: &Path) -> PathBuf {
        let folder = path.ancestors().skip(1).find_map(|folder| Some((folder, self.canonical(folder)?)));
        let place = folder.map(|(folder, real)| real.join(path.strip_prefix(folder).unwrap_or(path)));
        // No slash too many: it is compared as bytes with what is looked up.
        place.as_deref().unwrap_or(path).components().collect()
    }

    /// The same host, edited.
    #[must_use]
    pub fn with(&self, edits: &[FileEdit]) -> Self {
        edits.iter().fold(self.clone(), |host, edit| {
            let before = host.read(&edit.file).unwrap_or_default();
            host.with_file(&edit.file, apply(&before, &edit.edits))
        })
    }
}
