//! `/etc/network/interfaces` in each dialect: every byte is in one line, and every word in its line.
#![no_main]

use bridgepin::syntax::interfaces::{Dialect, Words, logical};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    for dialect in [Dialect::Busybox, Dialect::Ifupdown, Dialect::Ifupdown2, Dialect::IfupdownNg] {
        let mut end = 0;
        for line in logical(text, dialect) {
            assert_eq!(line.span.start, end, "{dialect:?}");
            assert!(line.span.end > end, "{dialect:?}");
            end = line.span.end;
            let mut words = Words::of(&line, dialect);
            for _ in 0..=line.text.len() {
                let rest = words.rest();
                assert!(line.span.start <= rest.span.start && rest.span.end <= line.span.end, "{dialect:?}");
                let Some(word) = words.next() else { break };
                assert!(line.span.start <= word.span.start && word.span.end <= line.span.end, "{dialect:?}");
            }
            assert!(words.next().is_none(), "{dialect:?}: more words than bytes");
        }
        assert_eq!(end, text.len(), "{dialect:?}");
    }
});
