//! Hardware addresses as systemd reads, checks and makes them.

use crate::address::MacAddress;
use crate::host::Host;
use siphasher::sip::SipHasher24;
use std::path::Path;

/// A value that systemd takes as a hardware address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HwAddress {
    /// Of six bytes.
    Ethernet(MacAddress),
    /// Of 4, 16 or 20 bytes: for tunnels and InfiniBand, no bridge can have it.
    Other,
}

/// The six bytes that `MACAddress=` of a `.netdev` may have: one or two hex digits between colons
/// or hyphens, or one to four between dots (`parse_hw_addr_full()`, src/basic/ether-addr-util.c).
#[must_use]
pub fn ethernet(text: &[u8]) -> Option<MacAddress> {
    let colons = || MacAddress::parse(text);
    let hyphens = || MacAddress::parse_separated(text, b'-');
    colons().or_else(hyphens).or_else(|| Some(MacAddress(bytes(text, b'.')?.try_into().ok()?)))
}

/// What `MACAddress=` of a `.network` and a `.link` may be: IP addresses and InfiniBand too.
#[must_use]
pub fn hardware(text: &[u8]) -> Option<HwAddress> {
    let is_ip = || std::str::from_utf8(text).is_ok_and(|text| text.parse::<std::net::IpAddr>().is_ok());
    let other = |separator| bytes(text, separator).is_some_and(|bytes| [4, 16, 20].contains(&bytes.len()));
    if let Some(address) = ethernet(text) {
        return Some(HwAddress::Ethernet(address));
    }
    (is_ip() || other(b':') || other(b'-') || other(b'.')).then_some(HwAddress::Other)
}

/// The bytes of hex fields, two bytes a field between dots.
fn bytes(text: &[u8], separator: u8) -> Option<Vec<u8>> {
    let width = if separator == b'.' { 2 } else { 1 };
    let mut out = Vec::new();
    for field in text.split(|&byte| byte == separator) {
        if field.is_empty() || field.len() > 2 * width || out.len() >= 20 {
            return None;
        }
        let digits = field.iter().map(|&digit| (digit as char).to_digit(16));
        let value = digits.into_iter().try_fold(0, |value, digit| Some(value << 4 | digit?))?;
        out.extend_from_slice(value.to_be_bytes().get(4 - width..)?);
    }
    Some(out)
}

/// An address that was asked for and what an interface gets (`net_verify_hardware_address()`,
/// src/shared/netif-util.c, since 250; before that the kernel refused what no link can have).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// This one, the multicast bit cleared where it was set.
    Set(MacAddress),
    /// None: all zeros, also without the multicast bit, which the kernel then refuses (measured on
    /// 252 and 257), all ones, or (before 250) multicast.
    Refused,
}

/// What becomes of an address that the configuration asks for.
#[must_use]
pub fn verify(address: MacAddress, release: u32) -> Verified {
    let [first, rest @ ..] = address.0;
    if address.0 == [0xff; 6] || release < 250 && address.is_multicast() {
        return Verified::Refused;
    }
    let [b, c, d, e, f] = rest;
    let unicast = MacAddress([first & 0xfe, b, c, d, e, f]);
    if unicast.is_zero() { Verified::Refused } else { Verified::Set(unicast) }
}

/// The key of networkd's hash (`HASH_KEY`, src/network/netdev/netdev.c).
pub const NETWORKD_KEY: [u8; 16] = 0x52e145bd_006f2996_21c6306d_83710448_u128.to_be_bytes();
/// The key of udevd's hash (`HASH_KEY`, src/shared/netif-util.c).
pub const UDEV_KEY: [u8; 16] = 0xd31e48fa_90fe4b4c_9dafd5d7_a1b12e8a_u128.to_be_bytes();

/// Where the machine-id lies, relative to the host's root.
pub const MACHINE_ID: &str = "etc/machine-id";

/// `/etc/machine-id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineId {
    /// It is in the tree.
    Known([u8; 16]),
    /// The tree is a copy without it; the machine will have one.
    Unknown,
    /// The machine has none, and systemd makes no address up.
    Unusable,
}

