//! Every error that the kernel may give, at every system call that writes.

use super::common::{File, Tree, read_tree};
use super::scenario::{INTERFACES, Scenario, code, stderr};
use super::strace::{Call, calls, inject, inject_at, is_temporary, is_there};
use pretty_assertions::assert_eq;
use std::collections::HashMap;
use std::fs;

/// What an error at a call comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comes {
    /// Nothing is written, and the message says so.
    Refused,
    /// It is done another way, or does not matter.
    Done,
    /// It is done, but a temporary file stays until the next run.
    Left,
}
use Comes::{Done, Left, Refused};

/// How the kernel's errors are told, with the cure.
const MESSAGES: &[(&str, &str)] = &[
    ("ENOSPC", "(No space left on device (os error 28)); make room on the filesystem and run again"),
    ("EDQUOT", "(Disk quota exceeded (os error 122)); make room on the filesystem and run again"),
    ("EFBIG", "(File too large (os error 27)); make room on the filesystem and run again"),
    ("EIO", "(Input/output error (os error 5)); the disk or its connection fails: see the kernel's log"),
    ("EROFS", "(Read-only file system (os error 30)); mount the filesystem writable, or exclude it"),
    ("EACCES", "(Permission denied (os error 13)); run as its owner or as root, or exclude it"),
    ("EPERM", "(Operation not permitted (os error 1)); "),
    ("EXDEV", "(Invalid cross-device link (os error 18)); run again, or exclude it"),
    ("EBUSY", "(Device or resource busy (os error 16)); end what uses it and run again"),
];

const FULL: &[&str] = &["ENOSPC", "EDQUOT", "EFBIG", "EIO"];
const DENIED: &[&str] = &["ENOSPC", "EDQUOT", "EIO", "EROFS", "EACCES", "EPERM"];
/// A filesystem that does not know the call.
const UNKNOWN: &[&str] = &["EINVAL", "EOPNOTSUPP"];
const NO_LOCKS: &[&str] = &["ENOLCK", "EOPNOTSUPP", "EINVAL"];
/// A mount point, and filesystems that are several in one folder.
const MOUNTED: &[&str] = &["EBUSY", "EXDEV"];
const EVERY: usize = 0;

/// The scenario, the call, which one of that name that writes, the errors, and what comes of them.
const TABLE: &[(&str, &str, usize, &[&str], Comes)] = &[
    ("replaced", "flock", EVERY, NO_LOCKS, Done),
    ("replaced", "mkdirat", EVERY, DENIED, Refused),
    ("replaced", "openat", EVERY, DENIED, Refused),
    ("replaced", "write", EVERY, FULL, Refused),
    ("replaced", "fchown", EVERY, DENIED, Refused),
    ("replaced", "fchmod", EVERY, DENIED, Refused),
    ("replaced", "fsetxattr", EVERY, DENIED, Refused),
    ("replaced", "fsync", 1, FULL, Refused),
    ("replaced", "renameat2", EVERY, DENIED, Refused),
    ("replaced", "renameat2", EVERY, UNKNOWN, Done),
    ("replaced", "renameat2", EVERY, MOUNTED, Done),
    // The folder: all is done by then.
    ("replaced", "fsync", 2, FULL, Done),
    ("replaced", "unlinkat", 1, DENIED, Left),
    ("replaced", "unlinkat", 2, DENIED, Left),
    ("hard link", "flock", EVERY, NO_LOCKS, Done),
    ("hard link", "mkdirat", EVERY, DENIED, Refused),
    ("hard link", "openat", EVERY, DENIED, Refused),
    ("hard link", "write", EVERY, FULL, Refused),
    ("hard link", "fsync", 1, FULL, Refused),
    ("hard link", "renameat", EVERY, DENIED, Refused),
    ("hard link", "fsync", 2, FULL, Done),
    ("hard link", "fallocate", EVERY, &["ENOSPC", "EDQUOT", "EFBIG"], Refused),
    ("hard link", "fallocate", EVERY, UNKNOWN, Done),
    ("hard link", "pwrite64", EVERY, FULL, Refused),
    ("hard link", "ftruncate", EVERY, DENIED, Refused),
    ("hard link", "fsync", 3, FULL, Done),
    ("hard link", "fsync", 4, FULL, Refused),
    ("hard link", "unlinkat", EVERY, DENIED, Left),
    ("created", "flock", EVERY, NO_LOCKS, Done),
    ("created", "mkdirat", EVERY, DENIED, Refused),
    ("created", "openat", EVERY, DENIED, Refused),
    ("created", "write", EVERY, FULL, Refused),
    ("created", "fchmod", EVERY, DENIED, Refused),
    ("created", "fsync", 1, FULL, Refused),
    ("created", "renameat2", EVERY, DENIED, Refused),
    ("created", "renameat2", EVERY, MOUNTED, Refused),
    ("created", "renameat2", EVERY, UNKNOWN, Done),
    // The folder, and those above it, which are new too.
    ("created", "fsync", 2, FULL, Done),
    ("created", "fsync", 3, FULL, Done),
    ("created", "fsync", 4, FULL, Done),
    ("created", "fsync", 5, FULL, Done),
    ("created", "fsync", 6, FULL, Done),
    // The file has gone to its place, and only its folder is left.
    ("created", "unlinkat", 1, DENIED, Done),
    ("created", "unlinkat", 2, DENIED, Left),
];

