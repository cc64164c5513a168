//! Walking a folder: its hosts, each visited once the walk has left its root, with the listings
//! of its directories, so that none is read twice. Memory holds those of the directories that the
//! walk is in and of the few below them that hosts have in common.

use super::stand::{Stand, is_worth_reading, stand_of};
use super::{Asked, Found, Ground};
use crate::bytes::rsplit_once;
use crate::host::{Entry, Listing};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::FileType;
use std::io;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

/// The folders of a root whose listings are kept until the walk has left the root, and the folders above them.
const KEPT: &[&str] = &[
    "etc",
    "etc/default",
    "etc/network",
    "etc/network/interfaces.d",
    "etc/sysconfig",
    "etc/sysconfig/network-scripts",
    "etc/systemd",
    "etc/systemd/network",
    "etc/udev",
    "etc/udev/rules.d",
    "lib",
    "lib/apk",
    "lib/apk/db",
    "lib/systemd",
    "lib/systemd/network",
    "run",
    "run/systemd",
    "run/systemd/network",
    "usr",
    "usr/lib",
    "usr/lib/systemd",
    "usr/lib/systemd/network",
    "usr/local",
    "usr/local/lib",
    "var",
    "var/lib",
    "var/lib/dpkg",
];

/// What is done with a host; a break ends the walk.
pub(super) type Visit<'a> = dyn FnMut(Found) -> ControlFlow<()> + 'a;

/// Directories and their listings.
pub(super) type Listings = Vec<Seen>;

/// A directory that the walk has left.
pub(super) struct Seen {
    dir: PathBuf,
    listing: Arc<Listing>,
    /// So many folders above it may still be roots that have it as a [`KEPT`] one.
    levels: usize,
}

/// What a walk leaves to the walk of the folder above.
#[derive(Default)]
pub(super) struct Left {
    /// The hosts whose roots lie above the folder that was walked.
    pub(super) above: BTreeSet<Stand>,
    /// The [`KEPT`] listings.
    pub(super) below: Listings,
    /// What could not be walked, and what to do.
    pub(super) problems: Vec<String>,
}

/// Walks a folder; visits the hosts whose roots lie in it.
pub(super) fn walk(ground: &Ground<'_>, folder: &Path, visit: &mut Visit<'_>) -> ControlFlow<(), Left> {
    let mut walk = Walk { ground, open: Vec::new(), left: Left::default() };
    // A link that takes the folder's place meanwhile is not followed. Paths of one folder differ in their names alone.
    let mut entries = WalkDir::new(folder)
        .follow_root_links(false)
        .sort_by(|a, b| a.path().as_os_str().cmp(b.path().as_os_str()))
        .into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                // One of a directory's entries has no path. Links, which could loop, are not followed.
                let parent = walk.open.get(error.depth().saturating_sub(1)).map_or(folder, |open| &open.path);
                if let Some(cause) = error.io_error() {
                    walk.left.unlisted(error.path().unwrap_or(parent), cause, false);
                }
                continue;
            }
        };
        walk.leave(entry.depth(), visit)?;
        let (path, kind) = (entry.path(), entry_of(entry.file_type()));
        let met = match walk.open.last_mut() {
            Some(parent) => parent.meet(ground, path, kind),
            None => Met::Something(stand_of_met(path, kind)),
        };
        match met {
            Met::Something(stand) => {
                if kind == Entry::Dir {
                    walk.open.push(Open::new(entry.into_path()));
                }
                stand.into_iter().for_each(|stand| walk.note(stand));
            }
            Met::Excluded if kind == Entry::Dir => entries.skip_current_dir(),
            Met::Excluded => {}
        }
    }
    walk.leave(0, visit)?;
    ControlFlow::Continue(walk.left)
}

impl Left {
    /// Tells of a directory that cannot be listed. One that is gone meanwhile is no problem, unless it was `given`.
    pub(super) fn unlisted(&mut self, path: &Path, error: &io::Error, given: bool) {
        if given || error.kind() != io::ErrorKind::NotFound {
            let cure = "make it readable or exclude it";
            self.problems.push(format!("{}: cannot list this directory: {error}; {cure}", path.display()));
        }
    }
}

struct Walk<'a> {
    ground: &'a Ground<'a>,
    /// The directories that the walk is in, the innermost last.
    open: Vec<Open>,
    left: Left,
}

impl Walk<'_> {
    /// Notes a host, to be visited when the walk leaves its root.
    fn note(&mut self, stand: Stand) {
        let hosts = match self.open.iter_mut().rev().find(|open| open.is_base_of(&stand)) {
            Some(open) => &mut open.hosts,
            None => &mut self.left.above,
        };
        hosts.insert(stand);
    }

    /// Leaves the directories that are deeper than `depth`, and visits the hosts whose roots they are.
    fn leave(&mut self, depth: usize, visit: &mut Visit<'_>) -> ControlFlow<()> {
        while self.open.len() > depth
            && let Some(open) = self.open.pop()
        {
            let kept = open.leave(self.ground, visit)?;
            self.open.last_mut().map_or(&mut self.left.below, |parent| &mut parent.below).extend(kept);
        }
        ControlFlow::Continue(())
    }
}

