//! `ip route` and `ip rule` (ip/iproute.c, ip/iprule.c), and net-tools' `route`: which of them fail.

use super::super::Status;
use super::super::end::End;
use super::super::expand::{Word, fields};
use super::super::shell::Shell;
use super::{about_device, matches};
use crate::stack::reach::{address, network};
use bstr::{BStr, BString, ByteSlice};
use std::path::Path;

/// Words of `iproute_modify` with a word after them.
const PAIRS: &[&str] = &[
    "advmss",
    "as",
    "dev",
    "expires",
    "from",
    "hoplimit",
    "mtu",
    "nhid",
    "oif",
    "preference",
    "rto_min",
    "rtt",
    "scope",
    "src",
    "tos",
    "ttl-propagate",
    "via",
];
/// Those that may be cut short (`matches`), in its order.
const SHORT_PAIRS: &[&str] = &[
    "dsfield",
    "metric",
    "priority",
    "reordering",
    "window",
    "cwnd",
    "initcwnd",
    "initrwnd",
    "features",
    "quickack",
    "congctl",
    "rttvar",
    "ssthresh",
    "realms",
    "protocol",
    "table",
    "vrf",
    "pref",
    "fastopen_no_cookie",
];
/// Words without one, and types of routes.
const FLAGS: &[&str] = &[
    "anycast",
    "blackhole",
    "broadcast",
    "equalize",
    "local",
    "multicast",
    "nat",
    "onlink",
    "pervasive",
    "prohibit",
    "throw",
    "unicast",
    "unreachable",
];
/// Tables that have a name everywhere.
const TABLES: &[&str] = &["all", "default", "local", "main", "unspec"];

/// The words after `ip route`.
pub(super) fn run(shell: &mut Shell<'_>, words: &[Word]) -> End {
    const ADDS: &[&str] = &["add", "append", "change", "chg", "prepend", "replace"];
    let end = about_device(shell, words);
    let Some((verb, arguments)) = words.split_first() else { return end };
    let adds = ADDS.iter().find(|name| matches(verb, name));
    let (Some(verb), false) = (adds, arguments.iter().any(|word| word.unknown)) else { return end };
    match Route::read(arguments) {
        Some(route) if end.status == Status::Success && !route.fails(shell, verb) => end,
        _ => End::of(Status::Failure),
    }
}

/// The words after `ip rule`.
pub(super) fn rule(shell: &mut Shell<'_>, words: &[Word]) -> End {
    let table = words.iter().position(|word| word.is(b"table") || word.is(b"lookup"));
    let table = table.and_then(|at| words.get(at + 1)).and_then(Word::known);
    match table {
        Some(table) if !is_table(shell, table) => End::of(Status::Failure),
        _ => End::unknown(),
    }
}

/// `route add [-net|-host] TARGET [netmask MASK] [gw GATEWAY] ...`
pub(in crate::stack::commands) fn net_tools(shell: &mut Shell<'_>, words: &[Word]) -> End {
    let gateway = words.iter().position(|word| word.is(b"gw")).and_then(|at| words.get(at + 1));
    let gateway = gateway.and_then(Word::known).and_then(address);
    let adds = words.iter().any(|word| word.is(b"add"));
    match (gateway, &shell.kernel.reach) {
        (Some(gateway), Some(reach)) if adds && !reach.covers(gateway) => End::of(Status::Failure),
        _ => End::unknown(),
    }
}

/// The word with a word after it that a word is, or is short for.
fn pair(word: &BStr) -> Option<&'static str> {
    let whole = PAIRS.iter().find(|pair| word == **pair);
    whole.or_else(|| SHORT_PAIRS.iter().find(|pair| !word.is_empty() && pair.as_bytes().starts_with(word))).copied()
}

