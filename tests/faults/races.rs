//! Others that change the tree while it is fixed: a run is stopped between two system calls.

use super::common::{bridgepin, read_tree};
use super::scenario::{BRIDGE, INTERFACES, Laid, PIN, Scenario, code, is_kept, stderr};
use super::strace::{Call, Stopped, before, calls, is_there};
use bridgepin::host::Host;
use pretty_assertions::assert_eq;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Stdio};

const CHANGED: &str = "it changed since it was read; run again";

/// The calls after which a run is stopped: the file was read and nothing is open yet; and all is
/// checked and the files are about to change places.
fn stops(laid: &Laid) -> [Call; 2] {
    let calls = calls(laid);
    let root = format!("{}\"", laid.tree.display());
    let last = calls.iter().rposition(|call| call.name == "openat" && call.arguments.contains(&root)).unwrap();
    [calls[last - 1].clone(), before(&calls, "renameat2", "RENAME_EXCHANGE")]
}

/// Runs while `meanwhile` happens at each of the stops; the run is refused with `cause`.
fn refused(cause: &str, meanwhile: &dyn Fn(&Laid)) {
    if !is_there() {
        return;
    }
    // The calls are the same for each tree, but their paths are not.
    for stop in 0..2 {
        let laid = Scenario::replaced().lay();
        let stop = stops(&laid)[stop].clone();
        let laid = Scenario::replaced().lay();
        let run = Stopped::after(&laid, &stop);
        meanwhile(&laid);
        let wanted = read_tree(&laid.tree).into_iter().filter(|(path, _)| !super::strace::is_temporary(path));
        let wanted = wanted.collect();
        let out = run.go_on();
        let message = stderr(&out);
        assert_eq!(code(&out), 2, "{stop:?}: {message}");
        assert_eq!(message, format!("error: {}: {cause}\n", laid.path(INTERFACES).display()), "{stop:?}");
        assert_eq!(read_tree(&laid.tree), wanted, "{stop:?}");
    }
}

#[test]
fn a_file_that_is_edited_meanwhile_keeps_the_edit() {
    refused(CHANGED, &|laid| {
        fs::write(laid.path(INTERFACES), format!("{BRIDGE}# edited\n")).unwrap();
    });
}

#[test]
fn a_file_that_is_replaced_meanwhile_keeps_the_other_text() {
    refused(CHANGED, &|laid| {
        fs::write(laid.path("etc/network/new"), "# another\n").unwrap();
        fs::rename(laid.path("etc/network/new"), laid.path(INTERFACES)).unwrap();
    });
}

#[test]
fn a_file_that_is_removed_meanwhile_stays_away() {
    refused(CHANGED, &|laid| fs::remove_file(laid.path(INTERFACES)).unwrap());
}

#[test]
fn a_link_in_the_files_place_is_not_followed() {
    if !is_there() {
        return;
    }
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("interfaces"), BRIDGE).unwrap();
    let target = outside.path().join("interfaces");
    for (stop, cause) in [(0, "not a regular file; exclude it"), (1, CHANGED)] {
        let laid = Scenario::replaced().lay();
        let stop = stops(&laid)[stop].clone();
        let laid = Scenario::replaced().lay();
        let run = Stopped::after(&laid, &stop);
        fs::remove_file(laid.path(INTERFACES)).unwrap();
        symlink(&target, laid.path(INTERFACES)).unwrap();
        let out = run.go_on();
        assert_eq!((code(&out), stderr(&out)), (2, format!("error: {}: {cause}\n", laid.path(INTERFACES).display())));
        assert_eq!(fs::read_link(laid.path(INTERFACES)).unwrap(), target);
        assert_eq!(fs::read_to_string(&target).unwrap(), BRIDGE);
        assert_eq!(read_tree(&laid.tree).len(), 1);
    }
}

#[test]
fn a_link_in_the_folders_place_is_not_followed() {
    if !is_there() {
        return;
    }
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("interfaces"), BRIDGE).unwrap();
    let swap = |laid: &Laid| {
        fs::rename(laid.path("etc/network"), laid.path("etc/moved")).unwrap();
        symlink(outside.path(), laid.path("etc/network")).unwrap();
    };
    let is_untouched = || {
        assert_eq!(fs::read_to_string(outside.path().join("interfaces")).unwrap(), BRIDGE);
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    };
    let [early, late] = stops(&Scenario::replaced().lay());

    let laid = Scenario::replaced().lay();
    let run = Stopped::after(&laid, &early);
    swap(&laid);
    let out = run.go_on();
    let folder = laid.path("etc/network").display().to_string();
    let cause = "is a symbolic link or no folder, and links are not followed here; run again, or exclude it";
    assert_eq!((code(&out), stderr(&out)), (2, format!("error: {folder}/interfaces: {folder} {cause}\n")));
    assert_eq!(laid.text("etc/moved/interfaces"), BRIDGE);
    is_untouched();

    // Once the folder is open, the file in it is the one that was read.
    let laid = Scenario::replaced().lay();
    let run = Stopped::after(&laid, &late);
    swap(&laid);
    assert_eq!(code(&run.go_on()), 0);
    assert_eq!(laid.text("etc/moved/interfaces"), format!("{BRIDGE}{PIN}"));
    assert_eq!(fs::read_dir(laid.path("etc/moved")).unwrap().count(), 1);
    is_untouched();
}

