//! Whatever stands in `/etc/network/interfaces`, every reader ends, and every span it tells is in the file.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use bridgepin::host::Host;
use bridgepin::links::{Links, Sources};
use bridgepin::span::{Place, Span};
use bridgepin::stack::eni::{self, Config, Opt};
use bridgepin::stack::{Stack, eni::unknown};
use bridgepin::syntax::interfaces::{Dialect, Words, logical};
use proptest::prelude::*;
use std::path::Path;

const DIALECTS: &[Dialect] = &[Dialect::Busybox, Dialect::Ifupdown, Dialect::Ifupdown2, Dialect::IfupdownNg];

/// Text that gets far into the readers, and any bytes between.
fn interfaces() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "iface br0 inet manual\n",
        "iface br[0-2]",
        " inherits br0",
        "template t\ninherit t\n",
        "auto br0\n",
        "auto",
        "source x\n",
        "source /etc/network/*\n",
        "source ./interfaces\n",
        "source-directory /etc/network\n",
        "mapping x\n script y\n",
        " bridge_ports lan0 eth0.5\n",
        " hwaddress ether 52:54:00:aa:bb:cc\n",
        " bond-slaves none\n",
        "vlan a.1\n",
        "\\",
        "\\\n",
        "#",
        "\r\n",
        "\r",
        "\n",
        " ",
        "?",
        "% if x:\n",
        "<%",
        "${x}",
        "é",
        "\u{85}",
    ]);
    let piece = prop_oneof![
        4 => known.prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn check(host: &Host, config: &Config) {
    let place = |place: &Place| {
        let len = host.read(&place.file).unwrap().len();
        assert!(place.span.start <= place.span.end && place.span.end <= len, "{place:?} of {len}");
    };
    let option = |option: &Opt| {
        place(&option.key.place());
        place(&option.value_place());
        place(&option.line_place());
        place(&Place::new(&option.key.file, option.value.span));
    };
    for stanza in &config.stanzas {
        place(&stanza.place());
        place(&Place::new(&stanza.name.file, stanza.line));
        for token in stanza.family.iter().chain(&stanza.method).chain(&stanza.inherits) {
            place(&Place::new(&stanza.name.file, token.span));
        }
        stanza.options.iter().chain(&stanza.dropped).for_each(option);
    }
    config.starts.iter().for_each(|start| place(&start.name.place()));
    config.no_scripts.iter().for_each(|word| place(&word.place()));
    config.mappings.iter().flat_map(|mapping| &mapping.1).for_each(option);
    config.problems.iter().for_each(|problem| place(&problem.place));
    _ = eni::ifupdown_ng::interfaces(config, true);
    for table in [&unknown::BRIDGE_UTILS, &unknown::ALPINE_BRIDGE, &unknown::IFUPDOWN_NG, &unknown::IFUPDOWN2] {
        unknown::options(config, &[table]).iter().for_each(|option| place(&option.place));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_are_the_whole_file(text in interfaces()) {
        for dialect in DIALECTS {
            let lines = logical(&text, *dialect);
            let mut end = 0;
            for line in &lines {
                assert_eq!(line.span.start, end, "{dialect:?}");
                end = line.span.end;
                assert!(end > line.span.start, "{dialect:?}");
                let within = |span: Span| line.span.start <= span.start && span.start <= span.end && span.end <= end;
                let mut words = Words::of(line, *dialect);
                while let Some(word) = words.next() {
                    assert!(within(word.span) && within(words.rest().span), "{dialect:?} {word:?}");
                }
            }
            assert_eq!(end, text.len(), "{dialect:?}");
        }
    }

    #[test]
    fn readers_end_and_tell_places(main in interfaces(), other in interfaces()) {
        let host = Host::new("/nonexistent")
            .with_file(Path::new(eni::MAIN_FILE), main)
            .with_file(Path::new("etc/network/x"), other);
        check(&host, &eni::ifupdown::read(&host));
        check(&host, &eni::busybox::read(&host));
        for stack in ["ifupdown2@3.0.0-1.1", "ifupdown2", "ifupdown-ng@0.11.4~rc1", "ifupdown-ng@0.12.1", "ifupdown-ng"] {
            let version = stack.parse::<Stack>().unwrap().version;
            check(&host, &eni::ifupdown2::read(&host, &version));
            check(&host, &eni::ifupdown_ng::read(&host, &version));
        }
        let _ = Links::gather(&host, Sources::default());
    }
}

/// Unkind files: reading takes time in proportion to their size.
#[test]
fn hostile_files_are_read_in_time() {
    let size = 64 * 1024;
    for piece in [
        "\\",
        "\\\n",
        "\n",
        "#\\\n",
        "iface a inet manual\n",
        "iface a inherits a\n",
        "iface a[0-9999] inet manual\n bridge_ports x\n",
        "source ./interfaces\n",
        "source /etc/network/../network/*\n",
        "auto a\n",
        "inherit a\n",
        "template a\ninherit a\ninherit a\n",
        "% if x:\n",
        "<%",
        " x? y\n",
        " bridge_prots y\n",
        "\u{a0}",
        "auto \\\n a b ",
    ] {
        let text = format!("iface a inet manual\n{}", piece.repeat(size / piece.len()));
        let host = Host::new("/nonexistent").with_file(Path::new(eni::MAIN_FILE), text.into_bytes());
        let start = std::time::Instant::now();
        let version = "ifupdown2".parse::<Stack>().unwrap().version;
        let configs = [
            eni::ifupdown::read(&host),
            eni::busybox::read(&host),
            eni::ifupdown2::read(&host, &version),
            eni::ifupdown_ng::read(&host, &version),
        ];
        for config in &configs {
            _ = eni::ifupdown_ng::interfaces(config, true);
            _ = unknown::options(config, &[&unknown::BRIDGE_UTILS]);
        }
        let _ = Links::gather(&host, Sources::default());
        let took = start.elapsed();
        println!("{piece:?}: {took:?}");
        assert!(took.as_secs() < 20, "{piece:?}");
    }
}