impl MachineId {
    /// What a host's tree tells.
    #[must_use]
    pub fn read(host: &Host) -> Self {
        // A newline may end it, and nothing else (`id128_read_fd()`).
        let known =
            host.read(Path::new(MACHINE_ID)).and_then(|text| parse_id(text.strip_suffix(b"\n").unwrap_or(&text)));
        match known {
            Some(id) => Self::Known(id),
            None if host.is_live() => Self::Unusable,
            None => Self::Unknown,
        }
    }

    /// The address that is made of it and an interface's name: six bytes of the SipHash-2-4, made
    /// local and unicast (`net_get_unique_predictable_data_from_name()`, src/shared/netif-util.c).
    #[must_use]
    pub fn address(self, key: &[u8; 16], name: &[u8]) -> Option<MacAddress> {
        let Self::Known(id) = self else { return None };
        let hash = SipHasher24::new_with_key(key).hash(&[&id, name].concat());
        let [a, b, c, d, e, f, ..] = hash.to_le_bytes();
        Some(MacAddress([a & 0xfe | 0x02, b, c, d, e, f]))
    }
}

/// 32 hex digits, not all zero (`id128_read()`, src/libsystemd/sd-id128/id128-util.c).
#[must_use]
pub fn parse_id(text: &[u8]) -> Option<[u8; 16]> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.len() == 32 && !text.starts_with('+'))?;
    u128::from_str_radix(text, 16).ok().filter(|&id| id != 0).map(u128::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn reads_the_notations_of_networkd() {
        let show = |text: &str| ethernet(text.as_bytes()).map(|address| address.to_string());
        for text in ["02:AA:bb:cc:dd:1", "02-aa-bb-cc-dd-01", "02aa.bbcc.dd01", "2aa.bbcc.dd01"] {
            assert_eq!(show(text).as_deref(), Some("02:aa:bb:cc:dd:01"), "{text}");
        }
        for text in [
            "",
            "02aabbccdd01",
            "02:aa-bb:cc-dd:01",
            "02:aa:bb:cc:dd",
            "02:aa:bb:cc:dd:01:",
            "0x02:aa:bb:cc:dd:01",
            "02a:aa:bb:cc:dd:01",
            "1.2.3.4",
            "02aa.bbcc",
            "none",
            "\"02:aa:bb:cc:dd:01\"",
        ] {
            assert_eq!(show(text), None, "{text}");
        }
        for text in ["1.2.3.4", "::1", "0a.0b", "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13"] {
            assert_eq!(hardware(text.as_bytes()), Some(HwAddress::Other), "{text}");
        }
    }

    #[test]
    fn reads_a_machine_id_with_a_newline_and_nothing_else() {
        let id = "0123456789abcdef0123456789abcdef";
        let read = |text: String| {
            let folder = tempfile::tempdir().unwrap();
            MachineId::read(&Host::new(folder.path()).live(true).with_file(Path::new(MACHINE_ID), text.into_bytes()))
        };
        for text in [id.to_owned(), format!("{id}\n"), id.to_uppercase()] {
            assert!(matches!(read(text.clone()), MachineId::Known(_)), "{text:?}");
        }
        for end in ["\r\n", " \n", "\n\n", " ", "0"] {
            assert_eq!(read(format!("{id}{end}")), MachineId::Unusable, "{end:?}");
        }
    }

    #[test]
    fn clears_the_multicast_bit_where_something_is_left() {
        let verified = |text: &str| verify(MacAddress::parse(text.as_bytes()).unwrap(), 257);
        assert_eq!(verified("03:0:0:0:0:1"), Verified::Set(MacAddress([2, 0, 0, 0, 0, 1])));
        for text in ["0:0:0:0:0:0", "1:0:0:0:0:0", "ff:ff:ff:ff:ff:ff"] {
            assert_eq!(verified(text), Verified::Refused, "{text}");
        }
    }

    #[test]
    fn makes_the_addresses_that_systemd_makes() {
        let id = MachineId::Known(parse_id(b"0123456789abcdef0123456789abcdef").unwrap());
        let show = |key| id.address(key, b"br0").unwrap().to_string();
        assert_eq!((show(&NETWORKD_KEY), show(&UDEV_KEY)), ("52:9c:2f:97:80:e3".into(), "2e:51:d4:17:b5:1e".into()));
    }
}
