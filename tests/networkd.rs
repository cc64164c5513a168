//! networkd's and udevd's behaviour beyond the measured tables: what was seen beside them, and that
//! every bridge which the tables leave without a pin can be given one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use bridgepin::address::MacAddress;
use bridgepin::host::Host;
use bridgepin::judgement::{Bridge, Candidate, Effect, Outcome, PinValue};
use bridgepin::links::{Links, Sources};
use bridgepin::stack::{Assume, Stack, World, candidate, judge};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use std::path::Path;

const RELEASES: [u32; 5] = [247, 252, 254, 257, 262];
const WANTED: MacAddress = MacAddress([0x02, 0x11, 0x22, 0x33, 0x44, 0x55]);

struct Tree {
    dir: tempfile::TempDir,
}

impl Tree {
    /// A host with a machine-id and these files; `E/` and `U/` stand for the folders of /etc and /usr/lib.
    fn new(files: &[(&str, Value)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        common::write_file(dir.path(), "etc/machine-id", &json!("0123456789abcdef0123456789abcdef\n"));
        for (path, content) in files {
            let path = path.replace("E/", "etc/systemd/network/").replace("U/", "usr/lib/systemd/network/");
            common::write_file(dir.path(), &path, content);
        }
        Self { dir }
    }

    fn host(&self) -> Host {
        Host::new(self.dir.path()).live(true)
    }
}

fn bridge_of(host: &Host, links: &Links, assume: &Assume, stack: &Stack, name: &str) -> Option<Bridge> {
    let judgement = judge(World { host, links, assume }, stack);
    judgement.bridges.into_iter().find(|bridge| bridge.name == name)
}

fn stack(release: u32, udev: bool) -> Stack {
    format!("networkd@{release}{}", if udev { "+udev" } else { "" }).parse().unwrap()
}

/// What becomes of br0 on a release: `01` is pinned to 02:aa:bb:cc:dd:01, `GEN` and `UDEV` are addresses that
/// networkd and udevd make up, `RND` floats, `-` is not made.
fn told(tree: &Tree, release: u32, udev: bool) -> String {
    let assume = Assume::default();
    let bridge = bridge_of(&tree.host(), &Links::default(), &assume, &stack(release, udev), "br0");
    let address = bridge.as_ref().and_then(|bridge| bridge.address).map(|address| address.to_string());
    match (bridge.map_or(Outcome::Absent, |bridge| bridge.outcome), address.as_deref()) {
        (Outcome::Absent, _) => "-".to_owned(),
        (Outcome::Floating, _) => "RND".to_owned(),
        (Outcome::Generated, Some("52:9c:2f:97:80:e3")) => "GEN".to_owned(),
        (Outcome::Generated, Some("2e:51:d4:17:b5:1e")) => "UDEV".to_owned(),
        (_, Some(address)) => address.strip_prefix("02:aa:bb:cc:dd:").unwrap_or(address).to_owned(),
        (outcome, None) => outcome.word().to_owned(),
    }
}

/// One word for all releases, else a word for each.
fn told_on_all(tree: &Tree, udev: bool) -> String {
    let told: Vec<String> = RELEASES.iter().map(|release| told(tree, *release, udev)).collect();
    if told.iter().all(|word| *word == told[0]) { told[0].clone() } else { told.join(" ") }
}

/// `GEN` where networkd makes addresses up, and the kernel's below 250.
const UNSET: &str = "RND GEN GEN GEN GEN";

#[test]
fn reads_lines_as_networkd_does() {
    let mark = "02:aa:bb:cc:dd:01";
    let body = |line: &str| format!("[NetDev]\nName=br0\nKind=bridge\n{line}\n");
    let (good, head) = (body(&format!("MACAddress={mark}")), "[NetDev]\nName=br0\nKind=bridge\n");
    let rows: Vec<(String, &str)> = vec![
        (good.clone(), "01"),
        (body(&format!("MACAddress={mark} # x")), UNSET),
        (format!("[NetDev]\nName=br0\nKind=bridge ; x\nMACAddress={mark}\n"), "-"),
        (good.replace("[NetDev]", "[NetDev] # x"), "-"),
        (good.replace('=', " =\t"), "01"),
        (good.replace("[NetDev]", "[NETDEV]"), "-"),
        (good.replace("Kind=", "kind="), "-"),
        (good.replace("=bridge", "=BRIDGE"), "-"),
        (good.replace("Kind=bridge", "Kind=bogus\nKind=bridge"), "01"),
        (good.replace("Name=br0", "Name=br0\nName="), "-"),
        (format!("{head}[NetDev]\nMACAddress={mark}\n"), "01"),
        (format!("{head}[X-Foo]\nMACAddress={mark}\n"), UNSET),
        (format!("{head}[Match]\nMACAddress={mark}\n"), UNSET),
        (body(&format!("Foo=bar\nMACAddress={mark}")), "01"),
        (format!("MACAddress={mark}\n{head}"), UNSET),
        (good.replace("[NetDev]", "[NetDev"), "-"),
        (format!("{good}["), "-"),
        (good.replace("[NetDev]", "[NetDev]]"), "-"),
        (body(&format!(".include /x\nMACAddress={mark}")), "01"),
        (body(&format!("MACAddress=\\\n{mark}")), "01"),
        (body(&format!("MACAddress=\\\n  {mark}")), "01"),
        (body(&format!("MACAddress=\\\n# c\n; c \\\n{mark}")), "01"),
        (body("MACAdd\\\nress=02:aa:bb:cc:dd:01"), UNSET),
        (format!("a=\\\n{good}"), "-"),
        (good.replace("[NetDev]", "[Net\\\nDev]"), "-"),
        (body(&format!("Description=x\\ \nMACAddress={mark}")), "01"),
        (good.replace('\n', "\r\n"), "01"),
        (body(&format!("Description=a\0MACAddress={mark}")), "01"),
        (body(&format!("\u{a0}MACAddress={mark}")), UNSET),
        (format!("\u{feff}{good}"), "01"),
        (body(&format!("\u{feff}MACAddress={mark}")), "01"),
        (format!("\u{feff}{}", body(&format!("\u{feff}MACAddress={mark}"))), UNSET),
        (body(&format!("Description=caf\u{e9}\nMACAddress={mark}")), "01"),
        (body(&format!("#{}\nMACAddress={mark}", "x".repeat(1 << 20))), "-"),
        (body(&format!("Description={}\nMACAddress={mark}", "x".repeat((1 << 20) - 100))), "01"),
        (format!("[Match]\nFirmware=device-tree\n{good}"), "01"),
        (format!("[Match]\nHost=!nomatch\n{good}"), "01"),
        (good.replace("br0", "br0\nName=abcdefghijklmnop"), "01"),
        ("\n \n".to_owned(), "-"),
        ("# nothing\n".to_owned(), "-"),
        (body("MACAddress=None"), UNSET),
        (body("MACAddress=none"), "RND"),
        (body(&format!("MACAddress={mark}\nMACAddress=")), "01 GEN GEN GEN GEN"),
        (body(&format!("MACAddress=none\nMACAddress={mark}")), "01"),
        (
            body("MACAddress=01:aa:bb:cc:dd:01"),
            "- 00:aa:bb:cc:dd:01 00:aa:bb:cc:dd:01 00:aa:bb:cc:dd:01 00:aa:bb:cc:dd:01",
        ),
        (body("MACAddress=00:00:00:00:00:00"), "-"),
        (body("MACAddress=02-AA-BB-CC-DD-01"), "01"),
        (body(&format!("MACAddress=\"{mark}\"")), UNSET),
        (body(&format!("HWAddress={mark}")), UNSET),
        (format!("{head}[Bridge]\nMACAddress={mark}\n"), UNSET),
    ];
    for (text, wanted) in rows {
        let tree = Tree::new(&[("E/10-br0.netdev", json!(text))]);
        assert_eq!(told_on_all(&tree, false), wanted, "{}", text.chars().take(200).collect::<String>());
    }
}

#[test]
fn finds_files_as_networkd_does() {
    let netdev = |mac: &str| json!(format!("[NetDev]\nName=br0\nKind=bridge\nMACAddress=02:aa:bb:cc:dd:{mac}\n"));
    let mac = |mac: &str| json!(format!("[NetDev]\nMACAddress=02:aa:bb:cc:dd:{mac}\n"));
    let (run, local) = ("run/systemd/network/t.netdev", "usr/local/lib/systemd/network/t.netdev");
    let null = || json!({"symlink": "/dev/null"});
    let rows: Vec<(Vec<(&str, Value)>, &str)> = vec![
        (vec![("E/t.netdev", netdev("01")), (run, netdev("02")), ("U/t.netdev", netdev("04"))], "01"),
        (vec![(run, netdev("02")), (local, netdev("03")), ("U/t.netdev", netdev("04"))], "02"),
        (vec![(local, netdev("03")), ("U/t.netdev", netdev("04"))], "03"),
        (vec![("E/t.netdev", null()), ("U/t.netdev", netdev("04"))], "-"),
        (vec![("E/t.netdev", json!("")), ("U/t.netdev", netdev("04"))], "-"),
        (vec![(run, null()), ("U/t.netdev", netdev("04"))], "-"),
        (vec![("E/t.netdev", json!({"symlink": "/etc/x"})), ("etc/x", netdev("01"))], "01"),
        (vec![("E/10-a.netdev", netdev("01")), ("E/20-b.netdev", netdev("02"))], "01"),
        (vec![("E/10-a.netdev", json!("[NetDev]\nName=br0\n")), ("E/20-b.netdev", netdev("02"))], "02"),
        (vec![("E/t.netdev", netdev("01")), ("U/t.netdev.d/x.conf", mac("14"))], "14"),
        (vec![("U/t.netdev", netdev("04")), ("run/systemd/network/t.netdev.d/x.conf", mac("12"))], "12"),
        (
            vec![("E/t.netdev", netdev("01")), ("E/t.netdev.d/x.conf", mac("11")), ("U/t.netdev.d/x.conf", mac("14"))],
            "11",
        ),
        (
            vec![("E/t.netdev", netdev("01")), ("E/t.netdev.d/1.conf", mac("11")), ("U/t.netdev.d/2.conf", mac("14"))],
            "14",
        ),
        (vec![("E/t.netdev", netdev("01")), ("E/t.netdev.d/x.conf", json!({"symlink": "/nowhere"}))], "01"),
        (vec![("E/t.netdev", json!("")), ("E/t.netdev.d/x.conf", netdev("11"))], "-"),
        (vec![("E/t.netdev", null()), ("E/t.netdev.d/x.conf", netdev("11"))], "-"),
        (vec![("E/t.netdev.d/x.conf", netdev("11"))], "-"),
        (
            vec![
                ("E/t.netdev", json!({"symlink": "/etc/u.netdev"})),
                ("etc/u.netdev", netdev("01")),
                ("E/u.netdev.d/x.conf", mac("11")),
            ],
            "01",
        ),
        (vec![("E/t.netdev", netdev("01")), ("E/netdev.d/x.conf", mac("11"))], "01"),
        (vec![("E/.t.netdev", netdev("01"))], "-"),
        (vec![("E/t.netdev~", netdev("01"))], "-"),
        (vec![("E/t.NETDEV", netdev("01"))], "-"),
        (vec![("E/t.netdev", json!({"mode": "0000", "text": "[NetDev]\nName=br0\nKind=bridge\n"}))], "-"),
        (
            vec![
                ("etc/passwd", json!("systemd-network:x:998:0::/:/bin/false\n")),
                (
                    "E/t.netdev",
                    json!({"mode": "0640", "text": "[NetDev]\nName=br0\nKind=bridge\nMACAddress=02:aa:bb:cc:dd:01\n"}),
                ),
            ],
            if own_gid_is_root() { "01" } else { "-" },
        ),
    ];
    for (files, wanted) in rows {
        assert_eq!(told_on_all(&Tree::new(&files), false), wanted, "{files:?}");
    }
}

/// Whether files made here belong to group 0.
fn own_gid_is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(tempfile::tempdir().unwrap().path()).unwrap().gid() == 0
}

