//! Where a file is saved.

use super::error::{Cause, SaveError};
use crate::host::{Host, Kind};
use bstr::BStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A file to save: a directory that the user named, and below it a path without links.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    pub(super) root: PathBuf,
    pub(super) file: PathBuf,
}

impl Target {
    /// The file `file` below the directory `root`. Links in `root` are followed, below it none.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>, file: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), file: file.into() }
    }

    /// Where a host's file lies once the host's own links are followed. Several paths of a host can
    /// have the same target.
    ///
    /// # Errors
    ///
    /// Where a link leads to nothing or out of the files that belong to the host.
    pub fn of(host: &Host, file: &Path) -> Result<Self, SaveError> {
        let astray = || SaveError { file: host.outside(file).unwrap_or_else(|| file.to_owned()), cause: Cause::Astray };
        let inside = match host.kind(file) {
            Kind::Null => None,
            Kind::Missing | Kind::Dangling => new_file(host, file),
            Kind::File | Kind::Dir | Kind::Other => host.canonical(file),
        };
        let inside = inside.ok_or_else(astray)?;
        let (root, rest) = host.mounted_at(&inside).ok_or_else(astray)?;
        if !rest.as_os_str().is_empty() {
            return Ok(Self::new(root, rest));
        }
        // A loose file is its own mount.
        match (root.parent(), root.file_name()) {
            (Some(folder), Some(name)) => Ok(Self::new(folder, name)),
            _ => Err(astray()),
        }
    }

    /// The path on this machine.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.root.join(&self.file)
    }
}

/// The path of a file that is not there yet: the nearest folder that is, its links followed, and
/// the rest. `None` where something else stands in between: a link to nothing, or a file.
fn new_file(host: &Host, file: &Path) -> Option<PathBuf> {
    let folder = file.ancestors().skip(1).find(|folder| host.kind(folder) == Kind::Dir)?;
    let rest = file.strip_prefix(folder).ok()?;
    let first = rest.components().next()?;
    let taken = host.entries(folder).iter().any(|name| name == BStr::new(first.as_os_str().as_bytes()));
    if taken { None } else { Some(host.canonical(folder)?.join(rest)) }
}
