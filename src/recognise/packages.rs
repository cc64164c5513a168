//! The package databases that are text: dpkg's and apk's.

use crate::host::Host;
use bstr::ByteSlice;
use std::collections::BTreeMap;
use std::path::Path;

/// The packages whose versions matter.
const WANTED: &[&str] = &[
    "bridge",
    "bridge-utils",
    "busybox-ifupdown",
    "ifupdown",
    "ifupdown-ng",
    "ifupdown2",
    "netplan.io",
    "network-manager",
    "systemd",
    "udev",
];

/// What is installed of the packages that matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Packages {
    versions: BTreeMap<&'static str, String>,
    known: bool,
}

impl Packages {
    /// Reads the databases that lie in the tree.
    pub(super) fn read(host: &Host) -> Self {
        let mut packages = Self::default();
        if let Some(text) = host.read(Path::new("var/lib/dpkg/status")) {
            packages.known = true;
            packages.add(&text, b"Package: ", b"Version: ", |line| {
                line.starts_with(b"Status: ") && !line.ends_with(b" installed")
            });
        }
        if let Some(text) = host.read(Path::new("lib/apk/db/installed")) {
            packages.known = true;
            packages.add(&text, b"P:", b"V:", |_| false);
        }
        packages
    }

    /// Both databases are paragraphs of `Key: value` lines, one for each package.
    fn add(&mut self, text: &[u8], name_key: &[u8], version_key: &[u8], is_absent: impl Fn(&[u8]) -> bool) {
        let (mut name, mut version, mut absent) = (None, None, false);
        for line in text.lines().chain([&b""[..]]) {
            if let Some(value) = line.strip_prefix(name_key) {
                name = WANTED.iter().find(|wanted| wanted.as_bytes() == value.trim_ascii());
            } else if let Some(value) = line.strip_prefix(version_key) {
                let value = value.trim_ascii().to_str_lossy();
                version = Some(value.split_once(':').map_or(&*value, |(_epoch, rest)| rest).to_owned());
            } else if is_absent(line) {
                absent = true;
            } else if line.is_empty() {
                if let (Some(name), Some(version), false) = (name.take(), version.take(), absent) {
                    self.versions.insert(name, version);
                }
                (name, version, absent) = (None, None, false);
            }
        }
    }

    /// The installed version of a package.
    pub(super) fn version(&self, package: &str) -> Option<&str> {
        self.versions.get(package).map(String::as_str)
    }

    /// Whether the tree has a package database at all.
    pub(super) fn are_known(&self) -> bool {
        self.known
    }
}
