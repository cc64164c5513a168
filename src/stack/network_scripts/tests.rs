//! Rows measured with the real scripts: all shell spellings, values, types and names.

use crate::host::Host;
use crate::judgement::{Effect, Judgement, Outcome};
use crate::links::{Evidence, Links, Source, Sources};
use crate::stack::{Assume, Stack, World, judge};
use pretty_assertions::assert_eq;
use std::path::{Path, PathBuf};

const MAC: &str = "52:54:00:aa:bb:cc";
const HEAD: &str = "DEVICE=br0\nTYPE=Bridge\nONBOOT=yes\nBOOTPROTO=none\n";
const PORT: (&str, &str) = ("ifcfg-eth1", "DEVICE=eth1\nONBOOT=yes\nBRIDGE=br0\n");

fn judged(stack: &str, files: &[(&str, &str)]) -> (Host, Judgement) {
    let dir = Path::new("etc/sysconfig/network-scripts");
    let empty = tempfile::tempdir().unwrap();
    let host = files.iter().fold(Host::new(empty.path()), |host, (name, text)| {
        let path = if *name == "network" { PathBuf::from("etc/sysconfig/network") } else { dir.join(name) };
        host.with_file(&path, text.as_bytes().to_vec())
    });
    let mut links = Links::gather(&host, Sources::default());
    for (name, address) in [("eth1", "b4:99:ba:00:00:01"), ("eth2", "02:00:00:00:00:01")] {
        let address = crate::address::MacAddress::parse(address.as_bytes()).unwrap();
        let source = Source::Sysfs(PathBuf::new());
        links.entry(name.into()).evidence.insert(0, Evidence { address, source, assigned: false });
    }
    links.set_complete();
    let stack: Stack = stack.parse().unwrap();
    let judgement = judge(World { host: &host, links: &links, assume: &Assume::default() }, &stack);
    (host, judgement)
}

/// The outcome of br0 and its address.
fn outcome(stack: &str, files: &[(&str, &str)]) -> String {
    let (_, judgement) = judged(stack, files);
    let bridge = judgement.bridges.iter().find(|bridge| bridge.name == "br0");
    bridge.map_or("absent".to_owned(), |bridge| match (bridge.outcome, bridge.address) {
        (Outcome::Pinned, Some(address)) => address.to_string(),
        (outcome, _) => outcome.word().to_owned(),
    })
}

fn with_lines(lines: &str) -> String {
    let text = format!("{HEAD}{}\n", lines.replace('@', MAC));
    ["network-scripts", "network-scripts@rhel8", "network-scripts@rhel7", "network-scripts@rhel6"]
        .map(|stack| outcome(stack, &[("ifcfg-br0", &text), PORT]))
        .into_iter()
        .reduce(|first, other| if first == other { first } else { "differs".to_owned() })
        .unwrap()
}

#[test]
fn lines_that_pin() {
    for lines in [
        "MACADDR=@",
        "MACADDR=52:54:00:AA:BB:CC",
        "MACADDR=\"@\"",
        "MACADDR='@'",
        "MACADDR=@ # comment",
        "MACADDR=@#c",
        "export MACADDR=@",
        "  MACADDR=@",
        "MACADDR=x\nMACADDR=@",
        "X=@\nMACADDR=$X",
        "MACADDR=$(echo @)",
        "MACADDR=\\\n@",
        "MACADDR=@\r",
        "MACADDR=0x52:54:00:aa:bb:cc",
        "MACADDR=@ LINKDELAY=0",
        "MACADDR+=@",
        "MACADDR=@;",
        "MACADDR=\"@ \"",
        "MACADDR=@\nunset -f MACADDR",
        "DELAY=' 2'\nMACADDR=@",
        "HWADDR=b4:99:ba:00:00:01\nMACADDR=@",
    ] {
        assert_eq!(with_lines(lines), MAC, "{lines:?}");
    }
    assert_eq!(with_lines("MACADDR=2:0:0:0:0:5"), "02:00:00:00:00:05");
    assert_eq!(with_lines("MACADDR=b4:99:ba:00:00:01"), "b4:99:ba:00:00:01");
    assert_eq!(with_lines("MACADDR=$(cat /sys/class/net/eth1/address)"), "b4:99:ba:00:00:01");
    assert_eq!(with_lines("MACADDR=$(hostname)"), "pinned");
}

