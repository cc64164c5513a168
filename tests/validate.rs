//! `check --fix --validate COMMAND`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::{File, Tree, bridgepin, needs, read_tree};
use pretty_assertions::assert_eq;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use tempfile::TempDir;

const INTERFACES: &str = "etc/network/interfaces";
const FLOATING: &str = "auto br0\niface br0 inet dhcp\n    bridge_ports eth0\n";
const PINNED: &str = "auto br0\niface br0 inet dhcp\n    bridge_ports eth0\n    bridge_hw b4:99:ba:00:00:01\n";

fn folder() -> TempDir {
    common::folder(&[(INTERFACES, FLOATING)])
}

/// Exit code, stdout, stderr of a fix that a command validates.
fn fix(folder: &Path, validate: &str, arguments: &[&str]) -> (i32, String, String) {
    let mut command = bridgepin();
    command.current_dir(folder).args(["check", "--fix", "--mac", "br0=b4:99:ba:00:00:01", "--validate", validate]);
    let output = command.args(["--output-format", "concise"]).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn only(text: &str) -> Tree {
    Tree::from([(INTERFACES.into(), File::Text(text.into()))])
}

#[test]
fn the_command_sees_the_new_file_as_it_will_be() {
    let dir = folder();
    let file = dir.path().join(INTERFACES);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let meta = fs::metadata(&file).unwrap();
    let script = "cat; echo $0; stat -c %a:%u:%g \"$1\"; cat \"$1\"; cat etc/network/interfaces";
    let seen = tempfile::NamedTempFile::new().unwrap();
    let command = format!("sh -c 'exec > {}; {script}' name %s", seen.path().display());
    let (exit, out, err) = fix(dir.path(), &command, &[]);
    assert_eq!((exit, err.as_str()), (0, ""));
    assert!(out.ends_with("Fixed 1 finding in 1 file; nothing remains.\n"), "{out}");
    let owner = format!("name\n640:{}:{}\n", meta.uid(), meta.gid());
    assert_eq!(fs::read_to_string(seen.path()).unwrap(), format!("{owner}{PINNED}{FLOATING}"));
    assert_eq!(read_tree(dir.path()), only(PINNED));
}

#[test]
fn the_name_ends_as_the_file_is_called() {
    let long = format!("{}.netdev", "n".repeat(240));
    let netdev = |name: &str| format!("etc/systemd/network/{name}");
    for (name, end) in [("br0.netdev", "br0.netdev"), (&long, "nnn.netdev")] {
        let dir = common::folder(&[(&netdev(name), "[NetDev]\nName=br0\nKind=bridge\n")]);
        let test = format!(
            "sh -c 'cd \"$0\" && test . -ef \"${{1%/*}}\" && case \"${{1##*/}}\" in .bridgepin-*{end}) ;; *) exit 3;; esac' etc/systemd/network %s"
        );
        let (exit, _, err) = fix(dir.path(), &test, &[]);
        assert_eq!((exit, err.as_str()), (0, ""));
        assert_eq!(read_tree(dir.path()).len(), 1);
    }
}

#[test]
fn a_refused_text_is_not_written() {
    let refused = |how: &str, said: &str| {
        let stays = "the file stays as it was";
        format!("error: {INTERFACES}: `COMMAND` does not take the new text ({how}); {stays}{said}\n")
    };
    let meddled = format!(
        "error: {INTERFACES}: `COMMAND` changed the new text; the file stays as it was: --validate takes a command that only reads\n"
    );
    for (command, message) in [
        ("false %s", refused("exit status: 1", "")),
        ("no-such-program %s", refused("it cannot be run: No such file or directory (os error 2)", "")),
        ("sh -c 'kill -9 $$' %s", refused("signal: 9 (SIGKILL)", "")),
        (
            "sh -c 'echo \"$1:2: bad\" >&2; exit 7' sh %s",
            refused("exit status: 7", &format!("\n  | DIR/{INTERFACES}:2: bad")),
        ),
        ("sh -c 'echo out; exit 1' %s", refused("exit status: 1", "\n  | out")),
        (
            "sh -c 'printf \"::error::\\033[31m\\n\\n b\\n\" >&2; exit 1' %s",
            refused("exit status: 1", "\n  | \\x3a:error::\\x1b[31m\n  | \n  |  b"),
        ),
        ("sed -i s/br0/br1/ %s", meddled.clone()),
        ("sh -c 'echo >> \"$1\"' sh %s", meddled.clone()),
        ("rm %s", meddled),
    ] {
        let dir = folder();
        let (exit, out, err) = fix(dir.path(), command, &[]);
        let root = fs::canonicalize(dir.path()).unwrap().display().to_string();
        let shown = err.replace(&format!("error: {root}/"), "error: ").replace(&root, "DIR");
        let shown = shown.replace(&format!("`{}`", bridgepin::report::visible::text(command)), "`COMMAND`");
        assert_eq!((exit, shown), (2, message), "{command}");
        assert_eq!(read_tree(dir.path()), only(FLOATING), "{command}");
        let remains = "etc/network/interfaces:2:7: error[unpinned-bridge] br0 takes";
        assert!(out.starts_with(remains) && out.ends_with("Found 1 error; --fix can fix 1.\n"), "{command}: {out}");
    }
}

#[test]
fn every_file_is_validated_by_itself() {
    let [a, b] = ["a", "b"].map(|host| format!("{host}/{INTERFACES}"));
    let second = |text: &str| text.replace("br0", "br1").replace(":01", ":02");
    let dir = common::folder(&[(&a, FLOATING), (&b, &second(FLOATING))]);
    let command = "sh -c 'case \"$1\" in */a/*) exit 1; esac' sh %s";
    let (exit, out, _) = fix(dir.path(), command, &["--mac", "br1=b4:99:ba:00:00:02"]);
    assert_eq!(exit, 2);
    assert!(out.ends_with("Fixed 1 finding in 1 file; 1 error remains; --fix can fix 1.\n"), "{out}");
    let text = |host: &str| fs::read_to_string(dir.path().join(host).join(INTERFACES)).unwrap();
    assert_eq!((text("a"), text("b")), (FLOATING.to_owned(), second(PINNED)));
}

#[test]
fn a_file_with_several_names_is_validated_with_its_mode() {
    let dir = folder();
    let file = dir.path().join(INTERFACES);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o604)).unwrap();
    fs::hard_link(&file, dir.path().join("other")).unwrap();
    let (exit, _, err) = fix(dir.path(), "sh -c 'test \"$(stat -c %a \"$1\")\" = 604' sh %s", &[]);
    assert_eq!((exit, err.as_str()), (0, ""));
    assert_eq!(fs::read_to_string(dir.path().join("other")).unwrap(), PINNED);
}

