//! Rows measured with the real daemon.

use crate::host::Host;
use crate::judgement::{Effect, Judgement, Outcome};
use crate::links::{Evidence, Links, Source, Sources};
use crate::stack::{Assume, Stack, World, judge};
use pretty_assertions::assert_eq;
use std::path::{Path, PathBuf};

const MAC: &str = "52:54:00:aa:bb:cc";
const HEAD: &str = "DEVICE=br0\nTYPE=Bridge\nONBOOT=yes\nBOOTPROTO=none\nIPV6INIT=no\n";
const PORT: (&str, &str) = ("ifcfg-eth1", "DEVICE=eth1\nTYPE=Ethernet\nONBOOT=yes\nBRIDGE=br0\n");

fn judged(files: &[(&str, &str)]) -> Judgement {
    let empty = tempfile::tempdir().unwrap();
    let host = files.iter().fold(Host::new(empty.path()), |host, (name, text)| {
        let path = Path::new(name);
        let path =
            if name.contains('/') { path.to_owned() } else { Path::new("etc/sysconfig/network-scripts").join(path) };
        host.with_file(&path, text.as_bytes().to_vec())
    });
    let mut links = Links::gather(&host, Sources::default());
    let address = crate::address::MacAddress::parse(b"b4:99:ba:00:00:01").unwrap();
    links
        .entry("eth1".into())
        .evidence
        .insert(0, Evidence { address, source: Source::Sysfs(PathBuf::new()), assigned: false });
    links.set_complete();
    let stack: Stack = "networkmanager".parse().unwrap();
    judge(World { host: &host, links: &links, assume: &Assume::default() }, &stack)
}

/// The outcome of br0 and its address.
fn outcome(files: &[(&str, &str)]) -> String {
    let judgement = judged(files);
    let bridge = judgement.bridges.iter().find(|bridge| bridge.name == "br0");
    bridge.map_or("absent".to_owned(), |bridge| match (bridge.outcome, bridge.address) {
        (Outcome::Pinned, Some(address)) => address.to_string(),
        (outcome, _) => outcome.word().to_owned(),
    })
}

#[test]
fn lines() {
    let m2 = "52:54:00:11:22:33";
    for (lines, wanted) in [
        ("", "floating"),
        ("MACADDR=@", MAC),
        ("MACADDR=52:54:00:AA:BB:CC", MAC),
        ("MACADDR=\"@\"", MAC),
        ("MACADDR='@'", MAC),
        ("MACADDR=$'@'", MAC),
        ("MACADDR=@ # c", MAC),
        ("MACADDR=@#c", "absent"),
        ("MACADDR=@;", MAC),
        ("MACADDR=@ ; ONBOOT=yes", "floating"),
        ("export MACADDR=@", "floating"),
        ("   MACADDR=@", MAC),
        ("MACADDR = @", "floating"),
        ("macaddr=@", "floating"),
        ("#MACADDR=@", "floating"),
        ("MACADDR=", "floating"),
        ("MACADDR=@\nMACADDR=", "floating"),
        ("MACADDR=x\nMACADDR=@", MAC),
        ("X=@\nMACADDR=$X", "absent"),
        ("X=@\nMACADDR=\"$X\"", "floating"),
        ("MACADDR=$(echo @)", "floating"),
        ("MACADDR=`echo @`", "floating"),
        ("MACADDR=\\\n@", "floating"),
        ("MACADDR=@\r", MAC),
        ("MACADDR=52-54-00-aa-bb-cc", MAC),
        ("MACADDR=5254.00aa.bbcc", "absent"),
        ("MACADDR=525400aabbcc", "absent"),
        ("MACADDR=2:0:0:0:0:5", "02:00:00:00:00:05"),
        ("MACADDR=52:54:00:aa:bb", "absent"),
        ("MACADDR=52:54:00:zz:bb:cc", "absent"),
        ("MACADDR=00:00:00:00:00:00", "absent"),
        ("MACADDR=01:00:5e:00:00:01", "absent"),
        ("MACADDR=preserve", "floating"),
        ("MACADDR=permanent", "floating"),
        ("MACADDR=random", "generated"),
        ("MACADDR=stable", "generated"),
        ("MACADDR=Random", "absent"),
        ("MACADDR=stable-ssid", "absent"),
        ("BRIDGE_MACADDR=@", MAC),
        ("BRIDGE_MACADDR=zz", "absent"),
        ("BRIDGE_MACADDR=random", "absent"),
        ("BRIDGE_MACADDR=@\nMACADDR=52:54:00:11:22:33", m2),
        ("BRIDGE_MACADDR=@\nMACADDR=preserve", MAC),
        ("BRIDGE_MACADDR=@\nMACADDR=random", "generated"),
        ("HWADDR=@", "floating"),
        ("HWADDR=b4:99:ba:00:00:01", "floating"),
        ("HWADDR=@\nMACADDR=@", MAC),
        ("HWADDR=b4:99:ba:00:00:01\nMACADDR=@", MAC),
        ("HWADDR=zz", "absent"),
        ("GENERATE_MAC_ADDRESS_MASK=00:00:00:00:00:00", "floating"),
        ("NM_CONTROLLED=no\nMACADDR=@", "absent"),
        ("BOOTPROTO=dhcpd\nMACADDR=@", "absent"),
        ("DEVICE=\nMACADDR=@", "absent"),
    ] {
        let text = format!("{HEAD}{}\n", lines.replace('@', MAC));
        assert_eq!(outcome(&[("ifcfg-br0", &text), PORT]), wanted, "{lines:?}");
    }
}

