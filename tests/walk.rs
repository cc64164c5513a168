//! A folder of many hosts gives the same report whatever the number of processors, and in the order of the paths.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use pretty_assertions::assert_eq;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const BRIDGE: &str = "auto br0\niface br0 inet manual\n\tbridge_ports eth0\n";

fn write(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Hosts in groups of groups, beside one another and in one another, loose files at every depth.
fn fleet() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    for site in 0..3 {
        write(root, &format!("site{site}/br{site}.netdev"), "[NetDev]\nName=br0\nKind=bridge\n");
        for rack in 0..4 {
            write(root, &format!("site{site}/rack{rack}/ifcfg-br0"), "DEVICE=br0\nTYPE=Bridge\nONBOOT=yes\n");
            for host in 0..(rack * 9) {
                let base = format!("site{site}/rack{rack}/host{host:03}");
                write(root, &format!("{base}/etc/network/interfaces"), BRIDGE);
                write(root, &format!("{base}/etc/os-release"), "ID=debian\nVERSION_ID=12\n");
                if host % 5 == 0 {
                    write(root, &format!("{base}/var/lib/lxc/c1/rootfs/etc/network/interfaces"), BRIDGE);
                }
            }
        }
    }
    // A host around all of them.
    write(root, "etc/network/interfaces", "source interfaces.d/*\n");
    write(root, "etc/network/interfaces.d/lan", BRIDGE);
    dir
}

/// What `check` prints in `folder`, on one processor or on all.
fn report(folder: &Path, paths: &[&str], alone: bool) -> String {
    let binary = env!("CARGO_BIN_EXE_bridgepin");
    let mut command = Command::new(if alone { "taskset" } else { binary });
    if alone {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap().trim();
        let first: String = allowed.chars().take_while(char::is_ascii_digit).collect();
        command.args(["-c", &first, binary]);
    }
    let output =
        command.args(["check", "--output-format", "concise"]).args(paths).current_dir(folder).output().unwrap();
    assert_eq!((String::from_utf8_lossy(&output.stderr).as_ref(), output.status.code()), ("", Some(1)));
    String::from_utf8(output.stdout).unwrap()
}

/// The files that a report names, each once.
fn files(report: &str) -> Vec<&str> {
    let mut files: Vec<&str> = report.lines().filter_map(|line| line.split_once(": ")?.0.split(':').next()).collect();
    files.dedup();
    files
}

#[test]
fn one_processor_and_many_give_one_report() {
    let fleet = fleet();
    let all = report(fleet.path(), &["."], false);
    assert_eq!(report(fleet.path(), &["."], true), all);
    // Of each site: 54 hosts, 12 with a container's root in them, 4 loose ifcfg files, a loose .netdev; and the host around.
    assert_eq!(all.lines().last(), Some("Found 214 warnings; --fix can fix 199."));
    let named = files(&all);
    assert_eq!(named.last(), Some(&"etc/network/interfaces.d/lan"), "the outermost host is left last");
    let rack: Vec<&str> = named.into_iter().filter(|file| file.starts_with("site1/rack1/")).collect();
    let expected = "\
        site1/rack1/host000/var/lib/lxc/c1/rootfs/etc/network/interfaces \
        site1/rack1/host000/etc/network/interfaces \
        site1/rack1/host001/etc/network/interfaces \
        site1/rack1/host002/etc/network/interfaces \
        site1/rack1/host003/etc/network/interfaces \
        site1/rack1/host004/etc/network/interfaces \
        site1/rack1/host005/var/lib/lxc/c1/rootfs/etc/network/interfaces \
        site1/rack1/host005/etc/network/interfaces \
        site1/rack1/host006/etc/network/interfaces \
        site1/rack1/host007/etc/network/interfaces \
        site1/rack1/host008/etc/network/interfaces \
        site1/rack1/ifcfg-br0";
    assert_eq!(rack, expected.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn folders_and_files_given_together_are_judged_once() {
    let fleet = fleet();
    let paths = ["site1", "site1/rack2", "site1/rack3/host000/etc/network/interfaces", "site2/rack1"];
    let all = report(fleet.path(), &paths, false);
    assert_eq!(report(fleet.path(), &paths, true), all);
    let mut sorted = files(&all);
    let count = sorted.len();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), count, "no file comes twice");
}
