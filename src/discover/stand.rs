//! Where a file stands in a host's tree, by its path and, where that does not tell, by its text.

use crate::bytes::rsplit_once;
use crate::host::Host;
use crate::regular;
use crate::stack::Family;
use crate::systemd::directories::DIRECTORIES;
use crate::template::name_of_result;
use bstr::ByteSlice;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Where a file stands in a host's tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stand {
    /// Under a directory that plays `/`.
    Root(PathBuf),
    /// In a folder that plays a folder of the tree: loose `.netdev` and `ifcfg-*` files.
    Folder(PathBuf, &'static str),
    /// As `etc/network/interfaces`, whatever its name.
    Interfaces(PathBuf),
    /// The templates of systemd's files in a folder, under the names of what is made of them.
    Templates(PathBuf),
}

impl Stand {
    /// The host with that file in it.
    pub(super) fn host(&self) -> Host {
        match self {
            Self::Root(root) => Host::new(root),
            Self::Folder(folder, at) => Host::loose(*at, folder),
            Self::Interfaces(file) => Host::loose_file("etc/network/interfaces", file),
            Self::Templates(folder) => self.of_templates(unit_templates(folder)),
        }
    }

    /// The host with a place for a file that need not be there.
    pub(super) fn host_with(&self, file: &Path) -> Host {
        match self {
            Self::Templates(folder) => {
                let mut files = unit_templates(folder);
                files.retain(|other| other != file);
                files.push(file.to_owned());
                self.of_templates(files)
            }
            Self::Root(_) | Self::Folder(..) | Self::Interfaces(_) => self.host(),
        }
    }

    fn of_templates(&self, files: Vec<PathBuf>) -> Host {
        Host::loose_files(files.into_iter().map(|file| (inner_path(self, &file), file)))
    }

    /// The directory that is shown as the host.
    pub(super) fn base(&self) -> &Path {
        match self {
            Self::Root(root) => root,
            Self::Folder(folder, _) | Self::Templates(folder) => folder,
            Self::Interfaces(file) => file.parent().unwrap_or(Path::new("")),
        }
    }
}

/// Where systemd's network files lie, and the others' folders.
const SYSTEMD: &str = "etc/systemd/network";
const IFCFG: &str = "etc/sysconfig/network-scripts";

/// Where a file stands, by its path alone.
pub(super) fn stand_of(path: &Path) -> Option<Stand> {
    let (folder, name) = cut(path)?;
    match name_of_result(name) {
        Some(b"interfaces") => return Some(Stand::Interfaces(path.to_owned())),
        Some(made) if is_unit(made) => return Some(Stand::Templates(folder.to_owned())),
        _ => {}
    }
    let root = |tail: &str| strip_tail(folder, tail).map(Stand::Root);
    let unit_folder = if name.ends_with(b".conf") { unit_of_drop_in(folder)? } else { folder };
    if is_unit(name) || unit_folder != folder {
        let tree = DIRECTORIES.iter().find_map(|(tail, _)| strip_tail(unit_folder, tail));
        let loose = name.ends_with(b".netdev") || unit_folder != folder || is_unit(name);
        return tree.map(Stand::Root).or_else(|| loose.then(|| Stand::Folder(unit_folder.to_owned(), SYSTEMD)));
    }
    if name.starts_with(b"ifcfg-") || name.starts_with(b"keys-") {
        return root(IFCFG).or_else(|| Some(Stand::Folder(folder.to_owned(), IFCFG)));
    }
    if name == b"interfaces" {
        return root("etc/network").or_else(|| Some(Stand::Interfaces(path.to_owned())));
    }
    root("etc/network/interfaces.d").or_else(|| {
        let (above, _) = cut(folder).filter(|(_, name)| *name == b"interfaces.d")?;
        let main = above.join("interfaces");
        Some(if main.is_file() { Stand::Interfaces(main) } else { Stand::Interfaces(path.to_owned()) })
    })
}

/// The folder and the name of a path that has neither `..` nor a slash too many.
fn cut(path: &Path) -> Option<(&Path, &[u8])> {
    let bytes = path.as_os_str().as_bytes();
    let (folder, name) = match rsplit_once(bytes, b'/') {
        Some((b"", name)) => (&b"/"[..], name),
        Some(cut) => cut,
        None => (&b""[..], bytes),
    };
    (!name.is_empty()).then_some((Path::new(OsStr::from_bytes(folder)), name))
}

