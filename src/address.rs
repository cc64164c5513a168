//! A bridge's or link's MAC address.

use std::fmt::{self, Write};
use std::str::FromStr;

/// An Ethernet hardware address. Ordered as the kernel orders them when it
/// chooses a bridge's address (`memcmp` in `br_stp_recalculate_bridge_id`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddress(pub [u8; 6]);

impl MacAddress {
    /// Parses six octets of one or two hex digits with colons between, the
    /// notation that iproute2, the kernel's files and every stack take.
    /// What else a stack accepts stands in that stack's file.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        Self::parse_separated(text, b':')
    }

    /// As [`parse`](Self::parse), with another separator.
    #[must_use]
    pub fn parse_separated(text: &[u8], separator: u8) -> Option<Self> {
        let mut octets = [0; 6];
        let mut fields = text.split(|&byte| byte == separator);
        for octet in &mut octets {
            *octet = hex_octet(fields.next()?)?;
        }
        fields.next().is_none().then_some(Self(octets))
    }

    /// The group bit: no interface may own such an address.
    #[must_use]
    pub fn is_multicast(self) -> bool {
        self.0[0] & 1 != 0
    }

    /// The bit that says "not from a manufacturer": made up, by software or by hand.
    #[must_use]
    pub fn is_local(self) -> bool {
        self.0[0] & 2 != 0
    }

    /// `00:00:00:00:00:00`.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 == [0; 6]
    }

    /// Whether the kernel lets an interface have it (`is_valid_ether_addr`).
    #[must_use]
    pub fn is_usable(self) -> bool {
        !self.is_multicast() && !self.is_zero()
    }
}

/// An address that an interface may have, as users name it on the command line and in the configuration file.
impl FromStr for MacAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let address = Self::parse(text.as_bytes()).ok_or_else(|| {
            format!(
                "`{text}` is no address; write six pairs of hexadecimal digits with colons between, like b4:99:ba:00:00:01"
            )
        })?;
        if !address.is_usable() {
            return Err(format!("no interface can have {address}: it is all zero or a multicast address"));
        }
        Ok(address)
    }
}

fn hex_octet(field: &[u8]) -> Option<u8> {
    if field.is_empty() || field.len() > 2 {
        return None;
    }
    field.iter().try_fold(0u8, |octet, &digit| {
        let value = (digit as char).to_digit(16)?;
        Some((octet << 4) | value as u8)
    })
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
        for (index, octet) in self.0.into_iter().enumerate() {
            if index > 0 {
                f.write_char(':')?;
            }
            f.write_char(digit(octet >> 4))?;
            f.write_char(digit(octet & 15))?;
        }
        Ok(())
    }
}

impl fmt::Debug for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn parses_what_iproute2_takes() {
        let show = |text: &str| MacAddress::parse(text.as_bytes()).map(|mac| mac.to_string());
        assert_eq!(show("B4:99:ba:0:0:1").as_deref(), Some("b4:99:ba:00:00:01"));
        for refused in [
            "",
            "b4:99:ba:00:00",
            "b4:99:ba:00:00:01:02",
            "b4-99-ba-00-00-01",
            "b499ba000001",
            "1b4:99:ba:00:00:01",
            "b4:99:ba:00:00:",
        ] {
            assert_eq!(show(refused), None, "{refused:?}");
        }
    }
}