#[test]
fn network_and_link_files_set_addresses_too() {
    let netdev = |mac: &str| json!(format!("[NetDev]\nName=br0\nKind=bridge\n{mac}"));
    let (unset, none, other) = (netdev(""), netdev("MACAddress=none\n"), netdev("MACAddress=02:aa:bb:cc:dd:0f\n"));
    let set = |matching: &str| json!(format!("[Match]\n{matching}\n[Link]\nMACAddress=02:aa:bb:cc:dd:01\n"));
    let policy = |matching: &str, policy: &str| json!(format!("[Match]\n{matching}\n[Link]\n{policy}\n"));
    let name = "OriginalName=br0";
    // The netdev, another file, the outcome without and with udevd.
    let rows: Vec<(&Value, &str, Value, &str, &str)> = vec![
        (&unset, "E/20.network", set("Name=br0"), "01", "01"),
        (&other, "E/20.network", set("Name=br*"), "01", "01"),
        (&other, "E/20.network", set("Name=!br0"), "0f", "0f"),
        (&none, "E/20.network", set("Type=bridge"), "RND", "01"),
        (&none, "E/20.network", set("Type=ether"), "01", "UDEV"),
        (&none, "E/20.network", policy("Name=br0", "MACAddress=00:00:00:00:00:00"), "RND", "UDEV"),
        (&none, "E/20.network.d/x.conf", set("Name=br0"), "RND", "UDEV"),
        (&none, "E/20.network", json!("[Match]\n[Link]\nMACAddress=02:aa:bb:cc:dd:01\n"), "RND", "UDEV"),
        (&none, "E/10.link", policy(name, "MACAddressPolicy=none"), "RND", "RND"),
        (&none, "E/10.link", policy(name, "MACAddressPolicy=persistent"), "RND", "UDEV"),
        (&none, "E/10.link", policy(name, "Description=no policy"), "RND", "RND"),
        (&none, "E/10.link", policy(name, "MACAddress=02:aa:bb:cc:dd:01"), "RND", "01"),
        (&other, "E/10.link", policy(name, "MACAddress=02:aa:bb:cc:dd:01\nMACAddressPolicy=none"), "0f", "01"),
        (&none, "E/10.link", policy("", "MACAddressPolicy=none"), "RND", "UDEV"),
        (&none, "E/10.link", policy("Name=br0", "MACAddressPolicy=none"), "RND", "UDEV"),
        (&none, "E/10.link", policy("Property=DEVTYPE=bridge", "MACAddressPolicy=none"), "RND", "RND"),
        (&none, "E/99-default.link.d/x.conf", policy("", "MACAddressPolicy=none"), "RND", "UDEV RND RND RND RND"),
        (&none, "etc/udev/rules.d/80-net-setup-link.rules", json!({"symlink": "/dev/null"}), "RND", "RND"),
    ];
    for (netdev, path, content, without, with) in rows {
        let tree = Tree::new(&[("E/10-br0.netdev", netdev.clone()), (path, content.clone())]);
        let told = (told_on_all(&tree, false), told_on_all(&tree, true));
        assert_eq!(told, (without.to_owned(), with.to_owned()), "{netdev} {path} {content}");
    }
}

