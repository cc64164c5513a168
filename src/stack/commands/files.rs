//! What lies at the paths that command lines name.

use super::end::Output;
use super::shell::{READ_IN_A_STEP, Shell};
use super::shown::{Form, show};
use crate::host::{Kind, host_path};
use crate::stack::kernel::{Address, LinkKind};
use bstr::{BStr, ByteSlice};
use std::path::Path;
use std::sync::Arc;

/// The folders below `/` that systems have (the Filesystem Hierarchy Standard, and Linux's own).
const ROOTS: &[&str] = &[
    "bin",
    "boot",
    "data",
    "dev",
    "etc",
    "home",
    "lib",
    "lib32",
    "lib64",
    "libx32",
    "lost+found",
    "media",
    "mnt",
    "opt",
    "proc",
    "root",
    "run",
    "sbin",
    "srv",
    "sys",
    "tmp",
    "usr",
    "var",
];
/// What `/sys` has.
const SYS: &[&str] =
    &["block", "bus", "class", "dev", "devices", "firmware", "fs", "hypervisor", "kernel", "module", "power"];
/// Where files are the administrator's alone: on a machine's real tree, what is not there is missing.
const OWN: &[&str] = &["etc", "home", "opt", "root", "srv", "usr/local"];
/// Below those, what packages bring: a tree of configuration alone does not have it.
const OF_PACKAGES: &[&str] = &["etc/default", "etc/init.d", "etc/iproute2", "etc/ssl", "etc/systemd", "etc/udev"];
/// The same, by a part of the name.
const PACKAGED: &[&str] =
    &["etc/network/if-", "etc/sysctl", "etc/modprobe", "etc/host", "etc/os-release", "etc/resolv"];
/// Where each link has a folder.
const LINKS: &[&[u8]] = &[
    b"/sys/class/net/",
    b"/sys/devices/virtual/net/",
    b"/proc/sys/net/ipv6/conf/",
    b"/proc/sys/net/ipv4/conf/",
    b"/proc/sys/net/ipv6/neigh/",
    b"/proc/sys/net/ipv4/neigh/",
];

/// The files of a bridge's folder in its own (net/bridge/br_sysfs_br.c `bridge_attrs`), on some kernel.
const OF_BRIDGES: &[&[u8]] = &[
    b"ageing_time",
    b"bridge_id",
    b"flush",
    b"forward_delay",
    b"gc_timer",
    b"group_addr",
    b"group_fwd_mask",
    b"hash_elasticity",
    b"hash_max",
    b"hello_time",
    b"hello_timer",
    b"max_age",
    b"nf_call_arptables",
    b"nf_call_ip6tables",
    b"nf_call_iptables",
    b"no_linklocal_learn",
    b"priority",
    b"root_id",
    b"root_path_cost",
    b"root_port",
    b"stp_state",
    b"tcn_timer",
    b"topology_change",
    b"topology_change_detected",
    b"topology_change_timer",
    b"vlan_filtering",
    b"vlan_protocol",
    b"vlan_stats_enabled",
    b"vlan_stats_per_port",
    b"default_pvid",
];

/// The link whose folder a path is below, and what follows its name.
pub(super) fn of_link(path: &BStr) -> Option<(&BStr, &[u8])> {
    let rest = LINKS.iter().find_map(|root| path.strip_prefix(*root))?;
    let (name, rest) = rest.split_at(rest.find_byte(b'/').unwrap_or(rest.len()));
    let name = BStr::new(name);
    (!name.is_empty() && name != "all" && name != "default").then_some((name, rest))
}

/// The link whose address a file of `/sys` tells.
pub(super) fn whose_address(path: &BStr) -> Option<&BStr> {
    path.strip_prefix(b"/sys/class/net/")?.strip_suffix(b"/address").map(BStr::new)
}

/// Whether a file or folder is there; `None` where the files do not tell.
pub(super) fn is_there(shell: &mut Shell<'_>, path: &BStr) -> Option<bool> {
    if let Some((link, rest)) = of_link(path) {
        shell.kernel.meet(link);
        let kind = shell.kernel.link(link).map(|link| link.kind);
        let attribute = rest.strip_prefix(b"/bridge/").filter(|name| !name.starts_with(b"multicast_"));
        let is_missing = match attribute {
            Some(name) => kind != Some(LinkKind::Bridge) || !OF_BRIDGES.contains(&name),
            None => kind.is_none(),
        };
        return is_missing.then_some(false);
    }
    let host = shell.kernel.host()?;
    let file = path.starts_with(b"/").then(|| host_path(path))?;
    match host.kind(&file) {
        Kind::File | Kind::Dir => return Some(true),
        Kind::Missing => {}
        _ => return None,
    }
    let first = file.components().next()?.as_os_str().to_str()?;
    let second = file.components().nth(1).and_then(|part| part.as_os_str().to_str());
    if !ROOTS.contains(&first) || (first == "sys" && second.is_some_and(|second| !SYS.contains(&second))) {
        return Some(false);
    }
    let below = |roots: &[&str]| roots.iter().any(|root| file.starts_with(root));
    let packaged = PACKAGED.iter().any(|start| file.to_str().is_some_and(|file| file.starts_with(start)));
    let is_folder_of_all =
        OWN.iter().any(|own| file == Path::new(own)) || file.parent() == Some(Path::new("usr/local"));
    (host.is_live() && below(OWN) && !below(OF_PACKAGES) && !packaged && !is_folder_of_all).then_some(false)
}

/// Whether a command's output can go to a file, as far as the files tell.
pub(super) fn takes_output(shell: &mut Shell<'_>, path: &BStr) -> bool {
    if of_link(path).is_some_and(|(_, rest)| rest.ends_with(b"/address")) {
        return true; // what becomes of that is told where it is written
    }
    let folder = path.trim_end_with(|c| c != '/').as_bstr();
    let is_kernels = path.starts_with(b"/sys/") || path.starts_with(b"/proc/");
    is_there(shell, if is_kernels || folder.len() <= 1 { path } else { folder }) != Some(false) || folder.len() <= 1
}

/// What reading a file gives.
pub(super) fn output(shell: &mut Shell<'_>, path: &BStr) -> Output {
    if let Some(link) = whose_address(path) {
        shell.kernel.meet(link);
        return match shell.kernel.address(link).and_then(Address::known) {
            Some(address) => Output::Known(format!("{address}\n").into()),
            None => show(shell, link, Form::Address),
        };
    }
    if path == "/dev/null" {
        return Output::nothing();
    }
    text(shell, path).map_or(Output::Unknown, |(_, text)| Output::Known(text.as_bstr().to_owned()))
}

/// A short file of the host.
pub(super) fn text(shell: &mut Shell<'_>, path: &BStr) -> Option<(Box<Path>, Arc<[u8]>)> {
    /// As long as it may be.
    const LONGEST: usize = 64 * 1024;
    if shell.is_exhausted() {
        return None;
    }
    let host = shell.kernel.host()?;
    let file = path.starts_with(b"/").then(|| host_path(path))?;
    let text = host.read_short(&file, LONGEST)?;
    shell.steps += text.len() / READ_IN_A_STEP;
    Some((file.into(), text))
}

/// Whether a file is there that nobody may run (mode bits count on a real tree).
pub(super) fn is_forbidden(shell: &Shell<'_>, path: &BStr) -> bool {
    let Some(host) = shell.kernel.host().filter(|_| path.starts_with(b"/")) else { return false };
    let file = host_path(path);
    host.is_file(&file) && host.mode(&file).is_some_and(|mode| mode.bits & 0o111 == 0)
}
