//! Reports in full, as they are in `fixtures/report`. `BLESS=1` writes those files anew, for
//! reading the difference.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use bridgepin::address::MacAddress;
use bridgepin::edit::{Edit, FileEdit};
use bridgepin::finding::{Applicability, Finding, Fix, Severity};
use bridgepin::judgement::Outcome;
use bridgepin::report::list::{self, Row};
use bridgepin::report::{Format, Reported, Repository, Source, Summary, Tree, Writer};
use bridgepin::span::{Place, Span};
use bstr::{BString, ByteSlice};
use clap::ValueEnum;
use pretty_assertions::StrComparison;
use std::path::Path;
use std::sync::Arc;

const INTERFACES: &[u8] = b"auto br0\niface br0 inet static\n\taddress 10.0.0.2/24\n\tbridge_ports eth0 eth1\n";
const NETDEV: &[u8] = b"[NetDev]\r\nName=br1\r\nKind=bridge\r\nMACAddress=00:00:00:00:00:00\r\n";
/// A Latin-1 comment, terminal escapes, a bidi override, tabs, wide characters and continuations.
const HOSTILE: &[u8] = b"iface br2 inet manual\n\tbridge_ports \\\n\t\teth0 \xe7\xb6\xb2\xe6\xa9\x8b \\\n\t\teth1\n\
    \tpost-up echo caf\xe9 \x1b[2J \xe2\x80\xae br2\n";

struct Files {
    tree: Tree,
}

impl Files {
    fn new() -> Self {
        let mut tree = Tree::new("hosts/web1");
        let long =
            [b"iface br3 inet static # ".repeat(8), b"bridge_maxwait".to_vec(), b" and so on".repeat(20)].concat();
        for (file, text) in [
            ("etc/network/interfaces", INTERFACES),
            ("etc/network/interfaces.d/hostile", HOSTILE),
            ("etc/network/interfaces.d/long", &long),
            ("etc/systemd/network/br1.netdev", NETDEV),
        ] {
            tree.add(path(file), Source::new(format!("hosts/web1/{file}"), Some(Arc::from(text))));
        }
        let new = "etc/systemd/network/br1.netdev.d/50-address.conf";
        tree.add(path(new), Source::new(format!("hosts/web1/{new}"), None));
        Self { tree }
    }

    /// A place by its text.
    fn place(&self, file: &str, text: &[u8]) -> Place {
        let file = path(file);
        let start = self.tree.source(&file).bytes().find(text).unwrap();
        Place::new(&file, Span::new(start, start + text.len()))
    }
}

