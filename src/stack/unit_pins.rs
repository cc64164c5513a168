//! Pins in `.netdev`, `.network` and `.link` files: what an assignment was meant to set.

mod misplaced;

use crate::address::MacAddress;
use crate::judgement::{Effect, Pin};
use crate::syntax::Token;
use crate::syntax::unit::Assignment;
use crate::systemd::address::{HwAddress, Verified, ethernet, hardware, verify};
use crate::systemd::files::{Config, File};
use bstr::ByteSlice;
pub(super) use misplaced::{misplaced, swallowed_value};

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

/// The address that was meant: quotes, an inline comment or other separators do not hide it from people.
fn meant(value: &[u8]) -> Option<MacAddress> {
    let bare = value.split(|byte| b"#;".contains(byte)).next().unwrap_or(value);
    let bare = bare.trim_with(|c| c.is_ascii_whitespace() || "\"'=".contains(c));
    let digits: Vec<u8> = bare.iter().copied().filter(|byte| !b":-. \t".contains(byte)).collect();
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
    /// No address: the assignment is ignored.
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

/// The assignments to `MACAddress=` in the sections of that name, with their headers.
pub(super) fn assignments<'a>(
    config: &'a Config,
    name: &'a str,
) -> impl Iterator<Item = (&'a File, Option<&'a Token>, &'a Assignment)> {
    let sections = config.files.iter().flat_map(|file| file.unit.sections.iter().map(move |section| (file, section)));
    sections.filter(move |(_, section)| section.is(name)).flat_map(|(file, section)| {
        let items = section.assignments.iter().filter(|item| item.is("MACAddress"));
        items.map(move |item| (file, section.name.as_ref(), item))
    })
}

/// The `[Link] MACAddress=` that is in effect in a `.network` or `.link` and its drop-ins.
pub(super) struct InForce<'a> {
    /// The address and where it is asked for.
    pub last: Option<(HwAddress, &'a File, &'a Assignment)>,
}

impl<'a> InForce<'a> {
    pub fn read(config: &'a Config, release: u32) -> Self {
        let mut last = None;
        for (file, item) in config.all("Link", "MACAddress") {
            match asked(&item.value.text, release) {
                Asked::Address(address) => last = Some((address, file, item)),
                Asked::Nothing => last = None,
                Asked::Invalid => {}
            }
        }
        Self { last }
    }

    /// Why an assignment with an address is not the one in effect, as a clause.
    pub fn beats(&self, item: &Assignment) -> Option<String> {
        match self.last {
            Some((_, _, last)) if std::ptr::eq(last, item) => None,
            Some((_, file, _)) => Some(format!("a later `MACAddress=` in {} wins", file.shown())),
            None => Some("a later empty `MACAddress=` takes it back".to_owned()),
        }
    }
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
