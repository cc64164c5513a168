//! What stands beside the files of bridges, each under the name that its reader looks for.
#![no_main]

use bridgepin::address::MacAddress;
use bridgepin::baseline::Baseline;
use bridgepin::check::{Options, check};
use bridgepin::fnmatch::fnmatch;
use bridgepin::glob::Glob;
use bridgepin::host::Host;
use bridgepin::stack::{Assume, Stack};
use libfuzzer_sys::fuzz_target;
use std::path::{Path, PathBuf};

const FILES: &[&str] = &[
    "etc/netplan/a.yaml",
    "etc/udev/rules.d/70-persistent-net.rules",
    "etc/systemd/network/a.link",
    "etc/systemd/network/br0.network",
    "etc/NetworkManager/NetworkManager.conf",
    "etc/network/ifupdown2/policy.d/a.json",
    "etc/network/ifupdown2/ifupdown2.conf",
    "etc/default/bridge-utils",
    "etc/sysconfig/network",
    "etc/os-release",
    "var/lib/dpkg/status",
    "lib/apk/db/installed",
    "etc/hostname",
    "etc/machine-id",
];

fuzz_target!(|text: &[u8]| {
    let bridge = "auto br0\niface br0 inet dhcp\n\tbridge_ports eth0\n";
    let mut host = Host::new("/nonexistent")
        .with_file(Path::new("etc/network/interfaces"), bridge.into())
        .with_file(Path::new("etc/systemd/network/br0.netdev"), b"[NetDev]\nName=br0\nKind=bridge\n".to_vec());
    for file in FILES {
        host = host.with_file(Path::new(file), text.to_vec());
    }
    let _ = check(&host, &Options::default());

    let _ = Baseline::parse(text, Path::new("baseline.json"), PathBuf::from("/"));
    let _ = MacAddress::parse(text);
    let (pattern, name) = text.split_at(text.len() / 2);
    let _ = fnmatch(pattern, name, false);
    if let Ok(text) = std::str::from_utf8(text) {
        let _ = text.parse::<Stack>();
        let _ = text.parse::<Glob>().map(|glob| glob.covers(Path::new("a/b/c")));
        let _ = Assume::default().add(text);
    }
});
