//! One host's files: read on demand, resolved as in a chroot, never outside the root.

use crate::edit::{FileEdit, apply};
use crate::lines::Lines;
use crate::regular::read_below;
use crate::span::Place;
use bstr::{BString, ByteSlice, ByteVec};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// As many symbolic links as the kernel follows in one path (`MAXSYMLINKS`).
const SYMLINK_LIMIT: usize = 40;

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
    mounts: Rc<[Mount]>,
    live: bool,
    cache: Rc<Cache>,
    overlay: BTreeMap<PathBuf, Arc<[u8]>>,
    /// The listings to which the overlay adds names.
    edited_listings: BTreeMap<OsString, Rc<Listing>>,
}

/// A real directory or file and where it lies in the host's tree.
struct Mount {
    at: PathBuf,
    real: PathBuf,
    entry: Entry,
}

/// What was read so far. The keys are paths without links, compared as bytes.
#[derive(Default)]
struct Cache {
    listings: RefCell<HashMap<OsString, Rc<Listing>>>,
    files: RefCell<HashMap<OsString, Option<Arc<[u8]>>>>,
    unreadable: RefCell<Vec<Unreadable>>,
    /// The lines of the text that was last asked about.
    lines: RefCell<Option<(Arc<[u8]>, Lines)>>,
}

