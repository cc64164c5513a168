//! Saving files: what is kept, what is refused, and that a failure leaves everything as it was.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use bridgepin::fix::save::{Cause, SaveError, Saved, Target, save};
use bridgepin::host::Host;
use common::needs::{lacking, with_mounts};
use pretty_assertions::assert_eq;
use rustix::fs::{CWD, FileType, Mode, XattrFlags};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

const OLD: &[u8] = b"iface br0 inet static\n";
const NEW: &[u8] = b"iface br0 inet static\n  bridge_hw b4:99:ba:00:00:01\n";
const FILE: &str = "etc/network/interfaces";

/// A tree with one file.
struct Tree {
    dir: tempfile::TempDir,
}

impl Tree {
    fn new() -> Self {
        let tree = Self { dir: tempfile::tempdir().unwrap() };
        fs::create_dir_all(tree.path("etc/network")).unwrap();
        fs::write(tree.path(FILE), OLD).unwrap();
        tree
    }

    fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    fn save(&self, file: &str) -> Result<Saved, SaveError> {
        save(&Target::new(self.dir.path(), file), Some(OLD), NEW, None)
    }

    fn create(&self, file: &str) -> Result<Saved, SaveError> {
        save(&Target::new(self.dir.path(), file), None, NEW, None)
    }

    fn text(&self, file: &str) -> Vec<u8> {
        fs::read(self.path(file)).unwrap()
    }

