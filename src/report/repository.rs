//! Paths as a service names them that shows a report beside the code.

use crate::host::path_bytes;
use bstr::{BStr, BString, ByteSlice};
use std::path::{Path, PathBuf};

/// The repository that a run looks at. Services know files by their path in it, wherever the run was started.
#[derive(Clone, Debug, Default)]
pub struct Repository {
    here: PathBuf,
    root: PathBuf,
}

impl Repository {
    /// The one around the current directory: the nearest folder with a `.git`, which is a file in a worktree or
    /// submodule; without one, the current directory.
    #[must_use]
    pub fn around(here: &Path) -> Self {
        let root = here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(here);
        Self { here: here.to_owned(), root: root.to_owned() }
    }

    /// Its folder, an absolute path.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path of a report, relative to the repository; an absolute one for what lies elsewhere.
    #[must_use]
    pub fn path(&self, shown: &BStr) -> BString {
        let full = self.here.join(shown.to_path_lossy());
        path_bytes(full.strip_prefix(&self.root).unwrap_or(&full))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn paths_are_those_in_the_repository() {
        let dir = tempfile::tempdir().unwrap();
        let here = dir.path().join("repository/hosts/web1");
        std::fs::create_dir_all(&here).unwrap();
        let path = |path: &[u8]| Repository::around(&here).path(path.into());
        assert_eq!(path(b"etc/\xff"), b"etc/\xff".as_bstr());
        std::fs::write(dir.path().join("repository/.git"), "gitdir: elsewhere\n").unwrap();
        assert_eq!(path(b"etc/\xff"), b"hosts/web1/etc/\xff".as_bstr());
        assert_eq!(path(b"/mnt/etc/hosts"), b"/mnt/etc/hosts".as_bstr());
        let above = [dir.path().as_os_str().as_encoded_bytes(), b"/repository/etc/x"].concat();
        assert_eq!(path(&above), b"etc/x".as_bstr());
    }
}
