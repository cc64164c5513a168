//! Debian bridge-utils' hook, `/etc/network/if-pre-up.d/bridge` (debian/ifupdown.sh and
//! debian/bridge-utils.sh).

use super::commands::{self, Attempt, Status, guess, ip_link_set};
use super::eni::source::wild;
use super::hook::{Environment, Given, Hooked, Made, add_port};
use super::kernel::{Address, Kernel, LinkKind};
use super::{Software, Stack};
use crate::bytes::rsplit_once;
use crate::host::Host;
use crate::span::{Place, Span};
use bstr::{BStr, BString, ByteSlice};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

/// The file that the hook sources since 1.7-2.
const DEFAULTS: &str = "etc/default/bridge-utils";
/// What people write who take it for a keyword; where links are not known, these are none.
const NO_LINKS: &[&[u8]] = &[b"auto", b"no", b"none", b"persistent", b"random", b"stable", b"yes"];
/// As many of its patterns as are held against all links.
const PATTERN_LIMIT: usize = 100;
/// As many of its words as `bridge_ports` has read.
const WORD_LIMIT: usize = 10_000;

/// What a release of bridge-utils' hook can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Release {
    /// Until 1.6-4 (Debian 10): `bridge_hw` is an address.
    Addresses,
    /// 1.6-5 to 1.7-1 (Debian 11): or the name of a link that has it.
    Names,
    /// Since 1.7-2 (Debian 12): sources [`DEFAULTS`].
    Defaults,
}

impl Release {
    /// The release in the Debian release that ships a stack's version.
    pub(super) fn beside(stack: &Stack) -> Self {
        match stack.software {
            Software::Ifupdown if !stack.version.at_least(&[0, 8, 36]) => Self::Addresses,
            Software::Ifupdown if !stack.version.at_least(&[0, 8, 41]) => Self::Names,
            _ => Self::Defaults,
        }
    }
}

/// The hook as one host has it.
pub(super) struct BridgeUtils {
    release: Release,
    /// [`DEFAULTS`], where it has more than comments.
    defaults: Option<(Arc<Path>, Arc<[u8]>)>,
}

impl BridgeUtils {
    /// The hook of a release on a host.
    pub(super) fn new(host: &Host, release: Release) -> Self {
        let path = Path::new(DEFAULTS);
        let text = host.read(path).filter(|text| text.lines().any(|line| !line.is_empty() && !line.starts_with(b"#")));
        let defaults = text.map(|text| (Arc::from(path), text)).filter(|_| release >= Release::Defaults);
        Self { release, defaults }
    }

    /// Runs it for an interface that is being brought up. `given` tells a variable of its environment, `environment` all.
    pub(super) fn run<'e>(
        &self,
        kernel: &mut Kernel,
        interface: &BStr,
        given: impl Fn(&str) -> Option<Given>,
        environment: impl FnOnce() -> &'e Environment,
    ) -> Hooked {
        let mut found = Found { ports: given("IF_BRIDGE_PORTS"), hw: given("IF_BRIDGE_HW"), ..Found::default() };
        if let Some((file, text)) = &self.defaults {
            found.source(kernel, file, text, environment());
        }
        let mut hw = self.hw(kernel, interface, &found);
        if let Some(status) = found.exited {
            refuse(&mut hw, "/etc/default/bridge-utils ends bridge-utils' hook", false);
            return Hooked { status, ..Hooked::nothing(hw.map(|hw| hw.attempt)) };
        }
        let Given { value: ports, place: origin } = found.ports.unwrap_or_default();
        if ports.is_empty() {
            refuse(&mut hw, "bridge-utils makes a bridge only where `bridge_ports` is given beside it", false);
            return Hooked::nothing(hw.map(|hw| hw.attempt));
        }
        // `[ ! -d /sys/class/net/$IFACE ]`: an address is set only on a bridge that the hook makes.
        let made = kernel.link(interface).is_none();
        if made {
            if !commands::valid_name(interface) || kernel.add(interface, LinkKind::Bridge, None, origin).is_err() {
                return Hooked::failed(hw.map(|hw| hw.attempt));
            }
            if let Some(hw) = &mut hw {
                hw.set(kernel, interface);
            }
        } else {
            let why =
                format!("{interface} exists already when bridge-utils' hook runs, which then leaves its address alone");
            refuse(&mut hw, &why, false);
        }
        let mut ports = port_names(kernel, ports.as_bstr(), self.release);
        // `none` beside other words is a name like any other; no link is called so.
        ports.retain(|port| port != interface && !port.eq_ignore_ascii_case(b"none"));
        for port in &ports {
            make_vlan(kernel, port.as_bstr());
            add_port(kernel, interface, port.as_bstr());
        }
        let made = if made { Made::Bridge } else { Made::Joined };
        Hooked { status: Status::Success, made, ports, hw: hw.map(|hw| hw.attempt) }
    }

    /// `IF_BRIDGE_HW`, with a link's name replaced by its address.
    fn hw(&self, kernel: &mut Kernel, interface: &BStr, found: &Found) -> Option<Hw> {
        let Given { value, place } = found.hw.as_ref()?;
        let nowhere = || Place::new(&Arc::from(Path::new("")), Span::default());
        let attempt = Attempt {
            link: interface.to_owned(),
            place: place.clone().unwrap_or_else(nowhere),
            value: value.clone(),
            meant: guess(value),
            failed: None,
            bad_value: false,
        };
        if found.opaque_hw {
            return Some(Hw { attempt, source: Source::Link(Address::Unknown) });
        }
        // `grep -q "..:..:..:..:..:.."` looks at each line.
        let looks_like_one = value.lines().any(|line| wild(b"*??:??:??:??:??:??*", line));
        if looks_like_one || self.release < Release::Names {
            return Some(Hw { attempt, source: Source::Text });
        }
        // `ip link show dev "$IF_BRIDGE_HW"`: the interface itself does not exist yet.
        if guess(value).is_none() && !NO_LINKS.contains(&value.as_bytes()) {
            kernel.meet(value.as_bstr());
        }
        let address = kernel.address(value.as_bstr()).filter(|_| value != "lo");
        Some(Hw { attempt, source: address.map_or(Source::Nothing, Source::Link) })
    }
}

