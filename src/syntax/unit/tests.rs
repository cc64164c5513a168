//! What `config_parse()` was seen to make of odd lines, and that no byte is lost.

use super::*;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

/// `[section] key=value` in turn, flaws last, fatal ones with an exclamation mark.
fn shown(text: &[u8], release: u32) -> String {
    let unit = parse(text, release);
    let mut out = Vec::new();
    for section in &unit.sections {
        out.push(section.name.as_ref().map_or("-".to_owned(), |name| format!("[{}]", name.text)));
        out.extend(section.assignments.iter().map(|item| format!("{}={}", item.key.text, item.value.text)));
    }
    out.extend(unit.flaws.iter().map(|flaw| format!("{:?}{}", flaw.kind, if flaw.fatal { "!" } else { "" })));
    out.join(" ")
}

#[test]
fn reads_as_config_parse_does() {
    let long = [b"[S]\n#".to_vec(), vec![b'x'; LINE_LIMIT], b"\na=1\n".to_vec()].concat();
    let fits = [b"[S]\n#".to_vec(), vec![b'x'; LINE_LIMIT - 2], b"\na=1\n".to_vec()].concat();
    let cases: &[(&[u8], &str)] = &[
        (b" [S]\t \n key \t= some value \n", "[S] key=some value"),
        (b"[S]\na=1 # no comment\n  ; c\n\t# c\nb==2", "[S] a=1 # no comment b==2"),
        (b"[S] # c\na=1\n", "- a=1 HeaderNotClosed! OutsideSection"),
        (b"[ S ]\n[S]]\n", "[ S ] [S]]"),
        (b"a=1\nb\n[S]\nc\n=d\ne: f\n", "- a=1 [S] OutsideSection OutsideSection NoEquals NoKey NoEquals"),
        (b"[S]\na=\\\n  1\nb\\\n=2\nc=3\\\n# c\\\n4\n", "[S] a=1 b=2 c=3 4"),
        (b"[S]\na=1\\\n\nb=1\\\\\nc=1\\\\\\\nd\ne=1\\ \nf=1\\", "[S] a=1 b=1\\\\ c=1\\\\ d e=1\\ f=1"),
        (b"[S]\r\na=1\n\rb=2\rc=3\0d=4\r\n\0e=5\r\r\nf=6", "[S] a=1 b=2 c=3 d=4 e=5 f=6"),
        (b"[S]\na=1\x0c\n\x0bb=1\n", "[S] a=1\x0c \x0bb=1"),
        (b"\xef\xbb\xbf[S]\n\xef\xbb\xbfa=1\n", "[S] \u{feff}a=1"),
        (b"\xef\xbb\xbf# c\n[S]\n", "[S] OutsideSection"),
        (b"\xef\xbb\xbf# c \\\n[S]\na=1\n", "- a=1 OutsideSection OutsideSection"),
        (b"[S]\n# \xe9\na=\xe9\nb=\xef\xbf\xbe\n", "[S] NotUtf8! NotUtf8!"),
        (&long, "[S] a=1 LineTooLong!"),
        (&fits, "[S] a=1"),
    ];
    for (text, wanted) in cases {
        assert_eq!(&shown(text, 257), wanted, "{:?}", text.as_bstr());
    }
}

#[test]
fn headers_are_stricter_in_newer_releases() {
    let accepts = |text: &[u8]| [247, 252, 257, 262, NEWEST].map(|release| parse(text, release).fatal().is_none());
    assert_eq!(accepts(b"[\"S\"]"), [true, false, false, false, false]);
    assert_eq!(accepts(b"[a\\b]"), [true, false, false, false, false]);
    assert_eq!(accepts(b"[]"), [true, true, true, false, false]);
    assert_eq!(accepts(b"[[S]"), [true, true, true, false, false]);
    assert_eq!(accepts(b"["), [false; 5]);
}

#[test]
fn spans_lead_back_to_the_file() {
    let text = b"[S]\r\n  key = a \\\r\n# c\r\n  b\r\nempty=\r\n";
    let unit = parse(text, NEWEST);
    let [item, empty] = &unit.sections[0].assignments[..] else { panic!("{unit:?}") };
    assert_eq!(item.key.span.of(text), b"key");
    assert_eq!(item.value.span.of(text).as_bstr(), "a \\\r\n# c\r\n  b");
    assert_eq!(item.line.of(text).as_bstr(), "  key = a \\\r\n# c\r\n  b\r\n");
    assert_eq!((empty.value.span, line_ending(text, empty.line)), (Span::at(34), &b"\r\n"[..]));
}

proptest! {
    #[test]
    fn no_byte_is_lost(text in proptest::collection::vec(prop_oneof![
        4 => proptest::sample::select(&b"[]=\\#; \t\n\r\0ab"[..]), 1 => any::<u8>()], 0..200), release in 239u32..263) {
        let unit = parse(&text, release);
        let rejoined: Vec<u8> = unit.lines.iter().flat_map(|line| line.of(&text).to_vec()).collect();
        prop_assert_eq!(rejoined, text.clone());
        for item in unit.sections.iter().flat_map(|section| &section.assignments) {
            prop_assert!(item.line.start <= item.key.span.start && item.value.span.end <= item.line.end);
            prop_assert!(item.key.span.end < item.value.span.start + 1);
        }
        prop_assert_eq!(format!("{:?}", parse(&text, oldest_alike(release))), format!("{unit:?}"));
    }
}
