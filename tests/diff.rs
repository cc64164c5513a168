//! The patch, put to the programs that must take it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use bridgepin::fix::diff::{Change, write};
use bstr::BStr;
use common::{bridgepin, fed};
use pretty_assertions::assert_eq;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

type File = (&'static [u8], Option<&'static [u8]>, &'static [u8]);

/// Names and texts that break patches.
const FILES: &[File] = &[
    (b"hosts/web1/interfaces", Some(b"iface br0\n  a\n"), b"iface br0\n  a\n  bridge_hw x\n"),
    (b"crlf", Some(b"one\r\ntwo\r\n"), b"one\r\nnew\r\ntwo\r\n"),
    (b"no-final-newline", Some(b"one\ntwo"), b"one\ntwo\nnew\n"),
    (b"still-none", Some(b"one\ntwo"), b"zero\none\ntwo"),
    (b"crlf-no-final", Some(b"one\r\ntwo"), b"one\r\ntwo\r\nnew\r\n"),
    (b"ends-with-cr", Some(b"one\ntwo\r"), b"one\nnew\ntwo\r"),
    (b"ends-with-cr-after", Some(b"one\n"), b"one\ntwo\r"),
    (b"latin-1", Some(b"# caf\xe9\niface br0\n"), b"# caf\xe9\niface br0\n  caf\xe9\n"),
    (b"lone-cr", Some(b"one\rtwo\nthree\r\rfour\n"), b"one\rtwo\nnew\rline\nthree\r\rfour\n"),
    (
        b"separators",
        Some("one\u{2028}two\u{85}\nthree\x0bfour\x0c\n".as_bytes()),
        "one\u{2028}two\u{85}\nnew\u{2029}\nthree\x0bfour\x0c\n".as_bytes(),
    ),
    (b"nul", Some(b"one\0two\nthree\n"), b"one\0two\nnew\0\nthree\n"),
    (b"like a header", Some(b"-- a/x\n++ b/x\n@@ -1 +1 @@\n"), b"++ b/x\n@@ -1 +1 @@\n-- new\n"),
    (b"with space/in the name", Some(b"one\n"), b"two\n"),
    (b"quote\"and\\backslash", Some(b"one\n"), b"two\n"),
    ("brücke-網橋".as_bytes(), Some(b"one\n"), b"two\n"),
    (b"latin-\xe9 and space", Some(b"one\n"), b"two\n"),
    (b"tab\tnewline\nescape\x1b[31m", Some(b"one\n"), b"two\n"),
    (b"new/folder/br0.netdev.d/50 address.conf", None, b"[NetDev]\nMACAddress=b4:99:ba:00:00:01\n"),
    ("new/br\u{fc}cke".as_bytes(), None, b"no final newline"),
    (b"empty", Some(b""), b"one\n"),
    (b"far-apart", Some(FAR), FAR_NEW),
];

const FAR: &[u8] = b"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n";
const FAR_NEW: &[u8] = b"1\nnew\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n20\n";

fn patch(files: &[File]) -> Vec<u8> {
    let changes: Vec<_> = files.iter().map(|&(path, old, new)| Change { path, old, new }).collect();
    let mut out = Vec::new();
    write(&mut out, &changes).unwrap();
    out
}

/// Lays the old files out, applies the patch with a program and compares with the new files.
fn applies(files: &[File], program: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &[u8]| dir.path().join(Path::new(OsStr::from_bytes(name)));
    for (name, old, _) in files {
        if let Some(old) = old {
            fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            fs::write(path(name), old).unwrap();
        }
    }
    let patch = patch(files);
    let mut child = Command::new(program[0])
        .args(&program[1..])
        .current_dir(dir.path())
        .env("GIT_CEILING_DIRECTORIES", "/")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&patch).unwrap();
    let out = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout) + String::from_utf8_lossy(&out.stderr);
    let text = String::from_utf8_lossy(&patch);
    assert!(out.status.success(), "{program:?}: {said}\n{text}");
    for (name, _, new) in files {
        let there = fs::read(path(name)).unwrap_or_else(|error| panic!("{program:?}: {error}: {said}\n{text}"));
        assert_eq!(there, *new, "{program:?}\n{text}");
    }
    let count = walkdir::WalkDir::new(dir.path())
        .into_iter()
        .filter(|entry| entry.as_ref().unwrap().file_type().is_file())
        .count();
    assert_eq!(count, files.len(), "{program:?}: rejects or backups\n{text}");
}

#[test]
fn git_and_patch_take_every_file_alone_and_all_together() {
    for program in [&["git", "apply", "-"][..], &["patch", "-p1", "--fuzz=0"]] {
        for file in FILES {
            applies(std::slice::from_ref(file), program);
        }
        applies(FILES, program);
    }
}

#[test]
fn it_reads_like_any_unified_diff() {
    let files: &[File] = &[
        (b"same", Some(b"one\n"), b"one\n"),
        (
            b"my host/interfaces",
            Some(b"iface br0 inet static\n  bridge_ports eth0"),
            b"iface br0 inet static\n  bridge_ports eth0\n  bridge_hw b4:99:ba:00:00:01\n",
        ),
        ("brü\"cke".as_bytes(), None, b"[NetDev]\r\n"),
    ];
    let expected = "\
--- a/my host/interfaces\t
+++ b/my host/interfaces\t
@@ -1,2 +1,3 @@
 iface br0 inet static
-  bridge_ports eth0
\\ No newline at end of file
+  bridge_ports eth0
+  bridge_hw b4:99:ba:00:00:01
--- /dev/null
+++ \"b/br\\303\\274\\\"cke\"
@@ -0,0 +1 @@
+[NetDev]\r
";
    assert_eq!(String::from_utf8(patch(files)).unwrap(), expected);
}

#[test]
fn patch_and_text_keep_what_a_terminal_would_obey() {
    let text = b"iface br0 inet manual\n    # \x1b[31mred\x1b]0;title\x07 \x1bc\n    bridge_ports eth0\n";
    let added = "    bridge_hw b4:99:ba:00:00:01\n";
    let run = |mode: &str| {
        let arguments = ["--mac", "br0=b4:99:ba:00:00:01", "--stdin-filename", "etc/network/interfaces", "-"];
        fed(bridgepin().args(["check", mode]).args(arguments), text).stdout
    };
    let fixed = [&text[..], added.as_bytes()].concat();
    assert_eq!(BStr::new(&run("--fix")), BStr::new(&fixed));
    let lines = text.split_inclusive(|byte| *byte == b'\n').map(|line| [&b" "[..], line].concat());
    let hunk = [&lines.collect::<Vec<_>>().concat()[..], b"+", added.as_bytes()].concat();
    let head = b"--- a/etc/network/interfaces\n+++ b/etc/network/interfaces\n@@ -1,3 +1,4 @@\n";
    assert_eq!(BStr::new(&run("--diff")), BStr::new(&[&head[..], &hunk].concat()));
}
