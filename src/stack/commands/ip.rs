//! iproute2's `ip`: its options, objects and `ip link`'s commands.

mod apply;
mod batch;
mod kinds;
mod link;
mod route;

use super::end::{End, Output};
use super::expand::Word;
use super::shell::Shell;
use super::shown::{self, Form};
use super::{Status, without_label};
use crate::bytes::split_once;
use crate::stack::kernel::LinkKind;
use crate::stack::reach::network;
use bstr::{BStr, ByteSlice};

pub(in crate::stack) use apply::add_vlan;
pub(super) use route::net_tools;

/// `matches()` of lib/utils.c: a keyword may be cut short, and the first that fits is meant.
fn matches(word: &Word, keyword: &str) -> bool {
    !word.text.is_empty() && !word.unknown && keyword.as_bytes().starts_with(&word.text)
}

/// Options with an argument, in the order in which `main` (ip/ip.c) compares them.
const OPTIONS: &[(&str, Takes)] = &[
    ("-loops", Takes::Argument),
    ("-family", Takes::Argument),
    ("-human-readable", Takes::Nothing),
    ("-iec", Takes::Nothing),
    ("-statistics", Takes::Nothing),
    ("-details", Takes::Nothing),
    ("-resolve", Takes::Nothing),
    ("-oneline", Takes::Nothing),
    ("-timestamp", Takes::Nothing),
    ("-tshort", Takes::Nothing),
    ("-Version", Takes::Over),
    ("-force", Takes::Nothing),
    ("-batch", Takes::File),
    ("-brief", Takes::Nothing),
    ("-json", Takes::Nothing),
    ("-pretty", Takes::Nothing),
    ("-rcvbuf", Takes::Argument),
    ("-color", Takes::Nothing),
    ("-help", Takes::Over),
    // What happens in another network namespace does not concern this one.
    ("-netns", Takes::Over),
    ("-Numeric", Takes::Nothing),
    ("-all", Takes::Nothing),
    ("-echo", Takes::Nothing),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Argument,
    /// Commands come from a file.
    File,
    /// No command of this line is run here.
    Over,
}

/// The objects in the order in which `do_cmd` (ip/ip.c) compares them.
const OBJECTS: &[&str] = &[
    "address",
    "addrlabel",
    "maddress",
    "route",
    "rule",
    "neighbor",
    "neighbour",
    "ntable",
    "ntbl",
    "link",
    "l2tp",
    "fou",
    "ila",
    "macsec",
    "tunnel",
    "tunl",
    "tuntap",
    "tap",
    "token",
    "tcpmetrics",
    "tcp_metrics",
    "monitor",
    "xfrm",
    "mroute",
    "mrule",
    "netns",
    "netconf",
    "vrf",
    "sr",
    "nexthop",
    "mptcp",
    "ioam",
    "help",
    "stats",
];

/// The words after `ip`.
pub(super) fn run(shell: &mut Shell<'_>, words: &[Word], input: Option<Output>) -> End {
    let force = words.iter().any(|word| word.text.starts_with(b"-fo") && matches(word, "-force"));
    let mut rest = words;
    while let [option, after @ ..] = rest {
        let Some(text) = option.known() else { return End::unknown() };
        if !text.starts_with(b"-") {
            break;
        }
        rest = after;
        if text == "--" {
            break;
        }
        if [&b"-4"[..], b"-6", b"-0", b"-M", b"-B"].contains(&text.as_bytes()) || text.starts_with(b"-color=") {
            continue;
        }
        let single = Word::literal(text.strip_prefix(b"-").filter(|rest| rest.starts_with(b"-")).unwrap_or(text));
        match OPTIONS.iter().find(|row| matches(&single, row.0)).map(|row| row.1) {
            Some(Takes::Nothing) => {}
            Some(Takes::Argument) if rest.is_empty() => return End::of(Status::Failure),
            Some(Takes::Argument) => rest = &rest[1..],
            Some(Takes::File) => return batch::run(shell, rest.first(), input, force),
            Some(Takes::Over) => return End::unknown(),
            // `Option "..." is unknown`
            None => return End::of(Status::Failure),
        }
    }
    let options: Vec<&Word> = words.iter().filter(|word| word.text.starts_with(b"-")).collect();
    let has = |name: &str| options.iter().any(|word| matches(word, name));
    let form = match (has("-oneline"), has("-brief")) {
        (_, true) => Form::Brief,
        (true, _) => Form::OneLine,
        _ => Form::Ip,
    };
    let is_v6 = words.iter().any(|word| word.is(b"-6") || word.is(b"inet6"));
    dispatch(shell, rest, form, is_v6)
}

