//! Files that repeat one construct as often as fits. CI does it with small files, because the program that is
//! tested there is not optimised. The files of 16 MiB, or of 250,000 lines, are tested by
//!
//!     cargo test --release --test hostile -- --ignored

use super::bounds::bounded;
use super::common::folder;
use pretty_assertions::assert_eq;
use std::fmt::Write;

/// What a file holds that is read.
const FULL: usize = 16 << 20;
const LINES: usize = 250_000;
/// Where each bridge of the file is tried to be fixed.
const SMALL: usize = 1 << 14;
const MEDIUM: usize = 1 << 16;

const INTERFACES: &str = "etc/network/interfaces";
const NETDEV: &str = "etc/systemd/network/br0.netdev";
const NETWORK: &str = "etc/systemd/network/br0.network";
const LINK: &str = "etc/systemd/network/a.link";
const IFCFG: &str = "etc/sysconfig/network-scripts/ifcfg-br0";
const RULES: &str = "etc/udev/rules.d/70-persistent-net.rules";

const BRIDGE: &str = "auto br0\niface br0 inet static\n\taddress 192.0.2.1/24\n\tbridge_ports eth0\n";
const KIND: &str = "[NetDev]\nName=br0\nKind=bridge\n";
const DEVICE: &str = "DEVICE=br0\nTYPE=Bridge\nONBOOT=yes\n";

