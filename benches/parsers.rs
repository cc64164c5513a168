//! How fast the readers of each format are, in bytes of configuration a second: `cargo bench`.
#![allow(missing_docs)]

use bridgepin::syntax::interfaces::{Dialect, Words, logical};
use bridgepin::syntax::shell::Source;
use bridgepin::syntax::unit;
use divan::Bencher;
use divan::counter::BytesCount;
use std::path::Path;
use std::sync::Arc;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Configuration files are far smaller; this is enough not to measure the start.
const SIZE: usize = 1 << 16;

const INTERFACES: &str = "\
# The bridge of the guests.
auto br0
iface br0 inet static
\taddress 192.0.2.10/24
\tgateway 192.0.2.1
\tbridge_ports eth0 eth1
\tbridge_hw b4:99:ba:00:00:01
\tbridge_stp off
\tup ip route add 198.51.100.0/24 \\
\t\tvia 192.0.2.254 dev $IFACE

";

const UNIT: &str = "\
# The bridge of the guests.
[NetDev]
Name=br0
Kind=bridge
MACAddress=b4:99:ba:00:00:01

[Bridge]
STP=no
ForwardDelaySec=0

";

const IFCFG: &str = "\
# The bridge of the guests.
DEVICE=br0
TYPE=Bridge
ONBOOT=yes
BOOTPROTO=none
IPADDR=\"192.0.2.10\"
PREFIX='24'
MACADDR=b4:99:ba:00:00:01
STP=no

";

fn main() {
    divan::main();
}

fn repeated(text: &str) -> Vec<u8> {
    text.bytes().cycle().take(SIZE / text.len() * text.len()).collect()
}

#[divan::bench(args = [Dialect::Ifupdown, Dialect::Ifupdown2, Dialect::IfupdownNg, Dialect::Busybox])]
fn interfaces(bencher: Bencher<'_, '_>, dialect: Dialect) {
    let text = repeated(INTERFACES);
    bencher
        .counter(BytesCount::of_slice(&text))
        .bench(|| logical(&text, dialect).iter().map(|line| Words::of(line, dialect).count()).sum::<usize>());
}

#[divan::bench]
fn netdev(bencher: Bencher<'_, '_>) {
    let text = repeated(UNIT);
    bencher.counter(BytesCount::of_slice(&text)).bench(|| unit::parse(&text, 257));
}

#[divan::bench]
fn ifcfg(bencher: Bencher<'_, '_>) {
    let file: Arc<Path> = Arc::from(Path::new("ifcfg-br0"));
    let text: Arc<[u8]> = repeated(IFCFG).into();
    bencher.counter(BytesCount::of_slice(&text)).bench(|| Source::parse(&file, &text));
}
