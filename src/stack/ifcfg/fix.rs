//! The fixes: `MACADDR=` in the bridge's own file, which both readers of ifcfg files set.

use super::{Key, key};
use crate::address::MacAddress;
use crate::edit::{Edit, FileEdit};
use crate::host::Host;
use crate::judgement::{Bridge, Candidate, Effect, Pin, PinValue};
use crate::span::Span;
use crate::syntax::shell::name_len;
use crate::syntax::shell::shvar::{Entry, File, Line};
use crate::syntax::{indentation, line_after, physical_lines};
use bstr::{BStr, ByteSlice};

/// The ways to pin a bridge, best first. There is none by a link's name: ifcfg has no such form.
pub(in crate::stack) fn candidates(host: &Host, bridge: &Bridge, value: &PinValue) -> Vec<Candidate> {
    let PinValue::Address(address) = value else { return Vec::new() };
    let file = &bridge.origin.file;
    // What else a bridge without a file of its own needs is not known.
    let (None, Some(bytes)) = (&bridge.implicit, host.read(file)) else { return Vec::new() };
    let made =
        |edits: Vec<Edit>, title: String| Candidate { edits: vec![FileEdit { file: file.clone(), edits }], title };
    let mut candidates = Vec::new();
    let parsed = host.once_of_text(&bytes, 0, File::parse);
    let mut pins: Vec<Pin> = bridge.pins.iter().filter(|pin| pin.place.file == *file).cloned().collect();
    // `MACADDR=preserve` is no pin for NetworkManager.
    let apart = |a: Span, b: Span| a.end <= b.start || b.end <= a.start;
    if let Some((line, entry)) = parsed.entry("MACADDR")
        && pins.iter().all(|pin| apart(pin.line.span, line.span))
    {
        pins.push(super::pin(file, &entry.key, &entry.raw, line.span, Effect::Ineffective(String::new())));
    }
    if let Some(pin) = rewritten(&pins) {
        let title = match pin_key(pin) {
            Some(Key::MacAddr) => format!("set `MACADDR={address}`"),
            _ => format!("set `MACADDR={address}` in place of {}", pin.what),
        };
        let others = || pins.iter().filter(|other| other.line != pin.line && is_hwaddr(other));
        for split in [false, true] {
            let mut edits = rewrite(&bytes, pin, *address, split);
            edits.extend(others().map(|other| Edit { span: other.line.span, content: "".into() }));
            edits.sort();
            candidates.push(made(edits, title.clone()));
        }
    }
    let title = format!("add `MACADDR={address}`");
    let neighbour = parsed.entry("TYPE").or_else(|| parsed.entry("DEVICE"));
    candidates.extend(neighbour.map(|(line, entry)| {
        let text = line_after(&bytes, line.span, &assignment(&bytes, line, entry, *address));
        made(vec![Edit { span: Span::at(line.span.end), content: text.into() }], title.clone())
    }));
    candidates.extend(physical_lines(&bytes).last().map(|span| {
        let text = line_after(&bytes, span, format!("MACADDR={address}").as_bytes());
        made(vec![Edit { span: Span::at(span.end), content: text.into() }], title.clone())
    }));
    // network-scripts compare the type by case; then it is wrong whatever the address.
    if let Some((_, entry)) = parsed.entry("TYPE").filter(|(_, entry)| is_miscased(entry)) {
        let quote = quote(&entry.raw.text);
        let edit = Edit { span: entry.raw.span, content: [quote, b"Bridge", quote].concat().into() };
        for candidate in candidates.clone() {
            let mut edits: Vec<Edit> = candidate.edits.into_iter().flat_map(|file| file.edits).collect();
            edits.push(edit.clone());
            edits.sort();
            candidates.push(made(edits, format!("{}, and `TYPE=Bridge`", candidate.title)));
        }
    }
    candidates
}

/// `TYPE=bridge`
fn is_miscased(entry: &Entry) -> bool {
    entry.value.as_ref().is_some_and(|value| value.eq_ignore_ascii_case(b"Bridge") && value != "Bridge")
}

/// The line that becomes the pin: the last of the most promising kind, since the last one counts.
/// One that the other reader takes (`export MACADDR=`) is as good as one that none does.
fn rewritten(pins: &[Pin]) -> Option<&Pin> {
    let last = |wanted: Key| pins.iter().rev().find(|pin| pin_key(pin) == Some(wanted));
    [Key::MacAddr, Key::Unknown, Key::HwAddr, Key::BridgeMacAddr].into_iter().find_map(last)
}

fn pin_key(pin: &Pin) -> Option<Key> {
    key(BStr::new(pin.what.trim_matches('`').trim_end_matches('=')))
}