/// A file, what stands at its start, what is repeated, and what stands at its end. `@` is the number of the
/// repetition, `&` the one before it, `%` a MAC address of its own.
const CONSTRUCTS: &[(&str, &str, &str, &str)] = &[
    // Stanzas.
    (INTERFACES, "", "iface eth@ inet manual\n", ""),
    (INTERFACES, "", "iface br0 inet manual\n bridge_ports eth0\n", ""),
    (INTERFACES, "", "iface br0 inet manual\n bridge_ports eth@\n", ""),
    (INTERFACES, "", "auto br@\niface br@ inet dhcp\n bridge_ports eth@\n", ""),
    (INTERFACES, "", "auto br@\niface br@ inet dhcp\n bridge_ports eth0\n bridge_hw nonsense\n", ""),
    (INTERFACES, "", "auto br@\niface br@ inet dhcp\n bridge_ports eth@\n bridge_hw %\n", ""),
    (INTERFACES, "", "auto br@\niface br@ inet dhcp\n bridge_ports br&\n", ""),
    (INTERFACES, "", "iface br@ \\\n inet manual\n bridge_ports \\\n eth0\n", ""),
    (INTERFACES, "iface br0 inet manual\n bridge_ports v0\n", "iface v& inet manual\n vlan-raw-device v@\n", ""),
    (INTERFACES, "iface br0 inet manual\n bridge_ports v0\n", "iface v& inet manual\n bond-slaves v@\n", ""),
    (INTERFACES, BRIDGE, "iface a@ inherits a&\n", ""),
    (INTERFACES, BRIDGE, "auto br@\n", ""),
    (INTERFACES, BRIDGE, "mapping eth@ *@\n script x\n map a b\n", ""),
    (INTERFACES, BRIDGE, "template t@\n a b\n", ""),
    // Options.
    (INTERFACES, BRIDGE, " opt@ x\n", ""),
    (INTERFACES, BRIDGE, " bridge_hw %\n", ""),
    (INTERFACES, BRIDGE, " hwaddress ether %\n", ""),
    (INTERFACES, BRIDGE, " brdige_hw %\n", ""),
    (INTERFACES, "auto br0\niface br0 inet manual\n bridge_ports", " eth@", "\n"),
    (INTERFACES, "auto br0\niface br0 inet manual\n bridge_ports", " regex eth@.*", "\n"),
    (INTERFACES, "auto br0\niface br0 inet manual\n bridge_ports", " glob eth[0-100000]", "\n"),
    // Commands.
    (INTERFACES, BRIDGE, " pre-up ip link set br0 address %\n", ""),
    (INTERFACES, BRIDGE, " opt@ x\n up :\n", ""),
    (INTERFACES, BRIDGE, " pre-up A@=$A&$B; ip link set $A@ address x\n", ""),
    (INTERFACES, "auto br0\niface br0 inet manual\n up ", "ip link add l@ type bridge; ", "\n"),
    (INTERFACES, "auto br0\niface br0 inet manual\n up ", "if true; then ", "\n"),
    (INTERFACES, "auto br0\niface br0 inet manual\n up echo ", "$(", "\n"),
    (INTERFACES, "auto br0\niface br0 inet manual\n up echo ", "${a:-", "\n"),
    (INTERFACES, "auto br0\niface br0 inet manual\n up ", "'a'\"$b\"", "\n"),
    (INTERFACES, "auto br0\niface br0 inet manual\n up a=aaaaaaaa; ", "a=$a$a; ", "ip link set br0 address $a\n"),
    (
        INTERFACES,
        "auto br0\niface br0 inet manual\n up for a in ",
        "1 ",
        "; do for b in 1 2 3; do ip link set br0 up; done; done\n",
    ),
    // Sources.
    (INTERFACES, BRIDGE, "source x@\n", ""),
    (INTERFACES, BRIDGE, "source */*/*/*\n", ""),
    (INTERFACES, BRIDGE, "source interfaces\n", ""),
    (INTERFACES, "source ", "*/", "\n"),
    (INTERFACES, "source ", "{a,b}", "\n"),
    // Lines.
    (INTERFACES, BRIDGE, "\\\n", ""),
    (INTERFACES, BRIDGE, "#\n", ""),
    (INTERFACES, BRIDGE, "\n", ""),
    (INTERFACES, "auto br0\niface br0 inet manual\n bridge_hw ", "a ", ""),
    (INTERFACES, "auto br0\niface br0 inet manual\n bridge_hw ", "a", ""),
    (INTERFACES, BRIDGE, "\u{0}", ""),
    (INTERFACES, BRIDGE, "\r", ""),
    (INTERFACES, BRIDGE, "% for i in range(1000000000):\n", ""),
    (INTERFACES, BRIDGE, "{% for x in y %}{{ a }}\n", ""),
    // Comments to us.
    (INTERFACES, BRIDGE, "# bridgepin: ignore[unpinned-bridge]\n", ""),
    (INTERFACES, "# bridgepin: ignore[", "unpinned-bridge,", "]\n"),
    (INTERFACES, "", "# bridgepin: ignore[unpinned-bridge]\niface br@ inet manual\n bridge_ports eth0\n", ""),
    // systemd.
    (NETDEV, KIND, "[NetDev]\n", ""),
    (NETDEV, KIND, "[S@]\n", ""),
    (NETDEV, KIND, "K@=x\n", ""),
    (NETDEV, KIND, "MACAddress=%\n", ""),
    (NETDEV, KIND, "MACAddress=x\n", ""),
    (NETDEV, "[NetDev]\nName=br0\nKind=bridge\nDescription=", "a\\\n#\n", ""),
    (NETDEV, "[NetDev]\nName=br0\nKind=bridge\nDescription=", "\"%h", "\n"),
    (NETDEV, "[Match]\n", "Host=a*b@\n", "[NetDev]\nName=br0\nKind=bridge\n"),
    (NETWORK, "[Match]\nName=", " e@*", "\n[Network]\nBridge=br0\n"),
    (NETWORK, "[Match]\nName=", "*a", "\n[Network]\nBridge=br0\n"),
    (NETWORK, "[Match]\nName=eth0\n[Network]\n", "Bridge=br@\nVLAN=v@\n", ""),
    (LINK, "[Match]\n", "MACAddress=%\n", "[Link]\nName=eth0\n"),
    (RULES, "", "SUBSYSTEM==\"net\", ATTR{address}==\"%\", NAME=\"eth@\"\n", ""),
    (RULES, "", "SUBSYSTEM==\"net\", \\\n", "NAME=\"eth0\"\n"),
    // ifcfg.
    (IFCFG, DEVICE, "K@=x\n", ""),
    (IFCFG, DEVICE, "MACADDR=x\n", ""),
    (IFCFG, DEVICE, "HWADDR=%\n", ""),
    (IFCFG, "DEVICE=br0\nTYPE=Bridge\nMACADDR=", "'a'\"b\"", "\n"),
    (IFCFG, "DEVICE=br0\nTYPE=Bridge\nMACADDR=\"", "a\n", ""),
    (IFCFG, "DEVICE=br0\nTYPE=Bridge\nMACADDR=", "a\\\n", ""),
    (IFCFG, "DEVICE=br0\nTYPE=Bridge\nA0=xx\n", "A@=$A&$A&\n", ""),
    (IFCFG, DEVICE, "A+=xxxxxxxx\n", ""),
    (IFCFG, DEVICE, "A=$A$A\n", ""),
    (IFCFG, "DEVICE=br0\nTYPE=Bridge\nA=", "$(", "\n"),
    (IFCFG, "DEVICE=br0\nTYPE=Bridge\nA=", "${a:-", "\n"),
    (IFCFG, DEVICE, "if true; then\n", ""),
    (IFCFG, DEVICE, ". ./ifcfg-br0\n", ""),
    (IFCFG, DEVICE, "cat <<E\n", ""),
    (IFCFG, "DEVICE=br0\nTYPE=Bridge\nexport", " A@=x", "\n"),
    // What stands beside.
    ("etc/netplan/a.yaml", "network:\n  ethernets:\n", "    e@:\n      macaddress: %\n", ""),
    ("var/lib/dpkg/status", "", "Package: p@\nStatus: install ok installed\nVersion: 1\n\n", ""),
    ("etc/os-release", "ID=debian\n", "K@=x\n", ""),
    ("etc/hostname", "", "a", ""),
    ("bridgepin.toml", "[hosts]\n", "h@ = { mac = { br0 = \"%\" } }\n", ""),
    ("bridgepin.toml", "exclude = [", "\"a@*\",", "]\n"),
];

