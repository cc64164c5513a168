//! The command line from outside: what is found where, exit codes, streams, what is written.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use bstr::ByteSlice;
use common::{File, Tree, bridgepin, fed, read_tree, write_tree};
use pretty_assertions::assert_eq;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Output, Stdio};
use tempfile::TempDir;

const FLOATING: &str = "auto br0\niface br0 inet dhcp\n    bridge_ports eth0\n";
const PINNED: &str = "auto br0\niface br0 inet dhcp\n    bridge_ports eth0\n    bridge_hw b4:99:ba:00:00:01\n";
const ADDRESS: &str = "br0=b4:99:ba:00:00:01";

fn tree(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let files: Tree = files.iter().map(|(path, text)| (path.into(), File::Text((*text).into()))).collect();
    write_tree(dir.path(), &files);
    dir
}

fn run(dir: &Path, arguments: &[&str]) -> Output {
    bridgepin().current_dir(dir).args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// Exit code, stdout, stderr.
fn said(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = run(dir, arguments);
    (
        output.status.code().unwrap(),
        output.stdout.to_str_lossy().into_owned(),
        output.stderr.to_str_lossy().into_owned(),
    )
}

/// The places of the findings, as `concise` prints them.
fn places(dir: &Path, arguments: &[&str]) -> Vec<String> {
    let output = run(dir, &[&["check", "--output-format", "concise"], arguments].concat());
    let text = output.stdout.to_str_lossy().into_owned();
    text.lines()
        .filter_map(|line| line.split_once(": ").map(|(place, _)| place.to_owned()))
        .filter(|place| place.contains(':'))
        .collect()
}

#[test]
fn exit_codes() {
    let dir = tree(&[
        ("good/etc/network/interfaces", PINNED),
        ("bad/etc/network/interfaces", FLOATING),
        ("none/README", "text\n"),
    ]);
    let code = |arguments: &[&str]| run(dir.path(), arguments).status.code();
    assert_eq!(code(&["check", "good"]), Some(0));
    assert_eq!(code(&["check", "bad"]), Some(1));
    assert_eq!(code(&["check", "none"]), Some(0), "nothing to lint");
    assert_eq!(code(&["check", "none/README"]), Some(0), "a hook passes everything");
    assert_eq!(code(&["check", "missing"]), Some(2));
    assert_eq!(code(&["check", "bad", "missing"]), Some(2), "2 wins over 1");
    assert_eq!(code(&["check", "--no-such-option"]), Some(2));
    assert_eq!(code(&["check", "--stack", "ifdown"]), Some(2));
    assert_eq!(code(&["check", "--exit-zero", "bad"]), Some(0));
    assert_eq!(code(&["check", "--fail-on", "never", "bad"]), Some(0));
    assert_eq!(code(&["check", "--fail-on", "error", "bad"]), Some(1), "it carries an address");
    assert_eq!(code(&["check", "--diff", "bad"]), Some(1));
    assert_eq!(code(&["list", "bad"]), Some(0));
    assert_eq!(code(&["list", "missing"]), Some(2));
    assert_eq!(code(&["rule", "no-such-rule"]), Some(2));
    assert_eq!(code(&["check", "--fix", "--mac", ADDRESS, "--exit-non-zero-on-fix", "bad"]), Some(1));
    assert_eq!(code(&["check", "--fix", "--exit-non-zero-on-fix", "bad"]), Some(0), "nothing left to fix");
}

#[test]
fn hosts_are_found_wherever_they_lie() {
    let dir = tree(&[
        ("etc/network/interfaces", FLOATING),
        ("hosts/web1/etc/network/interfaces", FLOATING),
        ("roles/x/files/br0.netdev", "[NetDev]\nName=br0\nKind=bridge\n"),
        ("roles/y/templates/interfaces", FLOATING),
        ("roles/z/interfaces", "no configuration at all\n"),
        ("sysconfig/ifcfg-br0", "DEVICE=br0\nTYPE=Bridge\n"),
    ]);
    let found = [
        "etc/network/interfaces:2:7",
        "hosts/web1/etc/network/interfaces:2:7",
        "roles/x/files/br0.netdev:2:1",
        "roles/y/templates/interfaces:2:7",
    ];
    let places = places(dir.path(), &[]);
    for place in found {
        assert!(places.contains(&place.to_owned()), "{place} in {places:?}");
    }
    assert!(places.iter().any(|place| place.starts_with("sysconfig/ifcfg-br0:")), "{places:?}");
    assert_eq!(places.len(), 5, "{places:?}");
}

#[test]
fn a_file_is_judged_with_its_siblings_and_only_itself_is_reported() {
    let dir = tree(&[
        ("h/etc/network/interfaces", "source interfaces.d/*\niface br1 inet manual\n    bridge_ports none\n"),
        ("h/etc/network/interfaces.d/br0", FLOATING),
        ("n/br0.netdev", "[NetDev]\nName=br0\nKind=bridge\n"),
        ("n/br0.netdev.d/mac.conf", "[NetDev]\nMACAddress=b4:99:ba:00:00:01\n"),
    ]);
    assert_eq!(places(dir.path(), &["h/etc/network/interfaces.d/br0"]), ["h/etc/network/interfaces.d/br0:2:7"]);
    assert_eq!(places(dir.path(), &["h/etc/network/interfaces"]), ["h/etc/network/interfaces:2:7"]);
    assert_eq!(places(dir.path(), &["n/br0.netdev"]), Vec::<String>::new(), "its drop-in pins it");
    assert_eq!(places(&dir.path().join("h/etc/network"), &["."]).len(), 2, "from inside the tree");
    let twice = ["h", "h/etc/network/interfaces", "h/etc", "h"];
    assert_eq!(places(dir.path(), &twice).len(), 2, "a file reached twice is judged once");
}

#[test]
fn a_fix_writes_only_into_what_was_given() {
    let files = [
        ("etc/network/interfaces", "source interfaces.d/*\n"),
        ("etc/network/interfaces.d/a", FLOATING),
        ("etc/network/interfaces.d/b", "iface br1 inet manual\n    bridge_ports eth1\n"),
    ];
    let dir = tree(&files);
    let output = run(dir.path(), &["check", "--fix", "etc/network/interfaces.d/a"]);
    assert_eq!(output.status.code(), Some(0));
    let after = read_tree(dir.path());
    let changed: Vec<&str> = files
        .iter()
        .filter(|(path, text)| after[Path::new(path)] != File::Text((*text).into()))
        .map(|(path, _)| *path)
        .collect();
    assert_eq!(changed, ["etc/network/interfaces.d/a"]);
}

#[test]
fn text_on_stdin() {
    let dir = tree(&[("etc/network/interfaces", PINNED)]);
    let piped = |arguments: &[&str]| {
        let output = fed(bridgepin().current_dir(dir.path()).args(arguments), FLOATING.as_bytes());
        (
            output.status.code().unwrap(),
            output.stdout.to_str_lossy().into_owned(),
            output.stderr.to_str_lossy().into_owned(),
        )
    };
    let name = ["--stdin-filename", "etc/network/interfaces", "-"];
    let (code, out, _) = piped(&[&["check", "--output-format", "concise"][..], &name].concat());
    assert_eq!((code, out.starts_with("etc/network/interfaces:2:7: ")), (1, true), "{out}");
    let (code, out, report) = piped(&[&["check", "--fix", "--mac", ADDRESS][..], &name].concat());
    assert_eq!((code, out.as_str()), (0, PINNED), "stdout is only the text");
    assert!(report.contains("Fixed 1 finding"), "{report}");
    let (code, out, _) = piped(&[&["check", "--diff", "--mac", ADDRESS][..], &name].concat());
    assert_eq!(
        (code, out.as_str()),
        (
            1,
            "--- a/etc/network/interfaces\n+++ b/etc/network/interfaces\n@@ -1,3 +1,4 @@\n auto br0\n iface br0 inet dhcp\n     bridge_ports eth0\n+    bridge_hw b4:99:ba:00:00:01\n"
        )
    );
    assert_eq!(piped(&["check", "-"]).0, 2, "the name is missing");
    assert_eq!(fs::read_to_string(dir.path().join("etc/network/interfaces")).unwrap(), PINNED);
}

#[test]
fn nothing_outside_a_host_is_read() {
    let dir = tree(&[
        ("secret/br9", "iface br9 inet dhcp\n    bridge_ports eth9\n"),
        ("host/etc/network/interfaces", "source ../../../secret/*\nsource /secret/*\nsource interfaces.d/*\n"),
        ("host/etc/network/interfaces.d/keep", ""),
    ]);
    symlink(dir.path().join("secret/br9"), dir.path().join("host/etc/network/interfaces.d/absolute")).unwrap();
    symlink("../../../../secret/br9", dir.path().join("host/etc/network/interfaces.d/relative")).unwrap();
    let (code, out, _) = said(dir.path(), &["list", "host"]);
    assert_eq!((code, out.as_str()), (0, "No bridges found.\n"));
}

#[test]
fn links_inside_a_host_lead_as_in_a_chroot() {
    let dir = tree(&[
        ("host/srv/net/br0", FLOATING),
        ("host/etc/network/interfaces", "source /etc/network/interfaces.d/*\n"),
    ]);
    symlink("/srv/net", dir.path().join("host/etc/network/interfaces.d")).unwrap();
    assert_eq!(places(dir.path(), &["host"]), ["host/srv/net/br0:2:7"]);
    let output = run(dir.path(), &["check", "--fix", "--mac", ADDRESS, "host"]);
    assert_eq!(output.status.code(), Some(0), "{}", output.stdout.as_bstr());
    assert_eq!(fs::read_to_string(dir.path().join("host/srv/net/br0")).unwrap(), PINNED);
}

#[test]
fn root_is_one_host() {
    let dir = tree(&[("mnt/etc/network/interfaces", FLOATING), ("mnt/srv/other/etc/network/interfaces", FLOATING)]);
    let (code, out, report) = said(dir.path(), &["check", "--root", "mnt", "--diff", "--mac", ADDRESS]);
    assert_eq!(code, 1, "{report}");
    assert!(
        out.starts_with("--- a/etc/network/interfaces\n+++ b/etc/network/interfaces\n"),
        "relative to the root: {out}"
    );
    assert_eq!(out.matches("+++ ").count(), 1);
}

#[test]
fn sysfs_tells_the_address() {
    let dir = tree(&[
        ("etc/network/interfaces", FLOATING),
        ("sys/class/net/eth0/address", "b4:99:ba:00:00:01\n"),
        ("sys/class/net/eth0/addr_assign_type", "0\n"),
    ]);
    let (code, ..) = said(dir.path(), &["check", "--fix", "--sysfs", "sys", "etc"]);
    assert_eq!(code, 0);
    assert_eq!(fs::read_to_string(dir.path().join("etc/network/interfaces")).unwrap(), PINNED);
    assert_eq!(said(dir.path(), &["check", "--sysfs", "etc", "etc"]).0, 2, "no /sys");
}

#[test]
fn what_cannot_be_read_is_an_error_and_the_rest_is_checked() {
    let dir = tree(&[("a/etc/network/interfaces", FLOATING), ("b/etc/network/interfaces/is-a-directory", "")]);
    fs::create_dir_all(dir.path().join("c/etc/network")).unwrap();
    let large = fs::File::create(dir.path().join("c/etc/network/interfaces")).unwrap();
    large.set_len(17 * 1024 * 1024).unwrap();
    let (code, out, error) = said(dir.path(), &["check", "--output-format", "concise"]);
    assert_eq!(code, 2);
    assert!(out.contains("a/etc/network/interfaces:2:7: "), "{out}");
    assert_eq!(
        error,
        "error: b/etc/network/interfaces: a directory, where a file is read; exclude it or move it away\n\
         error: c/etc/network/interfaces: 17825792 bytes are too much for a configuration file (the limit is 16 MiB); exclude it\n"
    );
}

#[test]
fn excludes() {
    let dir = tree(&[("a/etc/network/interfaces", FLOATING), ("b/etc/network/interfaces", FLOATING)]);
    assert_eq!(places(dir.path(), &["--exclude", "a"]), ["b/etc/network/interfaces:2:7"]);
    assert_eq!(places(dir.path(), &["--exclude", "*/etc/**"]), Vec::<String>::new());
    assert_eq!(places(dir.path(), &["--exclude", "a", "a/etc/network/interfaces"]).len(), 1, "named files are checked");
    assert_eq!(places(dir.path(), &["--exclude", "a", "--force-exclude", "a/etc/network/interfaces"]).len(), 0);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let dir = tree(&[("etc/network/interfaces", "iface br\u{1b}[31m inet dhcp\n    bridge_ports eth0\n")]);
    for format in ["full", "concise", "json"] {
        let output = run(dir.path(), &["check", "--output-format", format]);
        assert!(!output.stdout.contains(&0x1b), "{format}: {}", output.stdout.as_bstr());
    }
    assert!(!run(dir.path(), &["list"]).stdout.contains(&0x1b));
}

#[test]
fn colours_are_written_where_somebody_wants_them() {
    let links = r#"[{"ifname": "br0", "address": "b4:99:ba:00:00:01", "linkinfo": {"info_kind": "bridge"}}]"#;
    let dir = tree(&[("etc/network/interfaces", FLOATING), ("links.json", links)]);
    for command in [&["check"][..], &["list"], &["live", "--root", ".", "--facts", "links.json"]] {
        // No terminal is there.
        for (color, is_in_colour) in [("auto", false), ("always", true), ("never", false)] {
            let output = run(dir.path(), &[command, &["--color", color]].concat());
            assert!(output.stdout.contains_str("br0"), "{command:?}: {}", output.stderr.as_bstr());
            assert_eq!(output.stdout.contains(&0x1b), is_in_colour, "{command:?} {color}");
        }
    }
    for (color, is_in_colour) in [("auto", false), ("always", true)] {
        let aside = run(dir.path(), &["check", "--diff", "--color", color]);
        assert_eq!((aside.stdout.contains(&0x1b), aside.stderr.contains(&0x1b)), (false, is_in_colour), "{color}");
        run(dir.path(), &["check", "--output-file", "report", "--color", color]);
        assert_eq!(fs::read(dir.path().join("report")).unwrap().contains(&0x1b), is_in_colour, "{color}");
    }
}

#[test]
fn a_named_address_is_one_hosts() {
    let pinned = PINNED.replace(":01", ":02");
    let files = [("web1/etc/network/interfaces", FLOATING), ("web2/etc/network/interfaces", FLOATING)];
    let dir = tree(&[files[0], files[1], ("web3/etc/network/interfaces", &pinned)]);
    let before = read_tree(dir.path());
    let mac = ["check", "--fix", "--mac", ADDRESS];
    let refused = said(dir.path(), &mac);
    let message = "error: --mac br0=b4:99:ba:00:00:01 would give one address to the bridges of several hosts (br0 of web1 and br0 of web2); name one host (its folder, or `--root DIR`), or tell each its own with [hosts.\"NAME\"] in bridgepin.toml\n";
    assert_eq!(refused, (2, String::new(), message.to_owned()));
    assert_eq!(read_tree(dir.path()), before, "nothing is written");
    assert_eq!(said(dir.path(), &["check", "--mac", ADDRESS]).0, 2, "nor is it recommended");
    let one = [&mac[..], &["web1/etc/network/interfaces"]].concat();
    assert_eq!(run(dir.path(), &one).status.code(), Some(0));
    assert_eq!(run(dir.path(), &mac).status.code(), Some(2), "web1 has it already");
    assert_eq!(run(dir.path(), &[&mac[..], &["web1", "web3"]].concat()).status.code(), Some(0), "web3 has its own");
    assert_eq!(run(dir.path(), &[&mac[..], &["--root", "web2"]].concat()).status.code(), Some(0));
}

#[test]
fn an_address_of_the_configuration_file_is_one_hosts() {
    let dir = tree(&[
        ("bridgepin.toml", "[hosts.web1]\nmac = { br0 = \"b4:99:ba:00:00:01\" }\n"),
        ("prod/web1/etc/network/interfaces", FLOATING),
        ("test/web1/etc/network/interfaces", FLOATING),
    ]);
    let before = read_tree(dir.path());
    let refused = said(dir.path(), &["check", "--fix"]);
    let message = "error: bridgepin.toml:2: b4:99:ba:00:00:01 would go to the bridges of several hosts (br0 of prod/web1 and br0 of test/web1); check one of them at a time, or give their folders different names\n";
    assert_eq!(refused, (2, String::new(), message.to_owned()));
    assert_eq!(read_tree(dir.path()), before, "nothing is written");
    assert_eq!(said(dir.path(), &["check", "--fix", "prod"]).0, 0);
}

#[test]
fn what_is_not_there_is_told_with_its_option_and_a_cure() {
    let dir = tree(&[("a/etc/network/interfaces", PINNED)]);
    let missing = "No such file or directory (os error 2)";
    for (arguments, problem) in [
        (&["--output-file", "no/x", "a"][..], "--output-file no/x: there is no folder no; make it first".to_owned()),
        (&["--baseline", "x", "a"], format!("--baseline x: {missing}; --write-baseline x records what is there now")),
        (&["--write-baseline", "no/x", "a"], format!("--write-baseline no/x: {missing}; make the folder first")),
        (
            &["--config", "x", "a"],
            format!("--config x: {missing}; name a file like bridgepin.toml, or let the nearest one be found"),
        ),
        (
            &["--facts", "x", "a"],
            format!("--facts x: {missing}; give a file of facts, or a folder with one file for each host"),
        ),
        (&["--root", "x"], format!("--root x: {missing}; it takes the directory that plays `/`")),
        (&["--sysfs", "x", "a"], "--sysfs x: no class/net in it; give a directory like /sys".to_owned()),
        (&["x"], format!("x: {missing}; give the path of a file or directory that can be read")),
    ] {
        let (code, _, error) = said(dir.path(), &[&["check"], arguments].concat());
        assert_eq!((code, error), (2, format!("error: {problem}\n")), "{arguments:?}");
    }
}

#[test]
fn counts_say_what_a_fix_did() {
    let files = [
        ("a/etc/network/interfaces", FLOATING),
        ("b/etc/systemd/network/br0.netdev", "[NetDev]\nName=br0\nKind=bridge\n"),
    ];
    let counts = ["check", "--statistics"];
    let fix = ["check", "--fix", "--statistics"];
    let fixed = "Fixed 1 finding in 1 file; 1 warning remains.\n".to_owned();
    let json = "{\n  \"version\": 1,\n  \"statistics\": [\n    {\n      \"rule\": \"unpinned-bridge\",\n      \"count\": 1\n    }\n  ]\n}\n";
    for (arguments, expected) in [
        (counts.to_vec(), (1, "2  unpinned-bridge\n".to_owned(), String::new())),
        (fix.to_vec(), (1, "1  unpinned-bridge\n".to_owned(), fixed.clone())),
        ([&fix[..], &["--quiet"]].concat(), (1, "1  unpinned-bridge\n".to_owned(), String::new())),
        ([&fix[..], &["--output-format", "json"]].concat(), (1, json.to_owned(), fixed)),
        (
            [&fix[..], &["--output-file", "/dev/null"]].concat(),
            (1, "Fixed 1 finding in 1 file; 1 warning remains.\n".to_owned(), String::new()),
        ),
    ] {
        assert_eq!(said(tree(&files).path(), &arguments), expected, "{arguments:?}");
    }
}

#[test]
fn names_that_nothing_has_are_told() {
    let config =
        "[hosts.web1]\nmac = { br0 = \"b4:99:ba:00:00:01\" }\n[hosts.web9]\nmac = { br0 = \"b4:99:ba:00:00:09\" }\n";
    let dir = tree(&[("bridgepin.toml", config), ("hosts/web1/etc/network/interfaces", PINNED)]);
    let bridge =
        "note: --mac brx=b4:99:ba:00:00:01: no bridge is called that; `bridgepin list` shows those there are\n";
    let host = "note: bridgepin.toml: no host is called web9, as [hosts.\"web9\"] has it; a host has the name of its folder, or what its etc/hostname says\n";
    let mac = ["--mac", "brx=b4:99:ba:00:00:01", "--mac", "br0=b4:99:ba:00:00:01"];
    for (arguments, expected) in [
        (&mac[..], format!("{bridge}{host}")),
        (&["--quiet", "--mac", "brx=b4:99:ba:00:00:01"], String::new()),
        (&["hosts/web1"], String::new()),
        (&["--exclude", "web9"], String::new()),
        (&["--root", "hosts/web1"], String::new()),
    ] {
        let (code, _, notes) = said(dir.path(), &[&["check"], arguments].concat());
        assert_eq!((code, notes), (0, expected), "{arguments:?}");
    }
}
