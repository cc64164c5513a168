//! Walking a folder: its hosts, each visited once the walk has left its root, with the listings
//! of its directories, so that none is read twice. Memory holds one host's listings at a time.

use super::stand::{Stand, is_worth_reading, stand_of};
use super::{Asked, Search, Visit, relative};
use crate::host::{Entry, Listing, entry_of};
use bstr::BString;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The folders of a root whose listings are kept until the walk has left the root.
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
    let mut walk = Walk { folder, keep, hosts: BTreeSet::new(), listings: BTreeMap::new() };
    let mut entries = WalkDir::new(folder).sort_by_file_name().into_iter();
    let mut now = PathBuf::new();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                search.problems.push(format!("{error}; make it readable or exclude it"));
                continue;
            }
        };
        let (path, kind) = (entry.path(), entry_of(entry.file_type()));
        if entry.depth() > 0 {
            let parent = path.parent().unwrap_or(path);
            if now != parent {
                walk.leave(parent, search, visit)?;
                parent.clone_into(&mut now);
            }
            let name = BString::from(entry.file_name().as_bytes());
            walk.listings.entry(parent.to_owned()).or_default().insert(name, kind);
            if is_vcs(entry.file_name(), kind) || (search.request.excluded)(&relative(&search.here, path)) {
                if kind == Entry::Dir {
                    entries.skip_current_dir();
                }
                continue;
            }
        }
        match kind {
            Entry::Dir => _ = walk.listings.entry(path.to_owned()).or_default(),
            Entry::Other => {}
            Entry::File | Entry::Symlink => {
                walk.hosts.extend(stand_of(path).filter(|stand| is_worth_reading(stand, path)));
            }
        }
    }
    walk.leave(Path::new(""), search, visit)
}

struct Walk<'a> {
    folder: &'a Path,
    keep: bool,
    /// The hosts whose roots the walk is in.
    hosts: BTreeSet<Stand>,
    listings: BTreeMap<PathBuf, Listing>,
}

impl Walk<'_> {
    /// Visits the hosts whose root the walk has left now that it is in `now`, and forgets their listings.
    fn leave(&mut self, now: &Path, search: &mut Search<'_>, visit: &mut Visit<'_>) -> anyhow::Result<()> {
        let left: Vec<Stand> = self.hosts.iter().filter(|stand| !now.starts_with(stand.base())).cloned().collect();
        for stand in left {
            self.hosts.remove(&stand);
            if search.done.contains(&stand) {
                continue;
            }
            let whole = stand.base().starts_with(self.folder);
            let asked = if whole { Asked::All } else { Asked::Only(BTreeSet::from([self.folder.to_owned()])) };
            let found = search.found(&stand, asked);
            if let (Stand::Root(root), true) = (&stand, whole) {
                let below = self.listings.range(root.clone()..).take_while(|(dir, _)| dir.starts_with(root));
                for (dir, listing) in below {
                    found.host.seed(dir.strip_prefix(root).unwrap_or(dir).to_owned(), listing.clone());
                }
            }
            if self.keep {
                search.done.insert(stand);
            }
            visit(found)?;
        }
        self.listings.retain(|dir, _| now.starts_with(dir) || kept_for(dir).is_some_and(|root| now.starts_with(root)));
        Ok(())
    }
}

/// The root of which `dir` would be one of the [`KEPT`] folders.
fn kept_for(dir: &Path) -> Option<&Path> {
    let tail = KEPT.iter().filter(|tail| dir.ends_with(tail)).max_by_key(|tail| tail.len())?;
    dir.ancestors().nth(Path::new(tail).components().count())
}

fn is_vcs(name: &OsStr, kind: Entry) -> bool {
    kind == Entry::Dir && matches!(name.as_bytes(), b".git" | b".hg" | b".svn" | b".jj")
}
