//! Filesystems without room: real ones.

use super::common::{bridgepin, needs::with_mounts, read_tree};
use super::scenario::{INTERFACES, Scenario, code, stderr};
use pretty_assertions::assert_eq;
use std::fs;
use std::path::Path;

/// Lays a tree out on a filesystem, takes the room away, and runs.
fn refused(on: &Path, scenario: &Scenario, error: &str, fill: &dyn Fn(), run_as: &[&str]) {
    let laid = scenario.lay();
    let tree = on.join("tree");
    let copied = std::process::Command::new("cp").arg("-a").arg(&laid.tree).arg(&tree).status().unwrap();
    assert!(copied.success());
    // The new text needs a page more than the old one.
    let file = tree.join(INTERFACES);
    let text = fs::read_to_string(&file).unwrap();
    let comment = "#".repeat(4090 - text.len());
    fs::write(&file, format!("{text}{comment}\n")).unwrap();
    fill();
    let before = read_tree(&tree);
    let mut run = std::process::Command::new(run_as[0]);
    let program = bridgepin().get_program().to_owned();
    let mut arguments = laid.arguments();
    *arguments.last_mut().unwrap() = tree.clone();
    let out = run.args(&run_as[1..]).arg(program).args(arguments).output().unwrap();
    let message = stderr(&out);
    assert_eq!(code(&out), 2, "{}: {message}", scenario.name);
    assert!(message.starts_with(&format!("error: {}: ", file.display())), "{message}");
    assert!(message.contains(error), "{message}");
    assert_eq!(read_tree(&tree), before, "{}", scenario.name);
    assert_eq!(fs::read_dir(tree.join("etc/network")).unwrap().count(), before.len());
    fs::remove_dir_all(tree).unwrap();
}

#[test]
fn no_room() {
    with_mounts("full_disk::no_room", "mkdir small; mount -t tmpfs -o size=256k tmpfs small", |dir| {
        let small = dir.join("small");
        for scenario in [Scenario::replaced(), Scenario::hard_link()] {
            let fill = small.join("fill");
            // Until the kernel says no.
            refused(
                &small,
                &scenario,
                "No space left on device",
                &|| drop(fs::write(&fill, vec![1; 1 << 20])),
                &["env"],
            );
            fs::remove_file(&fill).unwrap();
        }
    });
}

#[test]
fn no_inodes() {
    with_mounts("full_disk::no_inodes", "mkdir small; mount -t tmpfs -o nr_inodes=12 tmpfs small", |dir| {
        let small = dir.join("small");
        let fill = || (0..20).for_each(|number| drop(fs::write(small.join(number.to_string()), "")));
        refused(&small, &Scenario::replaced(), "No space left on device", &fill, &["env"]);
    });
}

/// A process may write no more than 4 KiB: setrlimit(2) instead of a filesystem.
#[test]
fn a_limit_for_files() {
    let dir = tempfile::tempdir().unwrap();
    for scenario in [Scenario::replaced(), Scenario::hard_link()] {
        let run_as = ["sh", "-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"];
        refused(dir.path(), &scenario, "File too large", &|| (), &run_as);
    }
}
