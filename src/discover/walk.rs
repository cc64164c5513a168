//! Walking a folder: its hosts, each visited once the walk has left its root, with the listings
//! of its directories, so that none is read twice. Memory holds those of the directories that the
//! walk is in and of the few below them that hosts have in common.

use super::stand::{Stand, is_worth_reading, stand_of};
use super::{Asked, Search, Visit};
use crate::host::{Entry, Listing, entry_of};
use bstr::BString;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
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

/// Walks `folder`; with `keep`, what was visited is remembered.
pub(super) fn walk(search: &mut Search<'_>, folder: &Path, keep: bool, visit: &mut Visit<'_>) -> anyhow::Result<()> {
    let mut walk = Walk { keep, open: Vec::new(), above: BTreeSet::new() };
    let mut entries = WalkDir::new(folder).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            // Gone since its folder was listed, as a temporary file goes.
            Err(error) if error.depth() > 0 && is_missing(&error) => continue,
            Err(error) => {
                search.problems.push(format!("{error}; make it readable or exclude it"));
                continue;
            }
        };
        walk.leave(entry.depth(), search, visit)?;
        let (path, kind) = (entry.path(), entry_of(entry.file_type()));
        if let Some(parent) = walk.open.last_mut() {
            parent.listing.insert(BString::from(entry.file_name().as_bytes()), kind);
            if is_vcs(entry.file_name(), kind) || (search.request.excluded)(path) {
                if kind == Entry::Dir {
                    entries.skip_current_dir();
                }
                continue;
            }
        }
        match kind {
            Entry::Dir => {
                walk.open.push(Open { path: path.to_owned(), ..Open::default() });
                if path.ends_with("etc/network/interfaces") {
                    walk.note_misplaced(path);
                }
            }
            Entry::Other => walk.note_misplaced(path),
            Entry::File | Entry::Symlink => {
                if let Some(stand) = stand_of(path).filter(|stand| is_worth_reading(stand, path)) {
                    walk.note(stand);
                }
            }
        }
    }
    walk.leave(0, search, visit)?;
    for stand in std::mem::take(&mut walk.above) {
        let asked = Asked::Only(BTreeSet::from([folder.to_owned()]));
        walk.visit(stand, asked, &[], search, visit)?;
    }
    Ok(())
}

struct Walk {
    keep: bool,
    /// The directories that the walk is in, the innermost last.
    open: Vec<Open>,
    /// The hosts whose roots lie above the folder that is walked.
    above: BTreeSet<Stand>,
}

/// A directory that the walk is in.
#[derive(Default)]
struct Open {
    path: PathBuf,
    listing: Listing,
    /// What the walk saw below it, of what may be [`KEPT`], by the paths from here.
    below: Vec<(PathBuf, Rc<Listing>)>,
    /// The hosts whose roots it is.
    hosts: BTreeSet<Stand>,
}

impl Walk {
    /// Notes a host, to be visited when the walk leaves its root.
    fn note(&mut self, stand: Stand) {
        let base = stand.base().as_os_str();
        let hosts = match self.open.iter_mut().rev().find(|open| open.path == base) {
            Some(open) => &mut open.hosts,
            None => &mut self.above,
        };
        hosts.insert(stand);
    }

    /// Notes a host where something else than a file stands in a file's place, which reading it will tell.
    fn note_misplaced(&mut self, path: &Path) {
        if let Some(stand @ Stand::Root(_)) = stand_of(path) {
            self.note(stand);
        }
    }

    /// Leaves the directories that are deeper than `depth`, and visits the hosts whose roots they are.
    fn leave(&mut self, depth: usize, search: &mut Search<'_>, visit: &mut Visit<'_>) -> anyhow::Result<()> {
        while self.open.len() > depth
            && let Some(Open { path, listing, below: mut seen, hosts }) = self.open.pop()
        {
            seen.push((PathBuf::new(), Rc::new(listing)));
            for stand in hosts {
                self.visit(stand, Asked::All, &seen, search, visit)?;
            }
            let (Some(parent), Some(name)) = (self.open.last_mut(), path.file_name()) else { continue };
            for (dir, listing) in seen {
                let dir = if dir.as_os_str().is_empty() { PathBuf::from(name) } else { Path::new(name).join(dir) };
                if is_kept(&dir) {
                    parent.below.push((dir, listing));
                }
            }
        }
        Ok(())
    }

    /// Visits a host with the listings that were `seen` below its root.
    fn visit(
        &self,
        stand: Stand,
        asked: Asked,
        seen: &[(PathBuf, Rc<Listing>)],
        search: &mut Search<'_>,
        visit: &mut Visit<'_>,
    ) -> anyhow::Result<()> {
        if search.done.contains(&stand) {
            return Ok(());
        }
        let found = search.found(&stand, asked);
        if let Stand::Root(_) = stand {
            for (dir, listing) in seen {
                found.host.seed(dir, Rc::clone(listing));
            }
        }
        if self.keep {
            search.done.insert(stand);
        }
        visit(found)
    }
}

/// Whether `dir` is one of the [`KEPT`] folders, or may become one by the names of the folders above it.
fn is_kept(dir: &Path) -> bool {
    let dir = dir.as_os_str().as_bytes();
    let ends =
        |kept: &&str| kept.as_bytes().strip_suffix(dir).is_some_and(|above| above.is_empty() || above.ends_with(b"/"));
    KEPT.iter().any(ends)
}

fn is_missing(error: &walkdir::Error) -> bool {
    error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

fn is_vcs(name: &OsStr, kind: Entry) -> bool {
    kind == Entry::Dir && matches!(name.as_bytes(), b".git" | b".hg" | b".svn" | b".jj")
}
