//! Rules over all hosts of a run, from outside: what comments, selection, baselines and paths make of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::{bridgepin, folder, transcript};
use pretty_assertions::assert_eq;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

const PINNED: &str = "[NetDev]\nName=br0\nKind=bridge\nMACAddress=b4:99:ba:00:00:01\n";
const SILENT: &str =
    "[NetDev]\nName=br0\nKind=bridge\n# bridgepin: ignore[duplicate-address] spare\nMACAddress=b4:99:ba:00:00:01\n";
const A: &str = "a/etc/systemd/network/br0.netdev";
const B: &str = "b/etc/systemd/network/br0.netdev";

fn check(dir: &Path, arguments: &[&str]) -> String {
    transcript(dir, &[&["check", "--output-format", "concise"], arguments].concat())
}

fn found(a: &str, line: usize, b: &str, other: usize) -> String {
    format!("{a}:{line}:12: warning[duplicate-address] br0 is pinned to b4:99:ba:00:00:01, as is br0 in {b}:{other}\n")
}

const NOTHING: &str = "Nothing found in 2 bridges on 2 hosts.\n--- exit 0\n";
const ONE: &str = "Found 1 warning.\n--- exit 1\n";
const TWO: &str = "Found 2 warnings.\n--- exit 1\n";

#[test]
fn comments_and_selection_hold_for_each_place() {
    let dir = folder(&[(A, PINNED), (B, SILENT)]);
    assert_eq!(check(dir.path(), &[]), found(A, 4, B, 5) + ONE);
    assert_eq!(check(dir.path(), &["--ignore", "duplicate-address"]), NOTHING);
    // What was not asked for is an other all the same.
    let dir = folder(&[
        (A, PINNED),
        (B, PINNED),
        (
            "bridgepin.toml",
            "[[per-path]]\npath = \"a\"\nignore = [\"duplicate-address\"]\n[severity]\nduplicate-address = \"error\"\n",
        ),
    ]);
    let error = found(B, 4, A, 4).replace("warning", "error");
    assert_eq!(check(dir.path(), &[]), error + "Found 1 error.\n--- exit 1\n");
    // Both files are given, of both hosts.
    let dir = folder(&[(A, PINNED), (B, PINNED)]);
    assert_eq!(check(dir.path(), &[A, B]), found(A, 4, B, 4) + &found(B, 4, A, 4) + TWO);
    assert_eq!(check(dir.path(), &["a"]), "Nothing found in 1 bridge on 1 host.\n--- exit 0\n");
}

#[test]
fn a_comment_is_of_use_where_other_hosts_are_not_looked_at() {
    let dir = folder(&[(A, SILENT), (B, "[NetDev]\nName=br0\nKind=bridge\nMACAddress=b4:99:ba:00:00:02\n")]);
    assert_eq!(check(dir.path(), &[]), NOTHING);
    assert_eq!(check(dir.path(), &["a"]), "Nothing found in 1 bridge on 1 host.\n--- exit 0\n");
}

#[test]
fn baselines() {
    let dir = folder(&[(A, PINNED), (B, PINNED)]);
    check(dir.path(), &["--write-baseline", "known.json"]);
    let known = "Nothing new found in 2 bridges on 2 hosts; the baseline has 2.\n--- exit 0\n";
    assert_eq!(check(dir.path(), &["--baseline", "known.json"]), known);
    // One host alone does not tell that it is gone.
    assert!(!check(dir.path(), &["--baseline", "known.json", "a"]).contains("does not occur any more"));
    let c = "c/etc/systemd/network/br0.netdev";
    fs::create_dir_all(dir.path().join(c).parent().unwrap()).unwrap();
    fs::write(dir.path().join(c), PINNED).unwrap();
    let new =
        format!("{c}:4:12: warning[duplicate-address] br0 is pinned to b4:99:ba:00:00:01, as are 2 other bridges\n");
    assert!(check(dir.path(), &["--baseline", "known.json"]).starts_with(&new));
    fs::remove_file(dir.path().join(c)).unwrap();
    fs::write(dir.path().join(B), PINNED.replace(":01", ":02")).unwrap();
    let gone = check(dir.path(), &["--baseline", "known.json"]);
    assert!(
        gone.contains("does not occur any more") && gone.contains(&format!("{A}: duplicate-address (br0)")),
        "{gone}"
    );
}

