//! Trees that have something to fix, and what they may look like afterwards.

use super::common::{File, Tree, bridgepin, read_tree, write_tree};
use super::strace::is_temporary;
use pretty_assertions::assert_eq;
use rustix::fs::XattrFlags;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Output;

pub const INTERFACES: &str = "etc/network/interfaces";
pub const BRIDGE: &str = "auto br0\niface br0 inet static\n\taddress 192.0.2.1/24\n\tbridge_ports eth0\n";
pub const PIN: &str = "\tbridge_hw b4:99:ba:00:00:01\n";
/// What makes the pin ineffective.
const GARBAGE: &str = " # the address of the network card, whatever else comes and goes";
const ATTRIBUTE: &str = "user.note";

/// A tree and the way in which its files are saved.
pub struct Scenario {
    pub name: &'static str,
    files: Vec<(String, String)>,
    /// Second names of a file.
    links: Vec<(&'static str, &'static str)>,
}

impl Scenario {
    /// A file that gets a line, and is replaced.
    pub fn replaced() -> Self {
        Self { name: "replaced", files: vec![(INTERFACES.to_owned(), BRIDGE.to_owned())], links: vec![] }
    }

    /// The files of two hosts.
    pub fn two_hosts() -> Self {
        let file = |host: &str| (format!("hosts/{host}/{INTERFACES}"), BRIDGE.to_owned());
        Self { name: "two hosts", files: vec![file("a"), file("b")], links: vec![] }
    }

    /// A file with two names, which is written over where it lies.
    pub fn hard_link() -> Self {
        Self { name: "hard link", links: vec![(INTERFACES, "etc/network/other")], ..Self::replaced() }
    }

    /// As [`hard_link`](Self::hard_link), of a file that gets shorter.
    pub fn shorter() -> Self {
        let text = format!("{BRIDGE}{}{GARBAGE}\n", PIN.trim_end());
        Self { name: "shorter", files: vec![(INTERFACES.to_owned(), text)], ..Self::hard_link() }
    }

    /// A file that is new, in a folder that is new.
    pub fn created() -> Self {
        let file = |name: &str, text: &str| (format!("usr/lib/systemd/network/{name}"), text.to_owned());
        let netdev = file("br0.netdev", "[NetDev]\nName=br0\nKind=bridge\n");
        let network = file("br0.network", "[Match]\nName=eth0\n\n[Network]\nBridge=br0\n");
        Self { name: "created", files: vec![netdev, network], links: vec![] }
    }

    pub fn all() -> Vec<Self> {
        vec![Self::replaced(), Self::two_hosts(), Self::hard_link(), Self::shorter(), Self::created()]
    }

    /// Lays the tree out.
    pub fn lay(&self) -> Laid {
        let dir = tempfile::tempdir().unwrap();
        let laid = Laid { tree: dir.path().join("tree"), sys: dir.path().join("sys"), dir };
        fs::set_permissions(laid.dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let eth0 = laid.sys.join("class/net/eth0");
        fs::create_dir_all(&eth0).unwrap();
        fs::write(eth0.join("address"), "b4:99:ba:00:00:01\n").unwrap();
        let files = self.files.iter().map(|(path, text)| (PathBuf::from(path), File::Text(text.as_str().into())));
        write_tree(&laid.tree, &files.collect());
        for (path, _) in &self.files {
            let path = laid.tree.join(path);
            if rustix::process::getuid().is_root() {
                chown(&path, Some(1234), Some(2345)).unwrap();
            }
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            rustix::fs::setxattr(&path, ATTRIBUTE, b"kept", XattrFlags::empty()).unwrap();
        }
        for (file, name) in &self.links {
            fs::hard_link(laid.tree.join(file), laid.tree.join(name)).unwrap();
        }
        laid
    }

    /// What the tree is when all is fixed.
    pub fn fixed(&self) -> Tree {
        let laid = self.lay();
        let out = laid.fix();
        assert_eq!(code(&out), 0, "{}: {}", self.name, stderr(&out));
        let fixed = read_tree(&laid.tree);
        assert!(fixed != read_tree(&self.lay().tree), "{} has something to fix", self.name);
        fixed
    }
}

/// A tree on the disk.
pub struct Laid {
    pub tree: PathBuf,
    sys: PathBuf,
    dir: tempfile::TempDir,
}

impl Laid {
    pub fn path(&self, file: &str) -> PathBuf {
        self.tree.join(file)
    }

