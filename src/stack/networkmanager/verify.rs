//! What makes NetworkManager refuse a profile (nms-ifcfg-rh-reader.c `connection_from_file_full`,
//! and the `verify` of the settings in libnm-core).

use super::profile::{Kind, Profile};
use crate::address::MacAddress;
use crate::judgement::Problem;
use crate::span::Place;
use bstr::{BStr, ByteSlice};
use std::net::Ipv4Addr;

/// What `cloned-mac-address` may be beside an address (`NM_CLONED_MAC_IS_SPECIAL`).
pub(super) const WORDS: &[&str] = &["permanent", "preserve", "random", "stable"];

/// Why a profile is refused.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// Where the reason stands, if it stands somewhere.
    pub(super) place: Place,
    /// As a clause.
    pub(super) why: String,
    /// It is told elsewhere (an address, as a pin) or NetworkManager says nothing about it.
    pub(super) silent: bool,
}

impl Refusal {
    pub(super) fn problem(&self) -> Problem {
        Problem {
            place: self.place.clone(),
            message: format!("NetworkManager refuses this profile: {}", self.why),
            help: None,
            fatal: true,
        }
    }
}

/// `nm_utils_hwaddr_valid`: six octets of one or two digits with `:` or `-` between.
pub(super) fn address(text: &[u8]) -> Option<MacAddress> {
    MacAddress::parse(text).or_else(|| MacAddress::parse_separated(text, b'-'))
}

/// Why NetworkManager refuses a profile, if it does.
pub(super) fn refusal(profile: &Profile) -> Option<Refusal> {
    device(profile).or_else(|| addresses(profile)).or_else(|| settings(profile))
}

fn device(profile: &Profile) -> Option<Refusal> {
    if !matches!(profile.kind, Kind::Bridge | Kind::Bond | Kind::Team) {
        return None;
    }
    let why = if profile.device.is_empty() {
        "the mandatory `DEVICE=` is missing".to_owned()
    } else if !is_interface_name(profile.device.as_bstr()) {
        format!("`{}` is no name that a link can have", profile.device)
    } else {
        return None;
    };
    let place = profile.place("DEVICE").or(profile.place("TYPE")).unwrap_or(profile.start());
    Some(Refusal { place, why, silent: false })
}

fn addresses(profile: &Profile) -> Option<Refusal> {
    let refuse = |key: &str, why: String| Some(Refusal { place: profile.place(key)?, why, silent: true });
    // Wired settings belong to a bridge's profile too (`make_wired_setting`).
    if let Some(value) = profile.get("HWADDR")
        && address(value.trim_ascii()).is_none()
    {
        return refuse("HWADDR", format!("`HWADDR=` is `{value}`, which is no address"));
    }
    if let Some(value) = profile.get("MACADDR")
        && address(value).is_none()
        && !WORDS.iter().any(|word| value == word)
    {
        return refuse("MACADDR", format!("`MACADDR=` is `{value}`, which is no address"));
    }
    if let Some(value) = profile.get("BRIDGE_MACADDR").filter(|_| profile.kind == Kind::Bridge)
        && address(value).is_none()
    {
        return refuse("BRIDGE_MACADDR", format!("`BRIDGE_MACADDR=` is `{value}`, which is no address"));
    }
    None
}

fn settings(profile: &Profile) -> Option<Refusal> {
    const BOOTPROTO: &[&str] = &["", "autoip", "bootp", "dhcp", "none", "shared", "static"];
    let refuse = |key: &str, why: String| Some(Refusal { place: profile.place(key)?, why, silent: false });
    let is = |value: &BStr, word: &&str| value.eq_ignore_ascii_case(word.as_bytes());
    if let Some(value) = profile.get("BOOTPROTO").filter(|value| !BOOTPROTO.iter().any(|word| is(value, word))) {
        if is(value, &"ibft") {
            let why = "`BOOTPROTO=ibft` is left to the initrd".to_owned();
            return Some(Refusal { place: profile.place("BOOTPROTO")?, why, silent: true });
        }
        return refuse("BOOTPROTO", format!("`BOOTPROTO={value}` is unknown to it"));
    }
    if let Some(value) = profile.get("GENERATE_MAC_ADDRESS_MASK") {
        let mut masks = value.split(|byte| b" \t".contains(byte)).filter(|mask| !mask.is_empty());
        if !masks.all(|mask| address(mask).is_some()) {
            return refuse("GENERATE_MAC_ADDRESS_MASK", format!("`{value}` is no mask of an address"));
        }
    }
    if profile.flag("BONDING_MASTER", false) && profile.kind != Kind::Bond {
        return refuse("BONDING_MASTER", "`BONDING_MASTER=yes` is only allowed with `TYPE=Bond`".to_owned());
    }
    for key in ["IPADDR", "IPADDR0", "IPADDR1", "IPADDR2"] {
        if let Some(value) = profile.get(key)
            && value.to_str().ok().and_then(|text| text.parse::<Ipv4Addr>().ok()).is_none()
        {
            return refuse(key, format!("`{key}={value}` is no IPv4 address"));
        }
    }
    None
}

/// `nm_utils_ifname_valid_kernel`
fn is_interface_name(name: &BStr) -> bool {
    let bad = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b':' | 0x0b);
    let reserved = ["", ".", "..", "all", "default", "bonding_masters"];
    name.len() < 16 && !name.iter().any(bad) && !reserved.iter().any(|word| name == word)
}
