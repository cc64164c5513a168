//! Ways out of a host's root, and that none of them leads there.

use super::common::bridgepin;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// What only a file outside of the root says.
const SECRET: &str = "brSECRET";
const TEXT: &str = "auto brSECRET\niface brSECRET inet dhcp\n\tbridge_ports eth0 SECRET\n\
                    [NetDev]\nName=brSECRET\nKind=bridge\nDEVICE=brSECRET\nTYPE=Bridge\nONBOOT=SECRET\nSECRET\n";
const INTERFACES: &str = "etc/network/interfaces";
const BRIDGE: &str = "auto br0\niface br0 inet dhcp\n\tbridge_ports eth0\n";

/// Something in the tree that leads out.
enum Way {
    /// A file, and its text with `OUT` for the folder outside.
    File(&'static str, &'static str),
    /// A link, and where it leads, with `OUT` too.
    Link(&'static str, &'static str),
}
use Way::{File, Link};

/// The ways, each with a host around it that would read it.
const WAYS: &[Way] = &[
    File(INTERFACES, "source ../../../../../../../../../../../../OUT/secret\n"),
    File(INTERFACES, "source OUT/secret\n"),
    File(INTERFACES, "source /proc/self/rootOUT/secret\n"),
    File(INTERFACES, "source /proc/1/root/OUT/secret\n"),
    File(INTERFACES, "source OUT/*\n"),
    File(INTERFACES, "source ../../../../../../../../../../../*/*/secret\n"),
    File(INTERFACES, "source-directory OUT\n"),
    File(INTERFACES, "source $(cat OUT/secret)\n"),
    File(INTERFACES, "source ~/../OUT/secret\n"),
    File(INTERFACES, "source link\n"),
    File(
        INTERFACES,
        "auto br0\niface br0 inet dhcp\n bridge_ports eth0\n up . OUT/secret\n up ip link add $SECRET type bridge\n",
    ),
    File(
        INTERFACES,
        "auto br0\niface br0 inet dhcp\n bridge_ports eth0\n up ip link add $(cat OUT/secret) type bridge\n",
    ),
    Link(INTERFACES, "OUT/secret"),
    Link(INTERFACES, "../../../../../../../../../../../../OUT/secret"),
    Link("etc/network", "OUT"),
    Link("etc/network/interfaces.d/x", "OUT/secret"),
    Link("etc/network/interfaces.d", "OUT"),
    Link("etc", "OUT"),
    Link("etc/systemd/network/br9.netdev", "OUT/secret"),
    Link("etc/systemd/network", "OUT"),
    Link("usr/lib/systemd", "OUT"),
    Link("etc/systemd/network/br0.netdev.d", "OUT"),
    Link("etc/sysconfig/network-scripts/ifcfg-br9", "OUT/secret"),
    Link("etc/sysconfig/network-scripts", "OUT"),
    Link("etc/sysconfig/network", "OUT/secret"),
    File("etc/sysconfig/network-scripts/ifcfg-br9", "DEVICE=br9\nTYPE=Bridge\n. OUT/secret\n"),
    File("etc/sysconfig/network-scripts/ifcfg-br9", "DEVICE=$(cat OUT/secret)\nTYPE=Bridge\n"),
    File("etc/sysconfig/network-scripts/ifcfg-br9", "DEVICE=$(<OUT/secret)\nTYPE=Bridge\n"),
    Link("etc/default/bridge-utils", "OUT/secret"),
    Link("etc/os-release", "OUT/secret"),
    Link("etc/hostname", "OUT/secret"),
    Link("etc/machine-id", "OUT/secret"),
    Link("etc/netplan/a.yaml", "OUT/secret"),
    Link("etc/udev/rules.d/70-persistent-net.rules", "OUT/secret"),
    Link("loose/interfaces", "OUT/secret"),
    Link("loose/br9.netdev", "OUT/br9.netdev"),
    Link("loose/ifcfg-br9", "OUT/secret"),
    Link("loose/interfaces.d/x", "OUT/secret"),
    Link("bridgepin.toml", "OUT/secret"),
    Link("link", "OUT"),
];

