//! What a new file takes over from the one that it replaces.

use super::error::Cause;
use rustix::buffer::spare_capacity;
use rustix::fs::{Gid, Mode, Uid, XattrFlags};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::ffi::{CStr, CString};
use std::fs::{File, Metadata};
use std::os::unix::fs::MetadataExt;

/// Attributes that the kernel makes from a file's content and protects itself
/// (`evm_protect_xattr`, `ima_protect_xattr`).
const KERNELS_OWN: [&CStr; 2] = [c"security.evm", c"security.ima"];
/// `XATTR_SIZE_MAX` and `XATTR_LIST_MAX` in linux/limits.h.
const SIZE_MAX: usize = 64 * 1024;

/// Gives `new` the owner, mode and extended attributes of `original`.
pub(super) fn owner_mode_attributes(original: &File, meta: &Metadata, new: &File) -> Result<(), Cause> {
    let made = new.metadata().map_err(|error| Cause::failed("looking at a temporary file beside it", &error))?;
    if (made.uid(), made.gid()) != (meta.uid(), meta.gid()) {
        let (uid, gid) = (Uid::from_raw(meta.uid()), Gid::from_raw(meta.gid()));
        rustix::fs::fchown(new, Some(uid), Some(gid)).map_err(|errno| Cause::kept("owner", errno))?;
    }
    // After fchown(2), which clears set-user-ID; before the ACL, whose mask it would change.
    set_mode(new, meta.mode())?;
    attributes(original, new)
}

/// The mode of a file that was not there: every daemon may read it, whatever the umask.
pub(super) fn new_file_mode(new: &File) -> Result<(), Cause> {
    set_mode(new, 0o644)
}

fn set_mode(new: &File, mode: u32) -> Result<(), Cause> {
    rustix::fs::fchmod(new, Mode::from_raw_mode(mode & 0o7777)).map_err(|errno| Cause::kept("mode", errno))
}

/// The same attributes: none less, none other, and none more (an ACL that the folder's default
/// gives to new files).
fn attributes(original: &File, new: &File) -> Result<(), Cause> {
    let names = |file: &File| list(file).map_err(|errno| Cause::kept("extended attributes", errno));
    let (wanted, made) = (names(original)?, names(new)?);
    for name in made.difference(&wanted) {
        match rustix::fs::fremovexattr(new, name.as_c_str()) {
            Ok(()) | Err(Errno::NODATA) => {}
            Err(errno) => return Err(lost_attribute(name, errno)),
        }
    }
    for name in &wanted {
        let value = get(original, name).map_err(|errno| lost_attribute(name, errno))?;
        // A label that is right already may not be ours to set.
        if get(new, name).is_ok_and(|there| there == value) {
            continue;
        }
        rustix::fs::fsetxattr(new, name.as_c_str(), &value, XattrFlags::empty())
            .map_err(|errno| lost_attribute(name, errno))?;
    }
    Ok(())
}

fn list(file: &File) -> Result<BTreeSet<CString>, Errno> {
    let mut names = Vec::with_capacity(SIZE_MAX);
    match rustix::fs::flistxattr(file, spare_capacity(&mut names)) {
        Ok(_) => {}
        // A filesystem without extended attributes has none to lose.
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => return Ok(BTreeSet::new()),
        Err(errno) => return Err(errno),
    }
    let names = names.split_inclusive(|&byte| byte == 0).filter_map(|name| CStr::from_bytes_with_nul(name).ok());
    Ok(names.filter(|name| !KERNELS_OWN.contains(name)).map(CStr::to_owned).collect())
}

fn get(file: &File, name: &CStr) -> Result<Vec<u8>, Errno> {
    let mut value = Vec::with_capacity(SIZE_MAX);
    rustix::fs::fgetxattr(file, name, spare_capacity(&mut value))?;
    Ok(value)
}

fn lost_attribute(name: &CStr, errno: Errno) -> Cause {
    Cause::kept(&format!("extended attribute {}", name.to_string_lossy()), errno)
}
