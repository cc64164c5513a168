//! Saving: the only place that writes into a tree.
//!
//! A tree may belong to somebody else (a container's root, a user's repository) and change while
//! it is looked at, so every path below its root is walked without following links, and everything
//! is done relative to the folder that was reached.

mod error;
mod folder;
mod keep;
mod target;
mod temporary;
mod validate;

pub use error::{Cause, SaveError};
pub use target::Target;
pub use validate::Validate;

use crate::report::visible;
use folder::{Folder, is_mount_point};
use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt};
use temporary::Temporary;

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
/// | a regular file | a temporary file beside it gets the text, then its owner, mode and extended attributes (ACLs, SELinux label), is synced and renamed over it; the folder is synced |
/// | a symbolic link inside the tree | [`Target::of`] followed it: the file that it leads to is saved, the link stays |
/// | a symbolic link out of the tree, or to nothing | refused by [`Target::of`] |
/// | reached through a link that was none before | refused: no link below the root is followed here |
/// | a file with several names (hard links) | the synced temporary file is kept until the text is written over in place, so that all names show it |
/// | a mount point (a file bound into a container) | as with hard links; also where only the rename tells (`EBUSY`, `EXDEV`) |
/// | a file without write permission for its owner | refused, for root too: somebody meant it |
/// | on a read-only filesystem, immutable, append-only, not ours to write | refused by the kernel, nothing written |
/// | a file whose owner or attributes cannot be given to the new one | refused, nothing written |
/// | not what was read: other text, another file, gone, or now there | refused, nothing written |
/// | any of these, with a command to validate it | the command is run on the temporary file, which has its name behind a prefix, owner and mode by then; where it fails, nothing is written |
/// | a file with the text `new` already (`old` equals it) | left alone, not even opened |
/// | new | its folders are made with mode 0755, itself with 0644; a file that appears meanwhile wins |
/// | a folder, device, FIFO or socket | refused without opening it |
///
/// Whatever fails leaves the old file whole, and neither a temporary file nor a new folder behind.
/// The one exception says so: writing over in place failed half-way and putting the old text back
/// failed too ([`Cause::Torn`]); then the temporary file stays, it has the whole new text.
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
    let in_place = meta.nlink() > 1 || is_mount_point(&original);

    let mut temporary = Temporary::create(&folder, name, new)?;
    if !in_place || validate.is_some() {
        keep::owner_mode_attributes(&original, &meta, temporary.file())?;
    }
    temporary.sync()?;
    validated(validate, target, &folder, &temporary, new)?;
    still_as_read(&folder, name, &original, old)?;
    if !in_place {
        match temporary.rename(name) {
            Ok(()) => return Ok(Saved::Replaced),
            // A mount point that `statx` did not tell of (Linux before 5.8), and filesystems that are
            // several in one folder.
            Err(Errno::BUSY | Errno::XDEV) => {}
            Err(errno) => return Err(Cause::system("renaming the temporary file over it", errno)),
        }
    }
    match write_over(&original, old, new) {
        Ok(()) => Ok(Saved::Rewritten),
        Err(Torn::Restored(error)) => Err(Cause::failed("writing it", &error)),
        Err(Torn::Torn(error)) => {
            Err(Cause::Torn { error: error.to_string(), copy: visible::text(temporary.leave().as_bytes()) })
        }
    }
}

fn create(target: &Target, new: &[u8], validate: Option<&Validate>) -> Result<Saved, Cause> {
    let (folder, name) = Folder::make(target)?;
    let temporary = Temporary::create(&folder, name, new)?;
    keep::new_file_mode(temporary.file())?;
    temporary.sync()?;
    validated(validate, target, &folder, &temporary, new)?;
    temporary.rename_to_new(name)?;
    folder.settle();
    Ok(Saved::Created)
}

/// Runs the command, if there is one, and makes sure that it only looked at the file.
fn validated(
    validate: Option<&Validate>,
    target: &Target,
    folder: &Folder,
    temporary: &Temporary<'_>,
    new: &[u8],
) -> Result<(), Cause> {
    let Some(validate) = validate else { return Ok(()) };
    let file = target.path();
    validate.run(&file.with_file_name(temporary.name()), &file)?;
    still_as_read(folder, temporary.name(), temporary.file(), new).map_err(|cause| match cause {
        Cause::Changed => Cause::Meddled { command: validate.text().to_owned() },
        other => other,
    })
}

/// Whether the path still leads to the file that was opened, and that file still has the text
/// that was read. The last thing before the rename.
fn still_as_read(folder: &Folder, name: &OsStr, original: &File, old: &[u8]) -> Result<(), Cause> {
    let failed = |error: std::io::Error| Cause::failed("reading it again", &error);
    let mut now = Vec::with_capacity(old.len() + 1);
    let mut reader = original;
    reader.rewind().map_err(failed)?;
    reader.take(old.len() as u64 + 1).read_to_end(&mut now).map_err(failed)?;
    let meta = original.metadata().map_err(failed)?;
    if now != old || !folder.leads_to(name, &meta)? {
        return Err(Cause::Changed);
    }
    Ok(())
}

/// How writing over a file failed.
enum Torn {
    /// The old text stands there again.
    Restored(std::io::Error),
    /// Putting it back failed too.
    Torn(std::io::Error),
}

fn write_over(original: &File, old: &[u8], new: &[u8]) -> Result<(), Torn> {
    let write = |text: &[u8]| {
        original.write_all_at(text, 0)?;
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
