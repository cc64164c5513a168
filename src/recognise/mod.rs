//! Which stack reads a host's files, and why we think so.
//!
//! One sign of another dialect decides; without any, `interfaces` is Debian's ifupdown with
//! bridge-utils of the release in os-release, `.netdev` is networkd, and ifcfg is
//! network-scripts and NetworkManager both.

mod options;
mod packages;
mod release;

use crate::host::{Host, Kind};
use crate::stack::{Family, Software, Stack};
use packages::Packages;
use release::Release;
use std::path::Path;

const PVE: &str = "etc/pve";

/// The stacks that read one family of a host's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The stacks; several where the tree fits them all (ifcfg).
    pub stacks: Vec<Stack>,
    /// Whether a udevd that gives bridges a generated address runs; `None` where the tree does not tell.
    pub udev: Option<bool>,
    /// Why, one reason a stack and one for udev, as clauses.
    pub why: Vec<String>,
}

/// What the whole tree tells about its host, whatever the family.
pub struct Signs {
    release: Release,
    packages: Packages,
    /// Proxmox VE's folder.
    has_pve: bool,
}

impl Signs {
    /// Reads os-release and the package databases, where they lie in the tree.
    #[must_use]
    pub fn read(host: &Host) -> Self {
        let has_pve = host.kind(Path::new(PVE)) != Kind::Missing;
        Self { release: Release::read(host), packages: Packages::read(host), has_pve }
    }
}

/// The host with what its distribution ships and a repository of its configuration leaves out.
///
/// Proxmox VE's ifupdown2 package (since 3.1.0-1+pmx1) installs a policy that makes a bridge keep its first
/// port's address. Where the tree has Proxmox's `etc/pve` and nothing of `var`, the file counts as there.
#[must_use]
pub fn with_vendor_files(host: &Host) -> Host {
    const POLICY: &str = "var/lib/ifupdown2/policy.d/proxmox-bridge-mac-from-port.json";
    const TEXT: &[u8] = br#"{"bridge": {"module_globals": {"bridge_set_static_mac_from_port": "yes"}}}"#;
    let is_there = |path: &str| host.kind(Path::new(path)) != Kind::Missing;
    if !host.is_live() && is_there(PVE) && !is_there("var") {
        host.with_file(Path::new(POLICY), TEXT.to_vec())
    } else {
        host.clone()
    }
}

/// The version of a package that matters, where the tree's databases tell it.
#[must_use]
pub fn package_version(host: &Host, package: &str) -> Option<String> {
    Packages::read(host).version(package).map(str::to_owned)
}

/// The stacks that read the host's files of a family.
#[must_use]
pub fn recognise(host: &Host, signs: &Signs, family: Family) -> Recognised {
    let (mut stacks, why) = match family {
        Family::Interfaces => interfaces(host, signs),
        Family::Systemd => networkd(signs),
        Family::Ifcfg => ifcfg(signs),
    };
    let (udev, reason) = udevd(host, signs);
    if udev == Some(true) {
        stacks = stacks.into_iter().map(|stack| stack.with_udev(true)).collect();
    }
    Recognised { stacks, udev, why: vec![why, reason] }
}

fn interfaces(host: &Host, signs: &Signs) -> (Vec<Stack>, String) {
    let (software, why) = dialect(host, signs);
    let packages = &signs.packages;
    let mut stack = Stack::plain(software);
    let release = &signs.release;
    let package = software.name();
    if let Some(version) = packages.version(package) {
        stack = stack.at(version);
    } else if let Some(version) = release.version_of(software) {
        stack = stack.at(&version);
    }
    if software != Software::Ifupdown && packages.are_known() {
        if packages.version("bridge-utils").is_some() && release.id != "alpine" {
            stack = stack.beside("bridge-utils");
        }
        if release.id == "alpine" && packages.version("bridge").is_some() {
            stack = stack.beside("alpine-bridge");
        }
    } else if release.id == "alpine" {
        stack = stack.beside("alpine-bridge");
    } else if software != Software::Ifupdown && options::call_brctl(host) {
        stack = stack.beside("bridge-utils");
    }
    (vec![stack], why)
}

