//! What the kernel does not let a run do, or lets it do only otherwise.

use super::common::{bridgepin, needs::lacking, needs::with_mounts, read_tree};
use super::scenario::{BRIDGE, INTERFACES, Laid, PIN, Scenario, code, is_kept, stderr};
use pretty_assertions::assert_eq;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

/// Runs in a shell that has prepared the tree; `$tree` is the tree, and `"$@"` the run.
fn refused(scenario: &Scenario, script: &str, message: &str) {
    let laid = scenario.lay();
    let before = read_tree(&laid.tree);
    let out = in_shell(&laid, script);
    assert_eq!(stderr(&out), format!("error: {}: {message}\n", laid.path(INTERFACES).display()));
    assert_eq!(code(&out), 2);
    assert_eq!(read_tree(&laid.tree), before);
    is_kept(&laid.path(INTERFACES), script);
}

fn in_shell(laid: &Laid, script: &str) -> std::process::Output {
    let mut shell = Command::new("sh");
    shell.args(["-ec", script, "sh"]).arg(bridgepin().get_program()).args(laid.arguments());
    shell.env("tree", &laid.tree).output().unwrap()
}

#[test]
fn a_read_only_filesystem() {
    with_mounts("refused::a_read_only_filesystem", "", |_| {
        let script = "mount --bind \"$tree\" \"$tree\"; mount -o remount,bind,ro \"$tree\"; \"$@\"";
        let cause = "opening it for writing failed (Read-only file system (os error 30)); \
                     mount the filesystem writable, or exclude it";
        refused(&Scenario::replaced(), script, cause);
    });
}

#[test]
fn an_immutable_file_and_folder() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    let chattr = |flag: &str| Command::new("chattr").arg(flag).arg(dir.path().join("file")).output();
    if !chattr("+i").is_ok_and(|out| out.status.success()) {
        return lacking("root, and a filesystem with immutable files");
    }
    assert!(chattr("-i").unwrap().status.success());
    let cure = "(Operation not permitted (os error 1)); if it or its folder is immutable or append-only, \
                `chattr -ia` it, or exclude it";
    for (flag, what, doing) in [
        ("i", "interfaces", "opening it for writing"),
        ("a", "interfaces", "opening it for writing"),
        ("i", "", "making a temporary file beside it"),
        // Not `a` on the folder: names may be added to it and not taken away, so the temporary file is left.
    ] {
        let path = format!("\"$tree/etc/network/{what}\"");
        let script = format!("chattr +{flag} {path}; trap 'chattr -{flag} {path}' EXIT; \"$@\"");
        refused(&Scenario::replaced(), &script, &format!("{doing} failed {cure}"));
    }
}

#[test]
fn another_users_folder_and_file() {
    if !rustix::process::getuid().is_root() {
        return lacking("root, to become another user");
    }
    let user = "setpriv --reuid=4321 --regid=4321 --clear-groups \"$@\"";
    let run_again = "run as its owner or as root, or exclude it";
    let cases = [
        ("chmod 644", format!("opening it for writing failed (Permission denied (os error 13)); {run_again}")),
        (
            "chmod 666",
            format!("making a temporary file beside it failed (Permission denied (os error 13)); {run_again}"),
        ),
        (
            "chmod 600",
            "cannot read this file: Permission denied (os error 13); make it readable or exclude it".to_owned(),
        ),
    ];
    for (mode, message) in cases {
        let laid = Scenario::replaced().lay();
        let script = format!("{mode} \"$tree/{INTERFACES}\"; {user}");
        let out = in_shell(&laid, &script);
        let at = laid.path(INTERFACES);
        assert_eq!((code(&out), stderr(&out)), (2, format!("error: {}: {message}\n", at.display())), "{mode}");
        assert_eq!(fs::read_to_string(&at).unwrap(), BRIDGE);
        assert_eq!(read_tree(&laid.tree).len(), 1);
    }
    // Its own file in another's folder, and another's file in its own.
    let laid = Scenario::replaced().lay();
    chown(laid.path("etc/network"), Some(4321), Some(4321)).unwrap();
    fs::set_permissions(laid.path(INTERFACES), fs::Permissions::from_mode(0o666)).unwrap();
    let out = in_shell(&laid, user);
    let message = format!("its owner cannot be kept (Operation not permitted (os error 1)); {run_again}");
    assert_eq!((code(&out), stderr(&out)), (2, format!("error: {}: {message}\n", laid.path(INTERFACES).display())));
    assert_eq!(fs::read_dir(laid.path("etc/network")).unwrap().count(), 1);
}

#[test]
fn a_file_that_is_bound_over_is_written_where_it_lies() {
    with_mounts("refused::a_file_that_is_bound_over_is_written_where_it_lies", "echo >source", |dir| {
        let laid = Scenario::replaced().lay();
        let source = dir.join("source");
        let script = "cp -a \"$tree/etc/network/interfaces\" source; mount --bind source \"$tree/etc/network/interfaces\"; \"$@\"";
        let out = in_shell(&laid, script);
        assert_eq!((code(&out), stderr(&out).as_str()), (0, ""));
        assert_eq!(fs::read_to_string(&source).unwrap(), format!("{BRIDGE}{PIN}"));
        is_kept(&source, "the file that was bound");
        only_the_file(&laid.path("etc/network"));
    });
}

#[test]
fn a_folder_that_is_bound_over_is_a_folder() {
    with_mounts("refused::a_folder_that_is_bound_over_is_a_folder", "mkdir source", |dir| {
        let laid = Scenario::replaced().lay();
        let script = "cp -a \"$tree/etc/network/.\" source; mount --bind source \"$tree/etc/network\"; \"$@\"";
        let out = in_shell(&laid, script);
        assert_eq!((code(&out), stderr(&out).as_str()), (0, ""));
        assert_eq!(fs::read_to_string(dir.join("source/interfaces")).unwrap(), format!("{BRIDGE}{PIN}"));
        is_kept(&dir.join("source/interfaces"), "the file in the folder that was bound");
        only_the_file(&dir.join("source"));
    });
}

#[test]
fn a_read_only_file_is_refused_for_root_too() {
    let laid = Scenario::replaced().lay();
    fs::set_permissions(laid.path(INTERFACES), fs::Permissions::from_mode(0o440)).unwrap();
    let out = laid.fix();
    let message = "read-only file; chmod u+w it or exclude it";
    assert_eq!((code(&out), stderr(&out)), (2, format!("error: {}: {message}\n", laid.path(INTERFACES).display())));
    assert_eq!(laid.text(INTERFACES), BRIDGE);
}

fn only_the_file(folder: &Path) {
    let names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["interfaces"]);
}
