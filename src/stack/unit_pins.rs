//! Pins in `.netdev`, `.network` and `.link` files: what an assignment was meant to set.

use crate::address::MacAddress;
use crate::judgement::{Effect, Pin};
use crate::syntax::Token;
use crate::syntax::unit::{Assignment, Section, differs_in_case};
use crate::systemd::address::{HwAddress, Verified, ethernet, hardware, verify};
use crate::systemd::files::{Config, File};
use bstr::{BString, ByteSlice};

/// An assignment that was meant to set an address, and what it does.
pub(super) fn pin(file: &File, section: Option<&Token>, item: &Assignment, effect: Effect) -> Pin {
    let value = &item.value;
    let place = if value.text.is_empty() { item.span() } else { value.span };
    let header = section.map_or(String::new(), |name| format!(" in `[{}]`", name.text));
    Pin {
        place: file.place(place),
        line: file.place(item.line),
        what: format!("`{}=`{header}", item.key.text),
        value: value.text.clone(),
        meant: meant(&value.text),
        effect,
    }
}

/// The address that was meant: quotes, an inline comment or other separators do not hide it from a reader.
pub(super) fn meant(value: &[u8]) -> Option<MacAddress> {
    let bare = value.split(|byte| b"#;".contains(byte)).next().unwrap_or(value);
    let bare = bare.trim_with(|c| c.is_ascii_whitespace() || c == '"' || c == '\'');
    let digits: Vec<u8> = bare.iter().copied().filter(|byte| !b":-.".contains(byte)).collect();
    let pairs = || digits.chunks(2).collect::<Vec<_>>().join(&b':');
    ethernet(bare).or_else(|| MacAddress::parse(&pairs()).filter(|_| digits.len() == 12))
}

/// What a value of `[Link] MACAddress=` is to a `.network` or a `.link`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Nothing, and it takes an earlier value back.
    Nothing,
    /// An address.
    Address(HwAddress),
    /// No address: the assignment is passed over.
    Invalid,
}

/// `config_parse_hw_addr()`: since 250 empty values reset and other hardware's addresses count;
/// before, `config_parse_hwaddr()` took Ethernet addresses only.
pub(super) fn asked(value: &[u8], release: u32) -> Asked {
    let ethernet = || ethernet(value).map(HwAddress::Ethernet);
    match if release < 250 { ethernet() } else { hardware(value) } {
        Some(address) => Asked::Address(address),
        None if value.is_empty() && release >= 250 => Asked::Nothing,
        None => Asked::Invalid,
    }
}

/// The `[Link] MACAddress=` that is in effect in a `.network` or `.link` and its drop-ins.
pub(super) fn link_address(config: &Config, release: u32) -> Option<(HwAddress, &File, &Assignment)> {
    let mut found = None;
    for (file, item) in config.all("Link", "MACAddress") {
        match asked(&item.value.text, release) {
            Asked::Address(address) => found = Some((address, file, item)),
            Asked::Nothing => found = None,
            Asked::Invalid => {}
        }
    }
    found
}

/// The address that a link gets where such a one is asked for.
pub(super) fn usable(address: HwAddress, release: u32) -> Option<MacAddress> {
    match address {
        HwAddress::Ethernet(address) => match verify(address, release) {
            Verified::Set(address) => Some(address),
            Verified::Refused => None,
        },
        HwAddress::Other => None,
    }
}

/// Why no link can have that address.
pub(super) fn refusal(address: HwAddress) -> &'static str {
    match address {
        HwAddress::Other => "is no Ethernet address",
        HwAddress::Ethernet(address) if address.is_zero() => "is all zeros",
        HwAddress::Ethernet(address) if address.0 == [0xff; 6] => "is the broadcast address",
        HwAddress::Ethernet(_) => "is a multicast address",
    }
}

/// The pins of one file whose section or key is wrong, with the reason.
pub(super) fn misplaced(file: &File, right: &str) -> Vec<Pin> {
    let sections = file.unit.sections.iter();
    let all = sections.flat_map(|section| section.assignments.iter().map(move |item| (section, item)));
    all.filter_map(|(section, item)| {
        let why = why_misplaced(section, item, right)?;
        Some(pin(file, section.name.as_ref(), item, Effect::Ineffective(why)))
    })
    .collect()
}

/// Why an assignment that looks like the address of the interface is none; `None` where it is in
/// its place or belongs to something else.
fn why_misplaced(section: &Section, item: &Assignment, right: &str) -> Option<String> {
    /// Sections in which people put the interface's own address.
    const TRIED: &[&str] = &["Bridge", "Link", "NetDev", "Network"];
    let key = item.key.as_bstr();
    let Some(name) = &section.name else {
        let tried = key.eq_ignore_ascii_case(b"MACAddress");
        return tried.then(|| "it stands before the first section header, where nothing counts".to_owned());
    };
    if let Some(swallowed) = swallowed(item) {
        return Some(format!(
            "the backslash before it makes it part of `{}=`: systemd reads {swallowed} as that value",
            item.key.text
        ));
    }
    let in_place = section.is(right);
    let tried = TRIED.iter().any(|tried| name.text.eq_ignore_ascii_case(tried.as_bytes()));
    match key.to_str().unwrap_or_default() {
        "MACAddress" if in_place => None,
        "MACAddress" if tried && right.eq_ignore_ascii_case(&name.text.to_str_lossy()) => {
            Some(format!("sections are told apart by case: it must be `[{right}]`"))
        }
        "MACAddress" if tried => Some(format!("`MACAddress=` counts in `[{right}]` only")),
        "MACAddress" => None,
        _ if differs_in_case(key, "MACAddress") && (in_place || tried) => {
            Some(format!("keys are told apart by case: it must be `MACAddress=` in `[{right}]`"))
        }
        "X-MACAddress" if in_place => Some("keys that start with `X-` are for other programs".to_owned()),
        "HWAddress" | "HWAddr" | "MAC" if in_place || tried => {
            Some(format!("there is no such key: it must be `MACAddress=` in `[{right}]`"))
        }
        "MACAddressPolicy" if right == "NetDev" && tried => {
            Some("`MACAddressPolicy=` counts in `[Link]` of a `.link` file only".to_owned())
        }
        _ => None,
    }
}

/// The assignment that a continued line before it has swallowed.
fn swallowed(item: &Assignment) -> Option<BString> {
    let value = item.value.as_bstr();
    let at = value.find(b"MACAddress=").filter(|_| item.key.text != "MACAddress")?;
    let rest = value.get(at..)?;
    let continued = item.value.span.end - item.value.span.start > value.len();
    (continued && meant(rest.strip_prefix(b"MACAddress=")?).is_some()).then(|| format!("`{}`", rest.as_bstr()).into())
}
