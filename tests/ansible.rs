//! The role of docs/ansible, run by the real ansible-playbook over several hosts: folders of this machine that play `/`.
//!
//! `.ci/run` installs what this needs into `target/venv`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::needs::tool;
use common::{File, Tree, read_tree, write_tree};
use pretty_assertions::assert_eq;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

const FLOATING: &str = "\
auto eth0
iface eth0 inet manual
    hwaddress b4:99:ba:00:00:01

auto br0
iface br0 inet dhcp
    bridge_ports eth0
";
const PINNED: &str = "auto br0\niface br0 inet dhcp\n    bridge_ports eth0\n    bridge_hw b4:99:ba:00:00:02\n";
const NO_ADDRESS: &str = "auto br0\niface br0 inet dhcp\n    bridge_ports none\n";

/// A controller with a copy of docs/ansible, and its hosts below `hosts/`.
struct Fleet(tempfile::TempDir);

impl Fleet {
    fn new(hosts: &[(&str, &str)]) -> Self {
        let fleet = Self(tempfile::tempdir().unwrap());
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        write_tree(fleet.path(), &read_tree(&manifest.join("docs/ansible")));
        let mut inventory = String::from("all:\n  hosts:\n");
        for (name, interfaces) in hosts {
            let file = |path: &str, text: &str| (path.into(), File::Text(text.into()));
            let root = fleet.path().join("hosts").join(name);
            write_tree(
                &root,
                &Tree::from([
                    file("etc/network/interfaces", interfaces),
                    file("etc/debian_version", "12.5\n"),
                    file("usr/local/bin/README", "local programs\n"),
                ]),
            );
            let root = root.display();
            inventory += &format!(
                "    {name}:\n      bridgepin_root: {root}\n      bridgepin_path: {root}/usr/local/bin/bridgepin\n"
            );
        }
        inventory += &format!(
            "  vars:\n    ansible_connection: local\n    ansible_python_interpreter: {}\n    ansible_become: false\n    \
             bridgepin_sysfs: ''\n    bridgepin_binary: {}\n",
            manifest.join("target/venv/bin/python3").display(),
            env!("CARGO_BIN_EXE_bridgepin")
        );
        fs::write(fleet.path().join("inventory.yml"), inventory).unwrap();
        fleet
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// The hosts' configuration.
    fn configuration(&self) -> Tree {
        let mut tree = read_tree(&self.path().join("hosts"));
        tree.retain(|path, _| !path.ends_with("usr/local/bin/bridgepin"));
        tree
    }

    fn interfaces(&self, host: &str) -> String {
        fs::read_to_string(self.path().join("hosts").join(host).join("etc/network/interfaces")).unwrap()
    }

    /// Runs the playbook of the documentation; what it prints, and its exit code.
    fn play(&self, arguments: &[&str]) -> (String, i32) {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin/ansible-playbook");
        let output = Command::new(program)
            .args(["-i", "inventory.yml", "playbook.yml"])
            .args(arguments)
            .current_dir(self.path())
            .env("ANSIBLE_HOME", self.path().join("home"))
            .envs([("ANSIBLE_NOCOLOR", "1"), ("ANSIBLE_PIPELINING", "1")])
            .envs([("ANSIBLE_DEPRECATION_WARNINGS", "0"), ("ANSIBLE_LOCALHOST_WARNING", "0"), ("LC_ALL", "C.UTF-8")])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (text, output.status.code().unwrap())
    }
}

/// `web1 changed=2 failed=0` of each host, as the play counts them.
fn recap(printed: &str) -> Vec<String> {
    let (_, recap) = printed.split_once("PLAY RECAP").unwrap_or_else(|| panic!("no play: {printed}"));
    let lines = recap.lines().skip(1).filter(|line| line.contains("ok="));
    let kept = |word: &&str| !word.contains('=') || word.starts_with("changed=") || word.starts_with("failed=");
    let line =
        |line: &str| line.split_whitespace().filter(|word| *word != ":").filter(kept).collect::<Vec<_>>().join(" ");
    lines.map(line).collect()
}

fn report(fleet: &Fleet, host: &str) -> Value {
    serde_json::from_slice(&fs::read(fleet.path().join("reports").join(format!("{host}.json"))).unwrap()).unwrap()
}

#[test]
fn a_fleet_is_pinned_once() {
    if tool("ansible-playbook").is_none() {
        return;
    }
    let fleet = Fleet::new(&[("web1", FLOATING), ("web2", PINNED), ("web3", NO_ADDRESS)]);
    let before = fleet.configuration();

    // Nothing is installed in check mode, so nothing can be checked yet.
    let (printed, exit) = fleet.play(&["--check"]);
    assert_eq!(
        (recap(&printed), exit),
        (["web1", "web2", "web3"].map(|h| format!("{h} changed=1 failed=0")).into(), 0)
    );

    let (printed, exit) = fleet.play(&["-e", "bridgepin_fix=false"]);
    assert_eq!(exit, 2, "{printed}");
    assert_eq!(recap(&printed), ["web1 changed=1 failed=1", "web2 changed=1 failed=0", "web3 changed=1 failed=1"]);
    let message = "web1/etc/network/interfaces:6: error[unpinned-bridge] br0 takes the lowest address among its ports";
    assert!(printed.contains(message), "{printed}");
    assert_eq!(fleet.configuration(), before);

    let (printed, exit) = fleet.play(&["--check", "--diff", "-e", "bridgepin_fail=false"]);
    assert_eq!(exit, 0, "{printed}");
    assert_eq!(recap(&printed), ["web1 changed=1 failed=0", "web2 changed=0 failed=0", "web3 changed=0 failed=0"]);
    let diff = "\
--- a/etc/network/interfaces
+++ b/etc/network/interfaces
@@ -5,3 +5,4 @@
 auto br0
 iface br0 inet dhcp
     bridge_ports eth0
+    bridge_hw b4:99:ba:00:00:01
";
    assert!(printed.contains(diff), "{printed}");
    assert_eq!(fleet.configuration(), before);
    assert_eq!(report(&fleet, "web1")["findings"][0]["fixed"], false);

    let (printed, exit) =
        fleet.play(&["-e", "{bridgepin_fail: false, bridgepin_mac: {br0: '02:00:00:00:00:03'}}", "--limit", "web3"]);
    assert_eq!((recap(&printed), exit), (vec!["web3 changed=1 failed=0".to_owned()], 0));
    assert_eq!(fleet.interfaces("web3"), NO_ADDRESS.to_owned() + "    bridge_hw 02:00:00:00:00:03\n");

    let (printed, exit) = fleet.play(&["--diff"]);
    assert_eq!(exit, 0, "{printed}");
    assert_eq!(recap(&printed), ["web1 changed=1 failed=0", "web2 changed=0 failed=0", "web3 changed=0 failed=0"]);
    assert!(printed.contains(diff), "{printed}");
    assert_eq!(fleet.interfaces("web1"), FLOATING.to_owned() + "    bridge_hw b4:99:ba:00:00:01\n");
    assert_eq!(report(&fleet, "web1")["findings"][0]["fixed"], true);
    assert_eq!(report(&fleet, "web1")["changed"], true);

    let pinned = fleet.configuration();
    let (printed, exit) = fleet.play(&["--diff"]);
    assert_eq!(exit, 0, "{printed}");
    assert_eq!(recap(&printed), ["web1", "web2", "web3"].map(|host| format!("{host} changed=0 failed=0")));
    assert!(!printed.contains("--- a/"), "{printed}");
    assert_eq!(fleet.configuration(), pinned);
    for host in ["web1", "web2", "web3"] {
        assert_eq!(report(&fleet, host)["findings"], Value::Array(Vec::new()));
    }
}

#[test]
fn what_cannot_be_done_fails_the_host() {
    if tool("ansible-playbook").is_none() {
        return;
    }
    let fleet = Fleet::new(&[("web1", FLOATING)]);
    let url = format!("file://{}", env!("CARGO_BIN_EXE_bridgepin"));
    let from_url = format!("{{bridgepin_binary: '', bridgepin_url: '{url}'}}");
    let (printed, exit) = fleet.play(&["-e", &from_url, "-e", "{bridgepin_arguments: [--stack, nonsense]}"]);
    assert_eq!((recap(&printed), exit), (vec!["web1 changed=1 failed=1".to_owned()], 2), "{printed}");
    assert!(printed.contains("bridgepin could not do its work: error: invalid value 'nonsense'"), "{printed}");
    assert_eq!(fleet.interfaces("web1"), FLOATING);
    let (printed, exit) = fleet.play(&["-e", &from_url, "-e", "{bridgepin_validate: 'grep -c mtu %s'}"]);
    assert_eq!((recap(&printed), exit), (vec!["web1 changed=0 failed=1".to_owned()], 2), "{printed}");
    assert!(printed.contains("bridgepin could not do its work: error: "), "{printed}");
    assert_eq!(fleet.interfaces("web1"), FLOATING);
    let (printed, exit) = fleet.play(&["-e", &from_url, "-e", "bridgepin_mac=br0"]);
    assert_eq!((recap(&printed), exit), (vec!["web1 changed=0 failed=1".to_owned()], 2), "{printed}");
    assert!(printed.contains("argument 'bridgepin_mac' is of type str"), "{printed}");
}
