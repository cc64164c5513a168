//! One ifcfg file as a profile (nms-ifcfg-rh-reader.c).

use super::pins::assignment_in;
use super::verify::{self, Refusal};
use crate::address::MacAddress;
use crate::host::Host;
use crate::judgement::Problem;
use crate::span::{Place, Span};
use crate::stack::ifcfg;
use crate::syntax::shell::shvar::{Entry, File, Line, Says};
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// What kind of connection a profile is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bridge,
    Bond,
    Team,
    Vlan,
    /// Ethernet and what else is there before.
    Nic,
}

/// A profile.
pub(super) struct Profile {
    pub(super) file: Arc<Path>,
    pub(super) parsed: Arc<File>,
    pub(super) kind: Kind,
    /// `DEVICE=`
    pub(super) device: BString,
    pub(super) refusal: Option<Refusal>,
}

/// `cloned-mac-address`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cloned {
    Address(MacAddress),
    /// `random`, `stable`
    Generated,
    /// `preserve`, `permanent`: what a bridge has already.
    Kept,
}

/// What a value of `cloned-mac-address` is; `None` for one that is neither address nor word.
pub(super) fn cloned(value: &[u8]) -> Option<Cloned> {
    match value {
        b"random" | b"stable" => Some(Cloned::Generated),
        b"preserve" | b"permanent" => Some(Cloned::Kept),
        _ => verify::address(value).map(Cloned::Address),
    }
}

impl Profile {
    /// Reads the file `ifcfg-NAME`.
    pub(super) fn read(host: &Host, name: &BStr) -> Option<Self> {
        let path = ifcfg::path("ifcfg-", name);
        let parsed = host.once_of_text(&host.read(&path)?, 0, File::parse);
        let device = parsed.get("DEVICE").cloned().unwrap_or_default();
        let mut profile = Self { file: Arc::from(path), kind: kind(&parsed), parsed, device, refusal: None };
        profile.refusal = verify::refusal(&profile);
        Some(profile)
    }

    /// A setting's value, if it is not empty.
    pub(super) fn get(&self, key: &str) -> Option<&BStr> {
        self.parsed.get(key).map(|value| value.as_bstr())
    }

    pub(super) fn flag(&self, key: &str, default: bool) -> bool {
        self.parsed.flag(key, default)
    }

    /// Where the value of a setting stands.
    pub(super) fn place(&self, key: &str) -> Option<Place> {
        let (_, entry) = self.parsed.entry(key)?;
        Some(ifcfg::place(&self.file, &entry.key, &entry.raw))
    }

    pub(super) fn start(&self) -> Place {
        Place::new(&self.file, Span::at(0))
    }

    /// A profile for something that is there before.
    pub(super) fn is_nic(&self) -> bool {
        self.kind == Kind::Nic
    }

    /// Whether NetworkManager can use it; if not, why, as a clause.
    pub(super) fn usable(&self) -> Result<(), String> {
        match &self.refusal {
            Some(refusal) => Err(format!("NetworkManager refuses the profile: {}", refusal.why)),
            None => Ok(()),
        }
    }

    /// The bridge that it is a port of: a link's name or a profile's UUID.
    pub(super) fn controller(&self) -> Option<(&str, &BStr)> {
        ["BRIDGE_UUID", "BRIDGE"].into_iter().find_map(|key| Some((key, self.get(key)?)))
    }

    /// What `MACADDR=` says, if it is set.
    pub(super) fn cloned(&self) -> Option<Cloned> {
        cloned(self.get("MACADDR")?)
    }

    /// `AUTOCONNECT_PRIORITY=`
    pub(super) fn priority(&self) -> i64 {
        self.get("AUTOCONNECT_PRIORITY").and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0)
    }

    pub(super) fn carries_ip(&self) -> bool {
        // Without `IPV6_AUTOCONF=`, `IPV6INIT=yes` asks for router advertisements (`make_ip6_setting`).
        let auto = self.flag("IPV6INIT", false) && self.flag("IPV6_AUTOCONF", !self.flag("IPV6FORWARDING", false));
        auto || ifcfg::carries_ip(|key| self.parsed.get(key).map(|value| value.as_bstr()))
    }

    /// What is logged when it is read (shvar.c `svWarnInvalid`). What was meant for a bridge's
    /// address is told as a pin.
    pub(super) fn problems(&self) -> Vec<Problem> {
        if !self.flag("NM_CONTROLLED", true) || self.device == "lo" {
            return Vec::new();
        }
        let mut later = BTreeSet::new();
        let mut problems: Vec<Problem> =
            self.parsed.lines.iter().rev().filter_map(|line| self.warning(line, &mut later)).collect();
        problems.reverse();
        problems.extend(self.refusal.iter().filter(|refusal| !refusal.silent).map(Refusal::problem));
        problems
    }

    /// What is logged about a line; `later` holds the keys that come after it. Other commands than
    /// assignments are there for a shell that reads the file too.
    fn warning<'p>(&self, line: &'p Line, later: &mut BTreeSet<&'p BString>) -> Option<Problem> {
        let (key, span, message, help) = match &line.says {
            Says::Nothing => return None,
            Says::Invalid => (
                assignment_in(line)?.key,
                line.span,
                "invalid line ignored".to_owned(),
                "it takes only NAME=value, without `export` and without blanks around `=`",
            ),
            Says::Entry(Entry { key, raw, value }) => {
                let counts = later.insert(&key.text);
                let name = &key.text;
                let (message, help) = match (counts, value) {
                    (true, Some(_)) => return None,
                    (false, _) => {
                        (format!("key {name} is duplicated and the early occurrence ignored"), "keep one of the lines")
                    }
                    (true, None) => (
                        format!("key {name} is badly quoted and is treated as \"\""),
                        "NetworkManager is no shell: write the value itself, in quotes where it has blanks",
                    ),
                };
                (key.clone(), key.span.to(raw.span), message, help)
            }
        };
        let is_pin = ifcfg::key(key.as_bstr()).is_some() && self.kind == Kind::Bridge;
        let problem = Problem {
            place: Place::new(&self.file, span),
            message: format!("NetworkManager: {message}"),
            help: Some(help.to_owned()),
            fatal: false,
        };
        (!is_pin).then_some(problem)
    }
}

/// The kind of a profile (`connection_from_file_full`).
fn kind(parsed: &File) -> Kind {
    let is = |key: &str, word: &str| parsed.get(key).is_some_and(|value| value.eq_ignore_ascii_case(word.as_bytes()));
    if is("DEVICETYPE", "Team") || parsed.get("TEAM_CONFIG").is_some() {
        return Kind::Team;
    }
    match parsed.get("TYPE").map(|value| value.to_ascii_lowercase()).as_deref() {
        Some(b"bridge") => Kind::Bridge,
        Some(b"bond") => Kind::Bond,
        Some(b"team") => Kind::Team,
        Some(b"vlan") => Kind::Vlan,
        None if parsed.flag("BONDING_MASTER", false) => Kind::Bond,
        None if parsed.flag("VLAN", false) => Kind::Vlan,
        // initscripts take these for bonds.
        _ if parsed.get("BONDING_OPTS").is_some() => Kind::Bond,
        _ => Kind::Nic,
    }
}