/// The words from an object on (`do_cmd`).
fn dispatch(shell: &mut Shell<'_>, words: &[Word], form: Form, is_v6: bool) -> End {
    let Some((object, arguments)) = words.split_first() else { return End::of(Status::Failure) };
    if object.unknown {
        return End::unknown();
    }
    match OBJECTS.iter().find(|name| matches(object, name)) {
        Some(&"link") => link_command(shell, arguments, form),
        Some(&("tuntap" | "tap")) => tuntap(shell, arguments),
        Some(&"address") => address_command(shell, arguments, form),
        Some(&("tunnel" | "tunl")) => tunnel(shell, arguments),
        Some(&"route") if !is_v6 => route::run(shell, arguments),
        Some(&"rule") => route::rule(shell, arguments),
        Some(&("route" | "neighbor" | "neighbour" | "maddress")) => about_device(shell, arguments),
        Some(_) => End::unknown(),
        None => End::of(Status::Failure),
    }
}

/// `do_iplink` (ip/iplink.c), commands in its order.
fn link_command(shell: &mut Shell<'_>, words: &[Word], form: Form) -> End {
    const COMMANDS: &[(&str, Command)] = &[
        ("add", Command::Add),
        ("set", Command::Set),
        ("change", Command::Set),
        ("replace", Command::Replace),
        ("delete", Command::Delete),
        ("show", Command::Show),
        ("lst", Command::Show),
        ("list", Command::Show),
        ("xstats", Command::Other),
        ("afstats", Command::Other),
        ("property", Command::Other),
        ("help", Command::Other),
    ];
    let Some((first, arguments)) = words.split_first() else { return End::unknown() };
    if words.iter().take(2).any(|word| word.unknown) {
        return End::unknown();
    }
    match COMMANDS.iter().find(|row| matches(first, row.0)).map(|row| row.1) {
        Some(Command::Show) => show(shell, arguments, form),
        Some(Command::Other) => End::unknown(),
        Some(command) => {
            let request = link::parse(shell, arguments);
            apply::apply(shell, command, request)
        }
        None => End::of(Status::Failure),
    }
}

/// A command of `ip link`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Command {
    Add,
    Set,
    Replace,
    Delete,
    Show,
    Other,
}

/// `ip link show`, `ip address show`: fails for a device that is not there.
fn show(shell: &mut Shell<'_>, words: &[Word], form: Form) -> End {
    /// Filters with an argument (`ipaddr_list_flush_or_save` in ip/ipaddress.c).
    const FILTERS: &[&[u8]] = &[b"to", b"scope", b"label", b"group", b"master", b"vrf", b"type", b"nomaster"];
    let mut device = None;
    let mut rest = words;
    while let [word, after @ ..] = rest {
        rest = after;
        match word.known() {
            Some(text) if FILTERS.contains(&text.as_bytes()) => rest = after.get(1..).unwrap_or_default(),
            Some(text) if text == "up" || text == "dev" || text == "permanent" || text == "dynamic" => {}
            _ => device = Some(word),
        }
    }
    let Some(device) = device else { return End::unknown() };
    match shell.has_link(device) {
        Some(true) => End::of(Status::Success).with(shown::show(shell, without_label(device.text.as_bstr()), form)),
        Some(false) => End::of(Status::Failure),
        None => End::unknown(),
    }
}

/// `do_ipaddr` (ip/ipaddress.c). It knows no `set`, which people write for `ip link set`.
fn address_command(shell: &mut Shell<'_>, words: &[Word], form: Form) -> End {
    const SHOWS: &[&str] = &["show", "lst", "list"];
    const CHANGES: &[&str] = &["add", "change", "chg", "replace", "delete", "flush", "save", "showdump", "restore"];
    let Some((first, arguments)) = words.split_first() else { return End::unknown() };
    if first.unknown || CHANGES.iter().any(|name| matches(first, name)) {
        let end = about_device(shell, arguments);
        let adds = !first.unknown && ["add", "change", "chg", "replace"].iter().any(|name| matches(first, name));
        if adds && !is_complete(arguments) {
            return End::of(Status::Failure);
        }
        if matches(first, "add") && end.status == Status::Success && !is_new(shell, arguments) {
            return End::of(Status::Failure);
        }
        return end;
    }
    if SHOWS.iter().any(|name| matches(first, name)) {
        return show(shell, arguments, form);
    }
    let request = link::parse(shell, arguments);
    apply::refuse(shell, &request, "`ip address` knows no such command");
    End::of(Status::Failure)
}

