//! Silencing findings and choosing what is looked at, from outside.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::{folder, transcript};
use pretty_assertions::assert_eq;
use std::fs;
use std::path::Path;

/// A bridge that nothing pins.
const UNIT: &str = "[NetDev]\nName=br0\nKind=bridge\n";
const WEB: &str = "hosts/web1/etc/systemd/network/br0.netdev";
const OLD: &str = "hosts/old-1/etc/systemd/network/br0.netdev";
const OS: (&str, &str) = ("hosts/web1/etc/os-release", "ID=debian\nVERSION_ID=12\n");

fn check(dir: &Path, arguments: &[&str]) -> String {
    transcript(dir, &[&["check", "--output-format", "concise"], arguments].concat())
}

#[test]
fn comments() {
    let silenced = "[NetDev]\n; bridgepin: ignore[unpinned-bridge] lab\nName=br0\nKind=bridge\n";
    let trailing = "[NetDev]\nName=br0 # bridgepin: ignore[unpinned-bridge]\nKind=bridge\n";
    let unused = "# bridgepin: ignore-file[syntax, sintax]\n[NetDev]\nName=br0\nKind=bridge\n\n[Bridge]\nMACAddress=b4:99:ba:00:00:01\n";
    let dir = folder(&[("a/br0.netdev", silenced), ("b/br0.netdev", trailing), ("c/br0.netdev", unused)]);
    assert_eq!(check(dir.path(), &[]), "");
    assert_eq!(check(dir.path(), &["--ignore", "unused-ignore", "a", "c"]), "");
}

#[test]
fn a_comment_keeps_a_fix_away() {
    let text = "auto br0\n# bridgepin: ignore[unpinned-bridge]\niface br0 inet dhcp\n\tbridge-ports eth0\n";
    let dir = folder(&[("etc/network/interfaces", text), ("etc/alpine-release", "3.20\n")]);
    assert_eq!(check(dir.path(), &["--fix", "--mac", "br0=b4:99:ba:00:00:01"]), "");
    assert_eq!(fs::read_to_string(dir.path().join("etc/network/interfaces")).unwrap(), text);
}

#[test]
fn rules_by_configuration_and_command_line() {
    let config =
        "ignore = [\"unpinned-bridge\"]\n[[per-path]]\npath = \"hosts/old-*\"\nselect = [\"unpinned-bridge\"]\n";
    let dir = folder(&[("bridgepin.toml", config), (WEB, UNIT), (OLD, UNIT), (".git/HEAD", "")]);
    assert_eq!(check(dir.path(), &[]), "");
    assert_eq!(check(dir.path(), &["--isolated"]), "");
    assert_eq!(check(dir.path(), &["--select", "unpinned-bridge"]), "");
    assert_eq!(check(dir.path(), &["--ignore", "unpinned-bridge"]), "");
    assert_eq!(check(&dir.path().join("hosts"), &["web1"]), "");
    assert_eq!(check(dir.path(), &["--select", "unpined-bridge"]), "");
}

#[test]
fn severity_and_what_fails() {
    let config = "fail-on = \"error\"\n[severity]\nsyntax = \"error\"\nunpinned-bridge = \"warning\"\n";
    let dir = folder(&[("bridgepin.toml", config), (WEB, UNIT), OS]);
    assert_eq!(check(dir.path(), &[]), "");
    assert_eq!(check(dir.path(), &["--fail-on", "warning"]), "");
    let dir = folder(&[("other.toml", "[severity]\nunpinned-bridge = \"error\"\n"), (WEB, UNIT), OS]);
    assert_eq!(check(dir.path(), &["--config", "other.toml", "--fail-on", "error"]), "");
    assert_eq!(check(dir.path(), &["--config", "none.toml"]), "");
}