    fn names(&self, dir: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(dir)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Nothing was written and nothing is left over; gives the message without the tree's path.
    fn refuses(&self, saved: Result<Saved, SaveError>) -> String {
        assert_eq!(self.text(FILE), OLD);
        assert_eq!(self.names("etc/network"), ["interfaces"]);
        saved.unwrap_err().to_string().replace(&format!("{}/", self.dir.path().display()), "")
    }
}

fn attribute(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = vec![0; 256];
    let len = rustix::fs::getxattr(path, name, &mut value[..]).ok()?;
    value.truncate(len);
    Some(value)
}

fn set_attribute(path: &Path, name: &str, value: &[u8]) {
    rustix::fs::setxattr(path, name, value, XattrFlags::empty()).unwrap();
}

/// A POSIX ACL as the kernel takes it: rw for the owner and user 1234, r for group, mask and others.
fn acl() -> Vec<u8> {
    let entry =
        |tag: u16, perm: u16, id: u32| [tag.to_le_bytes().as_slice(), &perm.to_le_bytes(), &id.to_le_bytes()].concat();
    let entries = [(1, 6, !0), (2, 6, 1234), (4, 4, !0), (0x10, 6, !0), (0x20, 4, !0)];
    let mut bytes = 2u32.to_le_bytes().to_vec();
    bytes.extend(entries.iter().flat_map(|&(tag, perm, id)| entry(tag, perm, id)));
    bytes
}

#[test]
fn a_file_keeps_owner_mode_and_attributes() {
    let tree = Tree::new();
    let path = tree.path(FILE);
    chown(&path, Some(1234), Some(2345)).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    set_attribute(&path, "user.note", b"kept");
    set_attribute(&path, "trusted.note", b"kept too");
    set_attribute(&path, "security.selinux", b"system_u:object_r:net_conf_t:s0\0");
    set_attribute(&path, "system.posix_acl_access", &acl());
    let before = fs::metadata(&path).unwrap();

    assert_eq!(tree.save(FILE), Ok(Saved::Replaced));

    let after = fs::metadata(&path).unwrap();
    assert_eq!(tree.text(FILE), NEW);
    assert_eq!((after.mode(), after.uid(), after.gid()), (0o100_664, 1234, 2345));
    assert_eq!(after.mode(), before.mode());
    assert!(after.ino() != before.ino(), "it is a new file, so no reader sees half of it");
    assert_eq!(attribute(&path, "user.note").unwrap(), b"kept");
    assert_eq!(attribute(&path, "trusted.note").unwrap(), b"kept too");
    assert_eq!(attribute(&path, "security.selinux").unwrap(), b"system_u:object_r:net_conf_t:s0\0");
    assert_eq!(attribute(&path, "system.posix_acl_access").unwrap(), acl());
    assert_eq!(tree.names("etc/network"), ["interfaces"]);
}

#[test]
fn a_file_gets_no_acl_that_it_did_not_have() {
    let tree = Tree::new();
    fs::set_permissions(tree.path(FILE), fs::Permissions::from_mode(0o600)).unwrap();
    set_attribute(&tree.path("etc/network"), "system.posix_acl_default", &acl());
    assert_eq!(tree.save(FILE), Ok(Saved::Replaced));
    assert_eq!(attribute(&tree.path(FILE), "system.posix_acl_access"), None);
    assert_eq!(fs::metadata(tree.path(FILE)).unwrap().mode(), 0o100_600);
}

#[test]
fn an_unchanged_file_is_not_touched() {
    let tree = Tree::new();
    let before = fs::metadata(tree.path(FILE)).unwrap();
    let saved = save(&Target::new(tree.dir.path(), FILE), Some(OLD), OLD, None);
    assert_eq!(saved, Ok(Saved::Unchanged));
    let after = fs::metadata(tree.path(FILE)).unwrap();
    assert_eq!(
        (after.ino(), after.mtime_nsec(), after.ctime_nsec()),
        (before.ino(), before.mtime_nsec(), before.ctime_nsec())
    );
}

#[test]
fn all_names_of_a_file_show_the_new_text() {
    let tree = Tree::new();
    fs::hard_link(tree.path(FILE), tree.path("other")).unwrap();
    let before = fs::metadata(tree.path(FILE)).unwrap();
    assert_eq!(tree.save(FILE), Ok(Saved::Rewritten));
    assert_eq!(tree.text("other"), NEW);
    assert_eq!(fs::metadata(tree.path(FILE)).unwrap().ino(), before.ino());
    assert_eq!(tree.names("etc/network"), ["interfaces"]);
    // And shorter again.
    assert_eq!(save(&Target::new(tree.dir.path(), "other"), Some(NEW), b"x\n", None), Ok(Saved::Rewritten));
    assert_eq!(tree.text(FILE), b"x\n");
}

#[test]
fn a_link_inside_the_tree_is_written_through() {
    let tree = Tree::new();
    fs::create_dir(tree.path("srv")).unwrap();
    fs::rename(tree.path(FILE), tree.path("srv/interfaces")).unwrap();
    symlink("/srv/interfaces", tree.path(FILE)).unwrap();
    let host = Host::new(tree.dir.path());

    let target = Target::of(&host, Path::new(FILE)).unwrap();
    assert_eq!(target.path(), tree.path("srv/interfaces"));
    assert_eq!(save(&target, Some(OLD), NEW, None), Ok(Saved::Replaced));
    assert_eq!(fs::read_link(tree.path(FILE)).unwrap(), Path::new("/srv/interfaces"));
    assert_eq!(tree.text("srv/interfaces"), NEW);
}

#[test]
fn a_link_out_of_the_tree_is_refused() {
    let tree = Tree::new();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("x"), OLD).unwrap();
    fs::write(tree.path("etc/x"), OLD).unwrap();
    symlink(outside.path().join("x"), tree.path("etc/absolute")).unwrap();
    symlink("nowhere", tree.path("etc/dangling")).unwrap();
    symlink("/dev/null", tree.path("etc/masked")).unwrap();
    symlink("nowhere", tree.path("etc/dir")).unwrap();
    symlink("../x", tree.path("etc/network/up")).unwrap();

    let host = Host::new(tree.dir.path());
    for name in ["etc/absolute", "etc/dangling", "etc/masked", "etc/dir/new.conf", "etc/x/new.conf"] {
        let error = Target::of(&host, Path::new(name)).unwrap_err();
        assert_eq!(error.cause, Cause::Astray, "{name}");
        assert!(error.to_string().ends_with(
            "a symbolic link leads out of the tree or to nothing; fix the file that is meant, or exclude it"
        ));
    }
    // A folder of loose files is a tree of its own, though the file is there.
    let loose = Host::loose("etc/network", tree.path("etc/network"));
    assert_eq!(Target::of(&loose, Path::new("etc/network/up")).unwrap_err().cause, Cause::Astray);
}

#[test]
fn a_link_that_was_put_there_meanwhile_is_not_followed() {
    let tree = Tree::new();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("interfaces"), OLD).unwrap();
    symlink(outside.path().join("interfaces"), tree.path("file")).unwrap();
    symlink(outside.path(), tree.path("folder")).unwrap();

    assert_eq!(tree.refuses(tree.save("file")), "file: not a regular file; exclude it");
    let refused = "folder is a symbolic link or no folder, and links are not followed here; run again, or exclude it";
    assert_eq!(tree.refuses(tree.save("folder/interfaces")), format!("folder/interfaces: {refused}"));
    assert_eq!(tree.refuses(tree.create("folder/new/file")), format!("folder/new/file: {refused}"));
    assert_eq!(fs::read(outside.path().join("interfaces")).unwrap(), OLD);
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    assert_eq!(tree.save("etc/../etc/network/interfaces").unwrap_err().cause, Cause::Astray);
}

