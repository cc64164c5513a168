//! os-release: the distribution and its release, and which versions of the stacks those have.

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
    /// `VERSION_ID`.
    version_id: String,
    /// The numbers in it.
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
        let field = |key: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(key.as_bytes())?.strip_prefix(b"="))?;
            let value = value.trim_ascii().trim_with(|c| c == '"' || c == '\'');
            Some(value.to_str_lossy().into_owned())
        };
        let version = field("VERSION_ID").unwrap_or_default();
        Self {
            id: field("ID").unwrap_or_default(),
            like: field("ID_LIKE").unwrap_or_default(),
            version: version.split('.').map_while(|number| number.parse().ok()).collect(),
            version_id: version,
        }
    }

    /// Its name for people: `debian 12`.
    pub(super) fn name(&self) -> Option<String> {
        if self.id.is_empty() {
            return None;
        }
        Some(format!("{} {}", self.id, self.version_id).trim_end().to_owned())
    }

    /// The distribution whose releases it follows.
    fn line(&self) -> &str {
        if self.id == "rhel" || self.like.split_whitespace().any(|id| id == "rhel") { "rhel" } else { &self.id }
    }

    fn major(&self) -> Option<u32> {
        self.version.first().copied()
    }

    /// The version of a stack that the release ships.
    pub(super) fn version_of(&self, software: Software) -> Option<String> {
        let row = SHIPS.iter().find(|row| row.0 == self.line() && Some(row.1) == self.major());
        match software {
            Software::Ifupdown => row.and_then(|row| row.2).map(str::to_owned),
            Software::Networkd => row.map(|row| row.3.to_owned()),
            Software::NetworkScripts if self.line() == "rhel" => self.major().map(|major| format!("rhel{major}")),
            _ => None,
        }
    }

    /// Why its udevd gives bridges no address: systemd before 242 has no such policy, RHEL 9 and
    /// Fedora 38 and later ship a policy of none (the Fedora change MAC_Address_Policy_none;
    /// RHEL's patch for the bug 1921094), Alpine has no systemd-udevd.
    pub(super) fn leaves_bridges_alone(&self) -> Option<String> {
        let major = self.major()?;
        let name = self.name().unwrap_or_default();
        let systemd: u32 =
            self.version_of(Software::Networkd).and_then(|version| version.parse().ok()).unwrap_or(u32::MAX);
        match self.line() {
            "alpine" => Some(format!("{name} has no systemd-udevd")),
            "fedora" if major >= 38 => Some(format!("udevd of {name} leaves bridges alone")),
            "rhel" if major >= 9 => Some(format!("udevd of {name} leaves bridges alone")),
            _ if systemd < 242 => Some(format!("udevd of {name} (systemd {systemd}) leaves bridges alone")),
            _ => None,
        }
    }
}
