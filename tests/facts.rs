//! `--facts` from outside: which hosts find their facts, what is said of the rest, and the exit codes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::bridgepin;
use pretty_assertions::assert_eq;
use std::fs;
use std::path::Path;

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Hosts with a floating bridge over eno1.
fn fleet(names: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in names {
        write(dir.path(), &format!("hosts/{name}/etc/systemd/network/br0.netdev"), "[NetDev]\nName=br0\nKind=bridge\n");
        let port = "[Match]\nName=eno1\n[Network]\nBridge=br0\n";
        write(dir.path(), &format!("hosts/{name}/etc/systemd/network/eno1.network"), port);
    }
    dir
}

fn link(address: &str) -> String {
    format!(r#"[{{"ifname": "lo"}}, {{"ifname": "eno1", "link_type": "ether", "address": "{address}"}}]"#)
}

/// What goes to stderr, and the exit code.
fn run(dir: &Path, arguments: &[&str]) -> (String, i32) {
    let output = bridgepin().current_dir(dir).args(arguments).output().unwrap();
    (String::from_utf8(output.stderr).unwrap(), output.status.code().unwrap())
}

#[test]
fn fixes_what_the_facts_know_and_tells_the_rest() {
    let dir = fleet(&["web1", "web2", "web3"]);
    write(dir.path(), "facts/web1.json", &link("b4:99:ba:00:00:01"));
    write(dir.path(), "facts/web2.json", "oops");
    write(dir.path(), "facts/old.json", &link("b4:99:ba:00:00:09"));
    let (said, code) = run(dir.path(), &["check", "--fix", "--facts", "facts", "hosts"]);
    assert_eq!(code, 2);
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].starts_with("error: facts/web2.json: no JSON ("), "{said}");
    assert_eq!(
        lines[1..],
        [
            "note: no facts for 1 host: hosts/web3; a file of facts is named after its host, like web3.json",
            "note: no host for 1 file of facts: facts/old.json",
        ]
    );
    let pinned = fs::read_to_string(dir.path().join("hosts/web1/etc/systemd/network/br0.netdev")).unwrap();
    assert_eq!(pinned, "[NetDev]\nName=br0\nKind=bridge\nMACAddress=b4:99:ba:00:00:01\n");
    let (said, code) = run(dir.path(), &["check", "--facts", "facts", "--quiet", "hosts/web1"]);
    assert_eq!((said.as_str(), code), ("", 0));
}

#[test]
fn one_file_for_one_host() {
    let dir = fleet(&["web1"]);
    write(dir.path(), "web1.json", &link("b4:99:ba:00:00:01"));
    let (said, code) = run(dir.path(), &["check", "--fix", "--facts", "web1.json", "--root", "hosts/web1"]);
    assert_eq!((said.as_str(), code), ("", 0));
}

#[test]
fn the_only_file_is_the_only_hosts() {
    let unmatched = "note: no facts for 2 hosts: hosts/web1, hosts/web2; a file of facts is named after its host, like web1.json\nnote: no host for 1 file of facts: .links.json\n";
    for (arguments, said, code) in [
        (&["--root", "hosts/web1"][..], "", 0),
        (&["hosts/web1"], "", 0),
        (&["hosts/web1/etc/systemd/network/br0.netdev"], "", 0),
        (&["hosts"], unmatched, 1),
    ] {
        let dir = fleet(&["web1", "web2"]);
        write(dir.path(), ".links.json", &link("b4:99:ba:00:00:01"));
        let done = run(dir.path(), &[&["check", "--fix", "--facts", ".links.json"], arguments].concat());
        assert_eq!(done, (said.to_owned(), code), "{arguments:?}");
    }
}

#[test]
fn what_cannot_be_read_is_told_once() {
    let dir = fleet(&["web1"]);
    write(dir.path(), "facts/web1.json", "oops");
    let (said, code) = run(dir.path(), &["check", "--facts", "facts", "hosts"]);
    assert_eq!((said.lines().count(), code), (1, 2), "{said}");
    assert!(said.starts_with("error: facts/web1.json: no JSON ("), "{said}");
}

#[test]
fn an_address_that_renames_is_held_back() {
    let dir = fleet(&["web1"]);
    write(dir.path(), "facts/web1.json", &link("b4:99:ba:00:00:01"));
    let rule = "SUBSYSTEM==\"net\", ATTR{address}==\"b4:99:ba:00:00:01\", NAME=\"eno1\"\n";
    write(dir.path(), "hosts/web1/etc/udev/rules.d/70-persistent-net.rules", rule);
    assert_eq!(run(dir.path(), &["check", "--fix", "--facts", "facts", "hosts"]).1, 1);
    assert_eq!(run(dir.path(), &["check", "--fix", "--unsafe-fixes", "--facts", "facts", "hosts"]).1, 1);
    let netdev = fs::read_to_string(dir.path().join("hosts/web1/etc/systemd/network/br0.netdev")).unwrap();
    assert!(netdev.ends_with("MACAddress=b4:99:ba:00:00:01\n"));
    let arguments = ["check", "--select", "rename-clash", "--facts", "facts", "hosts"];
    assert_eq!(run(dir.path(), &arguments).1, 1, "the clash remains");
}

#[test]
fn a_path_that_is_not_there_is_refused() {
    let dir = fleet(&["web1"]);
    for command in ["check", "list"] {
        let (said, code) = run(dir.path(), &[command, "--facts", "nowhere", "hosts"]);
        assert_eq!(code, 2, "{said}");
        assert!(said.starts_with("error: --facts nowhere: No such file or directory (os error 2); give "), "{said}");
    }
}

#[test]
fn an_address_is_known_from_the_link_that_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let interfaces = "iface bond0 inet manual\n    bond-slaves eno1\niface br0 inet manual\n    bridge_ports bond0.5\n";
    write(dir.path(), "web1/etc/network/interfaces", interfaces);
    write(dir.path(), "web1.json", &link("b4:99:ba:00:00:01"));
    let output = bridgepin().current_dir(dir.path()).args(["check", "--facts", "web1.json", "web1"]).output().unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    let note = "the address is known from eno1 (first port of bond0, parent of bond0.5): `address` in web1.json";
    assert!(report.contains(note), "{report}");
}