/// `HWADDR=` never stands beside `MACADDR=` (sysconfig.txt: "may cause unintended behavior"): at
/// `ifup` the bridge then has to have one of the two addresses already.
fn is_hwaddr(pin: &Pin) -> bool {
    pin_key(pin) == Some(Key::HwAddr)
}

/// Puts the assignment where the pin stands. With `split`, what follows on its line goes to a line
/// of its own: NetworkManager takes one assignment a line.
fn rewrite(bytes: &[u8], pin: &Pin, address: MacAddress, split: bool) -> Vec<Edit> {
    let span = whole(bytes, pin);
    let quote = quote(&pin.value);
    let text = [b"MACADDR=", quote, address.to_string().as_bytes(), quote].concat();
    let mut edits = vec![Edit { span, content: text.into() }];
    let rest = Span::new(span.end, pin.line.span.end).of(bytes);
    let gap = rest.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b';').count();
    if split && rest[gap..].first().is_some_and(|byte| *byte != b'#') {
        let line = Span::new(pin.line.span.start, span.start);
        let ending = crate::syntax::line_ending(bytes, pin.line.span);
        let content = [ending, indentation(bytes, line)].concat();
        edits.push(Edit { span: Span::new(span.end, span.end + gap), content: content.into() });
    }
    edits
}

/// The quote around a value.
fn quote(value: &[u8]) -> &[u8] {
    match value {
        [b'"', .., b'"'] | [b'\'', .., b'\''] => &value[..1],
        _ => b"",
    }
}

/// The pin from its `export` or key to the end of its value.
fn whole(bytes: &[u8], pin: &Pin) -> Span {
    let place = pin.place.span;
    let line = pin.line.span;
    if name_len(place.of(bytes)) > 0 && place.of(bytes).contains(&b'=') {
        // No value: the place is the assignment.
        return before_command(bytes, line, place);
    }
    let head = Span::new(line.start, place.start).of(bytes);
    let blank = |c: char| c.is_ascii_whitespace() || c == '\\';
    let name = head.trim_end_with(blank);
    let name = name.strip_suffix(b"=").unwrap_or(name).trim_end_with(|c| c == '+' || blank(c));
    let len = name.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    before_command(bytes, line, Span::new(line.start + name.len() - len, place.end))
}

/// With the `export` or `declare` in front of it.
fn before_command(bytes: &[u8], line: Span, assignment: Span) -> Span {
    const COMMANDS: &[&[u8]] = &[b"export", b"declare", b"local", b"readonly", b"typeset"];
    let head = Span::new(line.start, assignment.start).of(bytes);
    let trimmed = head.trim_ascii_end();
    let word = trimmed.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let start = trimmed.len() - word;
    let command = COMMANDS.contains(&&trimmed[start..]) && trimmed.len() < head.len();
    if command { Span::new(line.start + start, assignment.end) } else { assignment }
}

/// A new line: indented like its neighbour, and quoted like its value.
fn assignment(bytes: &[u8], line: &Line, neighbour: &Entry, address: MacAddress) -> Vec<u8> {
    let quote = quote(&neighbour.raw.text);
    [indentation(bytes, line.span), b"MACADDR=", quote, address.to_string().as_bytes(), quote].concat()
}

#[cfg(test)]
mod tests {
    use crate::address::MacAddress;
    use crate::check::{Options, check};
    use crate::edit::FileEdit;
    use crate::host::Host;
    use crate::links::Named;
    use bstr::BString;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;
    use std::path::Path;

    const FILE: &str = "etc/sysconfig/network-scripts/ifcfg-br0";

    fn host(text: &[u8]) -> Host {
        let empty = tempfile::tempdir().unwrap();
        let port = Path::new("etc/sysconfig/network-scripts/ifcfg-eth1");
        let host = Host::new(empty.path()).with_file(Path::new(FILE), text.to_vec());
        host.with_file(port, b"DEVICE=eth1\nBRIDGE=br0\n".to_vec())
    }

    /// The edits that fix the bridge on both readers.
    fn edits(host: &Host) -> Option<Vec<FileEdit>> {
        let address = MacAddress::parse(b"b4:99:ba:00:00:01").unwrap();
        let options = Options {
            stacks: ["network-scripts", "networkmanager"].map(|stack| stack.parse().unwrap()).into(),
            wanted: [("br0".into(), Named { address, by: "--mac".to_owned() })].into(),
            ..Options::default()
        };
        check(host, &options).findings.into_iter().find_map(|finding| finding.fix).map(|fix| fix.edits)
    }

    /// The bridge's file after its fix; `None` where there is none.
    fn fixed(text: &str) -> Option<String> {
        let host = host(text.as_bytes());
        let after = host.with(&edits(&host)?).read(Path::new(FILE)).unwrap();
        Some(BString::from(&after[..]).to_string())
    }

