//! ifupdown and busybox beside the measured tables.

use crate::stack::bring_up::testing::{bridge_of, effects, fixed, host, outcome, told};
use pretty_assertions::assert_eq;

const IFUPDOWN: &str = "ifupdown@0.8.41";
const BUSYBOX: &str = "busybox@1.35.0+bridge-utils";
const ALPINE: &str = "busybox@1.35.0+alpine-bridge";
const INTERFACES: &str = "etc/network/interfaces";
const DEFAULTS: &str = "etc/default/bridge-utils";
const STANZA: &str = "auto br0\niface br0 inet manual\n  bridge_ports lan0\n";

/// A file with these options in br0's stanza.
fn with(options: &str) -> String {
    options.lines().fold(STANZA.to_owned(), |text, option| text + "  " + option + "\n")
}

#[test]
fn files_do_what_was_measured() {
    let mut wrong = Vec::new();
    for row in include_str!("measured.txt").lines().filter(|row| !row.starts_with('#')) {
        let (text, measured) = row.rsplit_once(" => ").unwrap();
        let text = text.replace("\\n", "\n").replace("\\t", "\t");
        let whole = ["auto ", "iface ", "mapping ", "no-scripts "].iter().any(|keyword| text.starts_with(keyword));
        let text = if whole { text + "\n" } else { with(&text) };
        for (stack, measured) in [IFUPDOWN, BUSYBOX, ALPINE].into_iter().zip(measured.split(" | ")) {
            let told = told(stack, &text);
            // A bridge without ports has an address that nobody can tell.
            if told != measured && !(measured == "floating" && told.starts_with("floating")) {
                wrong.push(format!("{row}\n    {stack}: {told}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_file_that_the_hook_sources_counts() {
    for (text, options, expected) in [
        ("IF_BRIDGE_HW=52:54:00:aa:bb:cc", "mtu 1500", "pinned 52:54:00:aa:bb:cc"),
        ("IF_BRIDGE_HW=52:54:00:aa:bb:cc", "bridge_hw 52:54:00:11:11:11", "pinned 52:54:00:aa:bb:cc"),
        ("IF_BRIDGE_HW=52:54:00:aa:bb:cc", "hwaddress 52:54:00:11:11:11", "pinned 52:54:00:11:11:11"),
        ("IF_BRIDGE_HW=lan1", "mtu 1500", "pinned b4:99:ba:00:00:02"),
        ("IF_BRIDGE_HW=nosuch0", "mtu 1500", "floating b4:99:ba:00:00:01"),
        ("[ $IFACE = br1 ] && IF_BRIDGE_HW=lan1", "mtu 1500", "floating b4:99:ba:00:00:01"),
        ("case $IFACE in br*) IF_BRIDGE_HW=lan1;; esac", "mtu 1500", "pinned b4:99:ba:00:00:02"),
        ("IF_BRIDGE_HW=${IF_BRIDGE_HW:-lan1}", "bridge_hw lan0", "pinned b4:99:ba:00:00:01"),
        ("IF_BRIDGE_HW=$(some-program)", "mtu 1500", "pinned"),
        ("IF_BRIDGE_PORTS=lan1", "mtu 1500", "floating b4:99:ba:00:00:02"),
        ("unset IF_BRIDGE_HW", "bridge_hw lan1", "floating b4:99:ba:00:00:01"),
        ("exit 0 # IF_BRIDGE_", "mtu 1500", "absent"),
        ("return 0\nIF_BRIDGE_HW=lan1", "mtu 1500", "floating b4:99:ba:00:00:01"),
        ("if then", "mtu 1500", "absent"),
        ("ip link add $IFACE address 52:54:00:aa:bb:cc type bridge", "mtu 1500", "pinned 52:54:00:aa:bb:cc"),
    ] {
        let host = host(&[(INTERFACES, &with(options)), (DEFAULTS, &format!("{text}\n"))]);
        assert_eq!(outcome(bridge_of(&host, IFUPDOWN, "br0", true).as_ref()), expected, "{text}");
        let before = bridge_of(&host, "ifupdown@0.8.36", "br0", true);
        let without = self::host(&[(INTERFACES, &with(options))]);
        let alone = bridge_of(&without, "ifupdown@0.8.36", "br0", true);
        assert_eq!(outcome(before.as_ref()), outcome(alone.as_ref()), "not before 1.7-2: {text}");
    }
}

#[test]
fn releases_differ_in_what_bridge_hw_takes() {
    for (stack, expected) in [
        ("ifupdown@0.8.35", "floating b4:99:ba:00:00:01"),
        ("ifupdown@0.8.36", "pinned b4:99:ba:00:00:02"),
        ("ifupdown", "pinned b4:99:ba:00:00:02"),
    ] {
        assert_eq!(told(stack, &with("bridge_hw lan1")), expected, "{stack}");
    }
}

#[test]
fn mapping_scripts_name_the_stanza() {
    let text = "mapping br*\n  script /etc/network/map.sh\n  map foo\nauto br0\n\
        iface foo inet manual\n  bridge_ports lan0\n  bridge_hw 52:54:00:aa:bb:cc\n\
        iface bar inet manual\n  bridge_ports lan0\n";
    for (script, expected) in [
        ("#!/bin/sh\necho foo\n", "pinned 52:54:00:aa:bb:cc"),
        ("#!/bin/sh\nif [ -d /sys/class/net/lan0 ]; then echo bar; else echo foo; fi\n", "floating b4:99:ba:00:00:01"),
        ("#!/bin/sh\nread map\necho $map\n", "pinned 52:54:00:aa:bb:cc"),
        ("#!/bin/sh\n[ \"$1\" = br0 ] && echo bar || echo foo\n", "floating b4:99:ba:00:00:01"),
        ("#!/usr/bin/python3\nprint('bar')\n", "pinned 52:54:00:aa:bb:cc"),
    ] {
        let host = host(&[(INTERFACES, text), ("etc/network/map.sh", script)]);
        assert_eq!(outcome(bridge_of(&host, IFUPDOWN, "br0", true).as_ref()), expected, "{script}");
    }
}

#[test]
fn the_hosts_own_scripts_run() {
    const SETS: &str = "ip link set dev \"$IFACE\" address 52:54:00:aa:bb:cc";
    const PINNED: &str = "pinned 52:54:00:aa:bb:cc";
    const FLOATING: &str = "floating b4:99:ba:00:00:01";
    let only = format!("#!/bin/sh\n[ \"$IFACE\" = br0 ] || exit 0\n{SETS}\n");
    let wrong = only.replace("br0", "br1");
    let positional = "#!/bin/sh -e\nlink=$1\nshift\nip link set dev \"$link\" address \"$1\"\n";
    let call = "up /usr/local/sbin/set-mac $IFACE 52:54:00:aa:bb:cc";
    for (path, text, options, expected) in [
        ("etc/network/if-up.d/mac", only.as_str(), "mtu 1500", PINNED),
        ("etc/network/if-up.d/mac", &wrong, "mtu 1500", FLOATING),
        ("etc/network/if-up.d/mac.sh", &only, "mtu 1500", FLOATING),
        ("etc/network/if-up.d/mac", SETS, "mtu 1500", FLOATING), // no `#!`
        ("etc/network/if-pre-up.d/zz-mac", &only, "mtu 1500", PINNED),
        ("etc/network/if-pre-up.d/aa-mac", "#!/bin/sh\nexit 1\n", "mtu 1500", "absent"),
        ("etc/network/if-post-down.d/mac", &only, "mtu 1500", FLOATING),
        ("usr/local/sbin/set-mac", positional, call, PINNED),
        ("usr/local/sbin/set-mac", positional, "up sh /usr/local/sbin/set-mac br0 52:54:00:aa:bb:cc", PINNED),
        ("usr/local/sbin/set-mac", "#!/usr/bin/python3\n", call, FLOATING),
    ] {
        let host = host(&[(INTERFACES, &with(options)), (path, text)]);
        assert_eq!(outcome(bridge_of(&host, IFUPDOWN, "br0", true).as_ref()), expected, "{path} {text} {options}");
    }
    let host = host(&[(INTERFACES, &with("no_option 1")), ("etc/network/if-up.d/mac", &only)]);
    let pins = bridge_of(&host, IFUPDOWN, "br0", true).unwrap().pins;
    assert_eq!(pins.iter().map(|pin| pin.what.as_str()).collect::<Vec<_>>(), ["the script /etc/network/if-up.d/mac"]);
}

#[test]
fn links_that_only_the_files_name_exist() {
    for (options, expected) in [
        ("bridge_hw lan7", "pinned"),
        ("bridge_hw random", "floating"),
        ("bridge_hw 525400aabbcc", "floating"),
        ("pre-up ip link set dev br0 address 52:54:00:aa:bb:cc", "absent"),
        (
            "pre-up ip link show br0 || ip link add br0 address 52:54:00:aa:bb:cc type bridge",
            "pinned 52:54:00:aa:bb:cc",
        ),
        ("up ip link set lan7 master br0 && ip link set br0 address 52:54:00:aa:bb:cc", "pinned 52:54:00:aa:bb:cc"),
        ("up ip link set dev br0 address $(cat /sys/class/net/lan7/address)", "pinned"),
    ] {
        let host = host(&[(INTERFACES, &with(options))]);
        assert_eq!(outcome(bridge_of(&host, IFUPDOWN, "br0", false).as_ref()), expected, "{options}");
    }
}

#[test]
fn every_place_tells_what_became_of_it() {
    for (stack, options, expected) in [
        (IFUPDOWN, "bridge_hw 52:54:00:aa:bb:cc", &["`bridge_hw` 52:54:00:aa:bb:cc decides"][..]),
        (IFUPDOWN, "bridge_hw lan1", &["`bridge_hw` lan1 decides"]),
        (IFUPDOWN, "bridge_hw nosuch0", &["`bridge_hw` nosuch0 invalid"]),
        (IFUPDOWN, "bridge-hw 52:54:00:aa:bb", &["`bridge-hw` 52:54:00:aa:bb invalid"]),
        (IFUPDOWN, "bridge_hw lan0\nbridge_hw lan1", &["`bridge_hw` lan0 ineffective", "`bridge_hw` lan1 ineffective"]),
        (IFUPDOWN, "bridge_hw lan0\nbridge-hw lan1", &["`bridge_hw` lan0 overridden", "`bridge-hw` lan1 decides"]),
        (
            IFUPDOWN,
            "bridge_hw lan1\nhwaddress 52:54:00:aa:bb:cc",
            &["`bridge_hw` lan1 overridden", "`hwaddress` 52:54:00:aa:bb:cc decides"],
        ),
        (
            IFUPDOWN,
            "hwaddress 52:54:00:aa:bb:cc\nhwaddress 52:54:00:11:11:11",
            &["`hwaddress` 52:54:00:aa:bb:cc decides", "`hwaddress` 52:54:00:11:11:11 ineffective"],
        ),
        (
            IFUPDOWN,
            "hwaddress random\npost-up ip link set $IFACE address 52:54:00:aa:bb:cc",
            &["`hwaddress` random overridden", "the `post-up` command 52:54:00:aa:bb:cc decides"],
        ),
        (
            IFUPDOWN,
            "up false\nup ip link set br0 address 52:54:00:aa:bb:cc",
            &["the `up` command 52:54:00:aa:bb:cc ineffective"],
        ),
        (IFUPDOWN, "pre-up brctl addbr br0\nbridge_hw lan1", &["`bridge_hw` lan1 ineffective"]),
        (BUSYBOX, "hwaddress 52:54:00:aa:bb:cc", &["`hwaddress` 52:54:00:aa:bb:cc ineffective"]),
        (ALPINE, "bridge_hw 52:54:00:aa:bb:cc", &["`bridge_hw` 52:54:00:aa:bb:cc ineffective"]),
    ] {
        assert_eq!(effects(stack, &with(options)), expected, "{stack} {options}");
    }
    let template =
        "iface t inet manual\n  bridge_ports lan0\n  bridge_hw lan1\niface br0 inherits t\niface br0 inherits t\n";
    assert_eq!(effects(IFUPDOWN, template), ["`bridge_hw` lan1 decides"], "a place is told once");
}

#[test]
fn fixes_are_the_smallest_that_hold() {
    const WANTED: &str = "b4:99:ba:00:00:01";
    let stanza = |options: &[&str]| {
        let lines = options.iter().map(|option| format!("\t{option}\n"));
        format!("iface br0 inet static\n\taddress 10.9.0.1\n\tnetmask 255.255.255.0\n{}", lines.collect::<String>())
    };
    for (stack, before, after) in [
        (IFUPDOWN, &["bridge_ports lan0", "bridge_fd 0"][..], &["bridge_ports lan0", "bridge_hw W", "bridge_fd 0"][..]),
        (IFUPDOWN, &["bridge-ports\tlan0"], &["bridge-ports\tlan0", "bridge-hw\tW"]),
        (IFUPDOWN, &["bridge_ports \\\n\t  lan0"], &["bridge_ports \\\n\t  lan0", "bridge_hw W"]),
        (IFUPDOWN, &["bridge_ports lan0", "bridge_hw 52-54-00-aa-bb-cc"], &["bridge_ports lan0", "bridge_hw W"]),
        (IFUPDOWN, &["bridge_ports lan0", "hwaddress random"], &["bridge_ports lan0", "hwaddress W"]),
        (IFUPDOWN, &["bridge_hw lan1", "bridge_ports lan0", "bridge_hw lan1"], &["bridge_hw W", "bridge_ports lan0"]),
        (
            IFUPDOWN,
            &["pre-up brctl addbr br0", "bridge_ports lan0", "bridge_hw lan1"],
            &["pre-up brctl addbr br0", "bridge_ports lan0", "hwaddress W"],
        ),
        (
            IFUPDOWN,
            &["pre-up ip link add br0 type bridge", "up ip link set lan0 master br0"],
            &["pre-up ip link add br0 type bridge", "up ip link set lan0 master br0", "hwaddress W"],
        ),
        (
            IFUPDOWN,
            &["bridge_ports lan0", "post-up ip link set br0 type bridge address 52:54:00:aa:bb:cc || true"],
            &["bridge_ports lan0", "post-up ip link set br0 address W type bridge || true"],
        ),
        (
            IFUPDOWN,
            &["bridge_ports lan0", "up ip link set br0 address 52-54-00-aa-bb-cc; true"],
            &["bridge_ports lan0", "up ip link set br0 address W; true"],
        ),
        (IFUPDOWN, &["bridge_ports lan0", "up macchanger -r br0"], &["bridge_ports lan0", "up macchanger --mac=W br0"]),
        (BUSYBOX, &["bridge_ports lan0"], &["bridge_ports lan0", "bridge_hw W"]),
        (ALPINE, &["bridge_ports lan0"], &["bridge_ports lan0", "hwaddress ether W"]),
        (ALPINE, &["bridge_ports lan0", "bridge_hw lan0"], &["bridge_ports lan0", "hwaddress ether W"]),
        (BUSYBOX, &["bridge_ports lan0", "hwaddress W"], &["bridge_ports lan0", "hwaddress ether W"]),
    ] {
        let [before, after] = [before, after].map(|options| stanza(options).replace('W', WANTED));
        for ending in ["\n", ""] {
            let text = before.strip_suffix('\n').unwrap().to_owned() + ending;
            let fixed = fixed(stack, &host(&[(INTERFACES, &text)]), WANTED, true);
            assert_eq!(fixed.as_deref().map(str::trim_end), Some(after.trim_end()), "{stack} {text:?}");
        }
    }
}

#[test]
fn fixes_reach_other_places_too() {
    const WANTED: &str = "52:54:00:aa:bb:cc";
    for (stack, before, after) in [
        (
            IFUPDOWN,
            "iface br0 inet manual\n bridge_hw lan0\niface br0 inet6 manual\n bridge_ports lan0\n",
            "iface br0 inet manual\niface br0 inet6 manual\n bridge_ports lan0\n bridge_hw 52:54:00:aa:bb:cc\n",
        ),
        (
            IFUPDOWN,
            "iface lan0 inet manual\n up ip link add br0 type bridge && ip link set lan0 master br0\n",
            "iface lan0 inet manual\n up ip link add br0 address 52:54:00:aa:bb:cc type bridge && ip link set lan0 master br0\n",
        ),
        (
            IFUPDOWN,
            "iface lan0 inet manual\n up brctl addbr br0\n up brctl addif br0 lan0\n",
            "iface lan0 inet manual\n up brctl addbr br0\n up ip link set dev br0 address 52:54:00:aa:bb:cc\n up brctl addif br0 lan0\n",
        ),
        (
            IFUPDOWN,
            "iface br0 inet manual\n bridge_ports lan0 \\",
            "iface br0 inet manual\n bridge_hw 52:54:00:aa:bb:cc\n bridge_ports lan0 \\",
        ),
        (
            ALPINE,
            "iface br0 inet manual\n bridge_ports lan0\n",
            "iface br0 inet manual\n bridge_ports lan0\n post-up ip link set dev $IFACE address 52:54:00:aa:bb:cc\n",
        ),
        (
            IFUPDOWN,
            "iface br0 inet manual\r\n  bridge_ports lan0\r\n",
            "iface br0 inet manual\r\n  bridge_ports lan0\r\n  bridge_hw 52:54:00:aa:bb:cc\r\n",
        ),
    ] {
        assert_eq!(
            fixed(stack, &host(&[(INTERFACES, before)]), WANTED, true).as_deref(),
            Some(after),
            "{stack} {before:?}"
        );
    }
}
