//! The folder of a file that is saved: reached, and written into, without following links.

use super::error::Cause;
use super::target::Target;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, StatxAttributes, StatxFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Component, Path, PathBuf};

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
const FOLDER_MODE: Mode = Mode::from_raw_mode(0o755);

/// An open folder. Folders that were made on the way to it are removed again unless
/// [`settle`](Self::settle) is called.
pub(super) struct Folder {
    fd: OwnedFd,
    made: Vec<(OwnedFd, OsString)>,
}

impl Folder {
    /// The folder of a file, and the file's name in it.
    pub(super) fn reach(target: &Target) -> Result<(Self, &OsStr), Cause> {
        Self::walk(target, false)
    }

    /// As [`reach`](Self::reach), making the folders that are missing.
    pub(super) fn make(target: &Target) -> Result<(Self, &OsStr), Cause> {
        Self::walk(target, true)
    }

    fn walk(target: &Target, make: bool) -> Result<(Self, &OsStr), Cause> {
        let name = target.file.file_name().ok_or(Cause::NotRegular)?;
        let root = if target.root.as_os_str().is_empty() { Path::new(".") } else { &target.root };
        let fd = rustix::fs::openat(CWD, root, FOLDER, Mode::empty())
            .map_err(|errno| Cause::system("opening the tree's root", errno))?;
        let mut folder = Self { fd, made: Vec::new() };
        let mut path = PathBuf::new();
        for component in target.file.parent().into_iter().flat_map(Path::components) {
            let Component::Normal(step) = component else { return Err(Cause::Astray) };
            path.push(step);
            match folder.step(step, make) {
                Ok(()) => {}
                // O_NOFOLLOW with O_DIRECTORY gives ENOTDIR for a link.
                Err(Errno::LOOP | Errno::NOTDIR) => return Err(Cause::Swapped(target.root.join(path))),
                Err(Errno::NOENT) => return Err(Cause::Changed),
                Err(errno) => return Err(Cause::system("opening its folder", errno)),
            }
        }
        Ok((folder, name))
    }

    /// Goes one folder down.
    fn step(&mut self, name: &OsStr, make: bool) -> Result<(), Errno> {
        let open = || rustix::fs::openat(&self.fd, name, FOLDER | OFlags::NOFOLLOW, Mode::empty());
        let below = match open() {
            Err(Errno::NOENT) if make => {
                let parent = rustix::io::fcntl_dupfd_cloexec(&self.fd, 0)?;
                match rustix::fs::mkdirat(&parent, name, FOLDER_MODE) {
                    // Another run made it.
                    Err(Errno::EXIST) => open()?,
                    made => {
                        made?;
                        self.made.push((parent, name.to_owned()));
                        let below = open()?;
                        // The umask must not keep the daemons out.
                        rustix::fs::fchmod(&below, FOLDER_MODE)?;
                        below
                    }
                }
            }
            opened => opened?,
        };
        self.fd = below;
        Ok(())
    }

    /// Opens a regular file for reading and writing. Nothing else is opened: a FIFO would block,
    /// a device might act.
    pub(super) fn open_regular(&self, name: &OsStr) -> Result<File, Cause> {
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile => {}
            Ok(_) => return Err(Cause::NotRegular),
            Err(Errno::NOENT) => return Err(Cause::Changed),
            Err(errno) => return Err(Cause::system("looking at it", errno)),
        }
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        match rustix::fs::openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => Ok(File::from(fd)),
            Err(Errno::LOOP | Errno::NOENT) => Err(Cause::Changed),
            Err(errno) => Err(Cause::system("opening it for writing", errno)),
        }
    }

    /// A folder in it that is no link, under its name.
    pub(super) fn open_folder(&self, name: &str) -> Result<OwnedFd, Errno> {
        rustix::fs::openat(&self.fd, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())
    }

    /// Keeps the folders that were made.
    pub(super) fn settle(mut self) {
        for (parent, _) in self.made.drain(..) {
            sync(&parent);
        }
    }

    /// The folder, for what is done in it.
    pub(super) fn fd(&self) -> &OwnedFd {
        &self.fd
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        for (parent, name) in self.made.drain(..).rev() {
            // One that something else was put into meanwhile stays.
            let _ = rustix::fs::unlinkat(&parent, &name, AtFlags::REMOVEDIR);
        }
    }
}

/// Whether a name in a folder leads to this very file or folder.
pub(super) fn leads_to(folder: &OwnedFd, name: &OsStr, file: impl AsFd) -> Result<bool, Errno> {
    let this = rustix::fs::fstat(file)?;
    match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(there) => Ok((there.st_dev, there.st_ino) == (this.st_dev, this.st_ino)),
        Err(Errno::NOENT) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// Whether something is mounted on the file. Linux before 5.8 does not tell.
pub(super) fn is_mount_point(file: &File) -> bool {
    let found = rustix::fs::statx(file, "", AtFlags::EMPTY_PATH, StatxFlags::empty());
    found.is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

/// Makes a rename in a folder last. Where that fails, a crash leaves the old text or the new one,
/// either of them whole, so it is no failure of saving.
pub(super) fn sync(folder: &OwnedFd) {
    let _ = rustix::fs::fsync(folder);
}
