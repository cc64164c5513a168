//! The file that holds the new text until it takes the old one's place.

use super::error::Cause;
use super::folder::{Folder, leads_to, sync};
use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags, RenameFlags, flock};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// How the name of a temporary file's folder begins. Nobody reads a file in such a folder: `*` matches no dot, and
/// `source-directory` reads every name in ifupdown2 and ifupdown-ng but takes no folder.
pub(super) const PREFIX: &str = ".bridgepin-";
/// The longest name (`NAME_MAX` in linux/limits.h).
const NAME_MAX: usize = 255;
/// The temporary file's name.
pub(super) const TEXT: &str = "text";
/// The name, where a file is written over where it lies: then its inode's number.
pub(super) const COPY: &str = "copy-";

/// A file in a folder of its own beside the one that is saved. Both are removed again unless they are left on purpose.
/// The folder is locked as long as the run lives, so that others can tell it from a leftover.
pub(super) struct Temporary<'a> {
    beside: &'a Folder,
    folder: OwnedFd,
    folder_name: String,
    file: File,
    name: String,
    stays: bool,
}

/// A second name of a temporary file, taken away again in the end.
pub(super) struct Shown<'a> {
    temporary: &'a Temporary<'a>,
    name: OsString,
}

impl Shown<'_> {
    pub(super) fn name(&self) -> &OsStr {
        &self.name
    }

    /// Whether the name still leads to the temporary file.
    pub(super) fn is_still_it(&self) -> Result<bool, Cause> {
        leads_to(self.temporary.beside.fd(), &self.name, &self.temporary.file)
            .map_err(|errno| Cause::system("looking at a temporary file again", errno))
    }
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        let _ = rustix::fs::unlinkat(self.temporary.beside.fd(), &self.name, AtFlags::empty());
    }
}

/// What became of the file whose name the new one took.
pub(super) enum Before {
    /// It has the temporary file's name.
    Swapped,
    /// The filesystem cannot swap: it is gone.
    Gone,
}

impl<'a> Temporary<'a> {
    /// A file with this text, which nobody else may read yet.
    pub(super) fn create(beside: &'a Folder, text: &[u8]) -> Result<Self, Cause> {
        let making = |errno| match errno {
            Errno::NOENT => Cause::Changed,
            errno => Cause::system("making a temporary file beside it", errno),
        };
        let (folder_name, folder) = new_folder(beside).map_err(making)?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&folder, TEXT, flags, Mode::from_raw_mode(0o600)) {
            Ok(file) => File::from(file),
            Err(errno) => {
                remove_folder(beside, &folder_name);
                return Err(making(errno));
            }
        };
        let mut temporary = Self { beside, folder, folder_name, file, name: TEXT.to_owned(), stays: false };
        match temporary.file.write_all(text) {
            Ok(()) => Ok(temporary),
            Err(error) => Err(Cause::failed("writing a temporary file beside it", &error)),
        }
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// The folder that it lies in.
    pub(super) fn folder(&self) -> &OwnedFd {
        &self.folder
    }

    /// Its name in that folder.
    pub(super) fn name(&self) -> &OsStr {
        OsStr::new(&self.name)
    }

    /// Puts it on the disk, so that after a crash the renamed file is not an empty one.
    pub(super) fn sync(&self) -> Result<(), Cause> {
        self.file.sync_all().map_err(|error| Cause::failed("syncing a temporary file beside it", &error))
    }

    /// Gives it a second name beside the file that is to be called `name`, ending as that: a program that looks at it
    /// may tell by the name what it is, and finds what is relative to its folder.
    pub(super) fn show_as(&self, name: &OsStr) -> Result<Shown<'_>, Cause> {
        let prefix = format!("{}-", self.folder_name).into_bytes();
        let cut = (prefix.len() + name.len()).saturating_sub(NAME_MAX);
        let end = name.as_bytes().get(cut..).unwrap_or_default();
        let name = OsString::from_vec([&prefix, end].concat());
        rustix::fs::linkat(&self.folder, &self.name, self.beside.fd(), &name, AtFlags::empty())
            .map_err(|errno| Cause::system("giving a temporary file a name beside it", errno))?;
        Ok(Shown { temporary: self, name })
    }

    /// Once it is whole, gives it the name that tells which file is written over, and puts that on the disk.
    pub(super) fn keep_for(&mut self, inode: u64) -> Result<(), Cause> {
        let name = format!("{COPY}{inode}");
        rustix::fs::renameat(&self.folder, &self.name, &self.folder, &name)
            .map_err(|errno| Cause::system("renaming a temporary file beside it", errno))?;
        self.name = name;
        sync(&self.folder);
        sync(self.beside.fd());
        Ok(())
    }

    /// Lets it and `name` change places.
    pub(super) fn swap(&mut self, name: &OsStr) -> Result<Before, Errno> {
        let beside = self.beside.fd();
        match rustix::fs::renameat_with(&self.folder, &self.name, beside, name, RenameFlags::EXCHANGE) {
            // Filesystems that do not know the flag: NFS, 9p, some of FUSE (rename(2)).
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                rustix::fs::renameat(&self.folder, &self.name, beside, name).map(|()| Before::Gone)
            }
            swapped => swapped.map(|()| Before::Swapped),
        }
    }

    /// Renames it to `name`, where nothing may stand.
    pub(super) fn rename_to_new(self, name: &OsStr) -> Result<(), Cause> {
        let beside = self.beside.fd();
        let renamed = match rustix::fs::renameat_with(&self.folder, &self.name, beside, name, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                match rustix::fs::statat(beside, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Err(Errno::NOENT) => rustix::fs::renameat(&self.folder, &self.name, beside, name),
                    there => there.and(Err(Errno::EXIST)),
                }
            }
            renamed => renamed,
        };
        match renamed {
            Ok(()) => {
                sync(beside);
                Ok(())
            }
            Err(Errno::EXIST) => Err(Cause::Appeared),
            Err(errno) => Err(Cause::system("renaming the temporary file to it", errno)),
        }
    }

    /// Leaves it where it is and tells where.
    pub(super) fn leave(mut self) -> String {
        self.stays = true;
        format!("{}/{}", self.folder_name, self.name)
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if !self.stays {
            let _ = rustix::fs::unlinkat(&self.folder, &self.name, AtFlags::empty());
            remove_folder(self.beside, &self.folder_name);
        }
    }
}

/// A new folder, locked.
fn new_folder(beside: &Folder) -> Result<(String, OwnedFd), Errno> {
    let mut number = 0;
    loop {
        let name = format!("{PREFIX}{}-{number}", std::process::id());
        number += 1;
        match rustix::fs::mkdirat(beside.fd(), &name, Mode::from_raw_mode(0o700)) {
            // Left by a run that was killed.
            Err(Errno::EXIST) if number < 100 => continue,
            made => made?,
        }
        let folder = match beside.open_folder(&name) {
            Ok(folder) => folder,
            // Another run took it for a leftover in the moment before it was locked.
            Err(Errno::NOENT) if number < 100 => continue,
            Err(errno) => {
                remove_folder(beside, &name);
                return Err(errno);
            }
        };
        let locked = flock(&folder, FlockOperation::NonBlockingLockExclusive);
        if locked != Err(Errno::WOULDBLOCK) && leads_to(beside.fd(), OsStr::new(&name), &folder).unwrap_or(true) {
            return Ok((name, folder));
        }
    }
}

fn remove_folder(beside: &Folder, name: &str) {
    let _ = rustix::fs::unlinkat(beside.fd(), name, AtFlags::REMOVEDIR);
}
