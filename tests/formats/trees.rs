//! Trees to look at.

use crate::common::{Tree, read_tree, write_tree};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use tempfile::TempDir;

/// All trees of `fixtures/cases` in one.
pub fn cases() -> TempDir {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases");
    let dir = tempfile::tempdir().unwrap();
    for case in fs::read_dir(folder).unwrap() {
        let case = case.unwrap();
        write_tree(&dir.path().join(case.file_name()), &read_tree(&case.path().join("before")));
    }
    // Options for one of the cases.
    fs::remove_file(dir.path().join("templates/bridgepin.toml")).ok();
    dir
}

/// Files by names that are not UTF-8.
pub fn raw(files: &[(&[u8], &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let path = |path: &[u8]| Path::new(OsStr::from_bytes(path)).to_owned();
    let tree: Tree = files.iter().map(|(name, text)| (path(name), crate::common::File::Text((*text).into()))).collect();
    write_tree(dir.path(), &tree);
    dir
}

/// One bridge whose place is known: what a mark of it covers.
pub const BRIDGE: &str = "br0";

/// Files in which the mark of `br0` is hard to find: line endings, bytes that are no characters, wide ones, tabs, no end.
pub fn crooked() -> TempDir {
    raw(&[
        (b"crlf/etc/network/interfaces", b"auto br0\r\n\r\niface br0 inet dhcp\r\n\tbridge_ports eth0\r\n"),
        (b"latin/etc/network/interfaces", b"# caf\xe9 \xff\nauto br0\n   iface   br0 inet dhcp\n bridge_ports eth0\n"),
        (b"wide/etc/network/interfaces", "# 網橋\nauto br0\niface\tbr0 inet dhcp\n bridge_ports eth0".as_bytes()),
        (b"cut/etc/network/interfaces", b"auto br0\niface \\\n  br0 inet dhcp\nbridge_ports eth0\n"),
        ("a b/%41/h\u{e9}llo,c:d/etc/network/interfaces".as_bytes(), b"iface br0 inet dhcp\nbridge_ports eth0\n"),
        (b"raw-\xff/etc/network/interfaces", b"iface br0 inet dhcp\nbridge_ports eth0\n"),
    ])
}

/// Names that mean something to who reads a report: they begin commands, end sections, or move a terminal's cursor.
pub fn hostile() -> TempDir {
    let interfaces =
        |bridge: &[u8]| [b"auto ", bridge, b"\niface ", bridge, b" inet dhcp\n\tbridge_ports eth0\n"].concat();
    let names: [&[u8]; 11] = [
        b"::error::forged",
        b"::error",
        b"x\n::error::forged",
        b" ::stop-commands::x",
        b"##[error]forged",
        b"a%0A::error::forged,file=x",
        b"]]><failure>&amp;<!--",
        b"\x1b[31m\x07\x08\x7f\xc2\x9b",
        b"\xff\xfe\xed\xa0\x80",
        "\u{202e}\u{fffe}\u{ffff}\u{10ffff}\u{2028}".as_bytes(),
        br#""},{"\"#,
    ];
    let mut files: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for name in names {
        let bridge: Vec<u8> = name.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(15).collect();
        files.push(([name, b"/etc/network/interfaces"].concat(), interfaces(&bridge)));
        files.push((
            [b"netdev/", name, b".netdev"].concat(),
            [b"[NetDev]\nKind=bridge\nName=", &bridge[..], b"\nMACAddress=", name, b"\n"].concat(),
        ));
    }
    let files: Vec<(&[u8], &[u8])> = files.iter().map(|(name, text)| (&name[..], &text[..])).collect();
    raw(&files)
}
