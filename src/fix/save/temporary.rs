//! The file that holds the new text until it takes the old one's place.

use super::error::Cause;
use super::folder::{Folder, sync};
use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Write;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// A file beside the one that is saved, removed again unless it was renamed or left on purpose.
pub(super) struct Temporary<'a> {
    folder: &'a Folder,
    name: OsString,
    file: File,
    stays: bool,
}

impl<'a> Temporary<'a> {
    /// A file in `folder` that is to become `name`, with this text, which nobody else may read yet.
    pub(super) fn create(folder: &'a Folder, name: &OsStr, text: &[u8]) -> Result<Self, Cause> {
        let (name, file) =
            open_new(folder, name).map_err(|errno| Cause::system("making a temporary file beside it", errno))?;
        let mut temporary = Self { folder, name, file, stays: false };
        match temporary.file.write_all(text) {
            Ok(()) => Ok(temporary),
            Err(error) => Err(Cause::failed("writing a temporary file beside it", &error)),
        }
    }

    pub(super) fn name(&self) -> &OsStr {
        &self.name
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Puts it on the disk, so that after a crash the renamed file is not an empty one.
    pub(super) fn sync(&self) -> Result<(), Cause> {
        self.file.sync_all().map_err(|error| Cause::failed("syncing a temporary file beside it", &error))
    }

    /// Renames it over `name`.
    pub(super) fn rename(&mut self, name: &OsStr) -> Result<(), Errno> {
        let folder = self.folder.fd();
        rustix::fs::renameat(folder, &self.name, folder, name)?;
        self.stays = true;
        sync(folder);
        Ok(())
    }

    /// Renames it to `name`, where nothing may stand.
    pub(super) fn rename_to_new(mut self, name: &OsStr) -> Result<(), Cause> {
        let folder = self.folder.fd();
        let renamed = match rustix::fs::renameat_with(folder, &self.name, folder, name, RenameFlags::NOREPLACE) {
            // Filesystems that do not know the flag: NFS, 9p, some of FUSE (rename(2)).
            Err(Errno::INVAL | Errno::NOSYS) => match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                Err(Errno::NOENT) => rustix::fs::renameat(folder, &self.name, folder, name),
                there => there.and(Err(Errno::EXIST)),
            },
            renamed => renamed,
        };
        match renamed {
            Ok(()) => {
                self.stays = true;
                sync(folder);
                Ok(())
            }
            Err(Errno::EXIST) => Err(Cause::Appeared),
            Err(errno) => Err(Cause::system("renaming the temporary file to it", errno)),
        }
    }

    /// Leaves it where it is and tells its name.
    pub(super) fn leave(mut self) -> OsString {
        self.stays = true;
        std::mem::take(&mut self.name)
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if !self.stays {
            let _ = rustix::fs::unlinkat(self.folder.fd(), &self.name, AtFlags::empty());
        }
    }
}

/// The longest name (`NAME_MAX` in linux/limits.h).
const NAME_MAX: usize = 255;

/// A new file. Its name starts with a dot, and no stack reads such a file: ifupdown's
/// `source-directory` takes letters, digits, `_` and `-`, the others look for their own names. It ends as the name that
/// it is to have, by which a program that validates it may tell what it is.
fn open_new(folder: &Folder, name: &OsStr) -> Result<(OsString, File), Errno> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut number = 0;
    loop {
        let prefix = format!(".bridgepin-{}-{number}-", std::process::id()).into_bytes();
        let cut = (prefix.len() + name.len()).saturating_sub(NAME_MAX);
        let end = name.as_bytes().get(cut..).unwrap_or_default();
        let name = OsString::from_vec([&prefix, end].concat());
        match rustix::fs::openat(folder.fd(), &name, flags, Mode::from_raw_mode(0o600)) {
            // Left by a run that was killed.
            Err(Errno::EXIST) if number < 100 => number += 1,
            opened => return Ok((name, File::from(opened?))),
        }
    }
}