/// The hook's variables, as far as they are set.
#[derive(Default)]
struct Found {
    ports: Option<Given>,
    hw: Option<Given>,
    /// `IF_BRIDGE_HW` holds what only the running system tells.
    opaque_hw: bool,
    /// The file ended the hook.
    exited: Option<Status>,
}

impl Found {
    /// `. /etc/default/bridge-utils`
    fn source(&mut self, kernel: &mut Kernel, file: &Arc<Path>, text: &[u8], environment: &Environment) {
        let sourced = commands::source(kernel, file, text.as_bstr(), &environment.values);
        for (name, variable) in sourced.variables {
            let own = variable.place.span.of(text);
            let is_known = variable.value.is_some();
            let value = variable.value.unwrap_or_else(|| own.into());
            let given = Some(Given { value, place: Some(variable.place) }).filter(|given| !given.value.is_empty());
            match name.as_slice() {
                b"IF_BRIDGE_HW" => (self.hw, self.opaque_hw) = (given, !is_known),
                b"IF_BRIDGE_PORTS" if is_known => self.ports = given,
                _ => {}
            }
        }
        self.exited = sourced.exited;
    }
}

/// `IF_BRIDGE_HW`, on its way.
struct Hw {
    attempt: Attempt,
    source: Source,
}

enum Source {
    /// It is handed to `ip` as it stands.
    Text,
    /// It names a link that has this address.
    Link(Address),
    /// It names a link that is not there: the hook empties it.
    Nothing,
}

impl Hw {
    /// `ip link set dev $IFACE address $IF_BRIDGE_HW`; its status does not matter.
    fn set(&mut self, kernel: &mut Kernel, interface: &BStr) {
        let attempt = &mut self.attempt;
        match &self.source {
            Source::Text => {
                let run = ip_link_set(kernel, interface, attempt.value.as_bstr(), &attempt.place);
                if let Some(tried) = run.attempts.into_iter().next() {
                    *attempt = tried;
                }
            }
            Source::Link(address) => {
                attempt.meant = address.known();
                let cause = super::kernel::Cause::stated(attempt.place.clone());
                if kernel.set_address(interface, *address, cause).is_err() {
                    attempt.failed = Some(format!("the kernel refuses the address of {}", attempt.value));
                }
            }
            Source::Nothing => {
                let value = if attempt.value.len() > 40 { BStr::new("it") } else { attempt.value.as_bstr() };
                let why = format!("bridge-utils takes {value} for a link's name, finds no such link and sets nothing");
                (attempt.failed, attempt.bad_value) = (Some(why), true);
            }
        }
    }
}

fn refuse(hw: &mut Option<Hw>, why: &str, bad_value: bool) {
    if let Some(hw) = hw {
        hw.attempt.failed = Some(why.to_owned());
        hw.attempt.bad_value = bad_value;
    }
}

/// `bridge_parse_ports`: literal names, and between `regex` and `noregex` patterns for all links.
fn port_names(kernel: &Kernel, ports: &BStr, release: Release) -> Vec<BString> {
    /// What `all` stands for; `en.*` since 1.6-4.
    const ALL: &[&[u8]] = &[b"regex", b"eth.*", b"em.*", b"en.*", b"p[0-9].*", b"noregex"];
    if ports == "none" {
        return Vec::new();
    }
    let mut words: VecDeque<&[u8]> = commands::fields(ports).take(WORD_LIMIT).collect();
    let mut names: Vec<BString> = Vec::new();
    let (mut patterns, mut tried) = (false, 0);
    while let Some(word) = words.pop_front() {
        tried += usize::from(patterns);
        if tried > PATTERN_LIMIT {
            break;
        }
        match word {
            b"all" => {
                let expanded = ALL.iter().filter(|word| release >= Release::Names || **word != b"en.*");
                expanded.rev().for_each(|word| words.push_front(word));
            }
            // What follows these two is not looked at as a keyword again.
            b"regex" | b"noregex" => {
                patterns = word == b"regex";
                if let Some(next) = words.pop_front() {
                    add_names(kernel, next, patterns, &mut names);
                }
            }
            _ => add_names(kernel, word, patterns, &mut names),
        }
    }
    names
}

/// A literal name, or the links that `egrep "^PATTERN$"` finds.
fn add_names(kernel: &Kernel, word: &[u8], pattern: bool, names: &mut Vec<BString>) {
    if !pattern {
        names.push(word.into());
        return;
    }
    let regex = word.to_str().ok().and_then(|word| regex_lite::Regex::new(&format!("^{word}$")).ok());
    let Some(regex) = regex else { return };
    let fits = |name: &&BString| name.to_str().is_ok_and(|name| regex.is_match(name) && name != "lo");
    names.extend(kernel.names().filter(fits).cloned());
}

/// `create_vlan_port`: a port `X.N` that is not there is made as VLAN N of X.
fn make_vlan(kernel: &mut Kernel, port: &BStr) {
    let Some((parent, id)) = rsplit_once(port, b'.') else { return };
    if kernel.link(port).is_none() && id.iter().all(u8::is_ascii_digit) {
        commands::add_vlan(kernel, port, parent.as_bstr());
    }
}