fn lay(way: &Way, root: &Path, out: &Path) {
    for (path, text) in [
        (
            INTERFACES,
            "source interfaces.d/*\nsource ../default/bridge-utils\nauto br0\niface br0 inet dhcp\n bridge_ports eth0\n",
        ),
        ("etc/systemd/network/br0.netdev", "[NetDev]\nName=br0\nKind=bridge\n"),
        ("etc/sysconfig/network-scripts/ifcfg-br0", "DEVICE=br0\nTYPE=Bridge\nONBOOT=yes\n"),
    ] {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), text).unwrap();
    }
    let (File(path, text) | Link(path, text)) = way;
    let (path, text) = (root.join(path), text.replace("OUT", out.to_str().unwrap()));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _ = fs::remove_file(&path);
    let _ = fs::remove_dir_all(&path);
    match way {
        File(..) => fs::write(path, text).unwrap(),
        Link(..) => symlink(text, path).unwrap(),
    }
    // Something that `source link` may name.
    let link = root.join("etc/network/link");
    if link.parent().is_some_and(|folder| folder.is_dir() && !folder.is_symlink()) {
        let _ = symlink(out.join("secret"), link);
    }
}

/// All that runs say about a tree.
fn said(root: &Path) -> String {
    let mut said = String::new();
    let stacks = ["ifupdown", "ifupdown2", "ifupdown-ng", "busybox", "networkd", "network-scripts", "networkmanager"];
    let of_stacks = stacks.iter().map(|stack| vec!["list", "--stack", stack, "."]);
    let all = [
        vec!["check", "--unsafe-fixes", "--diff", "."],
        vec!["check", "--root", "."],
        vec!["check", "--output-format", "json", "."],
        vec!["check", "loose/interfaces", INTERFACES],
        vec!["list", "--output-format", "json", "."],
        vec!["list", "--root", "."],
    ];
    for arguments in all.into_iter().chain(of_stacks) {
        let out = bridgepin().args(arguments).current_dir(root).output().unwrap();
        said += &String::from_utf8_lossy(&out.stdout);
        said += &String::from_utf8_lossy(&out.stderr);
    }
    said
}

fn outside() -> tempfile::TempDir {
    let out = tempfile::tempdir().unwrap();
    for name in ["secret", "interfaces", "br9.netdev", "ifcfg-br9", "br9.conf"] {
        fs::write(out.path().join(name), TEXT).unwrap();
    }
    for folder in ["network", "systemd/network", "sysconfig/network-scripts"] {
        fs::create_dir_all(out.path().join(folder)).unwrap();
        for name in ["interfaces", "br9.netdev", "ifcfg-br9"] {
            fs::write(out.path().join(folder).join(name), TEXT).unwrap();
        }
    }
    out
}

#[test]
fn no_way_leads_out_of_the_root() {
    let out = outside();
    for way in WAYS {
        let root = tempfile::tempdir().unwrap();
        lay(way, root.path(), out.path());
        let said = said(root.path());
        let (File(path, text) | Link(path, text)) = way;
        let shown = said.replace(out.path().to_str().unwrap(), "OUT");
        assert!(!shown.contains(SECRET), "{path} with {text}: {shown}");
    }
}

/// The same text inside of the root is found by the same runs, so the test above can fail.
#[test]
fn the_same_files_inside_are_read() {
    let root = tempfile::tempdir().unwrap();
    lay(&File(INTERFACES, "source /OUT/secret\n"), root.path(), Path::new("srv"));
    fs::create_dir(root.path().join("srv")).unwrap();
    fs::write(root.path().join("srv/secret"), TEXT).unwrap();
    assert!(said(root.path()).contains(SECRET));

    // An absolute link starts at the host's root, as in a chroot.
    let root = tempfile::tempdir().unwrap();
    lay(&Link("etc/systemd/network/br9.netdev", "/srv/br9.netdev"), root.path(), Path::new("srv"));
    fs::create_dir(root.path().join("srv")).unwrap();
    fs::write(root.path().join("srv/br9.netdev"), "[NetDev]\nName=brSECRET\nKind=bridge\n").unwrap();
    assert!(said(root.path()).contains(SECRET));
    assert!(!BRIDGE.is_empty());
}

/// A folder that somebody else fills with facts.
#[test]
fn a_link_among_facts_is_not_followed() {
    let (root, out) = (tempfile::tempdir().unwrap(), outside());
    lay(&File(INTERFACES, BRIDGE), root.path(), out.path());
    fs::create_dir(root.path().join("facts")).unwrap();
    symlink(out.path().join("secret"), root.path().join("facts/web1.json")).unwrap();
    let run = bridgepin().args(["check", "--facts", "facts", "."]).current_dir(root.path()).output().unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(said.contains("leads out of the folder and is not followed"), "{said}");
    assert!(!said.contains("SECRET"), "{said}");
}
