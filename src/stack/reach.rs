//! The IPv4 networks that `/etc/network/interfaces` puts the host into: a route through a gateway outside of them fails
//! (`Network is unreachable`), and with it what stands after it.

use super::eni::{Config, Stanza};
use crate::bytes::split_once;
use crate::syntax::Token;
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// Networks, addresses and routes, as far as the configuration tells all of them.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    nets: BTreeSet<(u32, u8)>,
    locals: BTreeSet<Ipv4Addr>,
    /// What links were given while they came up.
    given: BTreeSet<(BString, Ipv4Addr, u8)>,
    routes: BTreeSet<BString>,
}

impl Reach {
    /// What the stanzas give; `None` where a server or another program gives more (`dhcp`, `ppp`).
    pub(super) fn of(config: &Config) -> Option<Self> {
        let mut reach = Self::default();
        for stanza in &config.stanzas {
            reach.stanza(stanza)?;
        }
        Some(reach)
    }

    fn stanza(&mut self, stanza: &Stanza) -> Option<()> {
        /// Methods that bring no address but those of the stanza.
        const PLAIN: &[&str] = &["loopback", "manual", "none", "static"];
        let method = stanza.method.as_ref().map(Token::as_bstr);
        if method.is_some_and(|method| !PLAIN.iter().any(|plain| method == *plain)) {
            return None;
        }
        let options = || stanza.options.iter().map(|opt| (opt.key.token.as_bstr(), opt.value.as_bstr()));
        let mask = options().find(|option| option.0 == "netmask").map(|option| option.1);
        for (key, value) in options() {
            match key.as_bytes() {
                b"address" if value.contains(&b':') => {}
                b"address" => {
                    let whole = (value.as_bytes(), mask.map_or(&b"8"[..], |mask| mask.as_bytes()));
                    let (host, length) = split_once(value, b'/').unwrap_or(whole);
                    self.add_address(address(BStr::new(host))?, prefix(BStr::new(length))?);
                }
                b"pointopoint" | b"point-to-point" => self.add_net(address(value)?, 32),
                b"use" | b"vrf" => return None,
                _ => {}
            }
        }
        Some(())
    }

    /// A link gets an address.
    pub(super) fn add_address(&mut self, address: Ipv4Addr, length: u8) {
        self.locals.insert(address);
        self.add_net(address, length);
    }

    /// Notes a link's address; says whether it is new there.
    pub(super) fn add_to_link(&mut self, link: &BStr, address: Ipv4Addr, length: u8) -> bool {
        self.given.insert((link.to_owned(), address, length))
    }

    /// A network lies at a link.
    pub(super) fn add_net(&mut self, address: Ipv4Addr, length: u8) {
        self.nets.insert((masked(address, length), length));
    }

    /// Whether a gateway can be reached.
    pub(super) fn covers(&self, gateway: Ipv4Addr) -> bool {
        (0..=32).any(|length| self.is_net(gateway, length))
    }

    /// Whether a network has its route from an address already.
    pub(super) fn is_net(&self, address: Ipv4Addr, length: u8) -> bool {
        self.nets.contains(&(masked(address, length), length))
    }

    /// Whether an address is the host's.
    pub(super) fn is_local(&self, address: Ipv4Addr) -> bool {
        address.is_loopback() || self.locals.contains(&address)
    }

    /// Adds a route; says whether it is new.
    pub(super) fn add_route(&mut self, key: BString) -> bool {
        self.routes.insert(key)
    }
}

fn masked(address: Ipv4Addr, length: u8) -> u32 {
    let shift = 32u32.saturating_sub(length.into());
    u32::from(address).checked_shr(shift).and_then(|bits| bits.checked_shl(shift)).unwrap_or(0)
}

/// An IPv4 address; short forms are not looked into.
pub(super) fn address(text: &BStr) -> Option<Ipv4Addr> {
    text.to_str().ok()?.trim().parse().ok()
}

/// A network's length, written so or as a mask.
fn prefix(text: &BStr) -> Option<u8> {
    let text = text.to_str().ok()?.trim();
    match text.parse::<Ipv4Addr>() {
        Ok(mask) => u8::try_from(u32::from(mask).leading_ones()).ok(),
        Err(_) => text.parse().ok().filter(|length| *length <= 32),
    }
}

/// `10.9.0.1/24`; without a length it is one host.
pub(super) fn network(text: &BStr) -> Option<(Ipv4Addr, u8)> {
    let (host, length) = split_once(text, b'/').map_or((text, None), |(host, length)| (host.as_bstr(), Some(length)));
    Some((address(host)?, length.map_or(Some(32), |length| prefix(length.as_bstr()))?))
}
