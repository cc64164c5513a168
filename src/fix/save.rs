//! Saving: the only place that writes into a tree.
//!
//! A tree may belong to somebody else (a container's root, a user's repository) and change while
//! it is looked at, so every path below its root is walked without following links, and everything
//! is done relative to the folder that was reached.

mod error;
mod folder;
mod keep;
mod leftover;
mod target;
mod temporary;
mod validate;

pub use error::{Cause, SaveError};
pub use leftover::remove_leftovers;
pub use target::Target;
pub use validate::Validate;

use folder::{Folder, is_mount_point, leads_to};
use rustix::fs::{FallocateFlags, FlockOperation, fallocate, flock};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::thread::sleep;
use std::time::Duration;
use temporary::{Before, Temporary};

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It had this text already; it was not opened for writing.
    Unchanged,
    /// A new file took its place.
    Replaced,
    /// It was written over where it lies.
    Rewritten,
    /// It is new.
    Created,
}

/// Writes `new` where `old` was read (`None`: where no file was), all or nothing.
///
/// | The path is | What happens |
/// |---|---|
/// | a regular file | a temporary file in a folder of its own beside it gets the text, then its owner, mode and extended attributes (ACLs, SELinux label), is synced and changes places with it; the folder is synced |
/// | a regular file where files cannot change places (NFS, 9p) | the temporary file is renamed over it |
/// | a symbolic link inside the tree | [`Target::of`] followed it: the file that it leads to is saved, the link stays |
/// | a symbolic link out of the tree, or to nothing | refused by [`Target::of`] |
/// | reached through a link that was none before | refused: no link below the root is followed here |
/// | a file with several names (hard links) | it is written over where it lies, so that all names show it; until then a synced copy of the new text lies beside it |
/// | a mount point (a file bound into a container) | as with hard links; also where only the rename tells (`EBUSY`, `EXDEV`) |
/// | a file without write permission for its owner | refused, for root too: somebody meant it |
/// | on a read-only filesystem, immutable, append-only, not ours to write | refused by the kernel, nothing written |
/// | a file whose owner or attributes cannot be given to the new one | refused, nothing written |
/// | not what was read: other text, another file, gone, or now there | refused, nothing written; also where that comes to light after the swap, which is undone |
/// | locked by another run | refused, nothing written |
/// | any of these, with a command to validate it | the temporary file, with its owner and mode, has a second name beside the file while the command runs; where that fails, nothing is written |
/// | a file with the text `new` already (`old` equals it) | left alone, not even opened |
/// | new | its folders are made with mode 0755, itself with 0644; a file that appears meanwhile wins |
/// | a folder, device, FIFO or socket | refused without opening it |
///
/// Whatever fails leaves the old file whole, and neither a temporary file nor a new folder behind.
/// The one exception says so: writing over in place failed half-way and putting the old text back
/// failed too ([`Cause::Torn`]); then the temporary file stays, it has the whole new text.
/// What a killed run leaves behind, the next one removes: [`remove_leftovers`].
///
/// # Errors
///
/// Names the file, the cause and the cure.
pub fn save(target: &Target, old: Option<&[u8]>, new: &[u8], validate: Option<&Validate>) -> Result<Saved, SaveError> {
    let saved = match old {
        Some(old) if old == new => Ok(Saved::Unchanged),
        Some(old) => replace(target, old, new, validate),
        None => create(target, new, validate),
    };
    saved.map_err(|cause| SaveError { file: target.path(), cause })
}

fn replace(target: &Target, old: &[u8], new: &[u8], validate: Option<&Validate>) -> Result<Saved, Cause> {
    let (folder, name) = Folder::reach(target)?;
    let original = folder.open_regular(name)?;
    let meta = original.metadata().map_err(|error| Cause::failed("looking at it", &error))?;
    if meta.mode() & 0o200 == 0 {
        return Err(Cause::ReadOnly);
    }
    if !lock(&original) {
        return Err(Cause::Locked);
    }
    let original = Original { folder: &folder, name, file: original, text: old };
    let mut temporary = Temporary::create(&folder, new)?;
    if meta.nlink() > 1 || is_mount_point(&original.file) {
        if validate.is_some() {
            keep::owner_mode_attributes(&original.file, &meta, temporary.file())?;
        }
        temporary.sync()?;
        validated(validate, target, &temporary, new)?;
        return rewrite(&original, meta.ino(), temporary, new);
    }
    keep::owner_mode_attributes(&original.file, &meta, temporary.file())?;
    temporary.sync()?;
    validated(validate, target, &temporary, new)?;
    original.is_as_read(folder.fd(), name)?;
    match temporary.swap(name) {
        Ok(Before::Gone) => {}
        // What came between that check and the swap is found out now.
        Ok(Before::Swapped) => {
            if let Err(cause) = original.is_as_read(temporary.folder(), temporary.name()) {
                return Err(swap_back(temporary, name, cause));
            }
        }
        // A mount point that `statx` did not tell of (Linux before 5.8), and filesystems that are
        // several in one folder.
        Err(Errno::BUSY | Errno::XDEV) => return rewrite(&original, meta.ino(), temporary, new),
        Err(Errno::NOENT) => return Err(Cause::Changed),
        Err(errno) => return Err(Cause::system("renaming the temporary file over it", errno)),
    }
    folder::sync(folder.fd());
    Ok(Saved::Replaced)
}