#[test]
fn every_line_that_was_meant_to_pin_is_told_of() {
    let tree = Tree::new(&[
        (
            "E/10-br0.netdev",
            json!(
                "[NetDev]\nName=br0\nKind=bridge\nmacaddress=02:aa:bb:cc:dd:02\nMACAddress=02:aa:bb:cc:dd:03\n[Bridge]\nMACAddress=02:aa:bb:cc:dd:04\n"
            ),
        ),
        (
            "E/15-other.netdev",
            json!("[Match]\nHost=other\n[NetDev]\nName=br0\nKind=bridge\nMACAddress=02:aa:bb:cc:dd:05\n"),
        ),
        ("etc/hostname", json!("this\n")),
        ("E/20.network", json!("[Match]\nName=br0\n[Link]\nMACAddress=02:aa:bb:cc:dd:06\n[Network]\nDHCP=yes\n")),
        ("E/30.network", json!("[Match]\nName=br0\n[Link]\nMACAddress=02:aa:bb:cc:dd:07\n")),
        ("E/40.link", json!("[Match]\nOriginalName=br0\n[Link]\nMACAddress=02:aa:bb:cc:dd:08\n")),
        ("E/50-p.network", json!("[Match]\nName=eth0 eth1\n[Network]\nBridge=br0\n")),
    ]);
    let bridge = bridge_of(&tree.host(), &Links::default(), &Assume::default(), &stack(257, true), "br0").unwrap();
    let pins: Vec<(u8, &str)> = bridge
        .pins
        .iter()
        .map(|pin| {
            let effect = match pin.effect {
                Effect::Decides => "decides",
                Effect::Overridden(_) => "overridden",
                Effect::Ineffective(_) => "ineffective",
                Effect::Invalid(_) => "invalid",
            };
            (pin.meant.unwrap().0[5], effect)
        })
        .collect();
    let wanted = [
        (3, "overridden"),
        (2, "ineffective"),
        (4, "ineffective"),
        (6, "decides"),
        (7, "ineffective"),
        (8, "overridden"),
    ];
    assert_eq!(pins, wanted);
    assert_eq!((bridge.ports, bridge.carries_ip), (vec!["eth0".into(), "eth1".into()], true));
}