/// A path after following its links.
struct Resolved {
    path: PathBuf,
    kind: Kind,
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
        Self { mounts, live: false, cache: Rc::default(), overlay: BTreeMap::new(), edited_listings: BTreeMap::new() }
    }

    /// The same host, with nothing of it read yet.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self { cache: Rc::default(), ..self.clone() }
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
    pub fn seed(&self, dir: &Path, listing: Rc<Listing>) {
        self.cache.listings.borrow_mut().insert(dir.into(), listing);
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
        // Which of them are there is asked before one is added: what another program makes meanwhile is not.
        let is_there = |folder| (folder, self.kind(folder) == Kind::Dir);
        let mut folders: Vec<(&Path, bool)> = file.ancestors().skip(1).map(is_there).collect();
        while let Some((folder, is_there)) = folders.pop() {
            let next = folders.last().map_or(file, |(folder, _)| folder);
            let Some(name) = next.file_name().map(OsStr::as_bytes) else { return };
            let mut listing = if is_there { Listing::clone(&self.listing(folder)) } else { Listing::new() };
            if !listing.contains_key(name) {
                listing.insert(name.into(), if folders.is_empty() { Entry::File } else { Entry::Dir });
                self.edited_listings.insert(folder.into(), Rc::new(listing));
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
        if let Some(known) = self.cache.files.borrow().get(resolved.path.as_os_str()) {
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
                self.cache.unreadable.borrow_mut().push(Unreadable { file: path.to_owned(), message });
                None
            }
        };
        self.cache.files.borrow_mut().insert(resolved.path.into(), text.clone());
        text
    }

    /// The files that were read so far and their texts, sorted by their paths with all links followed.
    #[must_use]
    pub fn texts(&self) -> BTreeMap<PathBuf, Arc<[u8]>> {
        let files = self.cache.files.borrow();
        let read = files.iter().filter_map(|(path, text)| Some((PathBuf::from(path), Arc::clone(text.as_ref()?))));
        let mut texts: BTreeMap<_, _> = read.collect();
        texts.extend(self.overlay.iter().map(|(path, text)| (path.clone(), Arc::clone(text))));
        texts
    }

    /// The number of the line where a place starts, from 1.
    #[must_use]
    pub fn line(&self, place: &Place) -> usize {
        let Some(text) = self.read(&place.file) else { return 1 };
        let mut last = self.cache.lines.borrow_mut();
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
        self.cache.unreadable.borrow().clone()
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
        let listings = self.cache.listings.borrow();
        let of = |(folder, listing): (&OsString, &Rc<Listing>)| {
            let names = listing.range(BString::from(prefix)..).take_while(|(name, _)| name.starts_with(prefix));
            let folders = names.filter(|(_, entry)| **entry == Entry::Dir);
            folders.map(|(name, _)| Path::new(folder).join(OsStr::from_bytes(name))).collect::<Vec<_>>()
        };
        listings.iter().flat_map(of).collect()
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

    /// Follows `path` through the host's own links: `/` is the root, `..` stops there.
    fn resolve(&self, path: &Path) -> Resolved {
        self.look_up(path).unwrap_or_else(|| self.follow(path))
    }

    /// A path whose folder was listed before, which it is by a path without links, and that is no link itself.
    fn look_up(&self, path: &Path) -> Option<Resolved> {
        let bytes = path.as_os_str().as_bytes();
        let (folder, name) = match bytes.rfind_byte(b'/') {
            Some(0) => return None,
            Some(slash) => bytes.split_at(slash),
            None => (&b""[..], bytes),
        };
        let name = name.strip_prefix(b"/").unwrap_or(name);
        let entry = self.known_listing(OsStr::from_bytes(folder))?.get(name).copied();
        let kind = match entry {
            Some(Entry::File) => Kind::File,
            Some(Entry::Dir) => Kind::Dir,
            Some(Entry::Other) => Kind::Other,
            None if !matches!(name, b"" | b"." | b"..") => Kind::Missing,
            Some(Entry::Symlink) | None => return None,
        };
        Some(Resolved { path: path.to_owned(), kind })
    }

    fn follow(&self, path: &Path) -> Resolved {
        let mut links = 0;
        let mut done = PathBuf::with_capacity(path.as_os_str().len());
        let mut todo = Cow::Borrowed(path);
        'links: loop {
            let mut names = todo.components();
            while let Some(component) = names.next() {
                let name = match component {
                    Component::Normal(name) => name,
                    Component::ParentDir => {
                        done.pop();
                        continue;
                    }
                    Component::RootDir | Component::CurDir | Component::Prefix(_) => continue,
                };
                let entry = self.listing(&done).get(name.as_bytes()).copied();
                done.push(name);
                let kind = match entry {
                    Some(Entry::Symlink) => {
                        links += 1;
                        let target = self.outside(&done).and_then(|real| std::fs::read_link(real).ok());
                        let (Some(target), true) = (target, links <= SYMLINK_LIMIT) else {
                            return Resolved { path: done, kind: Kind::Dangling };
                        };
                        done.pop();
                        if target.is_absolute() {
                            done = PathBuf::new();
                        }
                        todo = Cow::Owned(target.join(names.as_path()));
                        continue 'links;
                    }
                    Some(Entry::Dir) => continue,
                    Some(Entry::File) => Kind::File,
                    Some(Entry::Other) => Kind::Other,
                    None => Kind::Missing,
                };
                let rest = names.as_path();
                let last = rest.as_os_str().is_empty();
                if !last {
                    done.push(rest);
                }
                return Resolved { kind: self.settle(kind, last, links > 0, &done), path: done };
            }
            return Resolved { path: done, kind: Kind::Dir };
        }
    }

    /// What a path is whose walk ended at an entry of `kind`.
    fn settle(&self, kind: Kind, last: bool, linked: bool, path: &Path) -> Kind {
        if linked && path == Path::new("dev/null") && !self.overlay.contains_key(path) {
            return Kind::Null;
        }
        match (kind, last) {
            (Kind::File | Kind::Other, true) => kind,
            _ if linked => Kind::Dangling,
            _ => Kind::Missing,
        }
    }

    /// The entries of a directory whose path has no links left in it.
    fn listing(&self, dir: &Path) -> Rc<Listing> {
        self.known_listing(dir.as_os_str()).unwrap_or_else(|| {
            let listing = Rc::new(self.list(dir));
            self.cache.listings.borrow_mut().insert(dir.into(), Rc::clone(&listing));
            listing
        })
    }

    fn known_listing(&self, dir: &OsStr) -> Option<Rc<Listing>> {
        let edited = self.edited_listings.get(dir).cloned();
        edited.or_else(|| self.cache.listings.borrow().get(dir).cloned())
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
                self.cache.unreadable.borrow_mut().push(Unreadable { file: dir.to_owned(), message });
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

/// Adds to the listing of `dir` the name by which it leads to `path`.
fn add_path(listing: &mut Listing, dir: &Path, path: &Path, leaf: Entry) {
    let Ok(rest) = path.strip_prefix(dir) else { return };
    let mut names = rest.components();
    let Some(Component::Normal(name)) = names.next() else { return };
    let entry = if names.next().is_some() { Entry::Dir } else { leaf };
    listing.entry(BString::from(name.as_bytes())).or_insert(entry);
}
