//! What `source` lines name: word and glob expansion over a host's files, within limits.

mod fnmatch;
mod wordexp;

pub use fnmatch::wild;

use crate::host::{Host, Kind, host_path};
use crate::template::without_statements;
use bstr::{BString, ByteSlice};
use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// As deep as files may source each other. Programs that do not see a loop give up near 1000.
const DEPTH_LIMIT: usize = 40;
/// As often as that is tried before no file is opened any more.
const REFUSAL_LIMIT: usize = 100;
/// As many files as are read for one program.
const FILE_LIMIT: usize = 4096;
/// As many bytes as are read for one program, files that are read twice counted twice.
const BYTE_LIMIT: usize = 64 * 1024 * 1024;
/// As many paths as one line may stand for.
const PATH_LIMIT: usize = 4096;
/// As many names of directories as all patterns are held against.
const NAME_LIMIT: usize = 1_000_000;
/// Longer paths do not exist (`PATH_MAX`).
const LENGTH_LIMIT: usize = 4096;

/// What opening a sourced file gives.
pub enum Opened {
    /// Its path relative to the host's root, and its bytes, those of a template without its statements.
    File(Arc<Path>, Arc<[u8]>),
    /// A directory: opening works, reading does not.
    Directory,
    /// Nothing that can be opened.
    Missing,
    /// A limit is reached.
    TooMany {
        /// Which.
        limit: Limit,
        /// It was not before.
        first: bool,
    },
}

/// What there is too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Files that source each other.
    Depth,
    /// Files, or bytes in them.
    Amount,
}

impl Limit {
    /// What to say of it, and the help.
    #[must_use]
    pub fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Depth => (
                "files source each other without end; what follows from this line is not read",
                "remove the line that leads back",
            ),
            Self::Amount => (
                "more than 4096 files or 64 MiB are sourced; what follows from this line is not read",
                "source fewer files",
            ),
        }
    }
}

/// What one program has read so far.
#[derive(Debug, Default)]
pub struct Reading {
    depth: usize,
    files: usize,
    bytes: usize,
    names: usize,
    refused: usize,
    /// The program runs its files through Mako.
    is_mako: bool,
}

impl Reading {
    /// Of a program that may run its files through Mako.
    pub fn with_mako(is_mako: bool) -> Self {
        Self { is_mako, ..Self::default() }
    }

    /// Opens a file by the path that a program uses, relative to `/`. After a
    /// [`File`](Opened::File) comes a [`close`](Self::close).
    pub fn open(&mut self, host: &Host, path: &[u8]) -> Opened {
        if self.depth >= DEPTH_LIMIT || self.is_over() {
            self.refused += 1;
            let is_much = self.files >= FILE_LIMIT || self.bytes >= BYTE_LIMIT;
            let limit = if is_much { Limit::Amount } else { Limit::Depth };
            return Opened::TooMany { limit, first: self.refused == 1 };
        }
        let path = plain(host, path);
        let bytes = match host.read(&path) {
            Some(bytes) => bytes,
            None => match host.kind(&path) {
                Kind::Dir => return Opened::Directory,
                Kind::Null => Arc::from([]),
                _ => return Opened::Missing,
            },
        };
        self.depth += 1;
        self.files += 1;
        self.bytes += bytes.len();
        Opened::File(Arc::from(&*path), without_statements(host, bytes, self.is_mako))
    }

    /// Whether a limit is reached for good.
    fn is_over(&self) -> bool {
        self.files >= FILE_LIMIT || self.bytes >= BYTE_LIMIT || self.refused >= REFUSAL_LIMIT
    }

    /// The end of a file.
    pub fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// glibc's `wordexp` with `WRDE_NOCMD`: the paths that a line's words stand for. A pattern that
    /// matches nothing stands for itself. None where `wordexp` fails, and for the whole line then.
    pub fn wordexp(&mut self, host: &Host, text: &[u8]) -> Option<Vec<BString>> {
        let mut paths = Vec::new();
        if self.refused > 0 && self.is_over() {
            return Some(paths);
        }
        for pattern in wordexp::split(text)? {
            let found = if fnmatch::is_magic(&pattern) { self.glob(host, &pattern) } else { Vec::new() };
            if found.is_empty() {
                paths.push(fnmatch::literal(&pattern));
            }
            paths.extend(found);
            if paths.len() > PATH_LIMIT {
                break;
            }
        }
        Some(paths)
    }

