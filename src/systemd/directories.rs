//! Where systemd's daemons look for `.netdev`, `.network` and `.link` files.

use crate::host::Host;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// `NETWORK_DIRS`, the first wins; `/lib` is another directory only where `/usr` is not merged,
/// and newer releases than 254 do not look there (b0d3095fd6). `/usr/local/lib` since 242.
pub const DIRECTORIES: &[(&str, RangeInclusive<u32>)] = &[
    ("etc/systemd/network", 0..=u32::MAX),
    ("run/systemd/network", 0..=u32::MAX),
    ("usr/local/lib/systemd/network", 242..=u32::MAX),
    ("usr/lib/systemd/network", 0..=u32::MAX),
    ("lib/systemd/network", 0..=254),
];

/// A directory that is there.
pub struct Directory {
    /// As the daemons know it.
    pub path: &'static Path,
    /// Its links followed.
    real: PathBuf,
    releases: RangeInclusive<u32>,
}

/// Those of the [`DIRECTORIES`] that a host has.
#[must_use]
pub fn directories(host: &Host) -> Arc<Vec<Directory>> {
    let there = |(path, releases): &(&'static str, RangeInclusive<u32>)| {
        let path = Path::new(*path);
        Some(Directory { path, real: host.canonical(path)?, releases: releases.clone() })
    };
    host.once("systemd's directories", "", || DIRECTORIES.iter().filter_map(there).collect())
}

/// Where a release looks, of the directories that are there: one to which another's path leads too counts once.
pub(super) fn directories_of(host: &Host, release: u32) -> Vec<&'static Path> {
    let all = directories(host);
    let mut known: Vec<&Directory> = Vec::new();
    for directory in all.iter().filter(|directory| directory.releases.contains(&release)) {
        if known.iter().all(|other| other.real != directory.real) {
            known.push(directory);
        }
    }
    known.into_iter().map(|directory| directory.path).collect()
}
