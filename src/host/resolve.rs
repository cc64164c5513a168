//! Following a host's own links, as in a chroot.

use super::{Entry, Host, Kind};
use bstr::ByteSlice;
use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// As many symbolic links as the kernel follows in one path (`MAXSYMLINKS`).
const SYMLINK_LIMIT: usize = 40;

/// A path after following its links.
pub(super) struct Resolved {
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
}

impl Host {
    /// Follows `path` through the host's own links: `/` is the root, `..` stops there.
    pub(super) fn resolve(&self, path: &Path) -> Resolved {
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
}