/// A whole report, with further figures for its summary.
fn written(format: Format, findings: &[Reported<'_>], figures: Summary) -> Vec<u8> {
    written_in(format, findings, figures, false)
}

fn written_in(format: Format, findings: &[Reported<'_>], figures: Summary, in_colour: bool) -> Vec<u8> {
    let (mut out, mut writer, mut summary) =
        (Vec::new(), Writer::new(format, Repository::around(Path::new("/repository")), in_colour), figures);
    for reported in findings {
        writer.finding(&mut out, reported).unwrap();
        summary.count(reported);
    }
    writer.end(&mut out, &summary, false).unwrap();
    out
}

fn path(file: &str) -> Arc<Path> {
    Arc::from(Path::new(file))
}

fn finding(place: Place, rule: &'static str, message: &str) -> Finding {
    Finding {
        rule,
        severity: Severity::Warning,
        place,
        message: message.to_owned(),
        label: String::new(),
        notes: Vec::new(),
        help: Vec::new(),
        bridge: None,
        stack: None,
        fix: None,
    }
}

fn fix(title: &str, applicability: Applicability, edits: Vec<FileEdit>) -> Fix {
    Fix {
        title: title.to_owned(),
        edits,
        applicability,
        remarks: Vec::new(),
        address: None,
        source: String::new(),
        takes_effect: "it takes effect at the next `ifup br0`".to_owned(),
    }
}

fn findings(files: &Files) -> Vec<Finding> {
    let interfaces = path("etc/network/interfaces");
    let netdev = path("etc/systemd/network/br1.netdev");
    let floating = Finding {
        severity: Severity::Error,
        label: "no line sets its address".to_owned(),
        notes: vec!["b4:99:ba:00:00:01 is higher than 70 % of random container addresses".to_owned()],
        bridge: Some(BString::from("br0")),
        stack: Some("ifupdown@0.8.41".to_owned()),
        fix: Some(Fix {
            address: MacAddress::parse(b"b4:99:ba:00:00:01"),
            source: "`hwaddress` of eth0 in etc/network/interfaces:9".to_owned(),
            ..fix(
                "add `bridge_hw b4:99:ba:00:00:01`",
                Applicability::Safe,
                vec![FileEdit::insert(&interfaces, INTERFACES.len(), "\tbridge_hw b4:99:ba:00:00:01\n")],
            )
        }),
        ..finding(
            Place::new(&interfaces, Span::new(15, 18)),
            "unpinned-bridge",
            "br0 takes the lowest address among its ports (ifupdown)",
        )
    };
    let zero = NETDEV.find("00:00").unwrap();
    let invalid = Finding {
        label: "no bridge can have it".to_owned(),
        fix: Some(fix(
            "write the address of eth0",
            Applicability::Unsafe,
            vec![
                FileEdit {
                    file: Arc::clone(&netdev),
                    edits: vec![
                        Edit { span: Span::at(0), content: BString::from("# pinned\r\n") },
                        Edit { span: Span::new(zero, zero + 17), content: BString::from("b4:99:ba:00:00:01") },
                    ],
                },
                FileEdit::insert(
                    &path("etc/systemd/network/br1.netdev.d/50-address.conf"),
                    0,
                    b"# caf\xe9\n[NetDev]\nMACAddress=b4:99:ba:00:00:01\n".to_vec(),
                ),
            ],
        )),
        ..finding(
            Place::new(&netdev, Span::new(zero, zero + 17)),
            "invalid-address",
            "`MACAddress=` of br1 is all zeros; networkd ignores it and makes an address up",
        )
    };
    let several_lines = Finding {
        label: "its ports".to_owned(),
        help: vec![
            "give it the address with `ip link set dev br2 address b4:99:ba:00:00:01 # one command, in one piece` once \
             it runs, so that nothing freezes until the machine is started again, and then pin it where it is configured"
                .to_owned(),
        ],
        fix: Some(fix("nothing to see", Applicability::Shown, Vec::new())),
        ..finding(
            files.place("etc/network/interfaces.d/hostile", "bridge_ports \\\n\t\teth0 網橋 \\\n\t\teth1".as_bytes()),
            "unpinned-bridge",
            "br2\u{1b}[31m takes the lowest address",
        )
    };
    let hostile = Finding {
        label: "not \u{202e}here".to_owned(),
        ..finding(files.place("etc/network/interfaces.d/hostile", b"br2\n"), "ineffective-pin", "it does nothing")
    };
    let long = Finding {
        label: "unknown".to_owned(),
        ..finding(files.place("etc/network/interfaces.d/long", b"bridge_maxwait"), "unknown-option", "no such option")
    };
    vec![floating, invalid, several_lines, hostile, long]
}

/// Compares with a file of `fixtures/report`.
fn matches(name: &str, text: &[u8]) {
    let text = std::str::from_utf8(text).unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/report").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, text).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap();
    assert!(text == expected, "{name}:\n{}", StrComparison::new(text, &expected));
    assert!(text.chars().all(|character| character == '\n' || !bridgepin::report::visible::is_hidden(character)));
}

#[test]
fn reports_are_as_they_were() {
    let files = Files::new();
    let findings = findings(&files);
    let mut reported: Vec<_> =
        findings.iter().map(|finding| Reported { finding, tree: &files.tree, fixed: false }).collect();
    let fixed = Reported { fixed: true, ..reported[0] };
    reported.push(fixed);
    let figures = Summary { hosts: 1, bridges: 4, files_changed: 1, ..Summary::default() };
    for (format, name) in [
        (Format::Full, "full.txt"),
        (Format::Concise, "concise.txt"),
        (Format::Json, "report.json"),
        (Format::Github, "github.txt"),
        (Format::Gitlab, "gitlab.json"),
        (Format::Junit, "junit.xml"),
    ] {
        matches(name, &written(format, &reported, figures));
    }
    // Before this stand the rules' texts.
    let log = written(Format::Sarif, &reported, figures);
    matches("results.sarif", &log[log.find("      \"originalUriBaseIds\"").unwrap()..]);
}

#[test]
fn colour_is_all_that_it_adds() {
    let files = Files::new();
    let findings = findings(&files);
    for format in Format::value_variants() {
        let reported: Vec<_> = findings
            .iter()
            .flat_map(|finding| [false, true].map(|fixed| Reported { finding, tree: &files.tree, fixed }))
            .collect();
        let plain = written(*format, &reported, Summary::default());
        let coloured = written_in(*format, &reported, Summary::default(), true);
        assert_eq!(coloured != plain, *format == Format::Full, "{format:?}");
        let stripped = anstream::adapter::strip_bytes(&coloured).into_vec();
        assert_eq!(stripped.as_bstr(), plain.as_bstr(), "{format:?}");
    }
}

#[test]
fn colour_marks_severity_and_span() {
    let files = Files::new();
    let findings = findings(&files);
    let reported = Reported { finding: &findings[0], tree: &files.tree, fixed: false };
    let mut out = Vec::new();
    Writer::new(Format::Full, Repository::default(), true).finding(&mut out, &reported).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("\u{1b}[1m\u{1b}[91merror[unpinned-bridge]\u{1b}[0m"), "{text:?}");
    assert!(text.contains("\u{1b}[1m\u{1b}[91m^^^ no line sets its address\u{1b}[0m\n"), "{text:?}");
    assert!(text.contains("\u{1b}[32m    bridge_hw b4:99:ba:00:00:01\u{1b}[0m\n"), "{text:?}");
}

#[test]
fn a_finding_at_the_end_of_anything_is_shown() {
    for text in [&b""[..], b"\n", b"iface br0", b"iface br0\n", b"\xff"] {
        let mut tree = Tree::new(".");
        let file = path("f");
        tree.add(Arc::clone(&file), Source::new("f", Some(Arc::from(text))));
        for offset in [0, text.len(), text.len() + 9] {
            let edits = vec![FileEdit::insert(&file, offset.min(text.len()), "x\n")];
            let finding = Finding {
                fix: Some(fix("add it", Applicability::Safe, edits)),
                ..finding(Place::new(&file, Span::new(offset, offset + 3)), "rule", "message")
            };
            let reported = [Reported { finding: &finding, tree: &tree, fixed: false }];
            for format in Format::value_variants() {
                let format = *format;
                assert!(written(format, &reported, Summary::default()).len() > 20);
            }
        }
    }
}

#[test]
fn lists_are_as_they_were() {
    let row = |host: &str,
               file: &str,
               line,
               bridge: &[u8],
               ports: &[&str],
               stack: &str,
               outcome,
               address: &str,
               reason: &str| Row {
        host: BString::from(host),
        file: BString::from(format!("{host}/{file}")),
        line,
        bridge: BString::from(bridge),
        ports: ports.iter().map(|port| BString::from(*port)).collect(),
        stack: stack.to_owned(),
        outcome,
        address: MacAddress::parse(address.as_bytes()),
        reason: reason.to_owned(),
    };
    let many: Vec<_> = (1..=48).map(|port| format!("swp{port}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let interfaces = "etc/network/interfaces";
    let netdev = "etc/systemd/network/br.netdev";
    let rows = [
        row(
            "hosts/web1",
            interfaces,
            2,
            b"br0",
            &["eth0", "eth1"],
            "ifupdown",
            Outcome::Floating,
            "b4:99:ba:00:00:01",
            "no line sets its address, so it takes the lowest port's",
        ),
        row(
            "hosts/web1",
            interfaces,
            2,
            b"br0",
            &["eth0", "eth1"],
            "ifupdown2@3.0.0",
            Outcome::Pinned,
            "b4:99:ba:00:00:01",
            "ifupdown2 sets the first port's address",
        ),
        row(
            "hosts/web1",
            interfaces,
            9,
            "網橋".as_bytes(),
            &[],
            "ifupdown",
            Outcome::Absent,
            "",
            "the file is refused",
        ),
        row(
            "hosts/web2",
            netdev,
            2,
            b"br\xe9\x1b[1m",
            &many,
            "networkd@257+udev",
            Outcome::Generated,
            "",
            "networkd makes it from the machine-id, which this tree lacks",
        ),
    ];
    let mut out = Vec::new();
    list::table(&mut out, &rows, false).unwrap();
    matches("list.txt", &out);
    let mut out = Vec::new();
    list::json(&mut out, &rows).unwrap();
    matches("list.json", &out);

    let mut out = Vec::new();
    list::table(&mut out, &[], false).unwrap();
    list::json(&mut out, &[]).unwrap();
    assert_eq!(out.as_bstr(), "No bridges found.\n[]\n");
}
