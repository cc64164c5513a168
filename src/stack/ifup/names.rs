//! Which interfaces come up, and from which stanzas.

use crate::bytes::split_once;
use crate::host::{Host, host_path};
use crate::stack::commands::{self, fields};
use crate::stack::eni::source::wild;
use crate::stack::eni::{Config, Stanza, Word};
use crate::stack::kernel::{Address, Kernel};
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeSet;

/// An interface and the stanzas' name for it: `br0=foo` brings br0 up from the stanzas of foo.
pub(in crate::stack) type Target = (BString, BString);

/// The interfaces that `auto` and `allow-*` lines start, in their order.
pub(super) fn started(config: &Config, kernel: &Kernel) -> Vec<Target> {
    let mut started = Vec::with_capacity(config.starts.len());
    config.starts.iter().for_each(|start| expand(&start.name, kernel, &mut started));
    started
}

/// Every other interface, each to be brought up by itself as `ifup NAME` would. Stanzas that only
/// lend their options or their name to others (`taken`) are none.
pub(super) fn others<'a>(config: &'a Config, mut taken: BTreeSet<&'a BStr>) -> Vec<Target> {
    let lent = config.stanzas.iter().filter_map(|stanza| config.stanzas.get(stanza.parent?)).map(name_of);
    let mapped = config.mappings.iter().flat_map(|(_, lines)| lines).flat_map(|line| fields(&line.value.text));
    taken.extend(lent.chain(mapped.map(BStr::new)));
    let names = config.stanzas.iter().map(name_of).filter(|name| taken.insert(name));
    names.map(|name| (name.to_owned(), name.to_owned())).collect()
}

fn name_of(stanza: &Stanza) -> &BStr {
    stanza.name.token.as_bstr()
}

/// `expand_matches` (main.c): a word with a slash is a pattern for links that are there,
/// `[VARIABLE]/PATTERN[/N]`; `=LOGICAL` may follow.
fn expand(word: &Word, kernel: &Kernel, targets: &mut Vec<Target>) {
    let text = word.token.as_bstr();
    let (name, logical) = match split_once(text, b'=') {
        Some((name, logical)) => (name.as_bstr(), Some(logical.as_bstr())),
        None => (text, None),
    };
    let target = |name: &BStr| (name.to_owned(), logical.unwrap_or(name).to_owned());
    let Some((variable, rest)) = split_once(name, b'/') else { return targets.push(target(name)) };
    let (pattern, nth) = split_once(rest, b'/').unwrap_or((rest, b""));
    let fits = |name: &&BString| match variable {
        b"" => wild(pattern, name),
        b"mac" | b"MAC" | b"address" => {
            let address = kernel.address(name.as_bstr()).and_then(Address::known);
            address.is_some_and(|address| wild(pattern, address.to_string().as_bytes()))
        }
        _ => false,
    };
    let found = kernel.names().filter(fits).map(|name| target(name.as_bstr()));
    match nth.to_str().ok().and_then(|nth| nth.parse::<usize>().ok()).filter(|nth| *nth > 0) {
        Some(nth) => targets.extend(found.skip(nth - 1).take(1)),
        None => targets.extend(found),
    }
}

/// The logical name that `mapping` stanzas give an interface; none where they fail.
///
/// The script is run where its text tells what it prints. Where it does not, it is taken to print
/// the name of a stanza that its `map` lines mention.
pub(in crate::stack) fn mapped(
    kernel: &mut Kernel,
    host: &Host,
    config: &Config,
    interface: &BStr,
    logical: BString,
    known: impl Fn(&BStr) -> bool,
) -> Option<BString> {
    let mut logical = logical;
    for (patterns, lines) in &config.mappings {
        if !patterns.iter().any(|pattern| wild(&pattern.token.text, &logical)) {
            continue;
        }
        let script = lines.iter().find(|line| line.key.token.text == "script")?;
        let file = host_path(&script.value.text);
        let forbidden = host.mode(&file).is_some_and(|mode| mode.bits & 0o111 == 0);
        if host.is_live() && (!host.is_file(&file) || forbidden) {
            return None;
        }
        let printed = printed(kernel, host, script.value.as_bstr(), interface);
        let mentioned = || {
            let mut words =
                lines.iter().filter(|line| line.key.token.text == "map").flat_map(|line| fields(&line.value.text));
            words.find(|word| known(BStr::new(word))).map(BString::from)
        };
        logical = match printed {
            Some(printed) if printed.is_empty() => return None,
            Some(printed) => printed,
            None => mentioned().unwrap_or(logical),
        };
    }
    Some(logical)
}

/// The first line that a script prints for an interface, where that does not depend on its input.
fn printed(kernel: &mut Kernel, host: &Host, path: &BStr, interface: &BStr) -> Option<BString> {
    let path = host_path(path);
    let text = host.read(&path)?;
    let (first, _) = split_once(&text, b'\n')?;
    if !first.starts_with(b"#!") || !first.ends_with(b"sh") || text.contains_str("read ") {
        return None;
    }
    let run = commands::call(kernel, &path, &text, &[interface]);
    Some(run.output?.lines().next().unwrap_or_default().trim_ascii().into())
}
