//! Reading ahead. To list, to read and to judge take more code than a processor keeps at hand: done in turn for each of
//! many hosts, most of the time would go into fetching it. So some hosts are listed, then read, then judged.

use super::disk::lock;
use super::{Entry, Host, join};
use crate::regular::read_short_below;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Tells whether a file of that name is asked for.
type IsAskedFor = fn(&[u8]) -> bool;
/// What nearly every judgement asks for: folders and which of their files.
const ASKED_FOR: &[(&str, IsAskedFor)] = &[
    ("etc", |name| name == b"os-release"),
    ("etc/network", |name| name == b"interfaces"),
    ("etc/network/interfaces.d", |_| true),
    ("etc/sysconfig/network-scripts", |name| name.starts_with(b"ifcfg-")),
    ("etc/systemd/network", |name| [&b".link"[..], b".netdev", b".network"].iter().any(|end| name.ends_with(end))),
];
/// As many files of a host, and as long ones: others wait until somebody asks.
const FILES: usize = 16;
const LONGEST: u64 = 16 * 1024;

impl Host {
    /// Reads files that will be asked for, as far as the listings tell that a walk has [seeded](Self::seed). One that
    /// nobody asks for counts as never read, and one that cannot be read is told of when it is asked for.
    pub fn read_ahead(&self) {
        let read = |file: PathBuf| {
            let (root, below) = self.mounted_at(&file)?;
            let text = read_short_below(root, below, LONGEST)?;
            Some((file, text))
        };
        let ahead = self.asked_for().into_iter().filter_map(read).collect();
        *lock(&self.cache.ahead) = ahead;
    }

    fn asked_for(&self) -> Vec<PathBuf> {
        let known = self.known();
        let listed = ASKED_FOR.iter().filter_map(|(folder, is_asked_for)| {
            let listing = known.get(OsStr::new(folder))?;
            let files = listing.iter().filter(|(name, entry)| *entry == Entry::File && is_asked_for(name));
            Some(files.map(|(name, _)| join(Path::new(folder), Path::new(OsStr::from_bytes(name)))))
        });
        listed.flatten().take(FILES).collect()
    }

    /// How many names the listings have that are known.
    #[must_use]
    pub fn names_listed(&self) -> usize {
        self.cache.listings().iter().map(|(_, listing)| listing.len()).sum()
    }

    /// The text of a file that was read ahead.
    pub(super) fn taken_from_ahead(&self, file: &Path) -> Option<Vec<u8>> {
        let mut ahead = lock(&self.cache.ahead);
        let index = ahead.iter().position(|(known, _)| known.as_os_str() == file.as_os_str())?;
        Some(ahead.swap_remove(index).1)
    }

    /// Lets go of what nobody asked for.
    pub fn forget_ahead(&self) {
        *lock(&self.cache.ahead) = Vec::new();
    }
}
