//! One host's files: read on demand, resolved as in a chroot, never outside the root.

mod disk;
mod memo;
mod resolve;

use crate::edit::{FileEdit, apply};
use crate::lines::Lines;
use crate::regular::read_below;
use crate::span::Place;
use bstr::{BString, ByteVec};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use disk::Cache;
pub use disk::entry_of;
use memo::Memo;

/// ifupdown's file: a directory in its place is reported, as no other is.
const INTERFACES: &str = "etc/network/interfaces";

/// What a path is, links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing there.
    Missing,
    /// A symbolic link whose target is not there, or that runs in a circle.
    Dangling,
    /// A regular file.
    File,
    /// A directory.
    Dir,
    /// A symbolic link to `/dev/null`, systemd's mask; counts even where the tree has no `/dev`.
    Null,
    /// A device, FIFO or socket.
    Other,
}

/// An entry of a directory, links not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A regular file.
    File,
    /// A directory.
    Dir,
    /// A symbolic link.
    Symlink,
    /// A device, FIFO or socket.
    Other,
}

/// The entries of one directory, sorted by byte value.
pub type Listing = BTreeMap<BString, Entry>;

/// Who owns a file and who may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// Permission bits.
    pub bits: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
}

/// A path that could not be read and why: the run ends with exit code 2.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreadable {
    /// Relative to the host's root.
    pub file: PathBuf,
    /// What is wrong and what to do.
    pub message: String,
}

/// One host's files. Paths are relative to its root, without a leading slash.
#[derive(Clone)]
pub struct Host {
    mounts: Arc<[Mount]>,
    live: bool,
    cache: Arc<Cache>,
    memo: Arc<Memo>,
    overlay: BTreeMap<PathBuf, Arc<[u8]>>,
    /// The listings to which the overlay adds names.
    edited_listings: BTreeMap<OsString, Arc<Listing>>,
}

/// A real directory or file and where it lies in the host's tree.
struct Mount {
    at: PathBuf,
    real: PathBuf,
    entry: Entry,
}

