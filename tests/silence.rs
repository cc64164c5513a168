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
    assert_eq!(check(dir.path(), &[]), "\
b/br0.netdev:2:1: error[syntax] networkd takes no link name `br0 # bridgepin: ignore[unpinned-bridge]`, so it makes nothing of this file
b/br0.netdev:2:10: warning[unused-ignore] this is no comment here: it is read as part of the line
c/br0.netdev:1:26: warning[unused-ignore] nothing in this file is found by `syntax`
c/br0.netdev:1:34: warning[unused-ignore] no rule is called `sintax`; did you mean `syntax`?
c/br0.netdev:7:12: warning[ineffective-pin] `MACAddress=` in `[Bridge]` does not set the address of br0
Found 1 error and 4 warnings; --fix can fix 1.
--- exit 1
");
    assert_eq!(
        check(dir.path(), &["--ignore", "unused-ignore", "a", "c"]),
        "\
c/br0.netdev:7:12: warning[ineffective-pin] `MACAddress=` in `[Bridge]` does not set the address of br0
Found 1 warning; --fix can fix 1.
--- exit 1
"
    );
}

#[test]
fn where_each_format_has_comments() {
    let interfaces = "auto br0\niface br0 inet dhcp # bridgepin: ignore[unpinned-bridge]\n\tbridge-ports eth0\n";
    let ifcfg = "DEVICE=br0 # bridgepin: ignore[unpinned-bridge]\nTYPE=Bridge\nONBOOT=yes\n";
    let dir = folder(&[
        ("alpine/etc/alpine-release", "3.20\n"),
        ("alpine/etc/network/interfaces", interfaces),
        ("debian/etc/network/interfaces", interfaces),
        ("rhel/etc/sysconfig/network-scripts/ifcfg-br0", ifcfg),
    ]);
    assert_eq!(check(dir.path(), &[]), "\
debian/etc/network/interfaces:2:7: error[unpinned-bridge] br0 takes the lowest address among its ports and changes with them
debian/etc/network/interfaces:2:21: warning[syntax] extra parameter for the iface line not understood and ignored: #
debian/etc/network/interfaces:2:21: warning[unused-ignore] this is no comment here: it is read as part of the line
Found 1 error and 2 warnings; --fix can fix 1.
--- exit 1
");
}

#[test]
fn a_comment_keeps_a_fix_away() {
    let text = "auto br0\n# bridgepin: ignore[unpinned-bridge]\niface br0 inet dhcp\n\tbridge-ports eth0\n";
    let dir = folder(&[("etc/network/interfaces", text), ("etc/alpine-release", "3.20\n")]);
    assert_eq!(
        check(dir.path(), &["--fix", "--mac", "br0=b4:99:ba:00:00:01"]),
        "\
Nothing found in 1 bridge on 1 host.
--- exit 0
"
    );
    assert_eq!(fs::read_to_string(dir.path().join("etc/network/interfaces")).unwrap(), text);
}

#[test]
fn rules_by_configuration_and_command_line() {
    let config =
        "ignore = [\"unpinned-bridge\"]\n[[per-path]]\npath = \"hosts/old-*\"\nselect = [\"unpinned-bridge\"]\n";
    let dir = folder(&[("bridgepin.toml", config), (WEB, UNIT), (OLD, UNIT), (".git/HEAD", "")]);
    assert_eq!(
        check(dir.path(), &[]),
        "\
hosts/old-1/etc/systemd/network/br0.netdev:2:1: warning[unpinned-bridge] br0 has an address that software makes up
Found 1 warning.
--- exit 1
"
    );
    assert_eq!(
        check(dir.path(), &["--isolated"]),
        "\
hosts/old-1/etc/systemd/network/br0.netdev:2:1: warning[unpinned-bridge] br0 has an address that software makes up
hosts/web1/etc/systemd/network/br0.netdev:2:1: warning[unpinned-bridge] br0 has an address that software makes up
Found 2 warnings.
--- exit 1
"
    );
    assert_eq!(
        check(dir.path(), &["--select", "unpinned-bridge"]),
        "\
hosts/old-1/etc/systemd/network/br0.netdev:2:1: warning[unpinned-bridge] br0 has an address that software makes up
hosts/web1/etc/systemd/network/br0.netdev:2:1: warning[unpinned-bridge] br0 has an address that software makes up
Found 2 warnings.
--- exit 1
"
    );
    assert_eq!(
        check(dir.path(), &["--ignore", "unpinned-bridge"]),
        "\
Nothing found in 2 bridges on 2 hosts.
--- exit 0
"
    );
    assert_eq!(
        check(&dir.path().join("hosts"), &["web1"]),
        "\
Nothing found in 1 bridge on 1 host.
--- exit 0
"
    );
    assert_eq!(check(dir.path(), &["--select", "unpined-bridge"]), "\
--- stderr
error: invalid value 'unpined-bridge' for '--select <RULE>': no rule is called `unpined-bridge`; did you mean `unpinned-bridge`?

For more information, try '--help'.
--- exit 2
");
}

#[test]
fn severity_and_what_fails() {
    let config = "fail-on = \"error\"\n[severity]\nsyntax = \"error\"\nunpinned-bridge = \"warning\"\n";
    let dir = folder(&[("bridgepin.toml", config), (WEB, UNIT), OS]);
    assert_eq!(
        check(dir.path(), &[]),
        "\
hosts/web1/etc/systemd/network/br0.netdev:2:1: warning[unpinned-bridge] br0 has an address that software makes up
Found 1 warning.
--- exit 0
"
    );
    assert_eq!(
        check(dir.path(), &["--fail-on", "warning"]),
        "\
hosts/web1/etc/systemd/network/br0.netdev:2:1: warning[unpinned-bridge] br0 has an address that software makes up
Found 1 warning.
--- exit 1
"
    );
    let dir = folder(&[("other.toml", "[severity]\nunpinned-bridge = \"error\"\n"), (WEB, UNIT), OS]);
    assert_eq!(
        check(dir.path(), &["--config", "other.toml", "--fail-on", "error"]),
        "\
hosts/web1/etc/systemd/network/br0.netdev:2:1: error[unpinned-bridge] br0 has an address that software makes up
Found 1 error.
--- exit 1
"
    );
    assert_eq!(
        check(dir.path(), &["--config", "none.toml"]),
        "\
--- stderr
error: --config none.toml: No such file or directory (os error 2); name a file like bridgepin.toml, or let the nearest one be found
--- exit 2
"
    );
}

#[test]
fn the_nearest_configuration_file_up_to_the_top_of_the_repository() {
    let strict = "[severity]\nunpinned-bridge = \"error\"\n";
    let dir = folder(&[
        ("bridgepin.toml", "ignore = [\"unpinned-bridge\"]\n"),
        ("repo/.git", "gitdir: x"),
        ("repo/a/br0.netdev", UNIT),
    ]);
    assert_eq!(
        check(&dir.path().join("repo/a"), &[]),
        "\
br0.netdev:2:1: warning[unpinned-bridge] br0 has an address that software makes up
Found 1 warning.
--- exit 1
",
        "above the top is not looked"
    );
    fs::write(dir.path().join("repo/bridgepin.toml"), strict).unwrap();
    assert_eq!(
        check(&dir.path().join("repo/a"), &[]),
        "\
br0.netdev:2:1: error[unpinned-bridge] br0 has an address that software makes up
Found 1 error.
--- exit 1
"
    );
}

#[test]
fn excludes() {
    let files = [("bridgepin.toml", "exclude = [\"hosts/old-*\"]\n"), (WEB, UNIT), (OLD, UNIT), ("x/br0.netdev", UNIT)];
    let dir = folder(&files);
    assert_eq!(
        check(dir.path(), &["--show-files", "--exclude", "x"]),
        "\
hosts/web1/etc/systemd/network/br0.netdev
--- exit 0
"
    );
    assert_eq!(
        check(dir.path(), &[OLD]),
        "\
hosts/old-1/etc/systemd/network/br0.netdev:2:1: warning[unpinned-bridge] br0 has an address that software makes up
Found 1 warning.
--- exit 1
",
        "what is given by name is looked at"
    );
    assert_eq!(
        check(dir.path(), &["--force-exclude", OLD]),
        "\
No bridges found.
--- exit 0
"
    );
    assert_eq!(
        check(&dir.path().join("hosts"), &["--show-files"]),
        "\
web1/etc/systemd/network/br0.netdev
--- exit 0
"
    );
    assert_eq!(
        check(dir.path(), &["--exclude", "a/[b"]),
        "\
--- stderr
error: invalid value 'a/[b' for '--exclude <GLOB>': a `[` without `]` in the pattern `[b`; write `\\[` for a bracket

For more information, try '--help'.
--- exit 2
"
    );
}

#[test]
fn hosts() {
    let config = r#"[[host]]
pattern = "web*"
stack = ["networkd@257"]

[[host]]
pattern = "hosts/old-*"
udev-policy = "persistent"

[hosts.web1.mac]
br0 = "b4:99:ba:00:00:01"

[hosts.bridge-host.links]
eth0 = "b4:99:ba:00:00:02"
"#;
    let network = "[Match]\nName=eth0\n[Network]\nBridge=br0\n";
    let dir = folder(&[
        ("bridgepin.toml", config),
        (WEB, UNIT),
        (OLD, UNIT),
        ("hosts/old-1/etc/hostname", "bridge-host\n"),
        ("hosts/old-1/etc/systemd/network/eth0.network", network),
    ]);
    assert_eq!(transcript(dir.path(), &["list", "--verbose"]), "\
hosts/old-1/etc/systemd/network/br0.netdev
  BRIDGE  PORTS  STACK          OUTCOME    ADDRESS  REASON
  br0     eth0   networkd+udev  generated  -        without an effective `MACAddress=` networkd makes an address up from the machine-id and the name

hosts/web1/etc/systemd/network/br0.netdev
  BRIDGE  PORTS  STACK          OUTCOME    ADDRESS  REASON
  br0     -      networkd@257   generated  -        without an effective `MACAddress=` networkd makes an address up from the machine-id and the name

hosts/old-1: networkd+udev: networkd reads these files; nothing tells its version, so the newest counts; nothing tells whether udevd gives bridges an address (--udev-policy does)
hosts/web1: networkd@257: bridgepin.toml says so
--- exit 0
");
    assert_eq!(
        transcript(dir.path(), &["check"]),
        "\
warning[unpinned-bridge]: br0 has an address that software makes up
 --> hosts/old-1/etc/systemd/network/br0.netdev:2:1
  |
2 | Name=br0
  | ^^^^^^^^ no line sets its address
  |
  = note: On networkd+udev it is generated: without an effective `MACAddress=` networkd makes an address up
          from the machine-id and the name.
  = fix: add `MACAddress=b4:99:ba:00:00:02` to etc/systemd/network/br0.netdev (`--fix` applies it)
  |
3 | Kind=bridge
4 + MACAddress=b4:99:ba:00:00:02
  |
  = note: the address is known from eth0: bridgepin.toml:13
  = note: The address on the wire changes from the generated one when this takes effect.

warning[unpinned-bridge]: br0 has an address that software makes up
 --> hosts/web1/etc/systemd/network/br0.netdev:2:1
  |
2 | Name=br0
  | ^^^^^^^^ no line sets its address
  |
  = note: On networkd@257 it is generated: without an effective `MACAddress=` networkd makes an address up
          from the machine-id and the name.
  = fix: add `MACAddress=b4:99:ba:00:00:01` to etc/systemd/network/br0.netdev (`--fix` applies it)
  |
3 | Kind=bridge
4 + MACAddress=b4:99:ba:00:00:01
  |
  = note: the address is known from bridgepin.toml:10
  = note: The address on the wire changes from the generated one when this takes effect.

Found 2 warnings; --fix can fix 2.
--- exit 1
"
    );
    assert_eq!(transcript(dir.path(), &["list", "--stack", "networkd@252", "hosts/web1"]), "\
hosts/web1/etc/systemd/network/br0.netdev
  BRIDGE  PORTS  STACK         OUTCOME    ADDRESS  REASON
  br0     -      networkd@252  generated  -        without an effective `MACAddress=` networkd makes an address up from the machine-id and the name
--- exit 0
");
}

#[test]
fn baselines() {
    let dir = folder(&[(WEB, UNIT), (OLD, UNIT)]);
    assert_eq!(
        check(dir.path(), &["--write-baseline", "known.json"]),
        "\
Nothing new found in 2 bridges on 2 hosts; the baseline has 2.
--- exit 0
"
    );
    assert_eq!(
        fs::read_to_string(dir.path().join("known.json")).unwrap(),
        r#"{
  "version": 1,
  "findings": [
    {"file":"hosts/old-1/etc/systemd/network/br0.netdev","rule":"unpinned-bridge","bridge":"br0","checksum":"96cc73bab27dd241","ordinal":1},
    {"file":"hosts/web1/etc/systemd/network/br0.netdev","rule":"unpinned-bridge","bridge":"br0","checksum":"96cc73bab27dd241","ordinal":1}
  ]
}
"#
    );
    fs::write(dir.path().join(WEB), format!("# moved\n{UNIT}# more\n")).unwrap();
    fs::write(dir.path().join("hosts/web1/etc/systemd/network/br1.netdev"), UNIT.replace("br0", "br1")).unwrap();
    assert_eq!(
        check(dir.path(), &["--baseline", "known.json"]),
        "\
hosts/web1/etc/systemd/network/br1.netdev:2:1: warning[unpinned-bridge] br1 has an address that software makes up
Found 1 warning; the baseline has 2 more.
--- exit 1
"
    );
    assert_eq!(
        check(&dir.path().join("hosts"), &["--baseline", "../known.json", "--ignore", "unpinned-bridge"]),
        "\
Nothing found in 3 bridges on 2 hosts.
--- exit 0
"
    );
    fs::remove_dir_all(dir.path().join("hosts/old-1")).unwrap();
    assert_eq!(
        check(dir.path(), &["--baseline", "known.json"]),
        "\
hosts/web1/etc/systemd/network/br1.netdev:2:1: warning[unpinned-bridge] br1 has an address that software makes up
Found 1 warning; the baseline has 1 more.
--- stderr
note: known.json has what does not occur any more; --write-baseline known.json drops it:
  hosts/old-1/etc/systemd/network/br0.netdev: unpinned-bridge (br0)
--- exit 1
"
    );
    assert_eq!(
        check(dir.path(), &["--baseline", "known.json", WEB]),
        "\
Nothing new found in 2 bridges on 1 host; the baseline has 1.
--- exit 0
",
        "says nothing of what it has not looked for"
    );
    fs::write(dir.path().join("known.json"), "{\n  \"version\": 1,\n  \"found\": []\n}\n").unwrap();
    assert_eq!(check(dir.path(), &["--baseline", "known.json"]), "\
--- stderr
error: known.json:3:9: unknown field `found`, expected `version` or `findings`; mend it or write it anew with --write-baseline
--- exit 2
");
}

#[test]
fn statistics() {
    let dir = folder(&[
        (WEB, UNIT),
        (OLD, UNIT),
        ("x/br0.netdev", "# bridgepin: ignore[syntax]\n[NetDev]\nName=br0\nKind=bridge\n"),
    ]);
    assert_eq!(
        check(dir.path(), &["--statistics"]),
        "\
3  unpinned-bridge
1  unused-ignore
--- exit 1
"
    );
    assert_eq!(
        transcript(dir.path(), &["check", "--statistics", "--output-format", "json"]),
        r#"{
  "version": 1,
  "statistics": [
    {
      "rule": "unpinned-bridge",
      "count": 3
    },
    {
      "rule": "unused-ignore",
      "count": 1
    }
  ]
}
--- exit 1
"#
    );
}
