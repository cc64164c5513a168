//! What runs that were killed left behind.

use super::error::{Cause, SaveError};
use super::folder::{Folder, leads_to};
use super::target::Target;
use super::temporary::{COPY, PREFIX, TEXT};
use crate::host::Host;
use crate::regular::SIZE_LIMIT;
use bstr::ByteSlice;
use rustix::fs::{AtFlags, Dir, FlockOperation, Mode, OFlags, flock};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Removes the temporary files that killed runs left in the folders of a host that were looked at, where
/// `touches` takes their paths on this machine. Those of runs that live are locked and stay. So does the copy of a text
/// that was not written over its file in whole: that is an error, and what to do is for a person to say.
///
/// Call it after saving: where the killed run had not begun to write, this one has done its work.
#[must_use]
pub fn remove_leftovers(host: &Host, touches: &dyn Fn(&Path) -> bool) -> Vec<SaveError> {
    let leftovers = host.seen_folders(PREFIX.as_bytes()).into_iter().filter_map(|path| Target::of(host, &path).ok());
    leftovers.filter(|target| touches(&target.path())).filter_map(|target| remove(&target)).collect()
}

/// One that is not ours to open, or gone meanwhile, is not ours to remove.
fn remove(target: &Target) -> Option<SaveError> {
    let (beside, name) = Folder::reach(target).ok()?;
    let name_text = name.to_str()?;
    let folder = beside.open_folder(name_text).ok()?;
    flock(&folder, FlockOperation::NonBlockingLockExclusive).ok()?;
    if !leads_to(beside.fd(), name, &folder).ok()? {
        return None;
    }
    // It holds one file; what else has such a name is not ours.
    let files = entries(&folder);
    if let [(file, number)] = files.as_slice() {
        // It was killed while a command looked at the text under a second name.
        let is_second =
            |other: &OsStr| other.as_bytes().strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"-"));
        for (other, _) in entries(beside.fd()).iter().filter(|(other, inode)| inode == number && is_second(other)) {
            let _ = rustix::fs::unlinkat(beside.fd(), other, AtFlags::empty());
        }
        let inode = file.as_bytes().strip_prefix(COPY.as_bytes()).and_then(|inode| inode.to_str().ok()?.parse().ok());
        if let Some(torn) = inode.and_then(|inode| torn(&beside, inode, &folder, file)) {
            let cause = Cause::Interrupted { copy: format!("{name_text}/{}", file.to_string_lossy()) };
            return Some(SaveError { file: target.path().with_file_name(torn), cause });
        }
        if inode.is_some() || file == TEXT {
            let _ = rustix::fs::unlinkat(&folder, file, AtFlags::empty());
        }
    }
    let _ = rustix::fs::unlinkat(beside.fd(), name, AtFlags::REMOVEDIR);
    None
}

/// The file over which a copy was to be written, where it has another text.
fn torn(beside: &Folder, inode: u64, folder: &OwnedFd, copy: &OsStr) -> Option<OsString> {
    let (name, _) = entries(beside.fd()).into_iter().find(|(_, number)| *number == inode)?;
    let (now, new) = (text(beside.fd(), &name)?, text(folder, copy)?);
    match now.strip_prefix(new.as_slice()) {
        Some([]) => None,
        // All is written, and only the empty lines were not cut off.
        Some(rest) if rest.iter().all(|&byte| byte == b'\n') => {
            let file = beside.open_regular(&name).ok()?;
            flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
            file.set_len(new.len() as u64).err().map(|_| name)
        }
        _ => Some(name),
    }
}

/// The names in a folder, with their inodes' numbers.
fn entries(folder: &OwnedFd) -> Vec<(OsString, u64)> {
    let entries = Dir::read_from(folder).into_iter().flatten().filter_map(Result::ok);
    let entries = entries.map(|entry| (OsStr::from_bytes(entry.file_name().to_bytes()).to_owned(), entry.ino()));
    entries.filter(|(name, _)| name != "." && name != "..").collect()
}

fn text(folder: &OwnedFd, name: &OsStr) -> Option<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let mut file = File::from(rustix::fs::openat(folder, name, flags, Mode::empty()).ok()?);
    let mut text = Vec::new();
    let is_file = file.metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= SIZE_LIMIT);
    is_file.then(|| file.read_to_end(&mut text).ok())?;
    Some(text)
}
