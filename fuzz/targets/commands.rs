//! The shell of hook lines and scripts: a script of the host runs, and what it sets stands where it is said to stand.
#![no_main]

use bridgepin::check::{Options, each_subject};
use bridgepin::host::Host;
use libfuzzer_sys::fuzz_target;
use std::path::Path;

const STACKS: &[&str] = &["ifupdown", "ifupdown2", "ifupdown-ng+bridge-utils", "busybox+alpine-bridge"];

fuzz_target!(|text: &[u8]| {
    let interfaces = "auto br0\niface br0 inet static\n\taddress 192.0.2.1/24\n\tbridge_ports eth0\n";
    // A script without such words is not run.
    let start = if text.len() / STACKS.len() % 2 == 0 { "#!/bin/bash\n# ip link\n" } else { "#!/bin/sh\n# ip link\n" };
    let script = [start.as_bytes(), text].concat();
    let host = Host::new("/nonexistent")
        .with_file(Path::new("etc/network/interfaces"), interfaces.into())
        .with_file(Path::new("etc/network/if-up.d/local"), script);
    let stack = STACKS[text.len() % STACKS.len()].parse().unwrap();
    let options = Options { stacks: vec![stack], ..Options::default() };
    each_subject(&host, &options, |subject| {
        let bridges = subject.readings.iter().flat_map(|reading| &reading.judgement.bridges);
        for pin in bridges.flat_map(|bridge| &bridge.pins) {
            for place in [&pin.place, &pin.line] {
                let text = host.read(&place.file).unwrap();
                assert!(place.span.start <= place.span.end && place.span.end <= text.len(), "{place:?}");
            }
        }
    });
});