#[test]
fn what_a_fix_brings_about_is_found() {
    let floating = "iface br0 inet manual\n    bridge_ports eth0\n    bridge_hw b4:99:ba:00:00:01\niface br1 inet manual\n    bridge_ports eth1\n";
    let dir = folder(&[("a/etc/network/interfaces", floating), ("a/etc/os-release", "ID=debian\nVERSION_ID=12\n")]);
    let found = |text: &str| text.matches("[duplicate-address]").count();
    let arguments = ["--mac", "br1=b4:99:ba:00:00:01"];
    assert_eq!(found(&check(dir.path(), &arguments)), 0);
    let mut child = bridgepin()
        .args(["check", "--output-format", "concise", "--fix", "--stdin-filename", "a/etc/network/interfaces", "-"])
        .args(arguments)
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(floating.as_bytes()).unwrap();
    let said = child.wait_with_output().unwrap();
    assert_eq!(found(std::str::from_utf8(&said.stderr).unwrap()), 2);
    assert_eq!(found(&check(dir.path(), &[&["--fix"], &arguments[..]].concat())), 2);
}

#[test]
fn very_many_are_counted() {
    let files: Vec<(String, &str)> =
        (10..99).map(|number| (format!("h{number}/etc/systemd/network/br0.netdev"), PINNED)).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let dir = folder(&files);
    let said = transcript(dir.path(), &["check", "--output-format", "json"]);
    assert_eq!(said.matches("as are 88 other bridges").count(), 89);
    assert_eq!(said.matches(", and 78 more.").count(), 89);
}

#[test]
fn a_pin_is_stale_only_where_all_ports_are_known() {
    let stale = |ports: &str, pinned: &str, links: &[(&str, &str)]| {
        let interfaces = format!(
            "iface bond0 inet manual\n    bond-slaves eth0 eth1\niface br0 inet manual\n    bridge_ports {ports}\n    bridge_hw {pinned}\n"
        );
        let links: Vec<(String, String)> =
            links.iter().map(|(link, text)| (format!("sys/class/net/{link}"), format!("{text}\n"))).collect();
        let mut files = vec![("a/etc/network/interfaces", interfaces.as_str())];
        files.extend(links.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let dir = folder(&files);
        check(dir.path(), &["--sysfs", "sys", "--select", "stale-pin", "a"]).contains("[stale-pin]")
    };
    let (first, second, third) = ("b4:99:ba:00:00:01", "b4:99:ba:00:00:02", "b4:99:ba:00:00:03");
    let one = [("eth0/address", first), ("br0/address", third), ("br0.7/address", third)];
    assert!(stale("eth0", third, &one), "what lies on the bridge has its address from it");
    assert!(stale("eth0.5", third, &one));
    assert!(!stale("eth0", first, &one));
    assert!(!stale("eth0", "02:00:00:00:00:03", &one), "somebody made it up");
    assert!(!stale("eth0 eth1", third, &one), "eth1 may have it");
    assert!(!stale("eth0", third, &[("eth0/address", first), ("eth1/address", third)]));
    // While they are ports of the bond, both show its address.
    let bond = [
        ("bond0/address", first),
        ("eth0/address", first),
        ("eth0/bonding_slave/perm_hwaddr", first),
        ("eth1/address", first),
        ("eth1/bonding_slave/perm_hwaddr", second),
    ];
    assert!(!stale("bond0", second, &bond));
    assert!(stale("bond0", third, &bond));
}