/// Locks a file; `false` where another has it for longer than a moment. For a moment a process that starts a program has two
/// copies of its locks.
fn lock(file: &File) -> bool {
    const TRIES: usize = 10;
    const WAIT: Duration = Duration::from_millis(10);
    (0..TRIES).any(|tried| {
        if tried > 0 {
            sleep(WAIT);
        }
        // Where a filesystem has no locks, a second run is noticed by what it changed.
        flock(file, FlockOperation::NonBlockingLockExclusive) != Err(Errno::WOULDBLOCK)
    })
}

/// Gives what somebody else put under `name` its place again.
fn swap_back(mut temporary: Temporary<'_>, name: &OsStr, cause: Cause) -> Cause {
    match temporary.swap(name) {
        Ok(_) => cause,
        Err(errno) => Cause::Displaced { error: std::io::Error::from(errno).to_string(), copy: temporary.leave() },
    }
}

/// Writes over a file where it lies, with a copy of the new text beside it in the meantime.
fn rewrite(original: &Original<'_>, inode: u64, mut copy: Temporary<'_>, new: &[u8]) -> Result<Saved, Cause> {
    copy.keep_for(inode)?;
    original.is_as_read(original.folder.fd(), original.name)?;
    match write_over(&original.file, original.text, new) {
        Ok(()) => Ok(Saved::Rewritten),
        Err(Torn::Restored(error)) => Err(Cause::failed("writing it", &error)),
        Err(Torn::Torn(error)) => Err(Cause::Torn { error: error.to_string(), copy: copy.leave() }),
    }
}

fn create(target: &Target, new: &[u8], validate: Option<&Validate>) -> Result<Saved, Cause> {
    let (folder, name) = Folder::make(target)?;
    let temporary = Temporary::create(&folder, new)?;
    keep::new_file_mode(temporary.file())?;
    temporary.sync()?;
    validated(validate, target, &temporary, new)?;
    temporary.rename_to_new(name)?;
    folder.settle();
    Ok(Saved::Created)
}

/// Runs the command, if there is one, and makes sure that it only looked at the file.
fn validated(validate: Option<&Validate>, target: &Target, temporary: &Temporary<'_>, new: &[u8]) -> Result<(), Cause> {
    let Some(validate) = validate else { return Ok(()) };
    let file = target.path();
    let shown = temporary.show_as(file.file_name().unwrap_or_default())?;
    validate.run(&file.with_file_name(shown.name()), &file)?;
    if has_text(temporary.file(), new)? && shown.is_still_it()? {
        return Ok(());
    }
    Err(Cause::Meddled { command: validate.text().to_owned() })
}

/// Whether a file has this text now.
fn has_text(mut file: &File, text: &[u8]) -> Result<bool, Cause> {
    let failed = |error: std::io::Error| Cause::failed("reading it again", &error);
    let mut now = Vec::with_capacity(text.len() + 1);
    file.rewind().map_err(failed)?;
    file.take(text.len() as u64 + 1).read_to_end(&mut now).map_err(failed)?;
    Ok(now == text)
}

/// The file that is saved, as it was opened.
struct Original<'a> {
    folder: &'a Folder,
    name: &'a OsStr,
    file: File,
    /// What was read from it before.
    text: &'a [u8],
}

impl Original<'_> {
    /// Whether `name` leads to it and it still has the text that was read.
    fn is_as_read(&self, folder: &OwnedFd, name: &OsStr) -> Result<(), Cause> {
        let is_same = has_text(&self.file, self.text)?;
        match leads_to(folder, name, &self.file) {
            Ok(true) if is_same => Ok(()),
            Ok(_) => Err(Cause::Changed),
            Err(errno) => Err(Cause::system("looking at it again", errno)),
        }
    }
}

/// How writing over a file failed.
enum Torn {
    /// The old text stands there again.
    Restored(std::io::Error),
    /// Putting it back failed too.
    Torn(std::io::Error),
}

fn write_over(original: &File, old: &[u8], new: &[u8]) -> Result<(), Torn> {
    let longest = old.len().max(new.len());
    // Never a mixture: until it is cut, a shorter text ends in empty lines, which no reader minds.
    let write = |text: &[u8]| {
        let mut padded = text.to_vec();
        padded.resize(longest, b'\n');
        original.write_all_at(&padded, 0)?;
        original.set_len(text.len() as u64)?;
        original.sync_all()
    };
    // A full disk is noticed before the first byte is gone, where the filesystem can tell.
    if let Err(errno @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) =
        fallocate(original, FallocateFlags::KEEP_SIZE, 0, new.len().max(1) as u64)
    {
        return Err(Torn::Restored(errno.into()));
    }
    write(new).map_err(|error| if write(old).is_ok() { Torn::Restored(error) } else { Torn::Torn(error) })
}