#[test]
fn a_read_only_file_is_refused_for_root_too() {
    let tree = Tree::new();
    fs::set_permissions(tree.path(FILE), fs::Permissions::from_mode(0o464)).unwrap();
    let message = tree.refuses(tree.save(FILE));
    assert_eq!(message, "etc/network/interfaces: read-only file; chmod u+w it or exclude it");
}

#[test]
fn what_changed_since_it_was_read_is_refused() {
    let tree = Tree::new();
    let changed = "it changed since it was read; run again";
    for stale in [&b"iface br0\n"[..], b"", b"iface br0 inet static\n# longer\n"] {
        let saved = save(&Target::new(tree.dir.path(), FILE), Some(stale), NEW, None);
        assert_eq!(tree.refuses(saved), format!("{FILE}: {changed}"));
    }
    for gone in ["etc/network/gone", "etc/gone/interfaces"] {
        assert_eq!(tree.refuses(tree.save(gone)), format!("{gone}: {changed}"));
    }
    assert_eq!(
        tree.refuses(tree.create(FILE)),
        "etc/network/interfaces: it was to be created and is there now; run again"
    );
}

#[test]
fn only_regular_files_are_opened() {
    let tree = Tree::new();
    rustix::fs::mknodat(CWD, tree.path("fifo"), FileType::Fifo, Mode::RWXU, 0).unwrap();
    for file in ["fifo", "etc", "."] {
        assert_eq!(tree.save(file).unwrap_err().cause, Cause::NotRegular, "{file}");
    }
    assert_eq!(tree.refuses(tree.create("etc")), "etc: it was to be created and is there now; run again");
}

#[test]
fn a_new_file_and_its_folders_can_be_read_by_the_daemons() {
    let tree = Tree::new();
    let umask = rustix::process::umask(Mode::from_raw_mode(0o077));
    let file = "etc/systemd/network/br0.netdev.d/50-address.conf";
    let saved = tree.create(file);
    rustix::process::umask(umask);
    assert_eq!(saved, Ok(Saved::Created));
    assert_eq!(tree.text(file), NEW);
    let mode = |path: &str| fs::metadata(tree.path(path)).unwrap().mode() & 0o7777;
    assert_eq!(mode(file), 0o644);
    for folder in ["etc/systemd", "etc/systemd/network", "etc/systemd/network/br0.netdev.d"] {
        assert_eq!(mode(folder), 0o755, "{folder}");
    }
    assert_eq!(tree.names("etc/systemd/network/br0.netdev.d"), ["50-address.conf"]);
}

#[test]
fn a_new_file_behind_a_linked_folder_lies_in_the_folder() {
    let tree = Tree::new();
    fs::create_dir_all(tree.path("srv/network")).unwrap();
    fs::create_dir_all(tree.path("etc/systemd")).unwrap();
    symlink("../../srv/network", tree.path("etc/systemd/network")).unwrap();
    let host = Host::new(tree.dir.path());
    let target = Target::of(&host, Path::new("etc/systemd/network/br0.netdev.d/a.conf")).unwrap();
    assert_eq!(save(&target, None, NEW, None), Ok(Saved::Created));
    assert_eq!(tree.text("srv/network/br0.netdev.d/a.conf"), NEW);
}

#[test]
fn a_loose_file_lies_in_its_folder() {
    let tree = Tree::new();
    let host = Host::loose_file(FILE, tree.path("etc/network/interfaces"));
    let target = Target::of(&host, Path::new(FILE)).unwrap();
    assert_eq!(target, Target::new(tree.path("etc/network"), "interfaces"));
}

#[test]
fn a_leftover_of_a_killed_run_is_no_obstacle() {
    let tree = Tree::new();
    let leftover = format!("etc/network/.bridgepin-{}-0", std::process::id());
    fs::write(tree.path(&leftover), b"left").unwrap();
    assert_eq!(tree.save(FILE), Ok(Saved::Replaced));
    assert_eq!(tree.text(&leftover), b"left");
}

