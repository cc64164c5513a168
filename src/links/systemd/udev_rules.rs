//! udev's rules that name a network link by its address, as `75-persistent-net-generator.rules`
//! wrote them into `70-persistent-net.rules`; udev(7) for the syntax.

mod bridge;

use crate::address::MacAddress;
use crate::host::Host;
use crate::links::{Evidence, Links, Renamer, Source};
use crate::span::{Place, Span};
use crate::syntax::{Logical, physical_lines};
use crate::systemd::interface;
use bstr::{BString, ByteSlice};
use nom::IResult;
use nom::Parser;
use nom::bytes::complete::{is_not, tag, take_till, take_while};
use nom::combinator::recognize;
use nom::multi::many0;
use nom::sequence::delimited;
use std::path::Path;
use std::sync::Arc;

const FOLDER: &str = "etc/udev/rules.d";

/// Adds the links that the rules in `/etc` name.
pub(super) fn gather(host: &Host, links: &mut Links) {
    for name in host.entries(Path::new(FOLDER)) {
        let path = Path::new(FOLDER).join(name.to_path_lossy());
        if let Some(text) = host.read(&path).filter(|_| name.ends_with(b".rules")) {
            let path: Arc<Path> = path.into();
            for rule in rules(&text) {
                apply(&rule, &path, links);
            }
        }
    }
}

/// What a rule with `NAME=` tells of the link that it names, and whether bridges are renamed by it.
fn apply(rule: &Logical<'_>, path: &Arc<Path>, links: &mut Links) {
    let Ok((_, items)) = many0(item).parse(&rule.text) else { return };
    let Some(name) = given(&items) else { return };
    let kernel = items.iter().filter(|item| item.key == b"KERNEL");
    let names: Vec<BString> = kernel.flat_map(bridge::patterns).collect();
    match address(&items) {
        Some(address) => {
            let source = Source::File(Place::new(path, rule.span), "`ATTR{address}==` beside `NAME=`");
            links.entry(name.as_bstr()).evidence.push(Evidence::hardware(address, source.clone()));
            links.rename_by_address(name.as_bstr(), address);
            if bridge::may_pass(&items) {
                let cure = "add `DRIVERS==\"?*\"` to that rule, which no bridge has";
                links.add_renamer(Renamer { address, names, to: name, source, cure });
            }
        }
        None => {
            if let [old] = &names[..] {
                links.rename(name.as_bstr(), |name, _| name == old);
            }
        }
    }
}

/// The rules: lines joined where a backslash ends them, without comments.
fn rules(text: &[u8]) -> Vec<Logical<'_>> {
    let mut rules = Vec::new();
    let mut pending: Option<Logical<'_>> = None;
    for line in physical_lines(text) {
        let content = line.of(text).trim_end_with(|c| c == '\n' || c == '\r');
        if pending.is_none() && content.trim_ascii_start().starts_with(b"#") {
            continue;
        }
        let mut rule = pending.take().unwrap_or_else(|| Logical::starting(line.start));
        let kept = content.strip_suffix(b"\\");
        rule.push(text, Span::new(line.start, line.start + kept.unwrap_or(content).len()));
        rule.span = Span::new(rule.span.start, line.start + content.len());
        match kept {
            Some(_) => pending = Some(rule),
            None => rules.push(rule),
        }
    }
    rules.extend(pending);
    rules
}

/// The name that a rule gives.
fn given(items: &[Item<'_>]) -> Option<BString> {
    let name = items.iter().find(|item| item.key == b"NAME" && matches!(item.operator, b"=" | b":="))?;
    interface::is_valid(name.value).then(|| name.value.into())
}

/// The address that a rule asks for.
fn address(items: &[Item<'_>]) -> Option<MacAddress> {
    const KEYS: &[&[u8]] = &[b"ATTR{address}", b"ATTRS{address}", b"SYSFS{address}"];
    let wanted = items.iter().find(|item| KEYS.contains(&item.key) && item.operator == b"==")?;
    MacAddress::parse(wanted.value).filter(|address| address.is_usable())
}

/// `KEY{attribute}=="value"`.
struct Item<'a> {
    key: &'a [u8],
    operator: &'a [u8],
    value: &'a [u8],
}

fn item(input: &[u8]) -> IResult<&[u8], Item<'_>> {
    let (input, _) = take_while(|byte| b" \t,".contains(&byte)).parse(input)?;
    let (input, key) = recognize((is_not("={+-!: \t,"), nom::combinator::opt(braces))).parse(input)?;
    let (input, _) = blanks(input)?;
    let (input, operator) = take_while(|byte| b"=+-!:".contains(&byte)).parse(input)?;
    let (input, _) = blanks(input)?;
    let (input, value) = delimited(tag("\""), take_till(|byte| byte == b'"'), tag("\"")).parse(input)?;
    Ok((input, Item { key, operator, value }))
}

fn braces(input: &[u8]) -> IResult<&[u8], &[u8]> {
    delimited(tag("{"), take_till(|byte| byte == b'}'), tag("}")).parse(input)
}

fn blanks(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while(|byte| byte == b' ' || byte == b'\t').parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn reads_the_generators_rules() {
        let text = b"# PCI device\nSUBSYSTEM==\"net\", ACTION==\"add\", DRIVERS==\"?*\", \\\n \
            ATTR{address}==\"b4:99:ba:00:00:01\", ATTR{dev_id}==\"0x0\", KERNEL==\"eth*\", NAME=\"eth0\"\n\
            SUBSYSTEM==\"net\", ATTR{address}!=\"b4:99:ba:00:00:02\", NAME=\"eth1\"\n\
            SUBSYSTEM==\"net\", ATTR{address}==\"b4:*\", NAME=\"eth2\"\n";
        let read = |rule: &Logical<'_>| {
            let (_, items) = many0(item).parse(&rule.text).ok()?;
            Some((given(&items)?, address(&items)?))
        };
        let found: Vec<_> = rules(text).iter().filter_map(read).collect();
        assert_eq!(found, [("eth0".into(), MacAddress([0xb4, 0x99, 0xba, 0, 0, 1]))]);
    }
}
