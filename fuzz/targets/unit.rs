//! systemd's files, as several releases read them: what is found stands where it is said to stand.
#![no_main]

use bridgepin::syntax::unit::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    for release in [229, 247, 252, 257] {
        let unit = parse(text, release);
        let mut end = 0;
        for item in unit.sections.iter().flat_map(|section| &section.assignments) {
            assert!(end <= item.line.start && item.line.end <= text.len());
            assert!(item.line.start <= item.key.span.start && item.value.span.end <= item.line.end);
            assert!(item.key.span.end <= item.value.span.start);
            end = item.line.end;
        }
        assert!(unit.flaws.iter().all(|flaw| flaw.span.end <= text.len()));
    }
});
