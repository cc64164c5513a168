//! The whole run on a host in memory: from its files to the findings, the report in each format, and the patch.
#![no_main]

use bridgepin::check::{Options, check};
use bridgepin::finding::Applicability;
use bridgepin::fix::apply::apply_all;
use bridgepin::fix::diff::{Change, write};
use bridgepin::host::{Host, path_bytes};
use bridgepin::report::{Format, Reported, Repository, Source, Summary, Tree, Writer, visible};
use clap::ValueEnum;
use libfuzzer_sys::fuzz_target;
use std::path::Path;

/// The files of the host: the input is cut at NUL bytes.
const FILES: &[&str] = &[
    "etc/network/interfaces",
    "etc/network/interfaces.d/extra",
    "etc/systemd/network/br0.netdev",
    "etc/systemd/network/br0.netdev.d/a.conf",
    "etc/systemd/network/br0.network",
    "etc/sysconfig/network-scripts/ifcfg-br0",
    "etc/sysconfig/network-scripts/ifcfg-eth0",
    "etc/os-release",
];

fuzz_target!(|text: &[u8]| {
    let mut host = Host::new("/nonexistent");
    for (file, text) in FILES.iter().zip(text.split(|byte| *byte == 0)) {
        host = host.with_file(Path::new(file), text.to_vec());
    }
    let options = Options::default();
    let report = check(&host, &options);
    let formats = Format::value_variants().iter().map(|format| (*format, false));
    for (format, in_colour) in formats.chain([(Format::Full, true)]) {
        let mut out = Vec::new();
        let mut writer = Writer::new(format, Repository::default(), in_colour);
        let mut summary = Summary::default();
        let mut tree = Tree::new("host");
        for finding in &report.findings {
            let edited = finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| &edit.file);
            for file in edited.chain([&finding.place.file]) {
                tree.add(file.clone(), Source::new(path_bytes(file), host.read(file)));
            }
        }
        for finding in &report.findings {
            let reported = Reported { finding, tree: &tree, fixed: false };
            summary.count(&reported);
            writer.finding(&mut out, &reported).unwrap();
        }
        writer.end(&mut out, &summary, false).unwrap();
        let out = String::from_utf8(out).unwrap();
        match format {
            Format::Json | Format::Gitlab | Format::Sarif => {
                assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok(), "{out}");
            }
            Format::Junit => assert!(roxmltree::Document::parse(&out).is_ok(), "{out}"),
            // In colour: its own escapes are the only ones.
            Format::Full if in_colour => {
                assert!(!out.replace("\u{1b}[", "").contains(|c| c != '\n' && visible::is_hidden(c)), "{out:?}");
            }
            _ => assert!(!out.contains(|c| c != '\n' && visible::is_hidden(c)), "{out:?}"),
        }
    }
    let fixed = apply_all(&host, &options, Applicability::Unsafe, report, &|_| true);
    for changed in &fixed.changed {
        let path = path_bytes(&changed.file);
        let change = Change { path: &path, old: changed.old.as_deref(), new: &changed.new };
        write(&mut Vec::new(), &[change]).unwrap();
    }
});
