//! The words of `ip link add|set|delete` (`iplink_parse` in ip/iplink.c).

use super::super::expand::Word;
use super::super::shell::Shell;
use super::matches;
use bstr::ByteSlice;

/// How a keyword is compared and what follows it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arity {
    /// Nothing.
    Flag,
    /// One word.
    One,
    /// A number.
    Number,
    /// A number that Ethernet takes (`dev_validate_mtu` in net/core/dev.c, `ETH_MIN_MTU`, `ETH_MAX_MTU`).
    Mtu,
    /// One word, and the meaning that [`Meaning`] names.
    Means(Meaning),
    /// All that follows belongs to it.
    Rest,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Name,
    Link,
    Address,
    Master,
    NoMaster,
    Type,
}

/// The keywords in the order in which `iplink_parse` compares them; whether they may be cut short.
const KEYWORDS: &[(&str, bool, Arity)] = &[
    ("up", false, Arity::Flag),
    ("down", false, Arity::Flag),
    ("name", false, Arity::Means(Meaning::Name)),
    ("index", false, Arity::Number),
    ("link", true, Arity::Means(Meaning::Link)),
    ("address", true, Arity::Means(Meaning::Address)),
    ("broadcast", true, Arity::One),
    ("brd", false, Arity::One),
    ("txqueuelen", true, Arity::Number),
    ("qlen", false, Arity::Number),
    ("txqlen", true, Arity::Number),
    ("mtu", false, Arity::Mtu),
    ("xdpgeneric", false, Arity::Rest),
    ("xdpdrv", false, Arity::Rest),
    ("xdpoffload", false, Arity::Rest),
    ("xdp", false, Arity::Rest),
    ("netns", false, Arity::One),
    ("multicast", false, Arity::One),
    ("allmulticast", false, Arity::One),
    ("promisc", false, Arity::One),
    ("trailers", false, Arity::One),
    ("arp", false, Arity::One),
    ("carrier", false, Arity::One),
    ("vf", false, Arity::Rest),
    ("master", true, Arity::Means(Meaning::Master)),
    ("vrf", false, Arity::One),
    ("nomaster", true, Arity::Means(Meaning::NoMaster)),
    ("dynamic", true, Arity::One),
    ("type", true, Arity::Means(Meaning::Type)),
    ("alias", true, Arity::One),
    ("group", false, Arity::One),
    ("mode", false, Arity::One),
    ("state", false, Arity::One),
    ("numtxqueues", true, Arity::Number),
    ("numrxqueues", true, Arity::Number),
    ("addrgenmode", true, Arity::One),
    ("link-netns", true, Arity::One),
    ("link-netnsid", true, Arity::One),
    ("protodown", false, Arity::One),
    ("gso_max_size", false, Arity::Number),
    ("gso_max_segs", false, Arity::Number),
    ("gro_max_size", false, Arity::Number),
    ("parentdev", false, Arity::One),
];

/// What a command asks for.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) name: Option<Word>,
    pub(super) device: Option<Word>,
    /// `link`: what a VLAN lies on.
    pub(super) parent: Option<Word>,
    /// The last of several counts, as with netlink attributes.
    pub(super) address: Option<Word>,
    pub(super) master: Option<Word>,
    pub(super) no_master: bool,
    pub(super) kind: Option<Word>,
    /// The words after `type KIND`.
    pub(super) options: Vec<Word>,
    /// The kernel takes no such mtu.
    pub(super) bad_mtu: bool,
    /// Why `ip` refuses the command, as a clause.
    pub(super) flaw: Option<&'static str>,
}

impl Request {
    /// The link that it is about: `dev`, or the bare word, or `name`.
    pub(super) fn target(&self) -> Option<&Word> {
        self.device.as_ref().or(self.name.as_ref())
    }

    /// Whether something that the files do not tell decides what it does.
    pub(super) fn is_unknown(&self) -> bool {
        let words = [&self.name, &self.device, &self.parent, &self.master, &self.kind];
        words.into_iter().flatten().any(|word| word.unknown)
    }

    fn flawed(&mut self, flaw: &'static str) {
        self.flaw.get_or_insert(flaw);
    }
}

/// Reads the words after `add`, `set` or `delete`. What follows a mistake is read too, so that a
/// report can say what was meant.
pub(super) fn parse(shell: &mut Shell<'_>, words: &[Word]) -> Request {
    let mut request = Request::default();
    let mut rest = words;
    while let [word, after @ ..] = rest {
        rest = after;
        let keyword = KEYWORDS.iter().find(|row| if row.1 { matches(word, row.0) } else { word.is(row.0.as_bytes()) });
        let Some(&(_, _, arity)) = keyword else {
            rest = device(&mut request, word, after);
            continue;
        };
        let argument = match arity {
            Arity::Flag | Arity::Means(Meaning::NoMaster) => None,
            Arity::Rest => return request,
            _ if after.is_empty() => {
                request.flawed("a word is missing at the end of the command");
                return request;
            }
            _ => {
                rest = &after[1..];
                after.first()
            }
        };
        match (arity, argument) {
            (Arity::Means(Meaning::NoMaster), _) => request.no_master = true,
            (Arity::Number, Some(number)) if !is_number(number) => request.flawed("a number in it is none"),
            (Arity::Mtu, Some(number)) if !is_number(number) => request.flawed("a number in it is none"),
            (Arity::Mtu, Some(number)) => request.bad_mtu = !is_mtu(number),
            (Arity::Means(meaning), Some(argument)) => {
                meant(shell, &mut request, meaning, argument);
                if meaning == Meaning::Type {
                    request.options = rest.to_vec();
                    return request;
                }
            }
            _ => {}
        }
    }
    request
}

fn meant(shell: &mut Shell<'_>, request: &mut Request, meaning: Meaning, argument: &Word) {
    let slot = match meaning {
        Meaning::Name => {
            if request.name.is_some() {
                request.flawed("`name` is given twice");
            }
            &mut request.name
        }
        Meaning::Link => &mut request.parent,
        Meaning::Address => &mut request.address,
        Meaning::Master => {
            if shell.has_link(argument) == Some(false) {
                request.flawed("the link after `master` does not exist then");
            }
            &mut request.master
        }
        Meaning::Type => &mut request.kind,
        Meaning::NoMaster => return,
    };
    *slot = Some(argument.clone());
}

/// A word that is no keyword: `dev NAME`, or a name alone.
fn device<'w>(request: &mut Request, word: &Word, after: &'w [Word]) -> &'w [Word] {
    let (name, rest) = match after {
        [name, rest @ ..] if word.is(b"dev") => (name, rest),
        _ => (word, after),
    };
    if word.is(b"dev") && after.is_empty() {
        request.flawed("a word is missing at the end of the command");
    } else if request.device.is_some() {
        request.flawed("it has a word too many (`either \"dev\" is duplicate, or ... is a garbage`)");
    } else {
        request.device = Some(name.clone());
    }
    rest
}

fn is_mtu(word: &Word) -> bool {
    let number = word.text.to_str().ok().and_then(|text| text.parse::<u64>().ok());
    word.unknown || word.text.starts_with(b"0x") || number.is_some_and(|mtu| (68..=65535).contains(&mtu))
}

/// `get_integer` with base 0.
fn is_number(word: &Word) -> bool {
    let (digits, is_digit): (&[u8], fn(&u8) -> bool) = match word.text.strip_prefix(b"0x") {
        Some(digits) => (digits, u8::is_ascii_hexdigit),
        None => (&word.text, u8::is_ascii_digit),
    };
    word.unknown || (!digits.is_empty() && digits.iter().all(is_digit))
}