/// The first candidate that pins the bridge to [`WANTED`].
fn first_that_pins(host: &Host, links: &Links, stack: &Stack, name: &str) -> Option<Candidate> {
    let assume = &Assume::default();
    let bridge = bridge_of(host, links, assume, stack, name)?;
    let pins = |candidate: &Candidate| {
        bridge_of(&host.with(&candidate.edits), links, assume, stack, name)
            .is_some_and(|after| after.outcome == Outcome::Pinned && after.address == Some(WANTED))
    };
    candidate(World { host, links, assume }, stack, &bridge, &PinValue::Address(WANTED), pins)
}

#[test]
fn every_bridge_that_is_made_can_be_pinned() {
    let table = common::table("networkd.json");
    for case in table["cases"].as_array().unwrap() {
        for (key, observed) in case["observed"].as_object().unwrap() {
            if ["floating", "generated"].contains(&observed["outcome"].as_str().unwrap()) {
                let laid = common::lay_out(&table, case, key);
                let host = Host::new(&laid.host).live(true);
                let links = Links::gather(&host, Sources { sys: Some(&laid.sys), ..Sources::default() });
                let found = first_that_pins(&host, &links, &key.parse().unwrap(), case["bridge"].as_str().unwrap());
                assert!(found.is_some(), "{} on {key}", case["id"]);
            }
        }
    }
}