#[test]
fn lines_that_do_not() {
    for lines in [
        "",
        "MACADDR = @",
        "macaddr=@",
        "#MACADDR=@",
        "MACADDR=",
        "MACADDR=@\nMACADDR=",
        "MACADDR=52-54-00-aa-bb-cc",
        "MACADDR=5254.00aa.bbcc",
        "MACADDR=525400aabbcc",
        "MACADDR=52:54:00:aa:bb",
        "MACADDR=@:dd",
        "MACADDR=52:54:00:zz:bb:cc",
        "MACADDR=00:00:00:00:00:00",
        "MACADDR=01:00:5e:00:00:01",
        "MACADDR=ff:ff:ff:ff:ff:ff",
        "MACADDR=random",
        "MACADDR=stable",
        "MACADDR=permanent",
        "MACADDR=preserve",
        "HWADDR=@",
        "HWADDR=b4:99:ba:00:00:01",
        "HWADDR=@\nMACADDR=@",
        "BRIDGE_MACADDR=@",
        "GENERATE_MAC_ADDRESS_MASK=00:00:00:00:00:00",
        "MACADDR=\"@ mtu 1400\"",
        "MACADDR=@ true",
        "MACADDR=@\nunset MACADDR",
        "declare MACADDR=@",
        "if false; then\nMACADDR=@\nfi",
        ": <<E\nMACADDR=@\nE",
        "TYPE=bridge\nMACADDR=@",
        "TYPE=BRIDGE\nMACADDR=@",
        "TYPE=Ethernet\nMACADDR=@",
        "TYPE=$'Bridge\\r'\nMACADDR=@",
        "TYPE=OVSBridge\nMACADDR=@",
        "unset DEVICE\nMACADDR=@",
        "ONBOOT=no\nMACADDR=@",
        "[ -f /etc/x ] && MACADDR=@",
    ] {
        assert_eq!(with_lines(lines), "floating", "{lines:?}");
    }
    let text = format!("{HEAD}MACADDR={MAC}\n").replace('\n', "\r\n");
    assert_eq!(outcome("network-scripts", &[("ifcfg-br0", &text), PORT]), "floating", "the whole file with CRLF");
}

#[test]
fn types_devices_and_quotes() {
    for head in [
        "DEVICE=br0\nTYPE=\"Bridge\"\n",
        "DEVICE=br0\nTYPE='Bridge'\n",
        "DEVICE=br0\nTYPE=Bridge \n",
        "DEVICE=br0\nTYPE=Bridge # c\n",
        "DEVICE=br0\nTYPE=bridge\nTYPE=Bridge\n",
        "DEVICE=\"br0\"\nTYPE=Bridge\n",
        "#DEVICE=br9\nDEVICE=br0\nTYPE=Bridge\n",
        "DEVICE=br0\nTYPE=Bridge\nDEVICETYPE=ovs\n",
    ] {
        let text = format!("{head}MACADDR={MAC}");
        assert_eq!(outcome("network-scripts", &[("ifcfg-br0", &text), PORT]), MAC, "{head:?}");
        assert_eq!(outcome("network-scripts", &[("ifcfg-foo", &text), PORT]), MAC, "{head:?} in ifcfg-foo");
    }
    let untyped = format!("DEVICE=br0\nMACADDR={MAC}\n");
    assert_eq!(outcome("network-scripts", &[("ifcfg-br0", &untyped), PORT]), "floating");
    // A name that boot takes after the port's finds the bridge made, whatever its type.
    let port = ("ifcfg-eth1", "DEVICE=eth1\nBRIDGE=br0\n");
    assert_eq!(outcome("network-scripts", &[("ifcfg-x", &untyped), port]), MAC);
    let joined = format!("{HEAD}DELAY=0MACADDR={MAC}\n");
    assert_eq!(outcome("network-scripts@rhel8", &[("ifcfg-br0", &joined), PORT]), "floating");
    let quoted = ("ifcfg-eth1", "DEVICE=eth1\nBRIDGE=\"br0\"\n");
    assert_eq!(outcome("network-scripts", &[("ifcfg-br0", &format!("{HEAD}MACADDR={MAC}\n")), quoted]), MAC);
}

#[test]
fn other_files() {
    let (plain, pinned) = (HEAD, format!("{HEAD}MACADDR={MAC}\n"));
    let line = format!("MACADDR={MAC}\n");
    for (files, wanted) in [
        (&[("ifcfg-br0", plain), ("network", line.as_str()), PORT][..], MAC),
        (&[("ifcfg-br0", plain), ("keys-br0", &line), PORT], MAC),
        (&[("ifcfg-br0", plain), ("ifcfg-br0:0", &format!("DEVICE=br0:0\n{line}")), PORT], "floating"),
        (&[("ifcfg-br0", plain), ("ifcfg-br0-range0", &line), PORT], "floating"),
        (&[("ifcfg-br0", plain), ("ifcfg-br0-x", &pinned), PORT], MAC),
        (&[("ifcfg-br0", &pinned), ("network", "NETWORKING=no\n"), PORT], "absent"),
        (&[("ifcfg-br0", plain), ("ifcfg-eth1", &format!("{}{line}", PORT.1))], "floating"),
        (&[("ifcfg-br0", &format!("{HEAD}. ./common\n")), ("common", &line), PORT], MAC),
        (&[PORT], "floating"),
        (&[("ifcfg-eth1", "DEVICE=eth1\nBRIDGE=br0\nONBOOT=no\n")], "absent"),
        (&[("ifcfg-br0", "DEVICE=br0\nTYPE=bridge\n")], "absent"),
    ] {
        assert_eq!(outcome("network-scripts", files), wanted, "{files:?}");
    }
}