impl Host {
    /// The host whose `/` is `root`.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self::mounted([Mount { at: PathBuf::new(), real: root.into(), entry: Entry::Dir }])
    }

    /// A folder of loose files, which stand where `at` says (`etc/systemd/network`).
    #[must_use]
    pub fn loose(at: impl Into<PathBuf>, folder: impl Into<PathBuf>) -> Self {
        Self::mounted([Mount { at: at.into(), real: folder.into(), entry: Entry::Dir }])
    }

    /// A loose file that stands at `at` (`etc/network/interfaces`), whatever its name, with its
    /// folder around it.
    #[must_use]
    pub fn loose_file(at: impl Into<PathBuf>, file: impl Into<PathBuf>) -> Self {
        let (at, file) = (at.into(), file.into());
        let folder = |path: &Path| path.parent().unwrap_or(Path::new("")).to_owned();
        Self::mounted([
            Mount { at: folder(&at), real: folder(&file), entry: Entry::Dir },
            Mount { at, real: file, entry: Entry::File },
        ])
    }

    fn mounted(mounts: impl IntoIterator<Item = Mount>) -> Self {
        let mounts = mounts.into_iter().collect();
        Self {
            mounts,
            live: false,
            cache: Arc::default(),
            memo: Arc::default(),
            overlay: BTreeMap::new(),
            edited_listings: BTreeMap::new(),
        }
    }

    /// The same host, with nothing of it read yet.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self { cache: Arc::default(), memo: Arc::default(), ..self.clone() }
    }

    /// The directory of this machine that plays `/`, or the folder of the loose files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.mounts.first().map_or(Path::new(""), |mount| &mount.real)
    }

    /// Whether these are loose files, not a tree that plays `/`.
    #[must_use]
    pub fn is_loose(&self) -> bool {
        self.mounts.iter().any(|mount| !mount.at.as_os_str().is_empty())
    }

    /// This host is a machine's real tree (`--root`), not a repository's copy: what a
    /// repository cannot carry (modes, owners, a machine-id) counts.
    #[must_use]
    pub fn live(self, live: bool) -> Self {
        Self { live, memo: Arc::default(), ..self }
    }

    /// Whether modes, owners and a missing machine-id count.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// What a walk has already seen, so that it is not read again.
    pub fn seed(&self, dir: &Path, listing: Arc<Listing>) {
        self.cache.listings().insert(dir.into(), listing);
    }

    /// The same host with one file's text replaced or added.
    #[must_use]
    pub fn with_file(&self, path: &Path, text: Vec<u8>) -> Self {
        let mut host = Self { memo: Arc::default(), ..self.clone() };
        let place = self.place_of(path);
        host.add_names(&place);
        host.overlay.insert(place, text.into());
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
            let mut listing = if is_there { Listing::clone(&self.listing(folder)) } else { Listing::new() };
            if !listing.contains_key(name) {
                listing.insert(name.into(), if folders.is_empty() { Entry::File } else { Entry::Dir });
                self.edited_listings.insert(folder.into(), Arc::new(listing));
            }
        }
    }

    /// Where a file is or would be: its links followed, those of its folder where it is new.
    fn place_of(&self, path: &Path) -> PathBuf {
        let folder = || path.ancestors().skip(1).find_map(|folder| Some((folder, self.canonical(folder)?)));
        let new = || folder().map(|(folder, real)| real.join(path.strip_prefix(folder).unwrap_or(path)));
        self.canonical(path).or_else(new).unwrap_or_else(|| path.to_owned())
    }

    /// The same host, edited.
    #[must_use]
    pub fn with(&self, edits: &[FileEdit]) -> Self {
        edits.iter().fold(self.clone(), |host, edit| {
            let before = host.read(&edit.file).unwrap_or_default();
            host.with_file(&edit.file, apply(&before, &edit.edits))
        })
    }

    /// A file's bytes; `None` where there is no regular file. A file that is there and cannot
    /// be read is `None` too, and [`unreadable`](Self::unreadable) tells why. So it does of a FIFO, socket
    /// or device, and of a directory where ifupdown's file belongs; other directories the daemons pass over.
    #[must_use]
    pub fn read(&self, path: &Path) -> Option<Arc<[u8]>> {
        let resolved = self.resolve(path);
        if !matches!(resolved.kind, Kind::File | Kind::Dir | Kind::Other) {
            return None;
        }
        if let Some(text) = self.overlay.get(&resolved.path) {
            return Some(Arc::clone(text));
        }
        if let Some(known) = self.cache.files().get(resolved.path.as_os_str()) {
            return known.clone();
        }
        let (root, below) = self.mounted_at(&resolved.path)?;
        let text = match resolved.kind {
            Kind::File => read_below(root, below),
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
        self.cache.files().insert(resolved.path.into(), text.clone());
        text
    }

    /// The files that were read so far and their texts, sorted by their paths with all links followed.
    #[must_use]
    pub fn texts(&self) -> BTreeMap<PathBuf, Arc<[u8]>> {
        let files = self.cache.files();
        let read = files.iter().filter_map(|(path, text)| Some((PathBuf::from(path), Arc::clone(text.as_ref()?))));
        let mut texts: BTreeMap<_, _> = read.collect();
        texts.extend(self.overlay.iter().map(|(path, text)| (path.clone(), Arc::clone(text))));
        texts
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

    /// What a path is, links followed.
    #[must_use]
    pub fn kind(&self, path: &Path) -> Kind {
        self.resolve(path).kind
    }

    /// Whether a regular file is there, links followed.
    #[must_use]
    pub fn is_file(&self, path: &Path) -> bool {
        self.kind(path) == Kind::File
    }

    /// The names in a directory, sorted by byte value; none where there is no directory.
    #[must_use]
    pub fn entries(&self, dir: &Path) -> Vec<BString> {
        let resolved = self.resolve(dir);
        if resolved.kind != Kind::Dir {
            return Vec::new();
        }
        self.listing(&resolved.path).keys().cloned().collect()
    }

    /// The folders in those that were listed so far whose names start with `prefix`.
    #[must_use]
    pub fn seen_folders(&self, prefix: &[u8]) -> Vec<PathBuf> {
        let listings = self.cache.listings();
        let of = |(folder, listing): (&OsString, &Arc<Listing>)| {
            let names = listing.range(BString::from(prefix)..).take_while(|(name, _)| name.starts_with(prefix));
            let folders = names.filter(|(_, entry)| **entry == Entry::Dir);
            folders.map(|(name, _)| Path::new(folder).join(OsStr::from_bytes(name))).collect::<Vec<_>>()
        };
        listings.iter().flat_map(of).collect()
    }

    /// Whether a directory has a name that is wanted.
    #[must_use]
    pub fn has_entry(&self, dir: &Path, wanted: impl Fn(&[u8]) -> bool) -> bool {
        let resolved = self.resolve(dir);
        resolved.kind == Kind::Dir && self.listing(&resolved.path).keys().any(|name| wanted(name))
    }

    /// The file's permissions, where they count (`--root`).
    #[must_use]
    pub fn mode(&self, path: &Path) -> Option<Mode> {
        if !self.live {
            return None;
        }
        let real = self.outside(&self.canonical(path)?)?;
        let meta = std::fs::symlink_metadata(real).ok()?;
        Some(Mode { bits: meta.mode() & 0o7777, uid: meta.uid(), gid: meta.gid() })
    }

    /// The path inside the host that `path` stands for once its links are followed;
    /// `None` where that is nothing.
    #[must_use]
    pub fn canonical(&self, path: &Path) -> Option<PathBuf> {
        let resolved = self.resolve(path);
        matches!(resolved.kind, Kind::File | Kind::Dir | Kind::Other).then_some(resolved.path)
    }

    /// Where a path of the host lies on this machine; `None` outside a loose folder. Links
    /// are not followed: give a [`canonical`](Self::canonical) path where that matters.
    #[must_use]
    pub fn outside(&self, path: &Path) -> Option<PathBuf> {
        let (real, rest) = self.mounted_at(path)?;
        Some(if rest.as_os_str().is_empty() { real.to_owned() } else { real.join(rest) })
    }

    /// The real directory that holds a path of the host, and the path below it. The directory
    /// is the user's own word; what lies below it is the tree's.
    #[must_use]
    pub fn mounted_at<'a>(&'a self, path: &'a Path) -> Option<(&'a Path, &'a Path)> {
        let mount = self.mounts.iter().rev().find(|mount| path.starts_with(&mount.at))?;
        Some((&mount.real, path.strip_prefix(&mount.at).ok()?))
    }

    /// Where a file of the host lies on this machine, its links followed where it is there.
    #[must_use]
    pub fn real(&self, file: &Path) -> Option<PathBuf> {
        self.canonical(file).and_then(|path| self.outside(&path)).or_else(|| self.outside(file))
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

/// A host's path made of bytes, relative to its root.
#[must_use]
pub fn host_path(bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(OsStr::from_bytes(bytes));
    path.strip_prefix("/").map(Path::to_owned).unwrap_or(path)
}

/// A path's bytes.
#[must_use]
pub fn path_bytes(path: &Path) -> BString {
    BString::from(Vec::from_path_lossy(path).into_owned())
}
