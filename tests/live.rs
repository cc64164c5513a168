//! `live` from outside: trees that stand for `/sys`, what `ip` printed, and real bridges in a network namespace.
//!
//! A case is a folder of `fixtures/live`: `root/` is the configuration, `sys/` or `facts.json` what runs, `expected.txt` what is
//! printed and the exit codes. `BLESS=1 cargo test --test live` writes the expected files anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::namespace::in_namespace;
use common::needs::namespaces;
use common::{bridgepin, folder, transcript};
use pretty_assertions::assert_eq;
use std::fs;
use std::path::Path;

#[test]
fn every_case() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/live");
    let mut count = 0;
    for case in fs::read_dir(cases).unwrap().map(|case| case.unwrap().path()) {
        count += 1;
        let source = if case.join("sys").exists() { ["--sysfs", "sys"] } else { ["--facts", "facts.json"] };
        let mut printed = String::new();
        for more in [&[][..], &["--pin"], &["--output-format", "json"]] {
            let arguments = [&["live", "--root", "root"], &source[..], more].concat();
            printed += &format!("$ bridgepin {}\n{}\n", arguments.join(" "), transcript(&case, &arguments));
        }
        let expected = case.join("expected.txt");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected, &printed).unwrap();
        }
        assert_eq!(fs::read_to_string(&expected).unwrap_or_default(), printed, "{}", expected.display());
    }
    assert_eq!(count, 4, "cases");
}