#[test]
fn an_immutable_file_is_refused() {
    let tree = Tree::new();
    let chattr = |flag: &str| Command::new("chattr").arg(flag).arg(tree.path(FILE)).status().is_ok_and(|s| s.success());
    if !chattr("+i") {
        return lacking("a filesystem with immutable files, and root");
    }
    let saved = tree.save(FILE);
    assert!(chattr("-i"));
    assert_eq!(
        tree.refuses(saved),
        "etc/network/interfaces: opening it for writing failed (Operation not permitted (os error 1)); \
         if it or its folder is immutable or append-only, `chattr -ia` it, or exclude it"
    );
}

#[test]
fn a_bound_file_is_written_in_place() {
    let script = "echo old >source; echo old >file; mkdir folder; mount --bind source file";
    with_mounts("a_bound_file_is_written_in_place", script, |dir| {
        let saved = save(&Target::new(dir, "file"), Some(b"old\n"), NEW, None);
        assert_eq!(saved, Ok(Saved::Rewritten));
        assert_eq!(fs::read(dir.join("source")).unwrap(), NEW);
        assert_eq!(fs::read_dir(dir).unwrap().count(), 3);
    });
}

#[test]
fn a_full_filesystem_leaves_the_old_file() {
    let script = "mkdir small; mount -t tmpfs -o size=64k tmpfs small; echo old >small/file; echo old >small/linked
        ln small/linked small/again; head -c 49152 /dev/zero >small/fill";
    with_mounts("a_full_filesystem_leaves_the_old_file", script, |dir| {
        let small = dir.join("small");
        let new = vec![b'#'; 32 * 1024];
        for file in ["file", "linked", "new/file"] {
            let old = (file != "new/file").then_some(&b"old\n"[..]);
            let error = save(&Target::new(&small, file), old, &new, None).unwrap_err();
            assert!(error.to_string().ends_with("make room on the filesystem and run again"), "{error}");
        }
        assert_eq!(fs::read(small.join("file")).unwrap(), b"old\n");
        assert_eq!(fs::read(small.join("linked")).unwrap(), b"old\n");
        assert_eq!(fs::read_dir(&small).unwrap().count(), 4, "no temporary file, no folder");
        // Room for the temporary file but not for the text in place.
        let new = vec![b'#'; 6 * 1024];
        let error = save(&Target::new(&small, "linked"), Some(b"old\n"), &new, None).unwrap_err();
        assert!(error.to_string().contains("No space left"), "{error}");
        assert_eq!(fs::read(small.join("again")).unwrap(), b"old\n");
        assert_eq!(fs::read_dir(&small).unwrap().count(), 4);
    });
}

#[test]
fn a_read_only_filesystem_is_refused() {
    let script = "mkdir ro; mount -t tmpfs tmpfs ro; echo old >ro/file; mount -o remount,ro ro";
    with_mounts("a_read_only_filesystem_is_refused", script, |dir| {
        let saved = |old: Option<&[u8]>, file| {
            save(&Target::new(dir.join("ro"), file), old, NEW, None).map_err(|e| e.to_string())
        };
        let cure = "(Read-only file system (os error 30)); mount the filesystem writable, or exclude it";
        let at = dir.join("ro").display().to_string();
        assert_eq!(saved(Some(b"old\n"), "file"), Err(format!("{at}/file: opening it for writing failed {cure}")));
        assert_eq!(saved(None, "new"), Err(format!("{at}/new: making a temporary file beside it failed {cure}")));
    });
}

#[test]
fn an_owner_that_cannot_be_kept_is_a_failure() {
    // Another user's file that we may write, in our folder.
    let script = "chmod 711 .; mkdir mine; echo old >mine/file; chmod 666 mine/file; chown 1234:1234 mine
        set -- setpriv --reuid=1234 --regid=1234 --clear-groups \"$@\"";
    with_mounts("an_owner_that_cannot_be_kept_is_a_failure", script, |dir| {
        let error = save(&Target::new(dir.join("mine"), "file"), Some(b"old\n"), NEW, None).unwrap_err();
        let cure = "its owner cannot be kept (Operation not permitted (os error 1)); run as its owner or as root, or exclude it";
        assert_eq!(error.cause.to_string(), cure);
        assert_eq!(fs::read(dir.join("mine/file")).unwrap(), b"old\n");
        assert_eq!(fs::read_dir(dir.join("mine")).unwrap().count(), 1);
    });
}
