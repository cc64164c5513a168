//! What holds of every fix, whatever the file.

use bridgepin::address::MacAddress;
use bridgepin::check::{Options, check, each_subject};
use bridgepin::finding::Applicability;
use bridgepin::fix::apply::{Fixed, apply_all};
use bridgepin::host::Host;
use bridgepin::judgement::Outcome;
use bridgepin::links::Named;
use std::collections::BTreeSet;
use std::path::Path;

const ADDRESS: MacAddress = MacAddress([0xb4, 0x99, 0xba, 0, 0, 0x77]);

fn options(stacks: &[&str]) -> Options {
    let named = Named { address: ADDRESS, by: "--mac".to_owned() };
    let wanted = ["br0", "br1"].map(|bridge| (bridge.into(), named.clone())).into();
    Options { stacks: stacks.iter().map(|stack| stack.parse().unwrap()).collect(), wanted, ..Options::default() }
}

fn fix(host: &Host, options: &Options) -> Fixed {
    apply_all(host, options, Applicability::Unsafe, check(host, options), &|_| true)
}

/// What was done, each once.
fn titles(fixed: &Fixed) -> BTreeSet<(&str, String)> {
    fixed.applied().map(|finding| (finding.rule, finding.fix.as_ref().unwrap().title.clone())).collect()
}

/// The lines of a text, with what ends them.
fn lines<'a>(text: &'a [u8], ends: &[u8]) -> Vec<&'a [u8]> {
    text.split_inclusive(|byte| ends.contains(byte)).collect()
}

/// Checks every property for one file of a host.
pub fn holds(file: &str, text: &[u8], stacks: &[&str]) {
    let path = Path::new(file);
    let host = Host::new("/nonexistent").with_file(path, text.to_vec());
    let options = options(stacks);
    let fixed = fix(&host, &options);

    // Every bridge whose fix was applied is pinned, to the address that the fix says: the one that was asked for, or any
    // where a port's name stands for it, as in templates.
    for finding in fixed.applied() {
        let name = finding.bridge.as_ref().unwrap();
        let address = finding.fix.as_ref().unwrap().address;
        let is_right = !options.wanted.contains_key(name) || address.is_none_or(|address| address == ADDRESS);
        assert!(is_right, "{name}: {address:?}");
        each_subject(&fixed.host, &options, |subject| {
            for reading in subject.readings {
                let bridges = reading.judgement.bridges.iter();
                for bridge in bridges.filter(|bridge| bridge.name == *name && bridge.outcome != Outcome::Absent) {
                    let is_right =
                        bridge.outcome == Outcome::Pinned && (address.is_none() || bridge.address == address);
                    assert!(is_right, "{name}, {}: {:?} {:?}", reading.stack, bridge.outcome, bridge.address);
                }
            }
        });
    }
    // Fixing twice is fixing once.
    let again = fix(&fixed.host, &options);
    assert_eq!(titles(&again), BTreeSet::new(), "{stacks:?}");
    // Lines that no fix speaks of stay, in their order: what is new between them was added.
    let new = fixed.host.read(path).unwrap_or_default();
    // For systemd a line ends at these too (`read_line_full`).
    let ends: &[u8] = if file.ends_with(".netdev") { b"\n\r\0" } else { b"\n" };
    let spans =
        || fixed.applied().flat_map(|finding| &finding.fix.as_ref().unwrap().edits).filter(|edit| &*edit.file == path);
    if fixed.applied().count() == 1 {
        let mut rest = lines(&new, ends).into_iter();
        let mut start = 0;
        for line in lines(text, ends) {
            let end = start + line.len();
            // An insertion touches a line that it stands in, not one that it stands before.
            let inside = start + line.trim_ascii_end().len();
            let mut edits = spans().flat_map(|edit| &edit.edits).map(|edit| edit.span);
            let touched =
                edits.any(|span| span.start < end && start < span.end || start < span.start && span.start <= inside);
            // A last line without an end gets one when a line follows it.
            let same = |other: &[u8]| {
                other == line
                    || (!line.last().is_some_and(|end| ends.contains(end))
                        && other.trim_ascii_end() == line.trim_ascii_end())
            };
            assert!(touched || rest.any(same), "{stacks:?}: {:?} is gone", bstr::BStr::new(line));
            start = end;
        }
    }
}