#[test]
fn types() {
    for (kind, wanted) in [
        ("TYPE=bridge", MAC),
        ("TYPE=BRIDGE", MAC),
        ("TYPE=\"Bridge\"", MAC),
        ("TYPE='bridge'", MAC),
        ("TYPE=Bridge ", MAC),
        ("TYPE=Bridge # c", MAC),
        ("TYPE=Bridge\r", MAC),
        ("TYPE=Bridge#c", "absent"),
        ("TYPE=Ethernet", "absent"),
        ("export TYPE=Bridge", "absent"),
        ("", "absent"),
    ] {
        let text = format!("DEVICE=br0\n{kind}\nMACADDR={MAC}\n");
        assert_eq!(outcome(&[("ifcfg-br0", &text), PORT]), wanted, "{kind:?}");
        assert_eq!(outcome(&[("ifcfg-foo", &text), PORT]), wanted, "{kind:?} in ifcfg-foo");
    }
}

#[test]
fn other_files() {
    let line = format!("MACADDR={MAC}\n");
    let pinned = format!("{HEAD}{line}");
    let off = pinned.replace("ONBOOT=yes", "ONBOOT=no");
    let conf = "etc/NetworkManager/conf.d/mac.conf";
    let default = |value: &str| format!("[connection]\nethernet.cloned-mac-address={value}\n");
    for (files, wanted) in [
        (&[("ifcfg-br0", HEAD), ("keys-br0", &line), PORT][..], "floating"),
        (&[("ifcfg-br0", HEAD), ("etc/sysconfig/network", &line), PORT], "floating"),
        (&[("ifcfg-br0", HEAD), ("ifcfg-br0:0", &format!("DEVICE=br0:0\n{line}")), PORT], "floating"),
        (&[("ifcfg-br0", &off)], "absent"),
        // A port that is brought up brings its bridge up.
        (&[("ifcfg-br0", &off), PORT], MAC),
        (&[PORT], "absent"),
        (&[("ifcfg-br0", HEAD), (conf, &default("stable")), PORT], "generated"),
        (&[("ifcfg-br0", HEAD), (conf, &default(MAC)), PORT], MAC),
        (&[("ifcfg-br0", HEAD), (conf, &default("preserve")), PORT], "floating"),
        (&[("ifcfg-br0", HEAD), (conf, &default("nonsense")), PORT], "floating"),
        (&[("ifcfg-br0", &format!("{HEAD}BRIDGE_MACADDR=52:54:00:11:22:33\n")), (conf, &default(MAC)), PORT], MAC),
        (&[("ifcfg-br0", &pinned), (conf, &default("random")), PORT], MAC),
        (&[("ifcfg-br0", &pinned), (conf, "[main]\nplugins=keyfile\n"), PORT], "absent"),
        (&[("ifcfg-br0", &pinned), (conf, "[keyfile]\nunmanaged-devices=interface-name:br*\n"), PORT], "absent"),
        (&[("ifcfg-br0", &pinned), ("ifcfg-br1", HEAD), PORT], "floating"),
        (&[("ifcfg-br0", &format!("{pinned}AUTOCONNECT_PRIORITY=5\n")), ("ifcfg-br1", HEAD), PORT], MAC),
    ] {
        assert_eq!(outcome(files), wanted, "{files:?}");
    }
}

#[test]
fn ports_give_their_own_address() {
    let port = format!("{}MACADDR={MAC}\n", PORT.1);
    let judgement = judged(&[("ifcfg-br0", HEAD), ("ifcfg-eth1", &port)]);
    let bridge = &judgement.bridges[0];
    assert_eq!((bridge.outcome, bridge.address.map(|mac| mac.to_string())), (Outcome::Floating, Some(MAC.to_owned())));
    assert_eq!(bridge.ports, ["eth1"]);
}

#[test]
fn every_place_is_told_with_its_effect() {
    let text = format!(
        "{HEAD}export MACADDR={MAC}\nMACADDR = {MAC}\nmacaddr={MAC}\nHWADDR=b4:99:ba:00:00:01\nX={MAC}\nMACADDR=x\nMACADDR=\"$X\"\nif true; then\nexport Y=1\n"
    );
    let judgement = judged(&[("ifcfg-br0", &text), ("keys-br0", "MACADDR=1\n"), PORT]);
    let pins = judgement.bridges[0].pins.iter().map(|pin| {
        let effect = match &pin.effect {
            Effect::Decides => "decides",
            Effect::Overridden(_) => "overridden",
            Effect::Ineffective(_) => "ineffective",
            Effect::Invalid(_) => "invalid",
        };
        format!("{} {} {effect} {:?}", pin.what, pin.value, pin.meant)
    });
    let meant = format!("Some({MAC})");
    assert_eq!(
        pins.collect::<Vec<_>>(),
        [
            format!("`MACADDR=` {MAC} ineffective {meant}"),
            format!("`MACADDR=` {MAC} ineffective {meant}"),
            format!("`macaddr=` {MAC} ineffective {meant}"),
            "`HWADDR=` b4:99:ba:00:00:01 ineffective Some(b4:99:ba:00:00:01)".to_owned(),
            "`MACADDR=` x overridden None".to_owned(),
            format!("`MACADDR=` \"$X\" invalid {meant}"),
            "`MACADDR=` 1 ineffective None".to_owned(),
        ]
    );
    let messages: Vec<&str> = judgement.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["NetworkManager: invalid line ignored"]);
}