/// A directory that a walk is in.
#[derive(Default)]
pub(super) struct Open {
    path: PathBuf,
    listing: Listing,
    /// What the walk saw below it, of what may be [`KEPT`].
    pub(super) below: Listings,
    /// The hosts whose roots it is.
    pub(super) hosts: BTreeSet<Stand>,
}

/// What an entry of a directory is to a walk.
pub(super) enum Met {
    /// Something that is not to be looked at.
    Excluded,
    /// Something, and the host to which it belongs.
    Something(Option<Stand>),
}

impl Open {
    /// A directory, with nothing of it seen yet.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, ..Self::default() }
    }

    /// Lists an entry of the directory, and tells what it is to the walk.
    pub(super) fn meet(&mut self, ground: &Ground<'_>, path: &Path, kind: Entry) -> Met {
        let bytes = path.as_os_str().as_bytes();
        let name = rsplit_once(bytes, b'/').map_or(bytes, |(_, name)| name);
        self.listing.set(name, kind);
        if is_vcs(name, kind) || (ground.request.excluded)(path) {
            return Met::Excluded;
        }
        Met::Something(stand_of_met(path, kind))
    }

    /// Whether it is the root of a host, or the folder of its files.
    pub(super) fn is_base_of(&self, stand: &Stand) -> bool {
        self.path.as_os_str() == stand.base().as_os_str()
    }

    /// Leaves it: visits the hosts whose roots it is, and returns what is to be kept.
    pub(super) fn leave(self, ground: &Ground<'_>, visit: &mut Visit<'_>) -> ControlFlow<(), Listings> {
        let Self { path, listing, below: mut seen, hosts } = self;
        let end = path.as_os_str().len();
        seen.push(Seen { levels: levels(&path), dir: path, listing: Arc::new(listing) });
        for stand in hosts.iter().filter(|stand| !ground.done.contains(stand)) {
            let found = ground.found(stand, Asked::All);
            if let Stand::Root(_) = stand {
                found.host.seed(seen.iter().map(|seen| (below(&seen.dir, end), &seen.listing)));
            }
            visit(found)?;
        }
        seen.retain(|seen| seen.levels > 0);
        seen.iter_mut().for_each(|seen| seen.levels -= 1);
        ControlFlow::Continue(seen)
    }
}

/// A path below the folder that ends at `end` in it.
fn below(path: &Path, end: usize) -> &Path {
    let rest = path.as_os_str().as_bytes().get(end..).unwrap_or_default();
    Path::new(OsStr::from_bytes(rest.strip_prefix(b"/").unwrap_or(rest)))
}

/// The host to which what a walk meets belongs; of something else in the place of a file the host tells.
fn stand_of_met(path: &Path, kind: Entry) -> Option<Stand> {
    match kind {
        Entry::Dir => in_place_of_file(path),
        Entry::Other => in_tree(path),
        Entry::File | Entry::Symlink => stand_of(path).filter(|stand| is_worth_reading(stand, path)),
    }
}

fn entry_of(kind: FileType) -> Entry {
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

fn in_tree(path: &Path) -> Option<Stand> {
    stand_of(path).filter(|stand| matches!(stand, Stand::Root(_)))
}

/// The host that has a directory in the place of a file.
pub(super) fn in_place_of_file(dir: &Path) -> Option<Stand> {
    if dir.as_os_str().as_bytes().ends_with(b"/etc/network/interfaces") { in_tree(dir) } else { None }
}

/// How many folders above a directory may be roots that have it as a [`KEPT`] one, by the names on its way.
fn levels(dir: &Path) -> usize {
    let dir = dir.as_os_str().as_bytes();
    // Most differ in their last letter already.
    let alike = KEPT.iter().map(|kept| kept.as_bytes()).filter(|kept| kept.last() == dir.last());
    alike.map(|kept| same_names(kept, dir)).max().unwrap_or(0)
}

/// How many names at the end of `dir`, an absolute path, are those at the end of `kept`.
fn same_names(kept: &[u8], dir: &[u8]) -> usize {
    let same = kept.iter().rev().zip(dir.iter().rev()).take_while(|(kept, byte)| kept == byte).count();
    let (above, end) = dir.split_at(dir.len() - same);
    let whole = same == kept.len() && above.ends_with(b"/");
    end.iter().filter(|byte| **byte == b'/').count() + usize::from(whole)
}

fn is_vcs(name: &[u8], kind: Entry) -> bool {
    kind == Entry::Dir && matches!(name, b".git" | b".hg" | b".svn" | b".jj")
}
