//! The entries of a directory.

use super::Entry;
use bstr::{BStr, BString, ByteSlice};
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir, openat, statat};
use rustix::io::Errno;
use std::io;
use std::mem::MaybeUninit;
use std::path::Path;

/// As many bytes of a directory as the kernel is asked for at a time.
const CHUNK: usize = 32 * 1024;

/// Among so few names one is found sooner by its length than by its order.
const FEW: usize = 8;

/// The entries of one directory, sorted by byte value.
#[derive(Clone, Debug, Default)]
pub struct Listing(Vec<(BString, Entry)>);

impl Listing {
    /// The entry of a name.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<Entry> {
        let found = if self.0.len() <= FEW {
            self.0.iter().find(|(known, _)| known == name)
        } else {
            self.place_of(name).ok().and_then(|at| self.0.get(at))
        };
        found.map(|(_, entry)| *entry)
    }

    /// How many names there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The names and what they are.
    pub fn iter(&self) -> impl Iterator<Item = (&BStr, Entry)> {
        self.0.iter().map(|(name, entry)| (name.as_bstr(), *entry))
    }

    /// The folders whose names start with `prefix`.
    pub(super) fn folders(&self, prefix: &[u8]) -> impl Iterator<Item = &BStr> {
        let start = self.place_of(prefix).unwrap_or_else(|next| next);
        let names = self.0.iter().skip(start).take_while(move |(name, _)| name.starts_with(prefix));
        names.filter(|(_, entry)| *entry == Entry::Dir).map(|(name, _)| name.as_bstr())
    }

    /// Of entries that have one name the first counts.
    pub(super) fn of(mut entries: Vec<(BString, Entry)>) -> Self {
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        entries.dedup_by(|(later, _), (first, _)| later == first);
        Self(entries)
    }

    /// Adds an entry, in the place of one that has its name.
    pub fn set(&mut self, name: &[u8], entry: Entry) {
        // Names mostly come sorted.
        if self.0.last().is_none_or(|(last, _)| last.as_slice() < name) {
            return self.0.push((name.into(), entry));
        }
        match self.place_of(name) {
            Ok(at) => self.0[at].1 = entry,
            Err(at) => self.0.insert(at, (name.into(), entry)),
        }
    }

    /// Where a name stands, or would.
    fn place_of(&self, name: &[u8]) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_slice().cmp(name))
    }
}

/// Reads the entries of a directory. Without `follow` a link is none.
///
/// # Errors
/// Why it cannot be listed, or an entry of it not told; then nothing of it counts.
pub fn list(dir: &Path, follow: bool) -> io::Result<Listing> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let links = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
    let opened = openat(CWD, dir, flags | links, Mode::empty())?;
    let mut chunk = [MaybeUninit::uninit(); CHUNK];
    let mut read = RawDir::new(&opened, &mut chunk);
    let mut entries = Vec::new();
    while let Some(entry) = read.next() {
        let entry = entry?;
        let name = entry.file_name();
        let kind = match entry.file_type() {
            // Where the filesystem tells no types, each is asked for.
            FileType::Unknown => match statat(&opened, name, AtFlags::SYMLINK_NOFOLLOW) {
                Err(Errno::NOENT) => continue,
                meta => FileType::from_raw_mode(meta?.st_mode),
            },
            known => known,
        };
        if !matches!(name.to_bytes(), b"." | b"..") {
            entries.push((BString::from(name.to_bytes()), kind_of(kind)));
        }
    }
    // A directory that changes meanwhile may name one twice.
    Ok(Listing::of(entries))
}

fn kind_of(kind: FileType) -> Entry {
    match kind {
        FileType::RegularFile => Entry::File,
        FileType::Directory => Entry::Dir,
        FileType::Symlink => Entry::Symlink,
        _ => Entry::Other,
    }
}
