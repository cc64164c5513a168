//! Lists of ports with `regex` and `glob` (`ifupdownaddons/modulebase.py: parse_port_list`).

use bstr::{BStr, BString, ByteSlice};
use regex_lite::{Captures, Regex, RegexBuilder};

/// As many ports as one `glob` stands for.
const GLOB_LIMIT: usize = 4096;

/// The globs that it takes: `swp[1-10]sub[0-4].300`, `swp1-10.300`, `swp[1-10].300`.
const GLOBS: [&str; 3] = [
    r"^([A-Za-z0-9-]+)\[([0-9]+)-([0-9]+)\]([A-Za-z0-9-]+)\[([0-9]+)-([0-9]+)\](.*)",
    r"^([A-Za-z0-9-]+[A-Za-z])([0-9]+)-([0-9]+)(.*)",
    r"^([A-Za-z0-9-]+)\[([0-9]+)-([0-9]+)\](.*)",
];

/// The ports that the words name. `names` are the links that exist and those of the configuration.
pub(super) fn list<'a>(words: Vec<&[u8]>, names: impl Iterator<Item = &'a BStr>) -> Vec<BString> {
    let names: Vec<&BStr> = if words.contains(&&b"regex"[..]) { names.collect() } else { Vec::new() };
    let mut ports: Vec<BString> = Vec::new();
    let (mut regex, mut glob) = (false, false);
    for word in words {
        match word {
            b"noregex" => regex = false,
            b"noglob" => glob = false,
            b"regex" => regex = true,
            b"glob" => glob = true,
            _ if regex => {
                for name in matching(word, &names) {
                    if !ports.contains(&name) {
                        ports.push(name);
                    }
                }
                regex = false;
            }
            _ if glob => {
                ports.extend(expand(word));
                glob = false;
            }
            _ => ports.push(BString::from(word)),
        }
    }
    ports
}

/// `re.search(expr + '$', name)`: anchored at the end only. An expression that is none matches nothing.
fn matching(expression: &[u8], names: &[&BStr]) -> Vec<BString> {
    let anchored = expression.to_str().ok().map(|text| format!("{text}$"));
    let compiled = anchored.and_then(|text| RegexBuilder::new(&text).size_limit(1 << 16).build().ok());
    let Some(regex) = compiled else { return Vec::new() };
    let holds = |name: &&&BStr| name.to_str().is_ok_and(|name| regex.is_match(name));
    names.iter().filter(holds).map(|name| BString::from(name.as_bytes())).collect()
}

/// `parse_glob`: what is no glob stands for itself.
fn expand(word: &[u8]) -> Vec<BString> {
    let itself = || vec![BString::from(word)];
    let Ok(text) = word.to_str() else { return itself() };
    if text.contains(',') {
        return itself();
    }
    let captured = GLOBS.iter().find_map(|glob| Regex::new(glob).ok()?.captures(text));
    let Some(found) = captured else { return itself() };
    let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
    let outer = numbers(&found, 2);
    if found.len() <= 5 {
        return outer.map(|number| format!("{}{number}{}", part(1), part(4)).into()).take(GLOB_LIMIT).collect();
    }
    let inner = |first: u32| numbers(&found, 5).map(move |second| (first, second));
    let name = |(first, second)| format!("{}{first}{}{second}{}", part(1), part(4), part(7)).into();
    outer.flat_map(inner).map(name).take(GLOB_LIMIT).collect()
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
        let words = expression.split(' ').map(str::as_bytes).collect();
        list(words, known.into_iter()).into_iter().map(|name| name.to_string()).collect()
    }

    #[test]
    fn names_regexes_and_globs() {
        assert_eq!(names("eth0 NONE"), ["eth0", "NONE"]);
        assert_eq!(names("regex eth[0-9]+ tap0"), ["eth0", "eth1", "veth1", "tap0"]);
        assert_eq!(names("regex ^eth.* regex eth1"), ["eth0", "eth1", "veth1"]);
        assert_eq!(names("regex eth( glob swp1-3.5"), ["swp1.5", "swp2.5", "swp3.5"]);
        assert_eq!(names("glob swp[1-2]s[0-1]"), ["swp1s0", "swp1s1", "swp2s0", "swp2s1"]);
        assert_eq!(names("glob eth0 eth[0-1]"), ["eth0", "eth[0-1]"]);
        assert_eq!(names("glob swp[1-4294967295]s[0-4294967295]").len(), GLOB_LIMIT);
    }
}
