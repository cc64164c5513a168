//! `[Match]` conditions on the host: `condition_test_list()` (src/shared/condition.c) for the keys
//! that `.netdev`, `.network` and `.link` know. A condition that nobody answered holds.

mod version;

use super::Assume;
use crate::fnmatch::fnmatch;
use crate::host::Host;
use crate::systemd::address::{MachineId, parse_id};
use crate::systemd::files::Config;
use crate::systemd::words::boolean;
use bstr::{BString, ByteSlice};
use std::path::Path;

/// What answers conditions.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    /// The host's files: `etc/hostname` and `etc/machine-id` answer `Host=`.
    pub host: &'a Host,
    /// What the user says.
    pub assume: &'a Assume,
    /// The systemd release.
    pub release: u32,
}

/// How a daemon takes a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It reads it.
    Counts,
    /// It drops it, or has nothing to go by: a mistake, as a clause.
    Dropped(String),
    /// A condition says that it is for other hosts: as a clause.
    Elsewhere(String),
}

impl Standing {
    /// Of a configuration whose other contents are in order.
    pub fn of(config: &Config, facts: &Facts<'_>, daemon: &str) -> Self {
        if let Some(refusal) = &config.refused {
            return Self::Dropped(format!("{daemon} drops {}: {}", config.name, refusal.what));
        }
        match failing(config, facts) {
            Some(condition) => {
                Self::Elsewhere(format!("{daemon} skips {}: `[Match] {condition}` does not hold", config.name))
            }
            None => Self::Counts,
        }
    }
}