/// What a route says.
#[derive(Default)]
struct Route<'w> {
    to: Option<&'w BStr>,
    via: Option<&'w BStr>,
    src: Option<&'w BStr>,
    table: Option<&'w BStr>,
    metric: Option<&'w BStr>,
    has_device: bool,
    onlink: bool,
    /// It sends packets nowhere.
    is_special: bool,
}

impl<'w> Route<'w> {
    /// `None` where `ip` refuses the words.
    fn read(words: &'w [Word]) -> Option<Self> {
        let mut route = Self::default();
        let mut words = words.iter().filter_map(Word::known);
        while let Some(word) = words.next() {
            // What follows these is not looked into.
            if word == "nexthop" || word == "encap" {
                return Some(Self { is_special: true, ..route });
            }
            if FLAGS.iter().any(|flag| word == *flag) {
                route.onlink |= word == "onlink";
                route.is_special |= word != "onlink" && word != "unicast";
                continue;
            }
            let Some(pair) = pair(word) else {
                let target = if word == "to" { words.next()? } else { word };
                // `either "to" is duplicate, or "..." is a garbage`
                if route.to.replace(target).is_some() {
                    return None;
                }
                continue;
            };
            let mut value = words.next()?;
            if (pair == "via" && (value == "inet" || value == "inet6"))
                || value == "lock"
                || (pair == "as" && value == "to")
            {
                value = words.next()?;
            }
            match pair.as_bytes() {
                b"via" => route.via = Some(value),
                b"src" => route.src = Some(value),
                b"table" => route.table = Some(value),
                b"metric" | b"priority" | b"preference" => route.metric = Some(value),
                b"dev" | b"oif" => route.has_device = true,
                _ => {}
            }
        }
        Some(route)
    }

    /// Whether the kernel takes it not, as far as the files tell.
    fn fails(&self, shell: &mut Shell<'_>, verb: &str) -> bool {
        if self.table.is_some_and(|table| !is_table(shell, table)) {
            return true;
        }
        let texts = [self.to, self.via, self.src];
        let Some(reach) = shell.kernel.reach.as_mut().filter(|_| !self.is_special) else { return false };
        if texts.iter().flatten().any(|text| text.contains(&b':')) {
            return false;
        }
        let gateway = self.via.and_then(address);
        if gateway.is_some_and(|gateway| !self.onlink && !reach.covers(gateway)) {
            return true;
        }
        if self.src.and_then(address).is_some_and(|source| !reach.is_local(source)) {
            return true;
        }
        let to = self.to.and_then(network);
        let is_main = self.table.is_none_or(|table| table == "main") && self.metric.is_none_or(|metric| metric == "0");
        let at_link = self.via.is_none() && self.has_device;
        if let Some((net, length)) = to.filter(|_| at_link) {
            if verb == "add" && is_main && reach.is_net(net, length) {
                return true; // the route that the address brought: `File exists`
            }
            reach.add_net(net, length);
        }
        let key = [self.to, self.table, self.metric].map(|word| word.unwrap_or_default().as_bytes());
        let key: BString = bstr::join(" ", key).into();
        !reach.add_route(key) && verb == "add"
    }
}

/// Whether a table has this name or number.
fn is_table(shell: &Shell<'_>, name: &BStr) -> bool {
    const FOLDER: &str = "etc/iproute2";
    let number = name.iter().all(u8::is_ascii_hexdigit) || name.starts_with(b"0x");
    let Some(host) = shell.kernel.host().filter(|host| host.is_live()) else { return true };
    if number || TABLES.iter().any(|table| name == *table) {
        return true;
    }
    let more = host.entries(Path::new("etc/iproute2/rt_tables.d"));
    let more = more.iter().map(|file| format!("{FOLDER}/rt_tables.d/{file}"));
    let names = |file: String| {
        let text = host.read(Path::new(&file));
        text.is_some_and(|text| text.lines().any(|line| fields(line).nth(1) == Some(name.as_bytes())))
    };
    more.chain([format!("{FOLDER}/rt_tables")]).any(names)
}
