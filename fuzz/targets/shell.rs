//! ifcfg files, as bash runs them and as NetworkManager reads them.
#![no_main]

use bridgepin::syntax::shell::shvar::File;
use bridgepin::syntax::shell::{Content, Outside, Shell};
use bstr::BStr;
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;
use std::sync::Arc;

fuzz_target!(|text: &[u8]| {
    let mut end = 0;
    for line in File::parse(text).lines {
        assert_eq!(line.span.start, end);
        end = line.span.end;
    }
    assert_eq!(end, text.len());

    let bytes: Arc<[u8]> = Arc::from(text);
    let outside = Outside::new(|path: &BStr| match path == "/ifcfg" {
        true => Content::Text(Arc::clone(&bytes)),
        false => Content::Unknown,
    });
    let mut shell = Shell::new(&outside, BTreeMap::new());
    shell.source_file(BStr::new("/ifcfg"));
    for assignment in &shell.assignments {
        assert!(assignment.line.start <= assignment.key.span.start && assignment.line.end <= text.len());
        assert!(assignment.value.span.end <= text.len());
    }
});
