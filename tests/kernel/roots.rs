//! Roots with the programs, unpacked from Debian's packages once and kept below `target/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// What every machine has.
const BASE: &[&str] = &[
    "bash",
    "coreutils",
    "dash",
    "ethtool",
    "findutils",
    "grep",
    "hostname",
    "iproute2",
    "iputils-ping",
    "kmod",
    "mawk",
    "net-tools",
    "netbase",
    "procps",
    "python3",
    "sed",
    "util-linux",
];

/// Programs that must be here, and the package that has them.
const TOOLS: &[(&str, &str)] = &[
    ("apt-get", "apt"),
    ("dpkg-deb", "dpkg"),
    ("mount", "mount"),
    ("nsenter", "util-linux"),
    ("setpriv", "util-linux"),
    ("tar", "tar"),
    ("unshare", "util-linux"),
];

/// The root of a release that all its layers are put over.
pub fn base(suite: &str) -> PathBuf {
    unpacked(suite, "-", &format!("{suite}-base"), BASE)
}

/// What these packages add to the base.
pub fn layer(suite: &str, packages: &[&str]) -> PathBuf {
    base(suite);
    unpacked(suite, &format!("{suite}-base"), &format!("{suite}-{}", packages.join("-")), packages)
}

/// The version of a package that one of the layers was made from, without its epoch.
pub fn version(layers: &[PathBuf], package: &str) -> String {
    let lists = layers.iter().map(|layer| fs::read_to_string(layer.with_extension("packages")).unwrap());
    let lines: Vec<String> = lists.flat_map(|list| list.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let version = lines.iter().find_map(|line| line.strip_prefix(package)?.strip_prefix(' '));
    let version = version.unwrap_or_else(|| panic!("{package} is in none of {layers:?}"));
    version.split_once(':').map_or(version, |(_, version)| version).to_owned()
}

fn unpacked(suite: &str, base: &str, name: &str, packages: &[&str]) -> PathBuf {
    static UNPACKED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kernel");
    let root = folder.join(name);
    let mut done = UNPACKED.lock().unwrap_or_else(std::sync::PoisonError::into_inner); // one apt at a time
    if done.contains(&root) {
        return root;
    }
    check_machine();
    fs::create_dir_all(&folder).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kernel/unpack.sh");
    let output = Command::new("sh").arg(script).arg(&folder).args([suite, base, name]).args(packages).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "cannot fetch and unpack {} of Debian {suite}: {errors}\nIs there a network?",
        packages.join(" ")
    );
    done.insert(root.clone());
    root
}

/// Says what is missing, rather than fail somewhere inside.
fn check_machine() {
    let missing: Vec<&str> = TOOLS.iter().filter(|tool| !is_on_path(tool.0)).map(|tool| tool.1).collect();
    assert!(
        missing.is_empty(),
        "the kernel tests need programs of these packages: apt-get install {}",
        missing.join(" ")
    );
    let output =
        Command::new("unshare").args(["--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "true"]).output();
    let output = output.unwrap();
    assert!(
        output.status.success(),
        "the kernel tests need root, in a place where it may make namespaces (in a container: --privileged): {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).exists())
}
