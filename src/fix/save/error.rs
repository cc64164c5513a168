//! Why a file was not saved, and what to do about it.

use crate::report::visible;
use rustix::io::Errno;
use std::fmt;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// A file that was not saved. Its message names the file, the cause and the cure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaveError {
    /// The file, as it lies on this machine.
    pub file: PathBuf,
    /// Why not.
    pub cause: Cause,
}

/// Why a file was not saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Its owner may not write it.
    ReadOnly,
    /// A folder, device, FIFO or socket.
    NotRegular,
    /// A link leads out of the tree or to nothing, or its folder is none.
    Astray,
    /// A symbolic link or something else stands where a file or folder was.
    Swapped(PathBuf),
    /// It is not what was read.
    Changed,
    /// Somebody else is saving it.
    Locked,
    /// A file that was to be created is there.
    Appeared,
    /// The new file cannot have the old one's owner or attribute.
    Kept {
        /// Which: "owner", "mode", "extended attribute security.selinux".
        what: String,
        /// What the kernel says.
        error: String,
        /// What to do.
        cure: &'static str,
    },
    /// The command that was to validate the new text fails.
    Refused {
        /// The command.
        command: String,
        /// How it fails.
        how: String,
        /// What it says, line by line.
        said: Vec<String>,
    },
    /// The command that was to validate the new text changed it.
    Meddled {
        /// The command.
        command: String,
    },
    /// The kernel refuses.
    System {
        /// What was tried, as in "renaming it".
        doing: &'static str,
        /// What the kernel says.
        error: String,
        /// What to do.
        cure: &'static str,
    },
    /// Somebody replaced it in the last moment, and giving that its place again failed.
    Displaced {
        /// What the kernel says.
        error: String,
        /// Where it is, relative to the same folder.
        copy: String,
    },
    /// A run was killed while it wrote over it.
    Interrupted {
        /// The file that has the whole new text, relative to the same folder.
        copy: String,
    },
    /// Writing in place failed half-way, and putting the old text back failed too.
    Torn {
        /// What the kernel says.
        error: String,
        /// The file that has the whole new text, relative to the same folder.
        copy: String,
    },
}

impl Cause {
    /// What the new file cannot have.
    pub(super) fn kept(what: &str, errno: Errno) -> Self {
        let cure = if errno == Errno::PERM { cure(Errno::ACCESS) } else { cure(errno) };
        Self::Kept { what: what.to_owned(), error: io::Error::from(errno).to_string(), cure }
    }

    /// A system call that failed.
    pub(super) fn system(doing: &'static str, errno: Errno) -> Self {
        Self::System { doing, error: io::Error::from(errno).to_string(), cure: cure(errno) }
    }

    /// An operation of the standard library that failed.
    pub(super) fn failed(doing: &'static str, error: &io::Error) -> Self {
        let cure = error.raw_os_error().map_or(TRY_AGAIN, |code| cure(Errno::from_raw_os_error(code)));
        Self::System { doing, error: error.to_string(), cure }
    }
}

const TRY_AGAIN: &str = "run again, or exclude it";

/// What to do about an error of the kernel.
fn cure(errno: Errno) -> &'static str {
    match errno {
        Errno::ACCESS => "run as its owner or as root, or exclude it",
        // open(2), unlink(2): what root may not do either.
        Errno::PERM => "if it or its folder is immutable or append-only, `chattr -ia` it, or exclude it",
        Errno::ROFS => "mount the filesystem writable, or exclude it",
        Errno::NOSPC | Errno::DQUOT | Errno::FBIG => "make room on the filesystem and run again",
        Errno::TXTBSY | Errno::BUSY => "end what uses it and run again",
        Errno::IO => "the disk or its connection fails: see the kernel's log",
        _ => TRY_AGAIN,
    }
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", visible::text(self.file.as_os_str().as_bytes()), self.cause)
    }
}

impl std::error::Error for SaveError {}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadOnly => write!(f, "read-only file; chmod u+w it or exclude it"),
            Self::NotRegular => write!(f, "not a regular file; exclude it"),
            Self::Astray => {
                write!(
                    f,
                    "a symbolic link leads out of the tree or to nothing; fix the file that is meant, or exclude it"
                )
            }
            Self::Swapped(path) => {
                let path = visible::text(path.as_os_str().as_bytes());
                write!(
                    f,
                    "{path} is a symbolic link or no folder, and links are not followed here; run again, or exclude it"
                )
            }
            Self::Changed => write!(f, "it changed since it was read; run again"),
            Self::Locked => write!(f, "another run is saving it, or another program has it locked; run again"),
            Self::Displaced { error, copy } => write!(
                f,
                "it was replaced in the moment it was saved, and that could not be put back ({error}); \
                 it is beside it, {copy}: rename it"
            ),
            Self::Interrupted { copy } => write!(
                f,
                "a run was killed while it wrote over it; the whole new text is beside it, {copy}: \
                 copy it over if something is missing, then remove it"
            ),
            Self::Appeared => write!(f, "it was to be created and is there now; run again"),
            Self::Kept { what, error, cure } => write!(f, "its {what} cannot be kept ({error}); {cure}"),
            Self::Refused { command, how, said } => {
                let command = visible::text(command);
                write!(f, "`{command}` does not take the new text ({how}); the file stays as it was")?;
                // A bar, because GitHub's runner takes a line that begins with `::` for a command, after blanks too.
                said.iter().try_for_each(|line| write!(f, "\n  | {line}"))
            }
            Self::Meddled { command } => {
                let command = visible::text(command);
                write!(
                    f,
                    "`{command}` changed the new text; the file stays as it was: --validate takes a command that only reads"
                )
            }
            Self::System { doing, error, cure } => write!(f, "{doing} failed ({error}); {cure}"),
            Self::Torn { error, copy } => write!(
                f,
                "writing it failed half-way ({error}) and its old text could not be put back; \
                 the whole new text is beside it, {copy}: copy it over"
            ),
        }
    }
}