    /// The existing paths that a pattern stands for, spelled as the pattern spells them, sorted by
    /// byte value. Names that start with a dot match only a pattern that does.
    pub fn glob(&mut self, host: &Host, pattern: &[u8]) -> Vec<BString> {
        if pattern.len() > LENGTH_LIMIT {
            return Vec::new();
        }
        let mut paths = vec![BString::default()];
        for (index, part) in pattern.split_str(b"/").enumerate() {
            if index > 0 {
                paths.iter_mut().for_each(|path| path.push(b'/'));
            }
            if fnmatch::is_magic(part) {
                paths = self.match_names(host, &paths, part);
            } else {
                let name = fnmatch::literal(part);
                paths.iter_mut().for_each(|path| path.extend_from_slice(&name));
            }
        }
        // What was found in a listing is there.
        if !pattern.rsplit_str(b"/").next().is_some_and(fnmatch::is_magic) {
            paths.retain(|path| !matches!(host.kind(&host_path(path)), Kind::Missing));
        }
        paths.sort();
        paths
    }

    /// The directories' entries that match.
    fn match_names(&mut self, host: &Host, dirs: &[BString], pattern: &[u8]) -> Vec<BString> {
        let mut found = Vec::new();
        for dir in dirs {
            if self.names > NAME_LIMIT || found.len() > PATH_LIMIT {
                break;
            }
            let names = host.entries(&host_path(dir));
            self.names += names.len() + 1;
            let names = names.iter().filter(|name| fnmatch::matches(pattern, name));
            found.extend(names.map(|name| BString::from([dir.as_slice(), name.as_slice()].concat())));
        }
        found
    }
}

/// The path below the root, without `.`, and without `..` where links are followed for it.
fn plain<'p>(host: &Host, path: &'p [u8]) -> Cow<'p, Path> {
    let below = path.strip_prefix(b"/").unwrap_or(path);
    if !below.split(|byte| *byte == b'/').any(|name| matches!(name, b"" | b"." | b"..")) {
        return Path::new(OsStr::from_bytes(below)).into();
    }
    let path = host_path(path);
    if path.components().any(|part| part == Component::ParentDir) {
        return host.canonical(&path).unwrap_or(path).into();
    }
    let names = path.components().filter(|part| matches!(part, Component::Normal(_)));
    names.collect::<PathBuf>().into()
}

/// `dirname`.
#[must_use]
pub fn dirname(path: &[u8]) -> &[u8] {
    match path.rfind_byte(b'/') {
        Some(slash) => match path[..slash].trim_end_with(|c| c == '/') {
            b"" => b"/",
            dir => dir,
        },
        None => b".",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn expands_words_as_wordexp_does() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["d/b.cfg", "d/a~", "d/.hid", "d/10", "e/10", "d/x[1]"] {
            std::fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        let host = Host::new(dir.path());
        let words = |text: &str| {
            Reading::default()
                .wordexp(&host, text.as_bytes())
                .map(|paths| BString::from(bstr::join(" ", paths)).to_string())
        };
        assert_eq!(words("/d/*").as_deref(), Some("/d/10 /d/a~ /d/b.cfg /d/x[1]"));
        assert_eq!(words("/*/1? /./d//b.*").as_deref(), Some("/d/10 /e/10 /./d//b.cfg"));
        assert_eq!(words("/d/.h* /d/[!0-9]*g").as_deref(), Some("/d/.hid /d/b.cfg"));
        assert_eq!(words("/d/'*' \"/d/b\".cfg /d/x\\[1]").as_deref(), Some("/d/* /d/b.cfg /d/x[1]"));
        assert_eq!(words("/d/none* /x$HOME/y ''").as_deref(), Some("/d/none* /x/y "));
        for failing in ["/d/{a,b}", "$(ls)", "`ls`", "a;b", "\"open"] {
            assert_eq!(words(failing), None, "{failing}");
        }
    }

    #[test]
    fn dirname_is_the_c_librarys() {
        for (path, dir) in [("/etc/network/x", "/etc/network"), ("/x", "/"), ("x", "."), ("/a/.//x", "/a/.")] {
            assert_eq!(dirname(path.as_bytes()), dir.as_bytes());
        }
    }
}