/// The file's text.
fn text(start: &str, unit: &str, end: &str, size: usize) -> String {
    let mut text = start.to_owned();
    let lines = unit.matches('\n').count().max(1);
    for number in 1..LINES / lines - 10 {
        if text.len() + end.len() + 4 * unit.len() + 16 > size {
            break;
        }
        for character in unit.chars() {
            let _ = match character {
                '@' => write!(text, "{number}"),
                '&' => write!(text, "{}", number - 1),
                '%' => {
                    write!(text, "02:00:00:{:02x}:{:02x}:{:02x}", number >> 16 & 255, number >> 8 & 255, number & 255)
                }
                other => write!(text, "{other}"),
            };
        }
    }
    text + end
}

/// Runs on a file of each construct; gives those that did not end as they should.
fn failing(constructs: &[(&str, &str, &str, &str)], size: usize) -> Vec<String> {
    let mut failed = Vec::new();
    for (path, start, unit, end) in constructs {
        let size = if size == MEDIUM && unit.contains("bridge_ports") { SMALL } else { size };
        let text = text(start, unit, end, size);
        let mut files =
            vec![(INTERFACES, BRIDGE), (NETDEV, KIND), (NETWORK, "[Match]\nName=eth0\n[Network]\nBridge=br0\n")];
        if path.starts_with("etc/sysconfig") {
            let port = "DEVICE=eth0\nBRIDGE=br0\nHWADDR=b4:99:ba:00:00:01\n";
            files = vec![("etc/sysconfig/network-scripts/ifcfg-eth0", port)];
        }
        files.retain(|(other, _)| other != path);
        files.push((path, &text));
        let dir = folder(&files);
        for (arguments, codes) in [
            (&["check", "--output-format", "json", "."][..], &["--- exit 0", "--- exit 1"][..]),
            (&["list", "."], &["--- exit 0"]),
        ] {
            let said = bounded(dir.path(), arguments);
            let code = said.lines().last().unwrap();
            if !codes.contains(&code) {
                failed.push(format!("{} {path}: {start}{unit}{end}: {code}", arguments[0]));
            }
        }
    }
    failed
}

fn of_interfaces(wanted: bool) -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
    CONSTRUCTS.iter().filter(|row| (row.0 == INTERFACES) == wanted).copied().collect()
}

// On two processors, two tests take half the time.
#[test]
fn interfaces_files() {
    assert_eq!(failing(&of_interfaces(true), MEDIUM), [""; 0]);
}

#[test]
fn other_files() {
    assert_eq!(failing(&of_interfaces(false), MEDIUM), [""; 0]);
}

#[test]
#[ignore = "takes minutes, and needs --release"]
fn full_interfaces_files() {
    assert_eq!(failing(&of_interfaces(true), FULL), [""; 0]);
}

#[test]
#[ignore = "takes minutes, and needs --release"]
fn other_full_files() {
    assert_eq!(failing(&of_interfaces(false), FULL), [""; 0]);
}

/// What a line finds is the same for all of a phase: put together for each, this takes minutes.
#[test]
fn many_options_and_many_commands() {
    let mut text = BRIDGE.to_owned();
    for number in 0..30_000 {
        let _ = writeln!(text, " opt{number} x\n up :");
    }
    text.push_str(" up ip link set br0 address 52:54:00:aa:bb:cc\n");
    let dir = folder(&[(INTERFACES, &text)]);
    for (stack, outcome) in [("ifupdown", "pinned"), ("ifupdown-ng", "absent")] {
        let said = bounded(dir.path(), &["list", "--stack", stack, "."]);
        assert!(said.contains(outcome) && said.ends_with("--- exit 0\n"), "{stack}: {said}");
    }
}

/// Each of these lines would take all memory, or no end of time.
#[test]
fn lines_that_grow() {
    let b = "b".repeat(4000);
    let lines = [
        "f() f $@ $@ $@ $@; f a".to_owned(),
        format!("A='{}'; : {}", "a ".repeat(2000), "$A ".repeat(3000)),
        "cat /etc/x | xargs -I b echo ".to_owned() + &format!("{b} ").repeat(3),
        format!("echo x | tr -d '{}'", "\u{100}-\u{10ffff}".repeat(120)),
        format!("echo {} | grep -oE '((.?){{250}}[^a])?'", "a".repeat(1000)),
        "ip -b /etc/batch".to_owned(),
        "while :;do while :;do { :; }</etc/x;done;done".to_owned(),
    ];
    for line in lines {
        let text = format!("{BRIDGE}{}", format!(" up {line}\n").repeat(if line.len() < 100 { 2000 } else { 20 }));
        let batch = "-b /etc/batch\n".repeat(4);
        let dir = folder(&[(INTERFACES, &text), ("etc/x", &"b".repeat(60_000)), ("etc/batch", &batch)]);
        let said = bounded(dir.path(), &["list", "--stack", "ifupdown", "."]);
        assert!(said.ends_with("--- exit 0\n"), "{}: {said}", line.get(..20).unwrap_or(&line));
    }
}