#[test]
fn names_that_count() {
    let text = format!("{HEAD}MACADDR={MAC}\n");
    for (name, wanted) in [
        ("ifcfg-br0.bak", "absent"),
        ("ifcfg-br0~", "absent"),
        ("ifcfg-br0.old", "absent"),
        ("ifcfg-br0.orig", "absent"),
        ("ifcfg-br0.rpmnew", "absent"),
        ("ifcfg-br0.rpmsave", "absent"),
        ("ifcfg-br0.rpmorig", "absent"),
        ("ifcfg-br0:0", "absent"),
        ("ifcfg-br0-range0", "absent"),
        ("ifcfg-br0.swp", MAC),
        ("ifcfg-br0.save", MAC),
        ("ifcfg-br0.tmp", MAC),
        ("ifcfg-br0.disabled", MAC),
    ] {
        assert_eq!(outcome("network-scripts", &[(name, &text)]), wanted, "{name}");
    }
    assert_eq!(outcome("network-scripts@rhel6", &[("ifcfg-br0.old", &text)]), MAC);
}

#[test]
fn every_place_is_told_with_its_effect() {
    let text = format!(
        "{HEAD}HWADDR=b4:99:ba:00:00:01\nmacaddr={MAC}\nMACADDR=\"{MAC}\"\nBRIDGE_MACADDR={MAC}\nMACADDR=random\n"
    );
    let (host, judgement) =
        judged("network-scripts", &[("ifcfg-br0", &text), ("ifcfg-br0:0", "DEVICE=br0:0\nMACADDR=1\n"), PORT]);
    let pins = judgement.bridges[0].pins.iter().map(|pin| {
        let effect = match &pin.effect {
            Effect::Decides => "decides",
            Effect::Overridden(_) => "overridden",
            Effect::Ineffective(_) => "ineffective",
            Effect::Invalid(_) => "invalid",
        };
        let line = pin.line.span.of(&host.read(&pin.place.file).unwrap()).to_vec();
        format!("{} {} {effect} {}", pin.what, pin.value, String::from_utf8(line).unwrap().trim_end())
    });
    assert_eq!(
        pins.collect::<Vec<_>>(),
        [
            "`HWADDR=` b4:99:ba:00:00:01 ineffective HWADDR=b4:99:ba:00:00:01".to_owned(),
            format!("`macaddr=` {MAC} ineffective macaddr={MAC}"),
            format!("`MACADDR=` \"{MAC}\" overridden MACADDR=\"{MAC}\""),
            format!("`BRIDGE_MACADDR=` {MAC} ineffective BRIDGE_MACADDR={MAC}"),
            "`MACADDR=` random invalid MACADDR=random".to_owned(),
            "`MACADDR=` 1 ineffective MACADDR=1".to_owned(),
        ]
    );
    assert!(judgement.problems.is_empty());
}

#[test]
fn bonds_vlans_and_bash_errors() {
    let vlan = [("ifcfg-br0", HEAD), ("ifcfg-eth1.5", "DEVICE=eth1.5\nVLAN=yes\nBRIDGE=br0\n")];
    let bond = [
        ("ifcfg-br0", HEAD),
        ("ifcfg-bond0", "DEVICE=bond0\nBONDING_OPTS=mode=1\nBRIDGE=br0\n"),
        ("ifcfg-eth1", "DEVICE=eth1\nMASTER=bond0\nSLAVE=yes\n"),
    ];
    for files in [&vlan[..], &bond] {
        let (_, judgement) = judged("network-scripts", files);
        let address = judgement.bridges[0].address.map(|address| address.to_string());
        assert_eq!(address.as_deref(), Some("b4:99:ba:00:00:01"), "{files:?}");
    }
    let (_, judgement) = judged("network-scripts", &[("ifcfg-br0", "DEVICE=br0\nTYPE=Bridge\nNAME=\"x\n"), PORT]);
    assert_eq!(judgement.problems.len(), 1);
    assert_eq!(judgement.bridges[0].outcome, Outcome::Floating);
}