/// The test of one condition; `None` where nobody answered.
type Test = fn(&Facts<'_>, &[u8]) -> Option<bool>;

/// The conditions, since which release each is known in these files, and its test.
const CONDITIONS: &[(&str, u32, Test)] = &[
    ("Architecture", 0, architecture),
    ("Credential", 252, credential),
    ("Firmware", 249, firmware),
    ("Host", 0, host),
    ("KernelCommandLine", 0, kernel_command_line),
    ("KernelVersion", 237, kernel_version),
    ("Virtualization", 0, virtualization),
];

/// Whether a configuration's `[Match]` has a condition at all.
pub(super) fn any(config: &Config, release: u32) -> bool {
    effective(config, release).next().is_some()
}

/// The first condition that does not hold.
fn failing(config: &Config, facts: &Facts<'_>) -> Option<BString> {
    effective(config, facts.release).find_map(|(test, key, value)| {
        let (negated, wanted) = value.strip_prefix(b"!").map_or((false, value), |rest| (true, rest));
        let fails = test(facts, wanted).is_some_and(|holds| holds == negated);
        fails.then(|| [key.as_bytes(), b"=", value].concat().into())
    })
}

/// Of each key the last assignment counts, and an empty one takes it back (`config_parse_net_condition()`).
fn effective(config: &Config, release: u32) -> impl Iterator<Item = (Test, &'static str, &[u8])> {
    let mut values = [&b""[..]; CONDITIONS.len()];
    for (_, item) in config.section("Match") {
        if let Some(row) = CONDITIONS.iter().position(|row| item.is(row.0)) {
            values[row] = item.value.text.as_bytes();
        }
    }
    let known = CONDITIONS.iter().zip(values).filter(move |(row, value)| release >= row.1 && !value.is_empty());
    known.map(|(&(key, _, test), value)| (test, key, value))
}

/// A machine-id, or a pattern for the host's name whatever the case.
fn host(facts: &Facts<'_>, wanted: &[u8]) -> Option<bool> {
    if let Some(wanted) = id_from_string(wanted) {
        return match MachineId::read(facts.host) {
            MachineId::Known(id) => Some(id == wanted),
            MachineId::Unknown | MachineId::Unusable => None,
        };
    }
    if let Some(name) = facts.assume.get("host") {
        return Some(fnmatch(wanted, name.as_bytes(), true));
    }
    // hostname(5): the first line that is neither empty nor a comment.
    let text = facts.host.read(Path::new("etc/hostname"))?;
    let name = text.lines().map(<[u8]>::trim_ascii).find(|line| !line.is_empty() && !line.starts_with(b"#"))?;
    Some(fnmatch(wanted, name, true))
}

/// `sd_id128_from_string()`: 32 digits, or the same as a UUID is written.
fn id_from_string(text: &[u8]) -> Option<[u8; 16]> {
    let is_uuid = text.len() == 36 && [8, 13, 18, 23].iter().all(|&at| text.get(at) == Some(&b'-'));
    if is_uuid { parse_id(&text.replace("-", "")) } else { parse_id(text) }
}

fn architecture(facts: &Facts<'_>, wanted: &[u8]) -> Option<bool> {
    /// What uname(1) calls those whose names differ.
    const UNAME: &[(&str, &str)] =
        &[("aarch64", "arm64"), ("i386", "x86"), ("i686", "x86"), ("ppc64le", "ppc64-le"), ("x86_64", "x86-64")];
    let own = facts.assume.get("architecture")?;
    let own = UNAME.iter().find(|row| row.0 == own).map_or(own, |row| row.1);
    Some(wanted == b"native" || wanted == own.as_bytes())
}

fn credential(facts: &Facts<'_>, wanted: &[u8]) -> Option<bool> {
    let mut names = facts.assume.all("credential").peekable();
    names.peek()?;
    Some(names.any(|name| name.as_bytes() == wanted))
}

/// `condition_test_firmware()`: what it does not know does not hold. PCs have no device tree.
fn firmware(facts: &Facts<'_>, wanted: &[u8]) -> Option<bool> {
    let mut known = facts.assume.all("firmware").peekable();
    if known.peek().is_some() {
        return Some(known.any(|firmware| firmware.as_bytes() == wanted));
    }
    let is_pc = || architecture(facts, b"x86-64") == Some(true) || architecture(facts, b"x86") == Some(true);
    match wanted {
        b"uefi" => None,
        _ if wanted.starts_with(b"smbios-field(") => None,
        _ if wanted.starts_with(b"device-tree") => is_pc().then_some(false),
        _ => Some(false),
    }
}

/// A word of the command line, or a key with or without a value.
fn kernel_command_line(facts: &Facts<'_>, wanted: &[u8]) -> Option<bool> {
    let mut lines = facts.assume.all("kernel-command-line").peekable();
    lines.peek()?;
    let is_it = |word: &str| {
        let key = if wanted.contains(&b'=') { word } else { word.split('=').next().unwrap_or(word) };
        key.as_bytes() == wanted
    };
    Some(lines.any(|line| line.split_ascii_whitespace().any(is_it)))
}

fn kernel_version(facts: &Facts<'_>, wanted: &[u8]) -> Option<bool> {
    facts.assume.get("kernel-version").map(|release| version::holds(release.as_bytes(), wanted))
}

/// `detect_virtualization()`'s names of containers; all others but `none` are virtual machines
/// (`virtualization_table`, src/basic/virt.c).
const CONTAINERS: &[&str] = &[
    "container-other",
    "docker",
    "lxc",
    "lxc-libvirt",
    "openvz",
    "podman",
    "pouch",
    "proot",
    "rkt",
    "systemd-nspawn",
    "wsl",
];

/// The same table's virtual machines.
const MACHINES: &[&str] = &[
    "acrn",
    "amazon",
    "apple",
    "arm-cca",
    "bhyve",
    "bochs",
    "google",
    "kvm",
    "microsoft",
    "oracle",
    "parallels",
    "powervm",
    "qemu",
    "qnx",
    "sre",
    "uml",
    "vm-other",
    "vmware",
    "xen",
    "zvm",
];

fn virtualization(facts: &Facts<'_>, wanted: &[u8]) -> Option<bool> {
    let own = facts.assume.get("virtualization")?;
    let (none, some) = (boolean(own.as_bytes()) == Some(false) || own == "none", boolean(own.as_bytes()) == Some(true));
    let is_container = |name: &[u8]| name == b"container" || CONTAINERS.iter().any(|known| name == known.as_bytes());
    if let Some(any) = boolean(wanted) {
        return Some(any != none);
    }
    let container = is_container(own.as_bytes());
    match wanted {
        // Only in a container is `/` seen from a user namespace of its own.
        b"private-users" => (!some && !container).then_some(false),
        _ if some => None,
        b"vm" => Some(!none && !container),
        b"container" => Some(container),
        // The answer names only the category: a name of that category may be it.
        _ if own == "vm" => (!MACHINES.iter().any(|name| wanted == name.as_bytes())).then_some(false),
        _ if own == "container" => (!is_container(wanted)).then_some(false),
        _ => Some(wanted == own.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn answers_what_it_was_told() {
        let mut assume = Assume::default();
        for answer in ["host=Web1", "virtualization=vm", "architecture=x86_64", "kernel-command-line=quiet a=b"] {
            assume.add(answer).unwrap();
        }
        let facts = Facts { host: &Host::new("/nonexistent"), assume: &assume, release: 257 };
        let answers = |test: Test, wanted: &[&str]| wanted.iter().map(|text| test(&facts, text.as_bytes())).collect();
        let (yes, no) = (Some(true), Some(false));
        let all: Vec<Vec<Option<bool>>> = vec![
            answers(host, &["web*", "db*", "0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"]),
            answers(virtualization, &["yes", "no", "vm", "container", "kvm", "docker", "private-users", "VM"]),
            answers(architecture, &["x86-64", "native", "arm64"]),
            answers(kernel_command_line, &["quiet", "a", "a=b", "a=c", "b"]),
            answers(credential, &["x"]),
            answers(firmware, &["device-tree", "uefi", "banana"]),
        ];
        let wanted = vec![
            vec![yes, no, None, None],
            vec![yes, no, yes, no, None, no, no, no],
            vec![yes, yes, no],
            vec![yes, yes, yes, no, no],
            vec![None],
            vec![no, None, no],
        ];
        assert_eq!(all, wanted);
    }
}