/// The folder of the unit whose drop-in folder this is (`X.netdev.d`).
fn unit_of_drop_in(folder: &Path) -> Option<&Path> {
    let unit = folder.file_name()?.as_bytes().strip_suffix(b".d")?;
    if is_unit(unit) { folder.parent() } else { None }
}

/// The templates of units in a folder.
fn unit_templates(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file() || kind.is_symlink()));
    let names = files.map(|entry| entry.file_name());
    let mut names: Vec<_> = names.filter(|name| name_of_result(name.as_bytes()).is_some_and(is_unit)).collect();
    names.sort();
    names.into_iter().map(|name| folder.join(name)).collect()
}

fn is_unit(name: &[u8]) -> bool {
    [&b".netdev"[..], b".network", b".link"].iter().any(|suffix| name.ends_with(suffix))
}

/// `path` without `tail` at its end.
fn strip_tail(path: &Path, tail: &str) -> Option<PathBuf> {
    let above = path.as_os_str().as_bytes().strip_suffix(tail.as_bytes())?;
    match above {
        b"" | b"/" => Some(PathBuf::from(OsStr::from_bytes(above))),
        _ => above.strip_suffix(b"/").map(|above| PathBuf::from(OsStr::from_bytes(above))),
    }
}

/// Whether a file met on a walk can make a bridge: a loose `interfaces` must look like one, and
/// loose `.network` and `.link` files make no bridge by themselves.
pub(super) fn is_worth_reading(stand: &Stand, path: &Path) -> bool {
    match stand {
        Stand::Root(_) => true,
        Stand::Folder(_, SYSTEMD) => path.extension().is_some_and(|extension| extension == "netdev"),
        Stand::Folder(..) => true,
        Stand::Templates(_) => path
            .file_name()
            .and_then(|name| name_of_result(name.as_bytes()))
            .is_some_and(|made| made.ends_with(b".netdev")),
        Stand::Interfaces(file) => {
            file == path && start(path).is_some_and(|text| family_of_text(&text) == Some(Family::Interfaces))
        }
    }
}

/// As much of a file as tells what it is.
pub(super) fn start(path: &Path) -> Option<Vec<u8>> {
    regular::start(path, 64 * 1024)
}

/// Where a file stands whose name tells nothing, by its text.
pub(super) fn sniff(path: &Path, text: &[u8]) -> Option<Stand> {
    let folder = path.parent()?.to_owned();
    match family_of_text(text)? {
        Family::Interfaces => Some(Stand::Interfaces(path.to_owned())),
        Family::Systemd => Some(Stand::Folder(folder, SYSTEMD)),
        Family::Ifcfg => Some(Stand::Folder(folder, IFCFG)),
    }
}

/// What a text looks like.
fn family_of_text(text: &[u8]) -> Option<Family> {
    text.lines().take(2000).find_map(|line| {
        let line = line.trim_ascii_start();
        let keyword =
            |word: &[u8]| line.strip_prefix(word).is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_whitespace));
        if [&b"iface"[..], b"auto", b"allow-hotplug", b"source", b"mapping"].into_iter().any(keyword) {
            Some(Family::Interfaces)
        } else if line.starts_with(b"[NetDev]") {
            Some(Family::Systemd)
        } else if line.starts_with(b"DEVICE=") || line.starts_with(b"ONBOOT=") {
            Some(Family::Ifcfg)
        } else {
            None
        }
    })
}

/// The path inside the host of a file on this machine.
pub(super) fn inner_path(stand: &Stand, real: &Path) -> PathBuf {
    let under = |base: &Path, at: &str| Path::new(at).join(real.strip_prefix(base).unwrap_or(real));
    match stand {
        Stand::Root(root) => under(root, ""),
        Stand::Folder(folder, at) => under(folder, at),
        Stand::Templates(_) => {
            let name = real.file_name().unwrap_or_default().as_bytes();
            Path::new(SYSTEMD).join(OsStr::from_bytes(name_of_result(name).unwrap_or(name)))
        }
        Stand::Interfaces(file) if file == real => PathBuf::from("etc/network/interfaces"),
        Stand::Interfaces(file) => under(file.parent().unwrap_or(file), "etc/network"),
    }
}
