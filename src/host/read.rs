//! The texts of a host's files.

use super::disk::{Files, Listings};
use super::{Host, Kind, Unreadable};
use crate::lines::Lines;
use crate::regular::read_below;
use crate::span::Place;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// ifupdown's file: a directory in its place is reported, as no other is.
const INTERFACES: &str = "etc/network/interfaces";

impl Host {
    /// A file's bytes; `None` where there is no regular file. A file that is there and cannot
    /// be read is `None` too, and [`unreadable`](Self::unreadable) tells why. So it does of a FIFO, socket
    /// or device, and of a directory where ifupdown's file belongs; other directories the daemons pass over.
    #[must_use]
    pub fn read(&self, path: &Path) -> Option<Arc<[u8]>> {
        // Mostly no link is in it, and then it is known by its own path from the second time on.
        if let Some(known) = self.known_text(path) {
            return known;
        }
        let resolved = self.resolve(path);
        if !matches!(resolved.kind, Kind::File | Kind::Dir | Kind::Other) {
            return None;
        }
        if let Cow::Owned(followed) = &resolved.path
            && let Some(known) = self.known_text(followed)
        {
            return known;
        }
        let (root, below) = self.mounted_at(&resolved.path)?;
        let text = match resolved.kind {
            Kind::File => self.taken_from_ahead(&resolved.path).map_or_else(|| read_below(root, below), Ok),
            Kind::Dir if path != Path::new(INTERFACES) => return None,
            Kind::Dir => Err("a directory, where a file is read; exclude it or move it away".to_owned()),
            _ => Err(format!(
                "{}, where a file is read; exclude it or move it away",
                special(&self.outside(&resolved.path)?)
            )),
        };
        let text = match text {
            Ok(bytes) => Some(Arc::from(bytes)),
            Err(message) => {
                self.cache.unreadable().push(Unreadable { file: path.to_owned(), message });
                None
            }
        };
        self.cache.files().insert(resolved.path.into_owned().into(), text.clone());
        text
    }

    /// A file that may be anything: one that is longer, or cannot be read, is `None` and no error.
    #[must_use]
    pub fn read_short(&self, path: &Path, longest: usize) -> Option<Arc<[u8]>> {
        let resolved = self.resolve(path);
        let known = self.known_text(&resolved.path).flatten();
        if known.is_some() || resolved.kind != Kind::File {
            return known.filter(|text| text.len() <= longest);
        }
        let (root, below) = self.mounted_at(&resolved.path)?;
        let len = std::fs::symlink_metadata(self.outside(&resolved.path)?).ok()?.len();
        let text: Arc<[u8]> = (len <= longest as u64).then(|| read_below(root, below).ok()).flatten()?.into();
        self.cache.files().insert(resolved.path.into_owned().into(), Some(Arc::clone(&text)));
        Some(text).filter(|text| text.len() <= longest)
    }

    /// What is known already of a file, by its path with all links followed; the inner value is `None` where it could not
    /// be read.
    fn known_text(&self, path: &Path) -> Option<Option<Arc<[u8]>>> {
        let edited = self.overlay.get(path.as_os_str()).map(|text| Some(Arc::clone(text)));
        edited.or_else(|| self.cache.files().get(path.as_os_str()).cloned())
    }

    /// The files that were read so far and their texts, sorted by their paths with all links followed.
    #[must_use]
    pub fn texts(&self) -> BTreeMap<PathBuf, Arc<[u8]>> {
        self.texts_where(|_| true)
    }

    /// Those [`texts`](Self::texts) that are wanted.
    #[must_use]
    pub fn texts_where(&self, wanted: impl Fn(&[u8]) -> bool) -> BTreeMap<PathBuf, Arc<[u8]>> {
        let files = self.cache.files();
        let all = self.all_texts(&files).filter(|(_, text)| wanted(text));
        all.map(|(path, text)| (path.to_owned(), Arc::clone(text))).collect()
    }

    /// What the [`texts`](Self::texts) take together, each by `size`.
    #[must_use]
    pub fn size_of_texts(&self, size: impl Fn(&[u8]) -> usize) -> usize {
        self.all_texts(&self.cache.files()).map(|(_, text)| size(text)).sum()
    }

    fn all_texts<'a>(&'a self, files: &'a Files) -> impl Iterator<Item = (&'a Path, &'a Arc<[u8]>)> {
        let read = files.iter().filter_map(|(path, text)| Some((path, text.as_ref()?)));
        let read = read.filter(|(path, _)| !self.overlay.contains_key(*path));
        let edited = self.overlay.iter().map(|(path, text)| (path.as_os_str(), text));
        read.chain(edited).map(|(path, text)| (Path::new(path), text))
    }

    /// Lets go of the texts and listings that were read. Somebody who asks has them read again, and what could not be read
    /// is told again then.
    pub fn forget_files(&self) {
        self.forget_ahead();
        *self.cache.listings() = Listings::default();
        *self.cache.files() = Files::default();
        *self.cache.lines() = None;
    }

    /// The number of the line where a place starts, from 1.
    #[must_use]
    pub fn line(&self, place: &Place) -> usize {
        let Some(text) = self.read(&place.file) else { return 1 };
        let mut last = self.cache.lines();
        let (text, lines) = match last.take() {
            Some((known, lines)) if Arc::ptr_eq(&known, &text) => (known, lines),
            _ => (Arc::clone(&text), Lines::of(&text)),
        };
        let line = lines.line_of(&text, place.span.start);
        *last = Some((text, lines));
        line
    }

    /// What could not be read so far.
    #[must_use]
    pub fn unreadable(&self) -> Vec<Unreadable> {
        self.cache.unreadable().clone()
    }
}

/// What stands at a path where no regular file does.
fn special(path: &Path) -> &'static str {
    let Ok(kind) = std::fs::symlink_metadata(path).map(|meta| meta.file_type()) else { return "no regular file" };
    if kind.is_fifo() {
        "a FIFO"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}