/// What is wrong on a command line is told, and nothing else is done.
#[test]
fn refuses() {
    let dir = folder(&[
        ("sys/class/net/eth0/address", "b4:99:ba:00:00:01\n"),
        ("sys/class/net/br0/bridge/stp_state", "0\n"),
        ("no-details.json", r#"[{"ifname": "eth0", "link_type": "ether", "master": "br0"}, {"ifname": "br0"}]"#),
        ("none.json", "[{}]"),
        ("other.json", r#"{"ansible_facts": {}}"#),
        ("root/etc/hostname", "web1\n"),
    ]);
    let printed: String = [
        &["live", "--sysfs", "sys", "--root", "root", "eth0", "br7"][..],
        &["live", "--sysfs", "root"],
        &["live", "--facts", "no-details.json", "--root", "root"],
        &["live", "--facts", "none.json", "--root", "root"],
        &["live", "--facts", "other.json", "--root", "root"],
        &["live", "--facts", "missing.json", "--root", "root"],
    ]
    .iter()
    .map(|arguments| format!("$ bridgepin {}\n{}", arguments.join(" "), transcript(dir.path(), arguments)))
    .collect();
    assert_eq!(
        printed,
        "\
$ bridgepin live --sysfs sys --root root eth0 br7
No bridge runs.
--- stderr
error: eth0 is no Linux bridge; name bridges that run, or none for all
error: br7 does not run; name bridges that run, or none for all
--- exit 2
$ bridgepin live --sysfs root
--- stderr
error: root/class/net: --sysfs takes a directory like /sys: No such file or directory (os error 2)
--- exit 2
$ bridgepin live --facts no-details.json --root root
--- stderr
error: no-details.json: nothing tells what br0 is, of which eth0 is a port; give what `ip -j -d link` prints, with -d
--- exit 2
$ bridgepin live --facts none.json --root root
--- stderr
error: none.json: no links in it; give what `ip -j -d link` prints
--- exit 2
$ bridgepin live --facts other.json --root root
--- stderr
error: other.json: invalid type: map, expected a sequence at line 1 column 0; give what `ip -j -d link` prints
--- exit 2
$ bridgepin live --facts missing.json --root root
--- stderr
error: --facts missing.json: No such file or directory (os error 2); give a file with what `ip -j -d link` printed
--- exit 2
"
    );
    for wrong in [
        &["live", "--facts", "none.json"][..],
        &["live", "--facts", "none.json", "--root", "/", "--pin", "--apply"],
        &["live", "--facts", "none.json", "--root", "/", "--sysfs", "/sys"],
        &["live", "--apply"],
    ] {
        let said = transcript(dir.path(), wrong);
        assert!(said.contains("Usage: bridgepin live") && said.ends_with("--- exit 2\n"), "{wrong:?}: {said}");
    }
}

/// Facts on stdin are those in a file.
#[test]
fn facts_come_on_stdin() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/live/facts");
    let read = |source: &str| {
        let mut command = bridgepin();
        command.current_dir(&case).args(["live", "--root", "root", "--pin", "--facts", source]);
        command.stdin(fs::File::open(case.join("facts.json")).unwrap()).output().unwrap()
    };
    let (piped, named) = (read("-"), read("facts.json"));
    assert_eq!(piped.status.code(), Some(1));
    assert_eq!(String::from_utf8(piped.stdout).unwrap(), String::from_utf8(named.stdout).unwrap());
}

const INTERFACES: &str = "\
auto br0
iface br0 inet static
    address 192.0.2.10/24
    bridge_ports lan0

auto br1
iface br1 inet manual
    bridge_ports lan1
    bridge_hw b4:99:ba:00:00:22
";

/// Two bridges over links that play cards, and a container's link that is lower than all.
const LINKS: &str = "
ip link add lan0 address b4:99:ba:00:00:01 type veth peer name lan0p
ip link add lan1 address b4:99:ba:00:00:02 type veth peer name lan1p
ip link add evil0 address 02:00:00:00:00:01 type veth peer name evil0p
for i in 0 1; do ip link add br$i type bridge; ip link set lan$i master br$i; done
state() { echo $1 $(cat /sys/class/net/$1/address /sys/class/net/$1/addr_assign_type); }
";

fn host() -> tempfile::TempDir {
    folder(&[("etc/debian_version", "12.5\n"), ("etc/network/interfaces", INTERFACES)])
}

#[test]
fn a_pinned_bridge_keeps_its_address() {
    if !namespaces() {
        return;
    }
    let script = format!(
        "{LINKS}
        bridgepin live --root . --pin --apply 2>report || echo exit $?
        grep -v '^ ' report
        ip link set evil0 master br0; ip link set evil0 nomaster; ip link set evil0 master br1
        state br0; state br1
        ip -j -d link | bridgepin live --root . --facts - --pin 2>report || echo exit $?
        grep -v '^ ' report
        bridgepin live --root . --pin --apply 2>report || echo exit $?
        sed -i 's/.*bridge_ports lan0/&\\n    bridge_hw lan0/' etc/network/interfaces
        bridgepin live --root . | grep -v '^ '"
    );
    assert_eq!(
        in_namespace(host().path(), &script),
        "\
# br0: it has this address from lan0, a port that stays
ip link set dev br0 address b4:99:ba:00:00:01
# br1: the configuration pins it; it has b4:99:ba:00:00:02 now, so neighbours have to learn the new one
ip link set dev br1 address b4:99:ba:00:00:22
exit 1
br0: unpinned: the configuration does not pin it: its address holds until the next boot at most

br1: held: its address is set, and the configuration pins it to the same

Found 1 problem on 2 running bridges.
br0 b4:99:ba:00:00:01 3
br1 b4:99:ba:00:00:22 3
# br0: it has this address from lan0, a port that stays
ip link set dev br0 address b4:99:ba:00:00:01
exit 1
br0: unpinned: the configuration does not pin it: its address holds until the next boot at most

br1: held: its address is set, and the configuration pins it to the same

Found 1 problem on 2 running bridges.
exit 1
br0: held: its address is set, and the configuration pins it to the same

br1: held: its address is set, and the configuration pins it to the same

Nothing found on 2 running bridges.
"
    );
}

/// What a container's link has is not kept, and without --apply nothing is changed.
#[test]
fn a_bridge_with_a_containers_address_is_left_alone() {
    if !namespaces() {
        return;
    }
    let script = format!(
        "{LINKS}
        ip link set evil0 master br0
        bridgepin live --root . br0 --pin --apply 2>report || echo exit $?
        bridgepin live --root . br1 --pin 2>report || echo exit $?
        state br0; state br1"
    );
    assert_eq!(
        in_namespace(host().path(), &script),
        "\
# br0 is left alone: it has 02:00:00:00:00:01 from evil0, a port that comes and goes; pin it in the configuration, to b4:99:ba:00:00:01 of lan0 perhaps
exit 1
# br1: the configuration pins it; it has b4:99:ba:00:00:02 now, so neighbours have to learn the new one
ip link set dev br1 address b4:99:ba:00:00:22
exit 1
br0 02:00:00:00:00:01 1
br1 b4:99:ba:00:00:02 1
"
    );
}

/// The printed commands are safe for a shell, whatever a link is called.
#[test]
fn hostile_names_stay_names() {
    if !namespaces() {
        return;
    }
    let names = ["b;touch$IFS.a", "b$(id>.b)", "it's`id`", "-x", "b\u{1b}[31m", "&&id", "b*?~#"];
    let interfaces: String = names
        .iter()
        .enumerate()
        .map(|(n, name)| format!("auto {name}\niface {name} inet manual\n    bridge_ports lan{n}\n\n"))
        .collect();
    let links: String = (0..names.len())
        .map(|n| format!("ip link add lan{n} address b4:99:ba:00:00:0{n} type veth peer name lan{n}p\n"))
        .collect();
    let dir = folder(&[("etc/debian_version", "12.5\n"), ("etc/network/interfaces", &interfaces)]);
    fs::write(dir.path().join("names"), names.map(|name| format!("{name}\n")).concat()).unwrap();
    let script = format!(
        "{links}
        n=0; while read -r name; do
            ip link add name \"$name\" type bridge; ip link set lan$n master \"$name\"; n=$((n+1))
        done <names
        bridgepin live --root . --pin >pin 2>report || echo exit $?
        cat pin; sh -e pin; cat /sys/class/net/*/bridge/../addr_assign_type | uniq -c; ls -A"
    );
    assert_eq!(
        in_namespace(dir.path(), &script),
        r#"exit 1
# &&id: it has this address from lan5, a port that stays
ip link set dev '&&id' address b4:99:ba:00:00:05
# -x: it has this address from lan3, a port that stays
ip link set dev -x address b4:99:ba:00:00:03
# b\x1b[31m: it has this address from lan4, a port that stays
ip link set dev "$(printf 'b\033\13331m')" address b4:99:ba:00:00:04
# b$(id>.b): it has this address from lan1, a port that stays
ip link set dev 'b$(id>.b)' address b4:99:ba:00:00:01
# b*?~#: it has this address from lan6, a port that stays
ip link set dev 'b*?~#' address b4:99:ba:00:00:06
# b;touch$IFS.a: it has this address from lan0, a port that stays
ip link set dev 'b;touch$IFS.a' address b4:99:ba:00:00:00
# it's`id`: it has this address from lan2, a port that stays
ip link set dev 'it'\''s`id`' address b4:99:ba:00:00:02
      7 3
etc
names
pin
report
"#
    );
}

/// `ip` works in this process's network namespace; a /sys of another one shows other links.
#[test]
fn a_sys_of_another_namespace_is_noticed() {
    if !namespaces() {
        return;
    }
    let inner = "ip link add br0 type bridge; bridgepin live --root . br0 --pin --apply 2>&1 >/dev/null | head -1
        ip -o link show dev br0 | grep -c b4:99:ba:00:00:01 || true";
    let script = format!("{LINKS} unshare --net sh -ec '{inner}'; state br0");
    assert_eq!(
        in_namespace(host().path(), &script),
        "\
error: br0: /sys and `ip link` show different links, so it was left alone; run this where /sys is of the same network namespace (`ip netns exec` sees to that)
0
br0 b4:99:ba:00:00:01 1
"
    );
}

/// Between the look and the command a bridge may take another address; what `ip` says is passed on.
#[test]
fn looks_again_before_it_pins() {
    if !namespaces() {
        return;
    }
    let script = format!(
        "{LINKS}
        mkdir bin; cat >bin/ip <<'end'
#!/bin/sh
PATH=${{PATH#*:}}
case $* in *'set dev br0'*) ip link set evil0 master br1 ;; esac
exec ip \"$@\"
end
        chmod +x bin/ip
        PATH=$PWD/bin:$PATH bridgepin live --root . --pin --apply 2>report >/dev/null || echo exit $?
        head -1 report; state br0; state br1
        setpriv --inh-caps=-all --bounding-set=-net_admin bridgepin live --root . br1 --pin --apply 2>report >/dev/null || echo exit $?
        head -1 report
        ln -s $(command -v bridgepin) bin/bridgepin; rm bin/ip
        PATH=$PWD/bin /bin/sh -c 'bridgepin live --root . br1 --pin --apply 2>report >/dev/null || echo exit $?'
        head -1 report"
    );
    assert_eq!(
        in_namespace(host().path(), &script),
        "\
exit 2
error: br1: it has changed since it was looked at, and was left alone; run this again
br0 b4:99:ba:00:00:01 3
br1 02:00:00:00:00:01 1
exit 2
error: br1: RTNETLINK answers: Operation not permitted
exit 2
error: br1: `ip` cannot be run: No such file or directory (os error 2); install iproute2, and have /usr/sbin and /sbin on the PATH
"
    );
}
