//! Reading regular files and nothing else: no FIFO that blocks, no device that acts, no more than
//! the limit, and no link where the path is not the user's own word.

use crate::host::join;
use crate::lines::line_endings;
use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2};
use rustix::io::Errno;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The largest file that is read. Configuration is far smaller; what is larger is no configuration.
pub const SIZE_LIMIT: u64 = 16 * 1024 * 1024;

/// As many lines as a file that is read may have: what a reader keeps of each takes far more room than a line of one
/// byte. A package database of 10,000 packages has fewer.
const LINE_LIMIT: usize = 250_000;

const FLAGS: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// Reads a file that is no link itself.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    read_open(openat(CWD, path, FLAGS | OFlags::NOFOLLOW, Mode::empty()).map(File::from).map_err(io::Error::from))
}

/// Reads the file `path` below the directory `root`, where no link leads to it: one that was put
/// there since the path was looked up is refused. Without a `path`, `root` is the file.
pub(crate) fn read_below(root: &Path, path: &Path) -> Result<Vec<u8>, String> {
    read_open(open_below(root, path).map_err(io::Error::from))
}

/// The same for a file of at most so many bytes that has one name, under which alone a fix may change it meanwhile;
/// `None` for others, an empty one and one that cannot be read.
pub(crate) fn read_short_below(root: &Path, path: &Path, longest: u64) -> Option<Vec<u8>> {
    let file = open_below(root, path).ok()?;
    let is_short = |meta: &Metadata| (1..=longest).contains(&meta.len());
    let meta = file.metadata().ok().filter(|meta| meta.is_file() && meta.nlink() == 1 && is_short(meta))?;
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    file.take(meta.len()).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The first `len` bytes of a regular file that is no link.
pub(crate) fn start(path: &Path, len: usize) -> Option<Vec<u8>> {
    let file = File::from(openat(CWD, path, FLAGS | OFlags::NOFOLLOW, Mode::empty()).ok()?);
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut text = Vec::with_capacity(len);
    file.take(len as u64).read_to_end(&mut text).ok()?;
    Some(text)
}

fn open_below(root: &Path, path: &Path) -> Result<File, Errno> {
    let own = if path.as_os_str().is_empty() { root.parent().zip(root.file_name()) } else { None };
    let (root, path) = own.map_or((root, path), |(folder, name)| (folder, Path::new(name)));
    let full = join(root, path);
    let opened = match openat2(CWD, &full, FLAGS, Mode::empty(), ResolveFlags::NO_SYMLINKS) {
        // The way to the root may lead through links.
        Err(Errno::LOOP) => {
            let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
            let root = openat(CWD, root, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
            openat2(root, path, FLAGS, Mode::empty(), ResolveFlags::NO_SYMLINKS | ResolveFlags::BENEATH)
        }
        // Linux before 5.6, and sandboxes that do not let it through: only the last name is safe.
        Err(Errno::NOSYS | Errno::PERM) => openat(CWD, &full, FLAGS | OFlags::NOFOLLOW, Mode::empty()),
        opened => opened,
    };
    opened.map(File::from)
}

fn read_open(file: io::Result<File>) -> Result<Vec<u8>, String> {
    let unreadable = |error: io::Error| format!("cannot read this file: {error}; make it readable or exclude it");
    let mut file = file.map_err(unreadable)?;
    let meta = file.metadata().map_err(unreadable)?;
    if !meta.is_file() {
        return Err("not a regular file; exclude it".to_owned());
    }
    if meta.len() > SIZE_LIMIT {
        return Err(too_large(meta.len()));
    }
    // Up to the size that it has now, so that its end need not be asked for; files of `/proc` have none.
    let limit = if meta.len() > 0 { meta.len() } else { SIZE_LIMIT + 1 };
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    (&mut file).take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > SIZE_LIMIT {
        return Err("this file grew over 16 MiB while it was read; exclude it".to_owned());
    }
    has_few_lines(&bytes).map(|()| bytes)
}

fn too_large(len: u64) -> String {
    format!("{len} bytes are too much for a configuration file (the limit is 16 MiB); exclude it")
}

/// Whether a text has no more lines than the limit.
pub(crate) fn has_few_lines(text: &[u8]) -> Result<(), String> {
    if text.len() <= LINE_LIMIT {
        return Ok(());
    }
    match line_endings(text) {
        0..=LINE_LIMIT => Ok(()),
        lines => {
            Err(format!("{lines} lines are too much for a configuration file (the limit is {LINE_LIMIT}); exclude it"))
        }
    }
}
