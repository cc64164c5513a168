//! Names and values that a terminal would obey, or that CI or a format's reader would take for something of their own.

use super::common::{File, Tree, bridgepin, write_tree};
use pretty_assertions::assert_eq;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The formats of `check`, and how each is read. Another format is another line.
const FORMATS: &[Format] = &[
    ("full", lines),
    ("concise", lines),
    ("json", json),
    ("github", commands),
    ("gitlab", json),
    ("sarif", json),
    ("junit", xml),
];

type Format = (&'static str, fn(&str));

/// What stands in names and values. No name has a slash or a blank: neither can a link's.
const HOSTILE: &[&[u8]] = &[
    b"\x1b[31mred\x1b[0m",
    b"\x1b]0;title\x07",
    b"\x1b]8;;http:\\\\evil\x1b\\link",
    b"\x9b31m",
    "\u{9b}31m".as_bytes(),
    b"a\x08\x08b\x7f",
    b"a\x0bb\x0cc",
    b"::error::forged",
    b"::error\xc2\xa0file=a,line=1::forged",
    b"::set-output\x0cname=a::b",
    b"::add-mask::a",
    b"%0A::error::forged",
    b"##[error]forged",
    b"##[group]forged",
    b"##vso[task.setvariable]forged",
    b"a##[error]forged",
    "\u{202e}forged\u{2066}".as_bytes(),
    "\u{2028}::error::forged\u{2029}".as_bytes(),
    "\u{200b}\u{feff}\u{e0041}".as_bytes(),
    b"]]><forged/>",
    b"<!--&lt;&#27;&forged;--><a'b\"c>",
    b"\",\"forged\":{\"a\":[\"",
    b"'\\\"\\u001b\\x1b\\",
    b"\xff\xfe\xc3\x28",
    b"`$(touch\xc2\xa0forged)`|*_[a](b)~",
];

fn hostile_host(text: &[u8]) -> Vec<(PathBuf, Vec<u8>)> {
    let name = OsStr::from_bytes(text);
    let root = Path::new("hosts").join(name);
    let cat = |parts: &[&[u8]]| parts.concat();
    let bad: &[u8] = b"no-address";
    vec![
        (
            root.join("etc/network/interfaces"),
            cat(&[
                b"auto ",
                text,
                b"\niface ",
                text,
                b" inet static\n\taddress 192.0.2.1/24\n\tbridge_ports ",
                text,
                b"\n\tbridge_hw ",
                text,
                b"\n\thwaddress ",
                text,
                b"\n\t",
                text,
                b" x\n\tup ip link set ",
                text,
                b" address ",
                text,
                b"\nsource interfaces.d/*\n# ",
                text,
                b"\n",
                text,
                b"\nauto br0\niface br0 inet dhcp # ",
                text,
                b"\n\tbridge_ports eth0\n\tbrdige_hw ",
                bad,
                b"\n\tbridge_hw 02:00:00:00:00:01 ",
                text,
                b"\n",
            ]),
        ),
        (
            root.join("etc/network/interfaces.d").join(name),
            cat(&[b"iface x", text, b" inet manual\n bridge_ports ", text, b"\n"]),
        ),
        (
            root.join("etc/systemd/network").join(OsStr::from_bytes(&cat(&[text, b".netdev"]))),
            cat(&[
                b"[NetDev]\nName=",
                text,
                b"\nKind=bridge\nMACAddress=",
                text,
                b"\n[",
                text,
                b"]\n",
                text,
                b"=",
                text,
                b"\n",
            ]),
        ),
        (
            root.join("etc/systemd/network/br0.netdev"),
            cat(&[b"[NetDev]\nName=br0\nKind=bridge\nMACAddress=", text, b"\n"]),
        ),
        (
            root.join("etc/sysconfig/network-scripts").join(OsStr::from_bytes(&cat(&[b"ifcfg-", text]))),
            cat(&[b"DEVICE='", text, b"'\nTYPE=Bridge\nMACADDR=\"", text, b"\"\n", text, b"\n"]),
        ),
        (root.join("etc/hostname"), text.to_vec()),
        (root.join("etc/os-release"), cat(&[b"ID=", text, b"\n"])),
    ]
}

fn lay(text: &[u8]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let files = hostile_host(text).into_iter().map(|(path, text)| (path, File::Text(text.into())));
    write_tree(dir.path(), &files.collect::<Tree>());
    dir
}

fn run(dir: &Path, arguments: &[&str]) -> (String, String) {
    let out = bridgepin().args(arguments).current_dir(dir).output().unwrap();
    assert!(matches!(out.status.code(), Some(0..=2)), "{out:?}");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("a report is UTF-8");
    (text(out.stdout), text(out.stderr))
}

/// What holds for every output: nothing in it is obeyed, wherever it is printed.
fn nothing_is_obeyed(text: &str) {
    for character in text.chars() {
        let hidden = character != '\n' && bridgepin::report::visible::is_hidden(character);
        assert!(!hidden, "{character:?} in {text}");
    }
    for command in ["##[", "##vso["] {
        assert!(!text.contains(command), "{command} in {text}");
    }
}

/// No line begins as a command of GitHub's runner does, which passes over blanks.
fn lines(text: &str) {
    for line in text.lines() {
        let start = line.trim_start();
        let is_command =
            start.strip_prefix("::").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
        assert!(!is_command, "{line:?}");
    }
}

/// Every line is a command of ours, and nothing in it ends it early.
fn commands(text: &str) {
    let is_ours = |line: &&str| {
        ["::error title=bridgepin (", "::warning title=bridgepin ("].iter().any(|ours| line.starts_with(ours))
    };
    let (ours, others): (Vec<&str>, Vec<&str>) = text.lines().partition(is_ours);
    lines(&others.join("\n"));
    for line in ours {
        let (properties, _) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let names: Vec<&str> = properties.split(',').map(|property| property.split('=').next().unwrap()).collect();
        let wanted = [&["file", "line", "endLine"][..], &["file", "line", "endLine", "col", "endColumn"]];
        assert!(wanted.contains(&&names[1..]), "{line}");
    }
}

/// It is XML of the elements that JUnit has.
fn xml(text: &str) {
    lines(text);
    let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let known = ["testsuites", "testsuite", "testcase", "failure", "properties", "property", "system-out"];
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(known.contains(&node.tag_name().name()), "{text}");
    }
}

