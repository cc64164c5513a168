//! What is told of each bridge after the boot.

use super::boot::Boot;
use super::files::Use;
use super::ifup::{End, Ifup};
use crate::judgement::{Bridge, Effect, Outcome, Pin};
use crate::span::Place;
use crate::stack::commands::ip_link_set;
use crate::stack::ifcfg::{self, Key};
use crate::stack::kernel::{Address, Kernel, LinkKind};
use crate::stack::udev::Udev;
use crate::syntax::shell::{Assignment, Fate};
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeMap;

pub(super) struct Report<'a> {
    pub(super) boot: &'a Boot<'a>,
    pub(super) names: &'a [(BString, Use)],
    pub(super) runs: &'a [Ifup],
    pub(super) udev: Option<&'a Udev>,
}

impl Report<'_> {
    /// The bridges that there are, and those that a file wants and boot does not make.
    pub(super) fn bridges(&self) -> Vec<Bridge> {
        let mut names: Vec<BString> = Vec::new();
        let wanted = self.runs.iter().filter(|run| is_bridge(run)).map(|run| &run.device);
        let kernel = self.boot.kernel.borrow();
        for name in wanted.chain(kernel.bridges()) {
            if !name.is_empty() && !names.contains(name) {
                names.push(name.clone());
            }
        }
        let mut bridges: Vec<Bridge> = names.iter().filter_map(|name| self.bridge(name.as_bstr())).collect();
        bridges.sort_by(|a, b| a.origin.cmp(&b.origin));
        bridges
    }

    fn bridge(&self, name: &BStr) -> Option<Bridge> {
        let kernel = self.boot.kernel.borrow();
        let own: Vec<&Ifup> = self.runs.iter().filter(|run| run.device == name).collect();
        let ports: Vec<&Ifup> = self.runs.iter().filter(|run| run.bridge == name && run.device != name).collect();
        // The file that makes it, else one that wants to, else one that is about it.
        let main =
            own.iter().find(|run| run.kind == "Bridge").or(own.iter().find(|run| is_bridge(run))).or(own.first());
        let made_by = kernel.link(name).and_then(|link| link.made_by.clone());
        let origin = main.and_then(|run| run.device_place.clone()).or(made_by)?;
        let outcome = kernel.outcome(name);
        let mut bridge = Bridge {
            name: name.to_owned(),
            ports: ports.iter().map(|run| run.device.clone()).collect(),
            implicit: main.is_none().then(|| match ports.first() {
                Some(port) => format!("`BRIDGE=` of the port {} makes it", port.device),
                None => "the file of another interface makes it".to_owned(),
            }),
            outcome,
            address: kernel.address(name).and_then(Address::known).filter(|_| outcome != Outcome::Absent),
            reason: String::new(),
            pins: self.pins(name, &own),
            carries_ip: own.iter().any(|run| run.carries_ip) || self.has_alias(name),
            unset_on_purpose: self.udev.map(|udev| udev.unset_on_purpose(name)).unwrap_or_default(),
            note: self.note(&own, outcome),
            origin,
        };
        bridge.reason = self.reason(&bridge, main.copied());
        Some(bridge)
    }

    /// Every place that was meant to set the address, in the order of the files.
    fn pins(&self, name: &BStr, own: &[&Ifup]) -> Vec<Pin> {
        let kernel = self.boot.kernel.borrow();
        let link = kernel.link(name).filter(|link| link.kind == LinkKind::Bridge);
        let winner = link.and_then(|link| link.set_by.as_ref()?.place.as_ref());
        let mut pins: BTreeMap<Place, Pin> = BTreeMap::new();
        for run in own {
            let last = run.address.as_ref().and_then(|address| address.place.as_ref());
            let last = last.map(|place| ifcfg::shown(self.boot.world.host, place)).unwrap_or_default();
            for found in &run.assignments {
                let Some(key) = ifcfg::key(found.key.as_bstr()) else { continue };
                let effect = self.effect(key, found, run, &last, winner);
                let pin = ifcfg::pin(&found.file, &found.key, &found.value, found.line, effect);
                // Sourced for several files, or called twice: what takes effect counts.
                let known = pins.get(&pin.place).is_some_and(|known| known.effect == Effect::Decides);
                if !known {
                    pins.insert(pin.place.clone(), pin);
                }
            }
        }
        for pin in self.in_address_files(name) {
            pins.insert(pin.place.clone(), pin);
        }
        let mut pins: Vec<Pin> = pins.into_values().collect();
        if link.is_some() {
            pins.extend(self.udev.map(|udev| udev.pins(name)).unwrap_or_default());
        }
        let by = winner.map_or("another line".to_owned(), |place| ifcfg::shown(self.boot.world.host, place));
        for pin in &mut pins {
            if link.is_some() && pin.effect == Effect::Decides && Some(&pin.place) != winner {
                pin.effect = Effect::Overridden(format!("{by} is applied after it"));
            }
        }
        pins
    }

    fn effect(&self, key: Key, found: &Assignment, run: &Ifup, last: &str, winner: Option<&Place>) -> Effect {
        let place = ifcfg::place(&found.file, &found.key, &found.value);
        let ineffective = |why: &str| Effect::Ineffective(why.to_owned());
        match (key, &found.fate) {
            (Key::HwAddr, _) => ineffective(
                "network-scripts only compare `HWADDR=` with the address that the bridge has: it sets none, and where it differs ifup stops",
            ),
            (Key::BridgeMacAddr, _) => {
                ineffective("network-scripts do not read `BRIDGE_MACADDR=`, only NetworkManager does")
            }
            (Key::Unknown, _) => {
                Effect::Ineffective(format!("network-scripts read `MACADDR=`, not `{}=`", found.key.text))
            }
            (Key::MacAddr, Fate::Lost(why)) => ineffective(why),
            (Key::MacAddr, Fate::Perhaps) => {
                ineffective("only the running system can tell whether the shell comes by here")
            }
            (Key::MacAddr, Fate::Sets) if winner == Some(&place) => Effect::Decides,
            (Key::MacAddr, Fate::Sets) => self.lost(&place, run, last),
        }
    }

    /// Why a `MACADDR=` that bash takes is not the one that decides; `last` shows the one that counts.
    fn lost(&self, place: &Place, run: &Ifup, last: &str) -> Effect {
        let Some(variable) = &run.address else {
            return Effect::Ineffective("a later `unset` takes it back".to_owned());
        };
        match (&variable.place, &run.end) {
            (Some(counts), _) if counts != place => Effect::Overridden(format!("`MACADDR=` in {last} comes after it")),
            (_, End::NotRun(_)) if self.boot.kernel.borrow().link(run.device.as_bstr()).is_none() => {
                by_hand(run, place)
            }
            (_, End::NotRun(why)) => Effect::Ineffective(why.clone()),
            (_, End::GaveUp(why)) => Effect::Ineffective(why.clone()),
            _ if variable.value.is_empty() => Effect::Ineffective("an empty value sets nothing".to_owned()),
            _ => match &run.refused {
                Some(why) => Effect::Invalid(format!("{why}, and ifup goes on without")),
                None if !variable.certain => {
                    Effect::Ineffective("only the running system can tell whether it is still set".to_owned())
                }
                None => Effect::Decides,
            },
        }
    }

    /// The files that only add addresses to the bridge.
    fn address_files(&self, bridge: &BStr) -> impl Iterator<Item = &BStr> {
        let files = self.names.iter().filter(|(_, used)| *used == Use::Addresses).map(|(name, _)| name.as_bstr());
        files.filter(move |name| {
            let rest = name.strip_prefix(bridge.as_bytes()).unwrap_or_default();
            rest.starts_with(b":") || rest.starts_with(b"-range")
        })
    }

    fn has_alias(&self, bridge: &BStr) -> bool {
        self.address_files(bridge).any(|name| self.boot.not_run(name, "").carries_ip)
    }

    /// Places in them that were meant to set the address: ifup-aliases takes only what is about IP.
    fn in_address_files(&self, bridge: &BStr) -> Vec<Pin> {
        let mut pins = Vec::new();
        for name in self.address_files(bridge) {
            let assignments = self.boot.not_run(name, "").assignments;
            let own = assignments.iter().filter(|found| *found.file != *self.boot.network_file);
            for found in own.filter(|found| ifcfg::key(found.key.as_bstr()).is_some()) {
                let why = "ifup-aliases takes only IP addresses from this file";
                let effect = Effect::Ineffective(why.to_owned());
                pins.push(ifcfg::pin(&found.file, &found.key, &found.value, found.line, effect));
            }
        }
        pins
    }

    /// What `ifup BRIDGE` by hand does otherwise than a boot.
    fn note(&self, own: &[&Ifup], outcome: Outcome) -> Option<String> {
        let pinned = outcome == Outcome::Pinned;
        own.iter().find_map(|run| {
            let has = |key: &str| run.assignments.iter().any(|found| found.key.text == key && found.fate == Fate::Sets);
            let sets = run.kind == "Bridge" && run.address.as_ref().is_some_and(|address| !address.value.is_empty());
            match &run.end {
                End::Finished if pinned && sets && has("HWADDR") => Some(format!(
                    "`ifup {}` before its ports stops at `HWADDR=`, and the bridge is then made without an address",
                    run.device
                )),
                End::NotRun(_) if sets => Some(format!("`ifup {}` by hand sets its `MACADDR=`", run.device)),
                _ => None,
            }
        })
    }

    /// Why the bridge comes out as it does.
    fn reason(&self, bridge: &Bridge, main: Option<&Ifup>) -> String {
        let stopped = main.and_then(|run| match &run.end {
            End::Finished => None,
            End::NotRun(why) => Some(why.clone()),
            End::GaveUp(why) => Some(why.clone()),
        });
        let file = main.map(|run| format!("ifcfg-{}", run.name)).unwrap_or_default();
        let meant = bridge.pins.iter().find_map(|pin| match &pin.effect {
            Effect::Invalid(why) => Some(format!("{} is no address for it ({why})", pin.what)),
            Effect::Ineffective(_) => Some(format!("{} has no effect", pin.what)),
            _ => None,
        });
        match (bridge.outcome, stopped) {
            (Outcome::Pinned, _) => match bridge.deciding() {
                Some(pin) => format!("ifup sets {} once the bridge is there, and it stays", pin.what),
                None => "ifup sets an address once the bridge is there, and it stays".to_owned(),
            },
            (Outcome::Generated, _) => {
                "ifup sets no address, and systemd-udevd makes one up when the bridge is made".to_owned()
            }
            (Outcome::Absent, Some(why)) => format!("{file} makes no bridge: {why}"),
            (Outcome::Absent, None) => format!("{file} makes no bridge"),
            (Outcome::Floating, Some(why)) => {
                format!("{why}; `BRIDGE=` of a port makes the bridge, which takes the lowest address among its ports")
            }
            (Outcome::Floating, None) => {
                let cause = match (&bridge.implicit, meant) {
                    (Some(how), _) => how.clone(),
                    (None, Some(meant)) => meant,
                    (None, None) => "no `MACADDR=` sets its address".to_owned(),
                };
                let udev = self
                    .udev
                    .map(|udev| format!(", systemd-udevd gives it none ({})", udev.why_not(bridge.name.as_bstr())));
                format!("{cause}{}, so it takes the lowest address among its ports", udev.unwrap_or_default())
            }
        }
    }
}

/// What `ifup` by hand does with the address of a bridge that boot does not make.
fn by_hand(run: &Ifup, place: &Place) -> Effect {
    let Some(value) = run.address.as_ref().and_then(|address| address.value.text()) else { return Effect::Decides };
    let mut kernel = Kernel::default();
    // There is nothing yet that could be in the way.
    let _ = kernel.add(run.device.as_bstr(), LinkKind::Bridge, None, None);
    let attempts = ip_link_set(&mut kernel, run.device.as_bstr(), value, place).attempts;
    match attempts.last().and_then(|attempt| attempt.failed.clone()) {
        Some(why) => Effect::Invalid(format!("{why}, and ifup goes on without")),
        None if value.is_empty() => Effect::Ineffective("an empty value sets nothing".to_owned()),
        None => Effect::Decides,
    }
}

/// Whether a file was meant to make a bridge.
fn is_bridge(run: &Ifup) -> bool {
    run.kind.trim_ascii().eq_ignore_ascii_case(b"Bridge")
}
