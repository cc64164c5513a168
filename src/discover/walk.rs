//! Walking a folder: its hosts, each visited once the walk has left its root, with the listings
//! of its directories, so that none is read twice. Memory holds those of the directories that the
//! walk is in and of the few below them that hosts have in common.

use super::stand::{Stand, is_worth_reading, stand_of};
use super::{Asked, Found, Ground};
use crate::host::{Entry, Listing, entry_of};
use bstr::BString;
use std::collections::BTreeSet;
use std::ffi::OsStr;
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

/// Listings by the paths of their directories.
pub(super) type Listings = Vec<(PathBuf, Arc<Listing>)>;

/// What a walk leaves to the walk of the folder above.
#[derive(Default)]
pub(super) struct Left {
    /// The hosts whose roots lie above the folder that was walked.
    pub(super) above: BTreeSet<Stand>,
    /// The [`KEPT`] listings, by the paths from the folder above.
    pub(super) below: Listings,
    /// What could not be walked, and what to do.
    pub(super) problems: Vec<String>,
}

/// Walks a folder; visits the hosts whose roots lie in it.
pub(super) fn walk(ground: &Ground<'_>, folder: &Path, visit: &mut Visit<'_>) -> ControlFlow<(), Left> {
    let mut walk = Walk { ground, open: Vec::new(), left: Left::default() };
    // A link that takes the folder's place meanwhile is not followed.
    let mut entries = WalkDir::new(folder).follow_root_links(false).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                // One of a directory's entries has no path. Links, which could loop, are not followed.
                let parent = walk.open.get(error.depth().saturating_sub(1)).map_or(folder, |open| &open.path);
                if let Some(cause) = error.io_error().filter(|cause| !is_gone(cause)) {
                    walk.left.problems.push(problem(error.path().unwrap_or(parent), cause));
                }
                continue;
            }
        };
        walk.leave(entry.depth(), visit)?;
        let (path, kind) = (entry.path(), entry_of(entry.file_type()));
        let met = match walk.open.last_mut() {
            Some(parent) => parent.meet(ground, path, kind),
            None => meet(path, kind),
        };
        match met {
            Met::Dir => walk.open.push(Open::new(entry.path())),
            Met::DirOfHost(stand) => {
                walk.open.push(Open::new(entry.path()));
                walk.note(stand);
            }
            Met::Excluded if entry.file_type().is_dir() => entries.skip_current_dir(),
            Met::Host(stand) => walk.note(stand),
            Met::Excluded | Met::Nothing => {}
        }
    }
    walk.leave(0, visit)?;
    ControlFlow::Continue(walk.left)
}

/// What is told of what cannot be walked.
pub(super) fn problem(path: &Path, error: &io::Error) -> String {
    format!("{}: cannot list this directory: {error}; make it readable or exclude it", path.display())
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
pub(super) struct Open {
    path: PathBuf,
    listing: Listing,
    /// What the walk saw below it, of what may be [`KEPT`], by the paths from here.
    pub(super) below: Listings,
    /// The hosts whose roots it is.
    pub(super) hosts: BTreeSet<Stand>,
}

/// What an entry of a directory is to a walk.
pub(super) enum Met {
    /// A directory to walk.
    Dir,
    /// A directory to walk, where a file of a host belongs.
    DirOfHost(Stand),
    /// A file that belongs to a host, or something else in its place, of which the host tells.
    Host(Stand),
    /// Something that is not looked at.
    Nothing,
    /// Something that is not to be looked at.
    Excluded,
}

impl Open {
    /// A directory, with nothing of it seen yet.
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), listing: Listing::new(), below: Vec::new(), hosts: BTreeSet::new() }
    }

    /// Whether it is the root of a host, or the folder of its files.
    pub(super) fn is_base_of(&self, stand: &Stand) -> bool {
        self.path == stand.base().as_os_str()
    }

    /// Lists an entry of the directory, and tells what it is to the walk.
    pub(super) fn meet(&mut self, ground: &Ground<'_>, path: &Path, kind: Entry) -> Met {
        let name = path.file_name().unwrap_or_default();
        self.listing.insert(BString::from(name.as_bytes()), kind);
        if is_vcs(name, kind) || (ground.request.excluded)(path) {
            return Met::Excluded;
        }
        meet(path, kind)
    }

    /// Leaves it: visits the hosts whose roots it is, and returns what is to be kept, by the paths from the folder above.
    pub(super) fn leave(self, ground: &Ground<'_>, visit: &mut Visit<'_>) -> ControlFlow<(), Listings> {
        let Self { path, listing, below: mut seen, hosts } = self;
        seen.push((PathBuf::new(), Arc::new(listing)));
        for stand in hosts.iter().filter(|stand| !ground.done.contains(stand)) {
            let found = ground.found(stand, Asked::All);
            if let Stand::Root(_) = stand {
                for (dir, listing) in &seen {
                    found.host.seed(dir, Arc::clone(listing));
                }
            }
            visit(found)?;
        }
        let name = path.file_name().map(Path::new).unwrap_or(Path::new(""));
        let from_above = |(dir, listing): (PathBuf, Arc<Listing>)| {
            let dir = if dir.as_os_str().is_empty() { name.to_owned() } else { name.join(dir) };
            is_kept(&dir).then_some((dir, listing))
        };
        ControlFlow::Continue(seen.into_iter().filter_map(from_above).collect())
    }
}

/// What an entry is to a walk that no exclusion keeps from it.
fn meet(path: &Path, kind: Entry) -> Met {
    match kind {
        Entry::Dir => in_place_of_file(path).map_or(Met::Dir, Met::DirOfHost),
        Entry::Other => in_tree(path).map_or(Met::Nothing, Met::Host),
        Entry::File | Entry::Symlink => {
            let stand = stand_of(path).filter(|stand| is_worth_reading(stand, path));
            stand.map_or(Met::Nothing, Met::Host)
        }
    }
}

fn in_tree(path: &Path) -> Option<Stand> {
    stand_of(path).filter(|stand| matches!(stand, Stand::Root(_)))
}

/// The host that has a directory in the place of a file.
pub(super) fn in_place_of_file(dir: &Path) -> Option<Stand> {
    if dir.as_os_str().as_bytes().ends_with(b"/etc/network/interfaces") { in_tree(dir) } else { None }
}

/// Whether `dir` is one of the [`KEPT`] folders, or may become one by the names of the folders above it.
fn is_kept(dir: &Path) -> bool {
    let dir = dir.as_os_str().as_bytes();
    let ends =
        |kept: &&str| kept.as_bytes().strip_suffix(dir).is_some_and(|above| above.is_empty() || above.ends_with(b"/"));
    KEPT.iter().any(ends)
}

/// Whether something is gone since its folder was listed, as a temporary file goes.
pub(super) fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn is_vcs(name: &OsStr, kind: Entry) -> bool {
    kind == Entry::Dir && matches!(name.as_bytes(), b".git" | b".hg" | b".svn" | b".jj")
}
