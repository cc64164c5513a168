//! What a killed run leaves behind: no stack reads it, and the next run removes it.

use super::common::{bridgepin, read_tree};
use super::scenario::{BRIDGE, INTERFACES, Scenario, code, stderr};
use pretty_assertions::assert_eq;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

const STACKS: &[&str] =
    &["ifupdown", "ifupdown2", "ifupdown-ng", "busybox", "networkd", "network-scripts", "networkmanager"];
const OTHER: &str =
    "auto br9\niface br9 inet manual\n\tbridge_ports eth9\n[NetDev]\nName=br9\nKind=bridge\nDEVICE=br9\nTYPE=Bridge\n";

fn leftover(folder: &Path, name: &str, text: &str) {
    fs::create_dir(folder).unwrap();
    fs::write(folder.join(name), text).unwrap();
}

#[test]
fn no_stack_reads_a_leftover() {
    let files = [
        (INTERFACES, &*format!("source interfaces.d/*\nsource-directory interfaces.d\n{BRIDGE}")),
        ("etc/network/interfaces.d/eth1", "auto eth1\niface eth1 inet manual\n"),
        ("etc/systemd/network/br1.netdev", "[NetDev]\nName=br1\nKind=bridge\n"),
        ("etc/systemd/network/br1.netdev.d/a.conf", "[Bridge]\nSTP=yes\n"),
        ("etc/sysconfig/network-scripts/ifcfg-br2", "DEVICE=br2\nTYPE=Bridge\nONBOOT=yes\n"),
    ];
    let dir = super::common::folder(&files);
    let list = |stack: &str| {
        let out = bridgepin().args(["list", "--stack", stack, "."]).current_dir(dir.path()).output().unwrap();
        assert_eq!(out.status.code(), Some(0));
        String::from_utf8(out.stdout).unwrap()
    };
    let before: Vec<String> = STACKS.iter().map(|stack| list(stack)).collect();
    assert!(before.iter().all(|text| text.contains("br")), "{before:#?}");
    for (file, _) in files {
        leftover(&dir.path().join(file).with_file_name(".bridgepin-1-0"), "text", OTHER);
    }
    assert_eq!(STACKS.iter().map(|stack| list(stack)).collect::<Vec<_>>(), before);
    // The same text counts under a name that is read.
    fs::write(dir.path().join("etc/network/interfaces.d/bridgepin"), OTHER).unwrap();
    assert!(list("ifupdown").contains("br9"));
}

#[test]
fn a_leftover_is_removed_though_nothing_is_left_to_fix() {
    let scenario = Scenario::replaced();
    let laid = scenario.lay();
    let new = scenario.fixed();
    laid.fix();
    for (name, file) in [("1-0", "text"), ("77-3", "text"), ("9-0", "copy-1")] {
        leftover(&laid.path(&format!("etc/network/.bridgepin-{name}")), file, BRIDGE);
    }
    fs::create_dir(laid.path("etc/.bridgepin-2-0")).unwrap();
    let look = bridgepin().arg("check").arg(&laid.tree).output().unwrap();
    assert_eq!(code(&look), 0);
    assert_eq!(read_tree(&laid.tree).len(), new.len() + 3, "only --fix removes them");
    assert_eq!(code(&laid.fix()), 0);
    laid.is_fixed(&new, "after the leftovers");
    // A hook names the file alone.
    leftover(&laid.path("etc/network/.bridgepin-1-0"), "text", "");
    leftover(&laid.path("etc/.bridgepin-1-0"), "text", "");
    let out = bridgepin().args(["check", "--fix"]).arg(laid.path(INTERFACES)).output().unwrap();
    assert_eq!(code(&out), 0);
    assert!(!laid.path("etc/network/.bridgepin-1-0").exists());
    assert!(laid.path("etc/.bridgepin-1-0").exists(), "no file beside it was given");
}

#[test]
fn what_looks_like_a_leftover_and_is_none_stays() {
    let laid = Scenario::replaced().lay();
    let outside = laid.beside("outside");
    fs::write(&outside, "kept").unwrap();
    leftover(&laid.path("etc/network/.bridgepin-folder"), "mine", "");
    leftover(&laid.path("etc/network/.bridgepin-folders"), "text", "");
    fs::write(laid.path("etc/network/.bridgepin-folders/mine"), "").unwrap();
    fs::write(laid.path("etc/network/.bridgepin-file"), "").unwrap();
    std::os::unix::fs::symlink(&outside, laid.path("etc/network/.bridgepin-link")).unwrap();
    assert_eq!(code(&laid.fix()), 0);
    assert_eq!(fs::read(&outside).unwrap(), b"kept");
    for name in ["folder/mine", "folders/mine", "folders/text", "file"] {
        assert!(laid.path(&format!("etc/network/.bridgepin-{name}")).is_file(), "{name}");
    }
    assert!(laid.path("etc/network/.bridgepin-link").is_symlink());
}

/// A kill in the middle of one write, or a crash of the machine, where a file is written over.
#[test]
fn the_copy_of_a_torn_file_stays_until_somebody_looks() {
    let scenario = Scenario::hard_link();
    let laid = scenario.lay();
    let file = laid.path(INTERFACES);
    laid.fix();
    let new = laid.text(INTERFACES);
    let torn = new.get(..new.len() - 20).unwrap();
    fs::write(&file, torn).unwrap();
    let inode = fs::metadata(&file).unwrap().ino();
    let copy = format!(".bridgepin-77-0/copy-{inode}");
    leftover(&laid.path("etc/network/.bridgepin-77-0"), &format!("copy-{inode}"), &new);

    let out = bridgepin().args(["check", "--fix", "--exit-zero", "--quiet"]).arg(&laid.tree).output().unwrap();
    assert_eq!(code(&out), 2);
    let names = [INTERFACES, "etc/network/other"].map(|name| laid.path(name).display().to_string());
    let message = |name: &String| {
        format!(
            "error: {name}: a run was killed while it wrote over it; the whole new text is beside it, {copy}: \
             copy it over if something is missing, then remove it\n"
        )
    };
    assert!(names.iter().map(message).any(|message| message == stderr(&out)), "{}", stderr(&out));
    assert_eq!(fs::read_to_string(laid.path("etc/network").join(&copy)).unwrap(), new);

    fs::write(&file, &new).unwrap();
    assert_eq!(code(&laid.fix()), 0);
    assert!(!laid.path("etc/network/.bridgepin-77-0").exists(), "the file is whole again");
}
