//! Lists of ports with `regex` and `glob` (`ifupdownaddons/modulebase.py: parse_port_list`).

use bstr::{BStr, BString, ByteSlice};
use regex_lite::{Captures, Regex, RegexBuilder};
use std::cell::Cell;
use std::collections::BTreeSet;

/// What all lists of a configuration together may cost: names made or compared.
const BUDGET: usize = 200_000;
/// What compiling an expression counts as.
const COMPILING: usize = 100;

/// The globs that it takes: `swp[1-10]sub[0-4].300`, `swp1-10.300`, `swp[1-10].300`.
const GLOBS: [&str; 3] = [
    r"^([A-Za-z0-9-]+)\[([0-9]+)-([0-9]+)\]([A-Za-z0-9-]+)\[([0-9]+)-([0-9]+)\](.*)",
    r"^([A-Za-z0-9-]+[A-Za-z])([0-9]+)-([0-9]+)(.*)",
    r"^([A-Za-z0-9-]+)\[([0-9]+)-([0-9]+)\](.*)",
];

/// What the lists of a configuration are read against.
pub(super) struct Names<'a> {
    /// The links that exist and those of the configuration.
    known: Vec<&'a BStr>,
    globs: Vec<Regex>,
    left: Cell<usize>,
}

impl<'a> Names<'a> {
    pub(super) fn new(known: impl Iterator<Item = &'a BStr>) -> Self {
        let globs = GLOBS.iter().filter_map(|glob| Regex::new(glob).ok()).collect();
        let mut seen = BTreeSet::new();
        Self { known: known.filter(|name| seen.insert(*name)).collect(), globs, left: Cell::new(BUDGET) }
    }

    /// The ports that the words name.
    pub(super) fn list<'w>(&self, words: impl Iterator<Item = &'w [u8]>) -> Vec<BString> {
        let mut ports: Vec<BString> = Vec::new();
        let mut seen: BTreeSet<BString> = BTreeSet::new();
        let (mut regex, mut glob) = (false, false);
        for word in words {
            let found = match word {
                b"noregex" | b"regex" => {
                    regex = word == b"regex";
                    continue;
                }
                b"noglob" | b"glob" => {
                    glob = word == b"glob";
                    continue;
                }
                _ if regex => {
                    regex = false;
                    self.matching(word).into_iter().filter(|name| !seen.contains(name)).collect()
                }
                _ if glob => {
                    glob = false;
                    self.expand(word)
                }
                _ => vec![BString::from(word)],
            };
            seen.extend(found.iter().cloned());
            ports.extend(found);
        }
        ports
    }

    /// `re.search(expr + '$', name)`: anchored at the end only. An expression that is none matches nothing.
    fn matching(&self, expression: &[u8]) -> Vec<BString> {
        let cost = self.known.len() + COMPILING;
        let Some(left) = self.left.get().checked_sub(cost) else { return Vec::new() };
        self.left.set(left);
        let anchored = expression.to_str().ok().map(|text| format!("{text}$"));
        let compiled = anchored.and_then(|text| RegexBuilder::new(&text).size_limit(1 << 16).build().ok());
        let Some(regex) = compiled else { return Vec::new() };
        let holds = |name: &BStr| name.to_str().is_ok_and(|name| regex.is_match(name));
        self.known.iter().filter(|name| holds(name)).map(|name| BString::from(name.as_bytes())).collect()
    }

    /// `parse_glob`: what is no glob stands for itself.
    fn expand(&self, word: &[u8]) -> Vec<BString> {
        let text = word.to_str().ok().filter(|text| !text.contains(','));
        let captured = text.and_then(|text| self.globs.iter().find_map(|glob| glob.captures(text)));
        let left = self.left.get();
        let names = captured.map_or_else(|| vec![BString::from(word)], |found| expanded(&found, left));
        self.left.set(left.saturating_sub(names.len()));
        names
    }
}

fn expanded(found: &Captures<'_>, limit: usize) -> Vec<BString> {
    let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
    let outer = numbers(found, 2);
    if found.len() <= 5 {
        return outer.map(|number| format!("{}{number}{}", part(1), part(4)).into()).take(limit).collect();
    }
    let inner = |first: u32| numbers(found, 5).map(move |second| (first, second));
    let name = |(first, second)| format!("{}{first}{}{second}{}", part(1), part(4), part(7)).into();
    outer.flat_map(inner).map(name).take(limit).collect()
}

/// The range whose ends are the captures `at` and the one after it; none where they are no numbers.
fn numbers(found: &Captures<'_>, at: usize) -> impl Iterator<Item = u32> + use<> {
    let number = |at: usize| found.get(at).and_then(|part| part.as_str().parse::<u32>().ok());
    let range = number(at).zip(number(at + 1)).map(|(first, last)| first..=last);
    range.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn names(expression: &str) -> Vec<String> {
        let known = ["lo", "eth0", "eth1", "veth1", "wlan0"].map(BStr::new);
        Names::new(known.into_iter())
            .list(expression.split(' ').map(str::as_bytes))
            .into_iter()
            .map(|name| name.to_string())
            .collect()
    }

    #[test]
    fn names_regexes_and_globs() {
        assert_eq!(names("eth0 NONE"), ["eth0", "NONE"]);
        assert_eq!(names("regex eth[0-9]+ tap0"), ["eth0", "eth1", "veth1", "tap0"]);
        assert_eq!(names("regex ^eth.* regex eth1"), ["eth0", "eth1", "veth1"]);
        assert_eq!(names("regex eth( glob swp1-3.5"), ["swp1.5", "swp2.5", "swp3.5"]);
        assert_eq!(names("glob swp[1-2]s[0-1]"), ["swp1s0", "swp1s1", "swp2s0", "swp2s1"]);
        assert_eq!(names("glob eth0 eth[0-1]"), ["eth0", "eth[0-1]"]);
        assert_eq!(names("glob swp[1-4294967295]s[0-4294967295]").len(), BUDGET);
    }
}