#[test]
fn a_link_that_is_swapped_for_another_one_changes_nothing_about_the_file_that_was_read() {
    if !is_there() {
        return;
    }
    let lay = || {
        let laid = Scenario::replaced().lay();
        fs::rename(laid.path(INTERFACES), laid.path("etc/network/one")).unwrap();
        fs::write(laid.path("etc/network/two"), BRIDGE).unwrap();
        symlink("one", laid.path(INTERFACES)).unwrap();
        laid
    };
    for stop in stops(&lay()) {
        let laid = lay();
        let run = Stopped::after(&laid, &stop);
        fs::remove_file(laid.path(INTERFACES)).unwrap();
        symlink("two", laid.path(INTERFACES)).unwrap();
        assert_eq!(code(&run.go_on()), 0);
        assert_eq!(laid.text("etc/network/one"), format!("{BRIDGE}{PIN}"));
        is_kept(&laid.path("etc/network/one"), "swapped links");
        assert_eq!(laid.text("etc/network/two"), BRIDGE);
        assert_eq!(read_tree(&laid.tree).len(), 3);
    }
}

#[test]
fn of_two_runs_the_second_one_is_refused() {
    if !is_there() {
        return;
    }
    let scenario = Scenario::replaced();
    let (old, new) = (read_tree(&scenario.lay().tree), scenario.fixed());
    let [_, late] = stops(&scenario.lay());
    let laid = scenario.lay();
    let first = Stopped::after(&laid, &late);
    let second = laid.fix();
    let locked = "another run is saving it, or another program has it locked; run again";
    assert_eq!(stderr(&second), format!("error: {}: {locked}\n", laid.path(INTERFACES).display()));
    assert_eq!(code(&second), 2);
    assert_eq!(laid.is_whole(&old, &new, "stopped").len(), 1, "the first one's temporary file is not taken away");
    let first = first.go_on();
    assert_eq!((code(&first), stderr(&first).as_str()), (0, ""));
    laid.is_fixed(&new, "two runs");
    is_kept(&laid.path(INTERFACES), "two runs");
}

#[test]
fn of_many_runs_at_once_each_ends_its_work_or_says_why_not() {
    for scenario in Scenario::all() {
        let (old, new) = (read_tree(&scenario.lay().tree), scenario.fixed());
        for _ in 0..5 {
            let laid = scenario.lay();
            let start = || {
                let mut run = bridgepin();
                run.args(laid.arguments()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
            };
            let runs: Vec<Child> = (0..8).map(|_| start()).collect();
            for run in runs {
                let out = run.wait_with_output().unwrap();
                let message = stderr(&out);
                let causes = [CHANGED, "locked; run again", "is there now; run again"];
                let is_told = message.lines().all(|line| causes.iter().any(|cause| line.ends_with(cause)));
                assert!(is_told && code(&out) == if message.is_empty() { 0 } else { 2 }, "{}: {out:?}", scenario.name);
            }
            assert_eq!(laid.is_whole(&old, &new, scenario.name), [] as [std::path::PathBuf; 0]);
            laid.is_fixed(&new, scenario.name);
        }
    }
}

/// A fix is judged on a host in memory; what another run makes in the meantime is no part of it.
#[test]
fn a_host_stays_as_it_was_first_seen() {
    let laid = Scenario::created().lay();
    let file = Path::new("etc/systemd/network/br0.netdev.d/50-bridgepin.conf");
    let host = Host::new(&laid.tree);
    assert_eq!(host.read(file), None);
    fs::create_dir_all(laid.tree.join(file.parent().unwrap())).unwrap();
    fs::write(laid.tree.join(file), "by another run").unwrap();
    assert_eq!(host.with_file(file, b"by this one".to_vec()).read(file).as_deref(), Some(&b"by this one"[..]));
    assert_eq!(host.read(file), None);
}
