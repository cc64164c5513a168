//! What the stacks that bring interfaces up one by one share: the links that are there before,
//! and how every place that was meant to set an address fared.

pub(in crate::stack) mod fix;
mod report;
#[cfg(test)]
pub(super) mod testing;

pub(super) use fix::{candidates, command};
pub(super) use report::{bridge, implicit, lowest, unknown_options};

use super::commands::{Attempt, guess, makes};
use super::eni::{Opt, Stanza};
use super::kernel::{Address, Kernel, LinkKind};
use super::udev::Udev;
use super::{Stack, World};
use crate::judgement::{Effect, Pin};
use crate::links::Shape;
use crate::span::Place;
use bstr::{BStr, BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// The udevd that runs beside the stack, where one does.
pub(super) fn udev(world: World<'_>, stack: &Stack) -> Option<Udev> {
    stack.udev.then(|| Udev::read(world.host, world.assume, stack.systemd_release()))
}

/// The kernel before any interface is brought up. What the configuration makes itself (`made`) is
/// not there yet, even where `/sys` or facts show it running. Where nothing tells which links exist, all
/// others do.
pub(super) fn kernel(world: World<'_>, udev: Option<&Udev>, made: BTreeSet<BString>) -> Kernel {
    let mut kernel = Kernel::new(udev.cloned());
    kernel.see_files(world.host);
    for (name, link) in world.links.iter().filter(|(name, link)| !made.contains(*name) && link.shape != Shape::Bridge) {
        let complete = world.links.is_complete();
        let own = link.evidence.iter().find(|evidence| !evidence.assigned && (!complete || evidence.is_shown()));
        if let Some(own) = own {
            kernel.add_physical(name.as_bstr(), Address::Known(own.address));
        }
    }
    if !world.links.is_complete() {
        kernel.assume_links(made);
    }
    kernel
}

/// The same for a stack that needs no bridge-utils: `brctl` comes with that package alone, or with
/// Alpine's busybox (measured: without it a command line that calls it fails).
pub(super) fn native_kernel(world: World<'_>, stack: &Stack, udev: Option<&Udev>, made: BTreeSet<BString>) -> Kernel {
    let mut kernel = kernel(world, udev, made);
    if !stack.bridge_utils && !stack.alpine_bridge {
        kernel.lack_program("brctl");
    }
    kernel
}

/// Every place that was meant to set a link's address, in the order in which they were tried.
pub(super) struct Record {
    tried: BTreeMap<BString, Vec<Pin>>,
    places: BTreeSet<(BString, Place)>,
    pub(super) udev: Option<Udev>,
}

impl Record {
    /// Nothing was tried yet; `udev` sets what it sets when a bridge is made.
    pub(super) fn new(udev: Option<Udev>) -> Self {
        Self { tried: BTreeMap::new(), places: BTreeSet::new(), udev }
    }

    /// An option that was meant to set the address of `link`.
    pub(super) fn option(&mut self, link: &BStr, opt: &Opt, spelled: &BStr, effect: Effect) {
        let value = &opt.value.text;
        let pin = Pin {
            place: opt.value_place(),
            line: opt.line_place(),
            what: format!("`{spelled}`"),
            value: value.clone(),
            meant: guess(value),
            effect,
        };
        self.other(link, pin);
    }

    /// What a command line of the stanza was meant to set.
    pub(super) fn command(&mut self, opt: &Opt, attempts: Vec<Attempt>) {
        for attempt in attempts {
            self.attempt(attempt, opt.line_place(), format!("the `{}` command", opt.spelled()));
        }
    }

    /// What a command was meant to set, and what its line is called.
    pub(super) fn attempt(&mut self, attempt: Attempt, line: Place, what: String) {
        let effect = match attempt.failed {
            None => Effect::Decides,
            Some(why) if attempt.bad_value => Effect::Invalid(why),
            Some(why) => Effect::Ineffective(why),
        };
        let Attempt { link, place, value, meant, .. } = attempt;
        self.other(link.as_bstr(), Pin { place, line, what, value, meant, effect });
    }

    /// Another place, as a policy file.
    pub(super) fn other(&mut self, link: &BStr, pin: Pin) {
        self.places.insert((link.to_owned(), pin.place.clone()));
        self.tried.entry(link.to_owned()).or_default().push(pin);
    }

    /// Whether something at this place was tried.
    pub(super) fn knows(&self, link: &BStr, place: &Place) -> bool {
        self.places.contains(&(link.to_owned(), place.clone()))
    }

    /// How each place that was meant for `bridge` fared in the end, in the order of the files.
    pub(super) fn pins(&self, kernel: &Kernel, bridge: &BStr, files: &[Arc<Path>]) -> Vec<Pin> {
        let link = kernel.link(bridge).filter(|link| link.kind == LinkKind::Bridge);
        let winner = link.and_then(|link| link.set_by.as_ref()?.place.as_ref());
        let udev = self.udev.as_ref().filter(|_| link.is_some());
        let mut pins: Vec<Pin> = udev.map(|udev| udev.pins(bridge)).unwrap_or_default();
        pins.extend(self.tried.get(bridge).into_iter().flatten().cloned());
        let what = pins.iter().find(|pin| Some(&pin.place) == winner).map(|pin| pin.what.clone());
        for pin in pins.iter_mut().filter(|pin| pin.effect == Effect::Decides && Some(&pin.place) != winner) {
            pin.effect = Effect::Overridden(match &what {
                Some(what) => format!("{what} is applied after it"),
                None => "the bridge is made anew after it".to_owned(),
            });
        }
        let order = |place: &Place| files.iter().position(|file| *file == place.file).unwrap_or(files.len());
        // A place that acts more than once (a template's line, a loop) is told as the best that came of it.
        pins.sort_by_cached_key(|pin| (order(&pin.place), pin.place.clone(), rank(&pin.effect)));
        pins.dedup_by(|next, pin| next.place == pin.place);
        pins
    }

    /// Places that keep udevd from giving the bridge an address, and how they do.
    fn unset_on_purpose(&self, bridge: &BStr) -> Vec<(Place, String)> {
        self.udev.as_ref().map(|udev| udev.unset_on_purpose(bridge)).unwrap_or_default()
    }

    /// Why a running udevd gives the bridge no address, as a clause.
    fn udev_leaves_it(&self, bridge: &BStr) -> Option<String> {
        self.udev.as_ref().map(|udev| udev.why_not(bridge))
    }
}

fn rank(effect: &Effect) -> u8 {
    match effect {
        Effect::Decides => 0,
        Effect::Overridden(_) => 1,
        Effect::Invalid(_) => 2,
        Effect::Ineffective(_) => 3,
    }
}

/// Options that people write for a bridge's address and that no program of the family knows
/// (measured; from files in the wild). `_` as `-`, sorted.
const KNOWN_TO_NONE: &[&[u8]] = &[
    b"bridge-hwaddr",
    b"bridge-hwaddress",
    b"bridge-mac",
    b"bridge-macaddr",
    b"hw",
    b"hwaddr",
    b"link-address",
    b"lladdr",
    b"mac",
    b"mac-address",
    b"macaddress",
];

/// Whether an option's name was meant to set the address and never does.
pub(super) fn is_known_to_none(key: &BStr) -> bool {
    KNOWN_TO_NONE.contains(&key.to_ascii_lowercase().replace("_", "-").as_slice())
}

/// Whether the interface of these stanzas carries an IP address or asks for one.
pub(super) fn carries_ip<'a>(mut stanzas: impl Iterator<Item = &'a Stanza>) -> bool {
    let asks = |stanza: &Stanza| {
        let method = stanza.method.as_ref().map_or(&b""[..], |method| &method.text[..]);
        matches!(method, b"dhcp" | b"dhcp6" | b"auto" | b"bootp")
    };
    stanzas.any(|stanza| asks(stanza) || stanza.options.iter().any(|opt| opt.key.token.text == "address"))
}

/// The links that the command lines of an interface may make.
pub(super) fn made_by_commands<'a>(
    name: &BStr,
    options: impl Iterator<Item = &'a Opt>,
) -> impl Iterator<Item = BString> {
    let environment = BTreeMap::from([("IFACE".into(), name.to_owned())]);
    let runs_up = |opt: &&Opt| matches!(&opt.key.token.text[..], b"pre-up" | b"up" | b"post-up");
    options.filter(runs_up).flat_map(move |opt| makes(opt.value.text.as_bstr(), &environment))
}

/// The words of a value.
pub(super) fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}
