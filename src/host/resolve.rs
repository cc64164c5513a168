//! Following a host's own links, as in a chroot.

use super::{Entry, Host, Kind, Listing};
use crate::bytes::rsplit_once;
use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// As many symbolic links as the kernel follows in one path (`MAXSYMLINKS`).
const SYMLINK_LIMIT: usize = 40;

/// A path so long (`PATH_MAX`) is followed name by name: looking for its folders in turn costs the square of its length.
const LONG: usize = 4096;

/// A path after following its links.
pub(super) struct Resolved<'p> {
    pub(super) path: Cow<'p, Path>,
    pub(super) kind: Kind,
}

impl Host {
    /// Follows `path` through the host's own links: `/` is the root, `..` stops there.
    pub(super) fn resolve<'p>(&self, path: &'p Path) -> Resolved<'p> {
        let kind = self.look_up(path.as_os_str().as_bytes());
        kind.map_or_else(|| self.follow(path), |kind| Resolved { path: Cow::Borrowed(path), kind })
    }

    /// What a path is that has no link in it, as far as the listings tell that were read before.
    fn look_up(&self, path: &[u8]) -> Option<Kind> {
        if path.first() == Some(&b'/') || path.len() > LONG {
            return None;
        }
        let known = self.known();
        // A repository's copy of a host mostly has `etc` alone: then this tells of all that is elsewhere.
        if !path.starts_with(b"etc/")
            && let Some(above) = path.iter().position(|byte| *byte == b'/')
            && let Some(root) = known.get(OsStr::new(""))
            && let None = entry(root, &path[..above])?
        {
            return Some(Kind::Missing);
        }
        let (folder, name) = rsplit_once(path, b'/').unwrap_or((b"", path));
        if let Some(listing) = known.get(OsStr::from_bytes(folder)) {
            return match entry(listing, name)? {
                None => Some(Kind::Missing),
                Some(Entry::Dir) => Some(Kind::Dir),
                Some(Entry::File) => Some(Kind::File),
                Some(Entry::Other) => Some(Kind::Other),
                Some(Entry::Symlink) => None,
            };
        }
        // Where its folder was not listed, perhaps there is none.
        let mut start = 0_usize;
        for name in folder.split(|byte| *byte == b'/') {
            let above = OsStr::from_bytes(&path[..start.saturating_sub(1)]);
            match entry(known.get(above)?, name)? {
                Some(Entry::Dir) => start += name.len() + 1,
                Some(Entry::Symlink) => return None,
                Some(Entry::File | Entry::Other) | None => return Some(Kind::Missing),
            }
        }
        None
    }

    fn follow(&self, path: &Path) -> Resolved<'static> {
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
                let entry = self.listing(&done).get(name.as_bytes());
                done.push(name);
                let kind = match entry {
                    Some(Entry::Symlink) => {
                        links += 1;
                        let target = self.outside(&done).and_then(|real| std::fs::read_link(real).ok());
                        let (Some(target), true) = (target, links <= SYMLINK_LIMIT) else {
                            return Resolved { path: Cow::Owned(done), kind: Kind::Dangling };
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
                let kind = self.settle(kind, last, links > 0, &done);
                return Resolved { path: Cow::Owned(done), kind };
            }
            return Resolved { path: Cow::Owned(done), kind: Kind::Dir };
        }
    }

    /// What a path is whose walk ended at an entry of `kind`.
    fn settle(&self, kind: Kind, last: bool, linked: bool, path: &Path) -> Kind {
        if linked && path == Path::new("dev/null") && !self.overlay.contains_key(path.as_os_str()) {
            return Kind::Null;
        }
        match (kind, last) {
            (Kind::File | Kind::Other, true) => kind,
            _ if linked => Kind::Dangling,
            _ => Kind::Missing,
        }
    }
}

/// The entry of a name in its folder's listing; none where it is no name.
fn entry(listing: &Listing, name: &[u8]) -> Option<Option<Entry>> {
    (!matches!(name, b"" | b"." | b"..")).then(|| listing.get(name))
}