#[test]
fn the_nearest_configuration_file_up_to_the_top_of_the_repository() {
    let strict = "[severity]\nunpinned-bridge = \"error\"\n";
    let dir = folder(&[
        ("bridgepin.toml", "ignore = [\"unpinned-bridge\"]\n"),
        ("repo/.git", "gitdir: x"),
        ("repo/a/br0.netdev", UNIT),
    ]);
    assert_eq!(check(&dir.path().join("repo/a"), &[]), "", "above the top is not looked");
    fs::write(dir.path().join("repo/bridgepin.toml"), strict).unwrap();
    assert_eq!(check(&dir.path().join("repo/a"), &[]), "");
}

#[test]
fn excludes() {
    let files = [("bridgepin.toml", "exclude = [\"hosts/old-*\"]\n"), (WEB, UNIT), (OLD, UNIT), ("x/br0.netdev", UNIT)];
    let dir = folder(&files);
    assert_eq!(check(dir.path(), &["--show-files", "--exclude", "x"]), "");
    assert_eq!(check(dir.path(), &[OLD]), "", "what is given by name is looked at");
    assert_eq!(check(dir.path(), &["--force-exclude", OLD]), "");
    assert_eq!(check(&dir.path().join("hosts"), &["--show-files"]), "");
    assert_eq!(check(dir.path(), &["--exclude", "a/[b"]), "");
}

#[test]
fn hosts() {
    let config = "\
[[host]]
pattern = \"web*\"
stack = [\"networkd@257\"]

[[host]]
pattern = \"hosts/old-*\"
udev-policy = \"persistent\"

[hosts.web1.mac]
br0 = \"b4:99:ba:00:00:01\"

[hosts.bridge-host.links]
eth0 = \"b4:99:ba:00:00:02\"
";
    let network = "[Match]\nName=eth0\n[Network]\nBridge=br0\n";
    let dir = folder(&[
        ("bridgepin.toml", config),
        (WEB, UNIT),
        (OLD, UNIT),
        ("hosts/old-1/etc/hostname", "bridge-host\n"),
        ("hosts/old-1/etc/systemd/network/eth0.network", network),
    ]);
    assert_eq!(transcript(dir.path(), &["list", "--verbose"]), "");
    assert_eq!(transcript(dir.path(), &["check"]), "");
    assert_eq!(transcript(dir.path(), &["list", "--stack", "networkd@252", "hosts/web1"]), "");
}

#[test]
fn baselines() {
    let dir = folder(&[(WEB, UNIT), (OLD, UNIT)]);
    assert_eq!(check(dir.path(), &["--write-baseline", "known.json"]), "");
    assert_eq!(fs::read_to_string(dir.path().join("known.json")).unwrap(), "");
    fs::write(dir.path().join(WEB), format!("# moved\n{UNIT}# more\n")).unwrap();
    fs::write(dir.path().join("hosts/web1/etc/systemd/network/br1.netdev"), UNIT.replace("br0", "br1")).unwrap();
    assert_eq!(check(dir.path(), &["--baseline", "known.json"]), "");
    assert_eq!(check(&dir.path().join("hosts"), &["--baseline", "../known.json", "--ignore", "unpinned-bridge"]), "");
    fs::remove_dir_all(dir.path().join("hosts/old-1")).unwrap();
    assert_eq!(check(dir.path(), &["--baseline", "known.json"]), "");
    assert_eq!(check(dir.path(), &["--baseline", "known.json", WEB]), "", "says nothing of what it has not looked for");
    fs::write(dir.path().join("known.json"), "{\n  \"version\": 1,\n  \"found\": []\n}\n").unwrap();
    assert_eq!(check(dir.path(), &["--baseline", "known.json"]), "");
}

#[test]
fn statistics() {
    let dir = folder(&[
        (WEB, UNIT),
        (OLD, UNIT),
        ("x/br0.netdev", "# bridgepin: ignore[syntax]\n[NetDev]\nName=br0\nKind=bridge\n"),
    ]);
    assert_eq!(check(dir.path(), &["--statistics"]), "");
    assert_eq!(transcript(dir.path(), &["check", "--statistics", "--output-format", "json"]), "");
}