    #[test]
    fn one_line_is_added_or_rewritten() {
        const NEW: &str = "MACADDR=b4:99:ba:00:00:01";
        for (before, after) in [
            ("DEVICE=br0\nTYPE=Bridge\nDELAY=0\n", "DEVICE=br0\nTYPE=Bridge\n@\nDELAY=0\n"),
            ("DEVICE=br0\nTYPE=Bridge", "DEVICE=br0\nTYPE=Bridge\n@\n"),
            ("DEVICE=br0\nTYPE=Bridge # c\n", "DEVICE=br0\nTYPE=Bridge # c\n@\n"),
            ("\tDEVICE=br0\n\tTYPE=Bridge\n", "\tDEVICE=br0\n\tTYPE=Bridge\n\t@\n"),
            ("DEVICE=\"br0\"\nTYPE=\"Bridge\"\n", "DEVICE=\"br0\"\nTYPE=\"Bridge\"\nMACADDR=\"b4:99:ba:00:00:01\"\n"),
            ("DEVICE='br0'\nTYPE='Bridge'\n", "DEVICE='br0'\nTYPE='Bridge'\nMACADDR='b4:99:ba:00:00:01'\n"),
            ("DEVICE=br0\nTYPE=Bridge\nHWADDR=00:11:22:33:44:55\nDELAY=0\n", "DEVICE=br0\nTYPE=Bridge\n@\nDELAY=0\n"),
            (
                "HWADDR=00:11:22:33:44:55\nDEVICE=br0\nTYPE=Bridge\nMACADDR=random # c\n",
                "DEVICE=br0\nTYPE=Bridge\n@ # c\n",
            ),
            ("DEVICE=br0\nTYPE=Bridge\nMACADDR = 00:11:22:33:44:55\n", "DEVICE=br0\nTYPE=Bridge\n@\n"),
            ("DEVICE=br0\nTYPE=Bridge\nmacaddr=00:11:22:33:44:55", "DEVICE=br0\nTYPE=Bridge\n@"),
            (
                "DEVICE=br0\nTYPE=Bridge\n  export MACADDR=\"00:11:22:33:44:55\" # c\n",
                "DEVICE=br0\nTYPE=Bridge\n  MACADDR=\"b4:99:ba:00:00:01\" # c\n",
            ),
            ("DEVICE=br0\nTYPE=Bridge\nMACADDR=\nDELAY=0\n", "DEVICE=br0\nTYPE=Bridge\n@\nDELAY=0\n"),
            ("DEVICE=br0\nTYPE=Bridge\nMACADDR=00-11-22-33-44-55\n", "DEVICE=br0\nTYPE=Bridge\n@\n"),
            ("DEVICE=br0\nTYPE=Bridge\nBRIDGE_MACADDR=00:11:22:33:44:55\n", "DEVICE=br0\nTYPE=Bridge\n@\n"),
            ("DEVICE=br0\nTYPE=Bridge\nX=1\nMACADDR=$X\n", "DEVICE=br0\nTYPE=Bridge\nX=1\n@\n"),
            ("DEVICE=br0\nTYPE=Bridge\nMACADDR=\\\n00:11:22:33:44:55\n", "DEVICE=br0\nTYPE=Bridge\n@\n"),
            ("DEVICE=br0\nTYPE=Bridge\nMACADDR=preserve\n", "DEVICE=br0\nTYPE=Bridge\n@\n"),
            ("DEVICE=br0\nTYPE=Bridge\nMACADDR=00:11:22:33:44:55 ; DELAY=0\n", "DEVICE=br0\nTYPE=Bridge\n@\nDELAY=0\n"),
            ("DEVICE=br0\r\nTYPE=Bridge\r\n", ""),
            ("DEVICE=br0\nTYPE='bridge'\n", "DEVICE=br0\nTYPE='Bridge'\nMACADDR='b4:99:ba:00:00:01'\n"),
        ] {
            let wanted = Some(after.replace('@', NEW)).filter(|after| !after.is_empty());
            assert_eq!(fixed(before), wanted, "{before:?}");
        }
    }
    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_file_is_judged_and_fixed_without_a_panic(
            lines in prop::collection::vec(prop::sample::select(vec![
                "DEVICE=br0", "TYPE=Bridge", "TYPE=bridge", "MACADDR=", "export MACADDR", "HWADDR", "BRIDGE_MACADDR", "macaddr =",
                "52:54:00:aa:bb:cc", "\"", "'", "$X", "$(", ")", " ", " ", "\n", "\n", "\r\n", "\\\n", ";", "#", "if", "fi", "BRIDGE=br0", "\0", "\u{e9}",
            ]), 0..24)
        ) {
            let host = host(format!("DEVICE=br0\nTYPE=Bridge\n{}", lines.concat()).as_bytes());
            for file in edits(&host).unwrap_or_default() {
                prop_assert!(file.edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
            }
        }
    }
}