/// The scenario whose rows hold for another one too, and how many files go through the same calls one after the other.
fn rows_of(scenario: &str) -> (&str, usize) {
    match scenario {
        "two hosts" => ("replaced", 2),
        "shorter" => ("hard link", 1),
        name => (name, 1),
    }
}

#[test]
fn an_error_at_any_call_leaves_all_as_it_was() {
    if !is_there() {
        return;
    }
    let mut errors_given = 0;
    for scenario in Scenario::all() {
        let (old, new) = (read_tree(&scenario.lay().tree), scenario.fixed());
        let (name, files) = rows_of(scenario.name);
        let calls: Vec<_> =
            calls(&scenario.lay()).into_iter().filter(|call| call.writes() && !call.reports()).collect();
        let mut before = HashMap::new();
        for call in &calls {
            let of_each = calls.iter().filter(|other| other.name == call.name).count() / files;
            let number = before.entry(call.name.as_str()).and_modify(|before| *before += 1).or_insert(0);
            let number = *number % of_each + 1;
            let is_its =
                |row: &&(_, _, _, _, _)| row.0 == name && row.1 == call.name && [EVERY, number].contains(&row.2);
            let rows: Vec<_> = TABLE.iter().filter(is_its).collect();
            assert!(!rows.is_empty(), "{}: no row for {call:?}", scenario.name);
            for (_, _, _, errors, comes) in rows {
                errors.iter().for_each(|error| give(&scenario, (&old, &new), call, error, *comes));
                errors_given += errors.len();
            }
        }
    }
    println!("{errors_given} errors survived");
}

/// One run with one error.
fn give(scenario: &Scenario, (old, new): (&Tree, &Tree), call: &Call, error: &str, comes: Comes) {
    let (_, files) = rows_of(scenario.name);
    let laid = scenario.lay();
    let when = format!("{}, {error} at {} {}", scenario.name, call.name, call.number);
    let out = inject(&laid, call, &format!("error={error}"));
    let message = stderr(&out);
    if comes == Refused {
        let told = MESSAGES.iter().find(|(name, _)| *name == error).map_or("nothing", |(_, told)| told);
        assert!(message.starts_with("error: ") && message.contains(told), "{when}: {message}");
        assert_eq!(code(&out), 2, "{when}");
    } else {
        assert_eq!((code(&out), message.as_str()), (0, ""), "{when}");
    }
    if comes == Refused && files == 1 {
        return laid.is_untouched(old, &when);
    }
    let others = laid.is_whole(old, new, &when);
    assert!(others.iter().all(|path| is_temporary(path)), "{when}: {others:?}");
    assert_eq!(laid.leftovers().len(), usize::from(comes == Left), "{when}");
    // What is refused for one file is done for the other.
    let now = read_tree(&laid.tree);
    let still_old = old.iter().filter(|(path, text)| now[*path] == **text && new[*path] != **text);
    assert_eq!(still_old.count(), usize::from(comes == Refused), "{when}");
    assert_eq!(code(&laid.fix()), 0, "{when}");
    laid.is_fixed(new, &when);
}

/// The one case in which a file may be half written: it is written over where it lies, and neither
/// the new text nor the old one can be.
#[test]
fn where_not_even_the_old_text_can_be_put_back_the_new_one_lies_beside_it() {
    if !is_there() {
        return;
    }
    let scenario = Scenario::hard_link();
    let new = scenario.fixed();
    let laid = scenario.lay();
    let out = inject_at(&laid, "ftruncate", "error=EIO:when=1+");
    let message = stderr(&out);
    assert_eq!(code(&out), 2);
    let (start, rest) = message.split_once("the whole new text is beside it, ").unwrap();
    assert!(start.contains("writing it failed half-way (Input/output error (os error 5))"), "{message}");
    let copy = laid.path(INTERFACES).with_file_name(rest.split_once(':').unwrap().0);
    let wanted = &new[std::path::Path::new(INTERFACES)];
    assert_eq!(&File::Text(fs::read(copy).unwrap().into()), wanted);
}