#[test]
fn edits_are_as_small_as_they_can_be() {
    let to = "02:11:22:33:44:55";
    let cases = [
        (
            "[NetDev]\nName=br0\nKind=bridge\nMTUBytes=1500\n",
            "[NetDev]\nName=br0\nKind=bridge\nMACAddress=@\nMTUBytes=1500\n",
        ),
        (
            "[NetDev]\r\n  Name = br0\r\n  Kind = bridge",
            "[NetDev]\r\n  Name = br0\r\n  Kind = bridge\r\n  MACAddress = @\r\n",
        ),
        ("[NetDev]\rName=br0\rKind=bridge\r", "[NetDev]\rName=br0\rKind=bridge\rMACAddress=@\r"),
        ("[NetDev]\nName=br0\nKind=bridge\nMACAddress=none\n", "[NetDev]\nName=br0\nKind=bridge\nMACAddress=@\n"),
        ("[NetDev]\nName=br0\nKind=bridge\nMACAddress=\n", "[NetDev]\nName=br0\nKind=bridge\nMACAddress=@\n"),
        (
            "[NetDev]\nName=br0\nKind=bridge\n  MACAddress=x # eno1\n",
            "[NetDev]\nName=br0\nKind=bridge\n  # eno1\n  MACAddress=@\n",
        ),
        ("[NetDev]\nName=br0\nKind=bridge\nmacaddress = 1\n", "[NetDev]\nName=br0\nKind=bridge\nMACAddress = @\n"),
        (
            "[NetDev]\nName=br0\nKind=bridge\nMACAddress: 02:00:00:00:00:01\n",
            "[NetDev]\nName=br0\nKind=bridge\nMACAddress=@\n",
        ),
        (
            "[NetDev]\nName=br0\nKind=bridge\n\n[Bridge]\nMACAddress=02:00:00:00:00:01\nSTP=no\n",
            "[NetDev]\nName=br0\nKind=bridge\nMACAddress=@\n\n[Bridge]\nSTP=no\n",
        ),
        (
            "[NetDev]\nName=br0\nKind=bridge\nDescription=a \\\nMACAddress=02:00:00:00:00:01\n",
            "[NetDev]\nName=br0\nKind=bridge\nDescription=a \nMACAddress=@\n",
        ),
        (
            "[NetDev]\nName=br0\nKind=bridge\nMACAddress=00:00:00:00:00:00\n",
            "[NetDev]\nName=br0\nKind=bridge\nMACAddress=@\n",
        ),
    ];
    for (before, after) in cases {
        let tree = Tree::new(&[("E/10-br0.netdev", json!(before))]);
        let found = first_that_pins(&tree.host(), &Links::default(), &stack(257, false), "br0").unwrap();
        let edited = tree.host().with(&found.edits).read(Path::new("etc/systemd/network/10-br0.netdev")).unwrap();
        assert_eq!(String::from_utf8_lossy(&edited), after.replace('@', to), "{}", found.title);
    }
}