/// It is one JSON value, whose structure does not depend on the names.
fn json(text: &str) {
    lines(text);
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let is_known = |key: &String| key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"$_%-/".contains(&byte));
    let mut todo = vec![&value];
    while let Some(value) = todo.pop() {
        match value {
            serde_json::Value::Array(items) => todo.extend(items),
            serde_json::Value::Object(fields) => {
                assert!(fields.keys().all(is_known) && !fields.contains_key("forged"), "{fields:?}");
                todo.extend(fields.values());
            }
            _ => {}
        }
    }
}

#[test]
fn no_name_forges_a_report() {
    for text in HOSTILE {
        let dir = lay(text);
        let mut found = 0;
        for (format, holds) in FORMATS {
            let (out, error) = run(dir.path(), &["check", "--output-format", format, "."]);
            nothing_is_obeyed(&out);
            holds(&out);
            nothing_is_obeyed(&error);
            lines(&error);
            found += usize::from(out.contains("no-address") || out.contains("br0"));
        }
        assert_eq!(found, FORMATS.len(), "every format has findings to report");
    }
}

#[test]
fn nor_what_else_is_printed() {
    for text in HOSTILE {
        let dir = lay(text);
        for arguments in [
            &["list", "."][..],
            &["list", "--verbose", "."],
            &["check", "--statistics", "."],
            &["check", "--show-files", "."],
            &["check", "--fix", "--unsafe-fixes", "--output-format", "full", "."],
        ] {
            let (out, error) = run(dir.path(), arguments);
            nothing_is_obeyed(&out);
            lines(&out);
            nothing_is_obeyed(&error);
            lines(&error);
        }
        let (out, _) = run(dir.path(), &["list", "--output-format", "json", "."]);
        nothing_is_obeyed(&out);
        json(&out);
    }
}

/// A path that is given and is not there is told as it was given.
#[test]
fn nor_do_arguments_and_configuration() {
    for text in HOSTILE {
        let dir = lay(text);
        let name = OsStr::from_bytes(text);
        for arguments in [
            &["check"][..],
            &["list"],
            &["check", "--root"],
            &["check", "--sysfs"],
            &["check", "--facts"],
            &["check", "--config"],
            &["check", "--baseline"],
        ] {
            let out = bridgepin().args(arguments).arg(name).current_dir(dir.path()).output().unwrap();
            let error = String::from_utf8(out.stderr).expect("messages are UTF-8");
            nothing_is_obeyed(&error);
            lines(&error);
        }
        let config = [b"\"".as_slice(), text, b"\" = 1\n"].concat();
        std::fs::write(dir.path().join("bridgepin.toml"), config).unwrap();
        let (_, error) = run(dir.path(), &["check", "."]);
        assert!(error.contains("bridgepin.toml"), "{error}");
        nothing_is_obeyed(&error);
        lines(&error);
    }
}
