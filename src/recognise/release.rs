//! os-release: the distribution and its release, and which versions of the stacks those have.

use crate::bytes::split_once;
use crate::host::Host;
use crate::stack::Software;
use bstr::ByteSlice;
use std::path::Path;

/// A distribution's release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Release {
    /// `ID`: `debian`, `ubuntu`, `rhel` ...; empty where there is no os-release.
    pub(super) id: String,
    /// `ID_LIKE`.
    like: String,
    /// Its name for people: `debian 12`; empty where there is no `ID`.
    pub(super) name: String,
    /// The numbers in `VERSION_ID`.
    pub(super) version: Vec<u32>,
}

/// What a release ships: `ID`, first number of `VERSION_ID`, and the version of each stack (its
/// package in that release's archive). The last column is systemd's.
const SHIPS: &[(&str, u32, Option<&str>, &str)] = &[
    ("debian", 10, Some("0.8.35"), "241"),
    ("debian", 11, Some("0.8.36"), "247"),
    ("debian", 12, Some("0.8.41"), "252"),
    ("debian", 13, Some("0.8.44"), "257"),
    ("fedora", 36, None, "250"),
    ("fedora", 37, None, "251"),
    ("fedora", 38, None, "253"),
    ("fedora", 39, None, "254"),
    ("fedora", 40, None, "255"),
    ("fedora", 41, None, "256"),
    ("fedora", 42, None, "257"),
    ("rhel", 7, None, "219"),
    ("rhel", 8, None, "239"),
    ("rhel", 9, None, "252"),
    ("rhel", 10, None, "257"),
    ("ubuntu", 18, Some("0.8.17"), "237"),
    ("ubuntu", 20, Some("0.8.35"), "245"),
    ("ubuntu", 22, Some("0.8.36"), "249"),
    ("ubuntu", 24, Some("0.8.41"), "255"),
];

impl Release {
    /// Reads `etc/os-release`, else `usr/lib/os-release`.
    pub(super) fn read(host: &Host) -> Self {
        let text = ["etc/os-release", "usr/lib/os-release"].into_iter().find_map(|path| host.read(Path::new(path)));
        let Some(text) = text else { return Self::default() };
        let (mut id, mut like, mut version) = (None, None, None);
        for line in text.lines() {
            // Most lines are of other keys.
            let [b'I' | b'V', ..] = line else { continue };
            let Some((key, value)) = split_once(line, b'=') else { continue };
            let field = match key {
                b"ID" => &mut id,
                b"ID_LIKE" => &mut like,
                b"VERSION_ID" => &mut version,
                _ => continue,
            };
            let value = value.trim_ascii().trim_with(|c| c == '"' || c == '\'');
            field.get_or_insert_with(|| value.to_str_lossy().into_owned());
        }
        let (id, version) = (id.unwrap_or_default(), version.unwrap_or_default());
        Self {
            name: if id.is_empty() { String::new() } else { [&*id, &*version].join(" ").trim_end().to_owned() },
            id,
            like: like.unwrap_or_default(),
            version: version.split('.').map_while(|number| number.parse().ok()).collect(),
        }
    }

    /// The distribution whose releases it follows.
    fn line(&self) -> &str {
        if self.id == "rhel" || self.like.split_whitespace().any(|id| id == "rhel") { "rhel" } else { &self.id }
    }

    fn major(&self) -> Option<u32> {
        self.version.first().copied()
    }

    /// What the release ships: ifupdown's version and systemd's.
    fn ships(&self) -> Option<(Option<&'static str>, &'static str)> {
        let (line, major) = (self.line(), self.major()?);
        SHIPS.iter().find(|row| row.1 == major && row.0 == line).map(|row| (row.2, row.3))
    }

    /// The version of a stack that the release ships.
    pub(super) fn version_of(&self, software: Software) -> Option<String> {
        match software {
            Software::Ifupdown => self.ships()?.0.map(str::to_owned),
            Software::Networkd => Some(self.ships()?.1.to_owned()),
            Software::NetworkScripts if self.line() == "rhel" => Some(format!("rhel{}", self.major()?)),
            _ => None,
        }
    }

    /// Why its udevd gives bridges no address: systemd before 242 has no such policy, RHEL 9 and
    /// Fedora 38 and later ship a policy of none (the Fedora change MAC_Address_Policy_none;
    /// RHEL's patch for the bug 1921094), Alpine has no systemd-udevd.
    pub(super) fn leaves_bridges_alone(&self) -> Option<String> {
        let major = self.major()?;
        let name = &self.name;
        let systemd: u32 = self.ships().and_then(|(_, systemd)| systemd.parse().ok()).unwrap_or(u32::MAX);
        match self.line() {
            "alpine" => Some(format!("{name} has no systemd-udevd")),
            "fedora" if major >= 38 => Some(format!("udevd of {name} leaves bridges alone")),
            "rhel" if major >= 9 => Some(format!("udevd of {name} leaves bridges alone")),
            _ if systemd < 242 => Some(format!("udevd of {name} (systemd {systemd}) leaves bridges alone")),
            _ => None,
        }
    }
}