#[test]
fn a_new_file_is_validated_too() {
    let vendor = "usr/lib/systemd/network/80-br0.netdev";
    let tree = [(vendor, "[NetDev]\nName=br0\nKind=bridge\n"), ("etc/os-release", "ID=debian\nVERSION_ID=12\n")];
    let dir = common::folder(&tree);
    let before = read_tree(dir.path());
    let (exit, _, err) = fix(dir.path(), "false %s", &["--root", "."]);
    assert!(exit == 2 && err.contains("50-bridgepin.conf: `false %s` does not take the new text"), "{err}");
    assert_eq!(read_tree(dir.path()), before);
    assert!(!dir.path().join("etc/systemd").exists(), "no folder stays behind");
    let (exit, _, err) = fix(dir.path(), "grep -q MACAddress=b4:99:ba:00:00:01 %s", &["--root", "."]);
    assert_eq!((exit, err.as_str()), (0, ""));
    assert_eq!(read_tree(dir.path()).len(), 3);
}

#[test]
fn wrong_usage_is_told() {
    let dir = folder();
    for arguments in [
        &["check", "--fix", "--validate", "true"][..],
        &["check", "--fix", "--validate", "%s"],
        &["check", "--fix", "--validate", "true '%s"],
        &["check", "--validate", "true %s"],
        &["check", "--diff", "--validate", "true %s"],
        &["check", "--fix", "--validate", "true %s", "--stdin-filename", INTERFACES, "-"],
    ] {
        let output = bridgepin().current_dir(dir.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(read_tree(dir.path()), only(FLOATING));
}

#[test]
fn ifquery_decides() {
    if !needs::runs(&["ifquery", "--version"], "ifquery of ifupdown") {
        return;
    }
    let dir = folder();
    let (exit, _, err) = fix(dir.path(), "ifquery -i %s br9", &[]);
    assert!(exit == 2 && err.contains("\n  | "), "{err}");
    assert_eq!(read_tree(dir.path()), only(FLOATING));
    let (exit, _, err) = fix(dir.path(), "ifquery -i %s br0", &[]);
    assert_eq!((exit, err.as_str()), (0, ""));
    assert_eq!(read_tree(dir.path()), only(PINNED));
    // It finds what the file sources beside it.
    let sourcing = format!("source interfaces.d/*\n{FLOATING}");
    let files = [(INTERFACES, sourcing.as_str()), ("etc/network/interfaces.d/up", "iface eth7 inet manual\n")];
    let dir = common::folder(&files);
    let (exit, _, err) = fix(dir.path(), "ifquery -i %s eth7", &[]);
    assert_eq!((exit, err.as_str()), (0, ""));
}

#[test]
fn a_run_that_is_killed_while_the_command_looks_leaves_nothing_for_long() {
    let dir = folder();
    let mut command = bridgepin();
    command.current_dir(dir.path()).args(["check", "--fix", "--mac", "br0=b4:99:ba:00:00:01"]);
    let killed = command.args(["--validate", "sh -c 'kill -9 $PPID' sh %s"]).output().unwrap();
    assert_eq!(killed.status.code(), None, "{killed:?}");
    let left = read_tree(dir.path());
    assert_eq!((left.len(), left.get(Path::new(INTERFACES))), (3, Some(&File::Text(FLOATING.into()))), "{left:?}");
    assert_eq!(fix(dir.path(), "true %s", &[]).0, 0);
    assert_eq!(read_tree(dir.path()), only(PINNED));
}
