//! One host's files: read on demand, resolved as in a chroot, never outside the root.

mod disk;
mod resolve;

use crate::edit::{FileEdit, apply};
use bstr::{BString, ByteVec};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use disk::Cache;
pub use disk::entry_of;
pub(crate) use disk::read_regular;

/// The largest file that is read. Configuration is far smaller; what is larger is no configuration.
pub const SIZE_LIMIT: u64 = 16 * 1024 * 1024;

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
        Self { mounts, live: false, cache: Arc::default(), overlay: BTreeMap::new(), edited_listings: BTreeMap::new() }
    }

    /// The same host, with nothing of it read yet.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self { cache: Arc::default(), ..self.clone() }
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
        Self { live, ..self }
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
        let mut host = self.clone();
        let place = self.place_of(path);
        host.add_names(&place);
        host.overlay.insert(place, text.into());
        host
    }

    /// Adds the names that lead to a new file to the listings of its folders.
    fn add_names(&mut self, file: &Path) {
        let mut folders: Vec<&Path> = file.ancestors().skip(1).collect();
        while let Some(folder) = folders.pop() {
            let next = folders.last().copied().unwrap_or(file);
            let Some(name) = next.file_name().map(OsStr::as_bytes) else { return };
            let is_there = self.kind(folder) == Kind::Dir;
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
    /// be read is `None` too, and [`unreadable`](Self::unreadable) tells why.
    #[must_use]
    pub fn read(&self, path: &Path) -> Option<Arc<[u8]>> {
        let resolved = self.resolve(path);
        if resolved.kind != Kind::File {
            return None;
        }
        if let Some(text) = self.overlay.get(&resolved.path) {
            return Some(Arc::clone(text));
        }
        if let Some(known) = self.cache.files().get(resolved.path.as_os_str()) {
            return known.clone();
        }
        let text = match read_regular(&self.outside(&resolved.path)?) {
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