/// Which program of the ifupdown family reads `interfaces`, and why.
fn dialect(host: &Host, signs: &Signs) -> (Software, String) {
    let is_there = |path: &str| host.kind(Path::new(path)) != Kind::Missing;
    for (package, software) in
        [("ifupdown-ng", Software::IfupdownNg), ("ifupdown2", Software::Ifupdown2), ("ifupdown", Software::Ifupdown)]
    {
        if signs.packages.version(package).is_some() {
            return (software, format!("its package database lists {package}"));
        }
    }
    if signs.has_pve {
        return (Software::Ifupdown2, format!("{PVE} is there"));
    }
    let markers: &[(&str, Software)] = &[
        ("etc/network/ifupdown2", Software::Ifupdown2),
        ("var/lib/ifupdown2", Software::Ifupdown2),
        ("usr/share/ifupdown2", Software::Ifupdown2),
        ("etc/network/ifupdown-ng.conf", Software::IfupdownNg),
        ("usr/libexec/ifupdown-ng", Software::IfupdownNg),
    ];
    if let Some((path, software)) = markers.iter().find(|(path, _)| is_there(path)) {
        return (*software, format!("{path} is there"));
    }
    match signs.release.id.as_str() {
        "cumulus-linux" | "pve" => return (Software::Ifupdown2, format!("os-release says {}", signs.release.id)),
        "alpine" => {
            // Alpine's base has ifupdown-ng since 3.13; before, busybox (release notes of 3.13).
            let old = signs.release.version.as_slice() < [3, 13].as_slice() && !signs.release.version.is_empty();
            let busybox = old || (signs.packages.are_known() && signs.packages.version("busybox-ifupdown").is_some());
            let software = if busybox { Software::Busybox } else { Software::IfupdownNg };
            return (software, "os-release says alpine".to_owned());
        }
        _ => {}
    }
    if is_there("etc/alpine-release") {
        return (Software::IfupdownNg, "etc/alpine-release is there".to_owned());
    }
    if let Some((software, option, place)) = options::only_in_one_dialect(host) {
        return (software, format!("`{option}` in {place} is known to {} only", software.name()));
    }
    let why = match &*signs.release.name {
        "" => "no sign of another dialect".to_owned(),
        name => format!("no sign of another dialect; os-release says {name}"),
    };
    (Software::Ifupdown, why)
}

fn networkd(signs: &Signs) -> (Vec<Stack>, String) {
    let stack = Stack::plain(Software::Networkd);
    if let Some(version) = signs.packages.version("systemd") {
        return (vec![stack.at(version)], format!("its package database lists systemd {version}"));
    }
    match signs.release.version_of(Software::Networkd) {
        Some(version) => (vec![stack.at(&version)], format!("{} has systemd {version}", signs.release.name)),
        None => (vec![stack], "networkd reads these files; nothing tells its version, so the newest counts".to_owned()),
    }
}

fn ifcfg(signs: &Signs) -> (Vec<Stack>, String) {
    let stacks = [Software::NetworkScripts, Software::NetworkManager].map(|software| {
        let stack = Stack::plain(software);
        match signs.release.version_of(software) {
            Some(version) => stack.at(&version),
            None => stack,
        }
    });
    (stacks.to_vec(), "network-scripts and NetworkManager both read ifcfg files".to_owned())
}

/// Whether a udevd runs that gives bridges an address of its own making.
fn udevd(host: &Host, signs: &Signs) -> (Option<bool>, String) {
    let is_there = |path: &str| host.kind(Path::new(path)) != Kind::Missing;
    if let Some(marker) =
        [".dockerenv", "run/.containerenv", "run/systemd/container"].into_iter().find(|path| is_there(path))
    {
        return (Some(false), format!("no udevd runs in a container ({marker} is there)"));
    }
    if let Some(reason) = signs.release.leaves_bridges_alone() {
        return (Some(false), reason);
    }
    if signs.has_pve {
        return (Some(false), "Proxmox VE's .link files leave bridges alone".to_owned());
    }
    for path in ["usr/lib/systemd/network/99-default.link", "lib/systemd/network/99-default.link"] {
        if is_there(path) {
            return (Some(true), format!("{path} is there"));
        }
    }
    if signs.packages.version("udev").is_some() || signs.packages.version("systemd-udev").is_some() {
        return (Some(true), "its package database lists udev".to_owned());
    }
    (None, "nothing tells whether udevd gives bridges an address (--udev-policy does)".to_owned())
}