#[test]
fn what_packages_own_gets_a_drop_in() {
    let rows = [
        (vec![("U/b.netdev", "[NetDev]\nName=br0\nKind=bridge\n")], "b.netdev.d/50-bridgepin.conf"),
        (
            vec![
                ("U/b.netdev", "[NetDev]\nName=br0\nKind=bridge\n"),
                ("U/b.netdev.d/90-none.conf", "[NetDev]\nMACAddress=none\n"),
            ],
            "b.netdev.d/zz-bridgepin.conf",
        ),
        (
            vec![
                ("E/b.netdev", "[NetDev]\nName=br0\nKind=bridge\n"),
                ("U/n.network", "[Match]\nName=br0\n[Link]\nMACAddress=02:aa:bb:cc:dd:01\n"),
            ],
            "n.network.d/50-bridgepin.conf",
        ),
        (
            vec![
                ("U/b.netdev", "[NetDev]\nName=br0\nKind=bridge\n"),
                ("E/b.netdev.d/10.conf", "[NetDev]\nMACAddress=none\n"),
            ],
            "b.netdev.d/10.conf",
        ),
    ];
    for (files, wanted) in rows {
        let files: Vec<_> = files.into_iter().map(|(path, text)| (path, json!(text))).collect();
        let tree = Tree::new(&files);
        let found = first_that_pins(&tree.host(), &Links::default(), &stack(257, false), "br0").unwrap();
        let [edit] = &found.edits[..] else { panic!("{found:?}") };
        assert_eq!(edit.file.as_ref(), Path::new("etc/systemd/network").join(wanted));
    }
}