/// Notes an IPv4 address that is added. A link has none twice (`File exists`).
fn is_new(shell: &mut Shell<'_>, words: &[Word]) -> bool {
    let address = match words {
        [local, address, ..] if local.is(b"local") => address,
        [address, ..] => address,
        [] => return true,
    };
    let device = words.iter().position(|word| word.is(b"dev")).and_then(|at| words.get(at + 1)).and_then(Word::known);
    let (Some((host, length)), Some(device)) = (address.known().and_then(network), device) else { return true };
    let Some(reach) = &mut shell.kernel.reach else { return true };
    reach.add_address(host, length);
    reach.add_to_link(without_label(device), host, length)
}

/// Whether `ip address add` has a device and an address that is one (`any valid prefix is expected`).
fn is_complete(words: &[Word]) -> bool {
    let has_device = words.iter().any(|word| word.unknown || word.is(b"dev"));
    let address = match words {
        [local, address, ..] if local.is(b"local") => address,
        [address, ..] => address,
        [] => return false,
    };
    let Some(text) = address.known() else { return has_device };
    let (host, length) = split_once(text, b'/').unwrap_or((text, b"0"));
    // A short form as `10.1` is an IPv4 address too.
    let is_v4 = host.first().is_some_and(u8::is_ascii_digit) && host.iter().all(|byte| b"0123456789.".contains(byte));
    // `Cannot assign loopback address on this device.`
    let loops = !words.iter().any(|word| word.is(b"lo"));
    let v6 = host.to_str().ok().and_then(|host| host.parse::<std::net::Ipv6Addr>().ok());
    let is_v6 = v6.is_some_and(|address| !(loops && address.is_loopback()));
    let is_length = !length.is_empty() && length.iter().all(|byte| b"0123456789.".contains(byte));
    has_device && is_length && (is_v4 || is_v6)
}

/// `ip tunnel add NAME ...`
fn tunnel(shell: &mut Shell<'_>, words: &[Word]) -> End {
    let [first, name, ..] = words else { return End::unknown() };
    let (true, Some(text)) = (matches(first, "add"), name.known()) else { return End::unknown() };
    let place = shell.origin.place(&name.raw);
    End::of(Status::of(shell.make(text, LinkKind::Virtual, None, place).is_ok()))
}

/// A command that works on `dev NAME` and does not change links.
pub(super) fn about_device(shell: &mut Shell<'_>, words: &[Word]) -> End {
    let device = words.iter().position(|word| word.is(b"dev")).and_then(|at| words.get(at + 1));
    match device.map(|device| shell.has_link(device)) {
        Some(Some(false)) => End::of(Status::Failure),
        _ => End::unknown(),
    }
}

/// `ip tuntap add [dev] NAME mode tap`
fn tuntap(shell: &mut Shell<'_>, words: &[Word]) -> End {
    let Some((first, arguments)) = words.split_first() else { return End::unknown() };
    let mut names = arguments.iter().filter(|word| !(word.is(b"dev") || word.is(b"name")));
    let Some(name) = names.next().and_then(Word::known) else { return End::unknown() };
    if matches(first, "add") {
        let place = shell.origin.place(&words[0].raw);
        return End::of(Status::of(shell.make(name, LinkKind::Virtual, None, place).is_ok()));
    }
    if matches(first, "delete") {
        return End::of(Status::of(shell.kernel.delete(name).is_ok()));
    }
    End::unknown()
}

/// `dev_valid_name` (net/core/dev.c) with `check_ifname`.
pub(in crate::stack) fn valid_name(name: &BStr) -> bool {
    const IFNAMSIZ: usize = 16;
    let fits = !name.is_empty() && name.len() < IFNAMSIZ && name != "." && name != "..";
    fits && !name.iter().any(|byte| byte.is_ascii_whitespace() || b"/:\x0b".contains(byte))
}
