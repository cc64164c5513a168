//! One host's files: read on demand, resolved as in a chroot, never outside the root.

mod ahead;
mod by_path;
mod disk;
mod listing;
mod memo;
mod overlay;
mod read;
mod resolve;

use bstr::{BString, ByteVec};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use disk::Cache;
pub use listing::{Listing, list};
use memo::Memo;

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
    /// The texts that replace or add a file's, by its path without links.
    overlay: BTreeMap<OsString, Arc<[u8]>>,
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

    /// Loose files, each where it stands and where it lies, with nothing around them.
    #[must_use]
    pub fn loose_files(files: impl IntoIterator<Item = (PathBuf, PathBuf)>) -> Self {
        Self::mounted(files.into_iter().map(|(at, real)| Mount { at, real, entry: Entry::File }))
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
        let Some(mount) = self.mounts.first() else { return Path::new("") };
        let folder = if mount.entry == Entry::File { mount.real.parent() } else { Some(&*mount.real) };
        folder.unwrap_or(Path::new(""))
    }

    /// Whether these are loose files, not a tree that plays `/`.
    #[must_use]
    pub fn is_loose(&self) -> bool {
        self.mounts.iter().any(|mount| !mount.at.as_os_str().is_empty())
    }

    /// The loose files that were given a place of their own, by their paths on this machine.
    pub fn placed_files(&self) -> impl Iterator<Item = &Path> {
        self.mounts.iter().filter(|mount| mount.entry == Entry::File).map(|mount| &*mount.real)
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
    pub fn seed<'a>(&self, listings: impl Iterator<Item = (&'a Path, &'a Arc<Listing>)>) {
        let mut known = self.cache.listings();
        listings.for_each(|(dir, listing)| known.insert(dir.into(), Arc::clone(listing)));
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
        let Some(listing) = self.listed(dir) else { return Vec::new() };
        listing.iter().map(|(name, _)| name.to_owned()).collect()
    }

    /// What a directory has; `None` where there is none.
    #[must_use]
    pub fn listed(&self, dir: &Path) -> Option<Arc<Listing>> {
        let resolved = self.resolve(dir);
        (resolved.kind == Kind::Dir).then(|| self.listing(&resolved.path))
    }

    /// The folders in those that were listed so far whose names start with `prefix`.
    #[must_use]
    pub fn seen_folders(&self, prefix: &[u8]) -> Vec<PathBuf> {
        let listings = self.cache.listings();
        let of = |(folder, listing): (&OsStr, &Arc<Listing>)| {
            let folders = listing.folders(prefix);
            folders.map(|name| Path::new(folder).join(OsStr::from_bytes(name))).collect::<Vec<_>>()
        };
        listings.iter().flat_map(of).collect()
    }

    /// Whether a directory has a name that is wanted.
    #[must_use]
    pub fn has_entry(&self, dir: &Path, wanted: impl Fn(&[u8]) -> bool) -> bool {
        self.listed(dir).is_some_and(|listing| listing.iter().any(|(name, _)| wanted(name)))
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
        matches!(resolved.kind, Kind::File | Kind::Dir | Kind::Other).then(|| resolved.path.into_owned())
    }

    /// Where a path of the host lies on this machine; `None` outside a loose folder. Links
    /// are not followed: give a [`canonical`](Self::canonical) path where that matters.
    #[must_use]
    pub fn outside(&self, path: &Path) -> Option<PathBuf> {
        let (root, below) = self.mounted_at(path)?;
        Some(under(root, below))
    }

    /// The real directory that holds a path of the host, and the path below it. The directory
    /// is the user's own word; what lies below it is the tree's.
    #[must_use]
    pub fn mounted_at<'a>(&'a self, path: &'a Path) -> Option<(&'a Path, &'a Path)> {
        let below = |mount: &Mount| match mount.at.as_os_str().is_empty() {
            true => Some(path),
            false => path.strip_prefix(&mount.at).ok(),
        };
        self.mounts.iter().rev().find_map(|mount| Some((&*mount.real, below(mount)?)))
    }

    /// Where a file of the host lies on this machine, its links followed where it is there.
    #[must_use]
    pub fn real(&self, file: &Path) -> Option<PathBuf> {
        self.canonical(file).and_then(|path| self.outside(&path)).or_else(|| self.outside(file))
    }
}

/// A path below a directory; the directory itself where that is empty.
fn under(root: &Path, below: &Path) -> PathBuf {
    if below.as_os_str().is_empty() { root.to_owned() } else { join(root, below) }
}

/// As [`Path::join`], which asks for memory twice.
#[must_use]
pub(crate) fn join(folder: &Path, path: &Path) -> PathBuf {
    let mut joined = PathBuf::with_capacity(folder.as_os_str().len() + 1 + path.as_os_str().len());
    joined.push(folder);
    joined.push(path);
    joined
}

/// A host's path made of bytes, relative to its root.
#[must_use]
pub fn host_path(bytes: &[u8]) -> PathBuf {
    let path = Path::new(OsStr::from_bytes(bytes));
    match bytes {
        [b'/', rest @ ..] if !matches!(rest, [b'/' | b'.', ..] | [.., b'/' | b'.']) => OsStr::from_bytes(rest).into(),
        // `Path` drops further slashes and `.` at either end, too.
        [b'/', ..] => path.strip_prefix("/").unwrap_or(path).to_owned(),
        _ => path.to_owned(),
    }
}

/// A path's bytes.
#[must_use]
pub fn path_bytes(path: &Path) -> BString {
    BString::from(Vec::from_path_lossy(path).into_owned())
}