    /// A place beside the tree.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The arguments that fix the tree.
    pub fn arguments(&self) -> Vec<PathBuf> {
        let words = ["check", "--fix", "--ignore=duplicate-address", "--sysfs"];
        words.iter().map(PathBuf::from).chain([self.sys.clone(), self.tree.clone()]).collect()
    }

    pub fn fix(&self) -> Output {
        bridgepin().args(self.arguments()).output().unwrap()
    }

    pub fn text(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    /// Each file is the old one or the new one, with all that belongs to it. Files that are not in
    /// either are given back.
    pub fn is_whole(&self, old: &Tree, new: &Tree, when: &str) -> Vec<PathBuf> {
        let mut others = Vec::new();
        let now = read_tree(&self.tree);
        for path in old.keys() {
            assert!(now.contains_key(path), "{when}: {} is gone", path.display());
        }
        for (path, text) in &now {
            let before = old.get(path);
            if before.is_none() && !new.contains_key(path) {
                others.push(path.clone());
                continue;
            }
            let is_whole = before == Some(text) || new.get(path).is_some_and(|new| is_new(text, new, before));
            assert!(is_whole, "{when}: {} is neither old nor new: {text:?}", path.display());
            let meta = fs::metadata(self.tree.join(path)).unwrap();
            if before.is_some() {
                is_kept(&self.tree.join(path), when);
            } else {
                assert_eq!(meta.mode(), 0o100_644, "{when}");
            }
        }
        others
    }

    /// The folders that temporary files were in.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        let entries = walkdir::WalkDir::new(&self.tree).into_iter().map(|entry| entry.unwrap().into_path());
        entries.filter(|path| is_temporary(Path::new(path.file_name().unwrap()))).collect()
    }

    /// All is as it was, and nothing lies beside it.
    pub fn is_untouched(&self, old: &Tree, when: &str) {
        assert_eq!(self.leftovers(), [] as [PathBuf; 0], "{when}");
        assert_eq!(&read_tree(&self.tree), old, "{when}");
        old.keys().for_each(|path| is_kept(&self.tree.join(path), when));
    }

    /// All is fixed, and nothing lies beside it.
    pub fn is_fixed(&self, new: &Tree, when: &str) {
        assert_eq!(self.leftovers(), [] as [PathBuf; 0], "{when}");
        assert_eq!(&read_tree(&self.tree), new, "{when}");
    }
}

/// Whether a text is the new one. A shorter one that is written over where it lies ends in empty lines, which readers pass
/// over, until it is cut.
fn is_new(now: &File, new: &File, old: Option<&File>) -> bool {
    let (File::Text(now_text), File::Text(new_text), Some(File::Text(old))) = (now, new, old) else {
        return now == new;
    };
    let rest = now_text.strip_prefix(new_text.as_slice());
    let is_longer = now_text.len() > new_text.len() && now_text.len() == old.len();
    now == new || is_longer && rest.is_some_and(|rest| rest.iter().all(|&byte| byte == b'\n'))
}

/// The file has the owner, the mode and the attributes that it had.
pub fn is_kept(path: &Path, when: &str) {
    let meta = fs::metadata(path).unwrap();
    assert_eq!(meta.mode(), 0o100_640, "{when}: the mode of {}", path.display());
    if rustix::process::getuid().is_root() {
        assert_eq!((meta.uid(), meta.gid()), (1234, 2345), "{when}: the owner of {}", path.display());
    }
    let mut value = [0; 16];
    let len = rustix::fs::getxattr(path, ATTRIBUTE, &mut value[..]);
    assert_eq!(len.map(|len| &value[..len]), Ok(&b"kept"[..]), "{when}: the attribute of {}", path.display());
}

pub fn code(out: &Output) -> i32 {
    out.status.code().unwrap_or(-1)
}

pub fn stderr(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}
