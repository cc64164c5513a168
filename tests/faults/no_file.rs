//! Something else in the place of a file.

use super::common::{bridgepin, needs::lacking};
use super::scenario::{INTERFACES, Scenario, code, stderr};
use pretty_assertions::assert_eq;
use rustix::fs::{CWD, FileType, Mode, makedev};
use std::fs;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::UnixListener;
use std::path::Path;

/// Fixes the tree with `kind` in the place of its file, given in each way.
fn told(kind: &str, make: &dyn Fn(&Path)) {
    let laid = Scenario::replaced().lay();
    let path = laid.path(INTERFACES);
    fs::remove_file(&path).unwrap();
    make(&path);
    let before = fs::symlink_metadata(&path).unwrap();
    let tree = laid.tree.to_str().unwrap();
    for arguments in [vec![tree], vec!["--root", tree], vec![path.to_str().unwrap()]] {
        let out = bridgepin().args(["check", "--fix"]).args(&arguments).output().unwrap();
        assert_eq!(code(&out), 2, "{arguments:?}");
        let message = format!("error: {}: {kind}, where a file is read; exclude it or move it away\n", path.display());
        assert_eq!(stderr(&out), message, "{arguments:?}");
    }
    let after = fs::symlink_metadata(&path).unwrap();
    assert_eq!(after.file_type(), before.file_type());
    assert_eq!(fs::read_dir(laid.path("etc/network")).unwrap().count(), 1);
}

fn node(path: &Path, kind: FileType, device: u64) -> bool {
    rustix::fs::mknodat(CWD, path, kind, Mode::RWXU, device).is_ok()
}

#[test]
fn a_fifo() {
    told("a FIFO", &|path| assert!(node(path, FileType::Fifo, 0)));
}

#[test]
fn a_socket() {
    told("a socket", &|path| drop(UnixListener::bind(path).unwrap()));
}

#[test]
fn a_directory() {
    told("a directory", &|path| fs::create_dir(path).unwrap());
}

#[test]
fn a_device() {
    // Major 0 is no device: nothing answers, and a run that opened it would say so.
    let dir = tempfile::tempdir().unwrap();
    if !node(&dir.path().join("device"), FileType::CharacterDevice, makedev(0, 0)) {
        return lacking("root, to make a device");
    }
    told("a device", &|path| assert!(node(path, FileType::CharacterDevice, makedev(0, 0))));
}

#[test]
fn a_fifo_that_something_sources() {
    let laid = Scenario::replaced().lay();
    fs::write(laid.path(INTERFACES), "source extra\n").unwrap();
    let fifo = laid.path("etc/network/extra");
    assert!(node(&fifo, FileType::Fifo, 0));
    let out = laid.fix();
    assert_eq!(code(&out), 2);
    let message = "a FIFO, where a file is read; exclude it or move it away";
    assert_eq!(stderr(&out), format!("error: {}: {message}\n", fifo.display()));
    assert!(fs::symlink_metadata(fifo).unwrap().file_type().is_fifo());
}

#[test]
fn a_fifo_that_is_given_by_name_and_is_nothing_of_ours() {
    let laid = Scenario::replaced().lay();
    let fifo = laid.path("etc/fifo");
    assert!(node(&fifo, FileType::Fifo, 0));
    let out = bridgepin().args(["check", "--fix"]).arg(&fifo).output().unwrap();
    assert_eq!((code(&out), stderr(&out).as_str()), (0, ""));
}
