//! `ifup-eth`, up to where a port joins its bridge. Line numbers are those of initscripts' main
//! branch (9d622839).

use super::boot::Boot;
use super::ifup::Sourced;
use super::settings::{is_true, text};
use crate::span::{Place, Span};
use crate::stack::commands::ip_link_set;
use crate::stack::kernel::{Address, Cause, LinkKind};
use crate::syntax::shell::{Shell, Value};
use bstr::{BStr, ByteSlice};

impl Boot<'_> {
    /// Runs it. An error is why it exits before it comes to the address.
    pub(super) fn ifup_eth(&self, sourced: &Sourced<'_>, refused: &mut Option<String>) -> Result<(), String> {
        let shell = &sourced.shell;
        let (device, real) = (BStr::new(&sourced.device), BStr::new(&sourced.real_device));
        let kind = text(shell, "TYPE");
        self.check_hwaddr(shell, device, real)?;
        if kind == "Bridge" {
            self.make_bridge(shell, device)?;
        }
        self.make_others(shell, device, kind);
        if real.is_empty() {
            return Err("`DEVICE=` is missing".to_owned());
        }
        if !self.is_available(real, shell) {
            return Err(match kind.eq_ignore_ascii_case(b"Bridge") {
                true => format!(
                    "`TYPE={kind}` is not `Bridge`, so ifup looks for a device {device}, and there is none then"
                ),
                false => format!("ifup makes no bridge without `TYPE=Bridge`, and there is no device {device} then"),
            });
        }
        self.set_address(shell, device, refused);
        let slave = text(shell, "SLAVE");
        let is_slave = if self.release >= 9 { is_true(slave) } else { slave == "yes" };
        if !is_slave || text(shell, "MASTER").is_empty() {
            self.join_bridge(shell, device);
        }
        Ok(())
    }

    /// "bail out, if the MAC does not fit" (ifup-eth:40-46).
    fn check_hwaddr(&self, shell: &Shell<'_>, device: &BStr, real: &BStr) -> Result<(), String> {
        let wanted = text(shell, "HWADDR").to_ascii_uppercase();
        if wanted.is_empty() {
            return Ok(());
        }
        let kernel = self.kernel.borrow();
        let found = match kernel.address(real) {
            None => String::new(),
            Some(Address::Known(address)) => address.to_string().to_uppercase(),
            // Evidence of a NIC's address is nothing else than this line.
            Some(Address::Unknown) if kernel.link(real).is_some_and(|link| link.kind != LinkKind::Bridge) => {
                return Ok(());
            }
            Some(Address::Unknown) => "?".to_owned(),
        };
        if found.as_bytes() == wanted || found.as_bytes() == text(shell, "MACADDR").to_ascii_uppercase() {
            return Ok(());
        }
        let has = match found.as_str() {
            "" => "does not exist then".to_owned(),
            "?" => "has whatever address its ports give it".to_owned(),
            found => format!("has {} then", found.to_lowercase()),
        };
        Err(format!("`HWADDR=` must be the address that {device} has, or ifup stops, and {device} {has}"))
    }

    /// "If the device is a bridge, create it" (ifup-eth:60-76).
    fn make_bridge(&self, shell: &Shell<'_>, device: &BStr) -> Result<(), String> {
        // Since RHEL 8 the options are arguments of the `ip` that makes the bridge.
        let options = [("DELAY", u32::MAX), ("PRIO", u16::MAX.into()), ("AGEING", u32::MAX)];
        for (key, largest) in options.into_iter().filter(|_| self.release >= 8) {
            let value = text(shell, key);
            if !value.is_empty() && number(value.trim_ascii()).is_none_or(|number| number > largest) {
                return Err(format!("`ip` refuses `{key}={value}`, which ifup passes on when it makes the bridge"));
            }
        }
        if device.is_empty() {
            return Err("`DEVICE=` is missing".to_owned());
        }
        let place = shell.variable(BStr::new("DEVICE")).and_then(|variable| variable.place.clone());
        self.add_bridge(device, place)
    }

    fn add_bridge(&self, name: &BStr, made_by: Option<Place>) -> Result<(), String> {
        let mut kernel = self.kernel.borrow_mut();
        match kernel.link(name).map(|link| link.kind) {
            Some(LinkKind::Bridge) => return Ok(()),
            Some(_) => return Err(format!("there is a device {name} that is no bridge")),
            None => {}
        }
        // `dev_valid_name` (net/core/dev.c).
        let bad = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b':' | 0x0b);
        if name.is_empty() || name.len() > 15 || name == "." || name == ".." || name.iter().any(bad) {
            return Err(format!("`{name}` is no name that a link can have"));
        }
        kernel.add(name, LinkKind::Bridge, None, made_by).map_err(|_| format!("the kernel refuses to make {name}"))
    }

    /// veth pairs, taps and teams.
    fn make_others(&self, shell: &Shell<'_>, device: &BStr, kind: &BStr) {
        let team = !text(shell, "TEAM_CONFIG").is_empty() || text(shell, "DEVICETYPE") == "Team";
        if kind == "Veth" || kind == "Tap" || team {
            // One that is there already stays as it is.
            let _ = self.kernel.borrow_mut().add(device, LinkKind::Virtual, None, None);
        }
    }

    /// `ip link set dev ${DEVICE} address ${MACADDR}` (ifup-eth:145-147): in words, and whatever
    /// it says, ifup goes on.
    fn set_address(&self, shell: &Shell<'_>, device: &BStr, refused: &mut Option<String>) {
        let Some(variable) = shell.variable(BStr::new("MACADDR")).filter(|variable| variable.certain) else { return };
        let place = variable.place.clone().unwrap_or_else(|| Place::new(&self.network_file, Span::at(0)));
        let mut kernel = self.kernel.borrow_mut();
        match &variable.value {
            Value::Text(value) if value.is_empty() => {}
            Value::Text(value) => {
                // `source_config` turns small letters into capitals, so that other words of `ip` are none.
                let value = value.to_ascii_uppercase();
                let run = ip_link_set(&mut kernel, device, BStr::new(&value), &place);
                *refused = match run.attempts.last() {
                    Some(attempt) => attempt.failed.clone(),
                    None => Some("`ip` gets no address to set".to_owned()),
                };
            }
            Value::Unknown => {
                let set = kernel.set_address(device, Address::Unknown, Cause::stated(place));
                *refused = set.err().map(|_| format!("there is no device {device} then"));
            }
        }
    }

    /// "If the device is part of a bridge, add the device to the bridge" (ifup-eth:197-205).
    fn join_bridge(&self, shell: &Shell<'_>, device: &BStr) {
        let bridge = text(shell, "BRIDGE");
        if !bridge.is_empty() {
            let place = shell.variable(BStr::new("BRIDGE")).and_then(|variable| variable.place.clone());
            // What fails here is not checked.
            let _ = self.add_bridge(bridge, place);
            let _ = self.kernel.borrow_mut().set_master(device, bridge);
        }
    }
}

/// A number as iproute2's `get_u32` and `get_u16` take it (lib/utils.c): decimal or hexadecimal.
fn number(text: &[u8]) -> Option<u32> {
    match text.strip_prefix(b"0x").or(text.strip_prefix(b"0X")) {
        Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => u32::from_str_radix(digits.to_str().ok()?, 16).ok(),
        Some(_) => None,
        None => text.to_str().ok()?.parse().ok(),
    }
}
