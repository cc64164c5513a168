//! Which address a fix writes: the first that is known of what the user named, what the file
//! meant, the running bridge's own, and the uplink's.

use super::generate;
use crate::check::{Subject, View};
use crate::finding::Applicability;
use crate::judgement::{Effect, Outcome, PinValue};
use crate::links::{DEPTH, Evidence, Link, Links, Named, Shape, Source, vlan_parent};
use crate::template::is_marked;
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeSet;

/// An address for a bridge and how far it can be trusted.
pub(super) struct Wanted {
    pub(super) value: PinValue,
    /// Where it is known from.
    pub(super) source: String,
    pub(super) applicability: Applicability,
    /// Why it is not safe, or what changes on the wire.
    pub(super) remarks: Vec<String>,
}

impl Wanted {
    fn safe(value: PinValue, source: String) -> Self {
        Self { value, source, applicability: Applicability::Safe, remarks: Vec::new() }
    }

    fn only_shown(mut self, remark: String) -> Self {
        self.applicability = Applicability::Shown;
        self.remarks.push(remark);
        self
    }
}

/// The address for a bridge: a link's name only where no address is known, a made-up one only where no name is.
pub(super) fn wanted(subject: &Subject<'_>, view: &View<'_>) -> Option<Wanted> {
    let known = named_by_user(subject, view)
        .or_else(|| meant_by_file(subject, view))
        .or_else(|| pinned_elsewhere(view))
        .or_else(|| running(subject, view))
        .or_else(|| uplink(subject, view))
        .or_else(|| uplink_by_name(subject, view));
    known.map(|wanted| remarked(subject, view, wanted)).or_else(|| generated(subject, view))
}

/// An address that is made up, where that is asked for (`--generate`) and the host has a name.
pub(super) fn generated(subject: &Subject<'_>, view: &View<'_>) -> Option<Wanted> {
    let host = subject.options.generate.then(|| generate::host_name(subject.world.host))??;
    let remark = match ports(view).first() {
        Some(port) => format!(
            "Nothing on the network knows this address: where a hoster, a DHCP reservation or port security expects that of {port}, the host loses its network."
        ),
        None => "Nothing on the network knows this address.".to_owned(),
    };
    let wanted = Wanted {
        value: PinValue::Address(generate::address(&host, view.name)),
        source: format!("the names of the host, {host}, and of the bridge (--generate)"),
        applicability: Applicability::Unsafe,
        remarks: vec![remark],
    };
    Some(remarked(subject, view, wanted))
}

/// With what speaks against the address, or what changes with it.
fn remarked(subject: &Subject<'_>, view: &View<'_>, mut wanted: Wanted) -> Wanted {
    hold_back_where_renamed(subject, view, &mut wanted);
    if view.worst().1.outcome == Outcome::Generated {
        wanted
            .remarks
            .push("The address on the wire changes from the generated one when this takes effect.".to_owned());
    }
    wanted
}

/// An address by which something renames links is not safe: the bridge would be taken for the NIC.
fn hold_back_where_renamed(subject: &Subject<'_>, view: &View<'_>, wanted: &mut Wanted) {
    let PinValue::Address(address) = wanted.value else { return };
    let Some(renamer) = subject.world.links.renamer(address, view.name) else { return };
    wanted.applicability = wanted.applicability.min(Applicability::Unsafe);
    wanted.remarks.push(format!(
        "{} renames every link with that address to {}, {} too once it has it: {}.",
        subject.told_by(&renamer.source),
        renamer.to,
        view.name,
        renamer.cure
    ));
}

/// `--mac BRIDGE=ADDRESS`.
fn named_by_user(subject: &Subject<'_>, view: &View<'_>) -> Option<Wanted> {
    let Named { address, by } = subject.options.wanted.get(view.name)?;
    Some(Wanted::safe(PinValue::Address(*address), by.clone()))
}

/// The address that the file states where it has no effect.
fn meant_by_file(subject: &Subject<'_>, view: &View<'_>) -> Option<Wanted> {
    let pins = view.on.iter().flat_map(|(_, bridge)| &bridge.pins).filter(|pin| pin.effect != Effect::Decides);
    let meant: Vec<_> = pins.filter_map(|pin| Some((pin, pin.meant.filter(|address| address.is_usable())?))).collect();
    let (pin, address) = *meant.last()?;
    let wanted = Wanted::safe(PinValue::Address(address), format!("{} in {}", pin.what, subject.shown(&pin.place)));
    match meant.iter().find(|(_, other)| *other != address) {
        Some((pin, other)) => {
            Some(wanted.only_shown(format!("{} in {} says {other}.", pin.what, subject.shown(&pin.place))))
        }
        None => Some(wanted),
    }
}

/// The address that the files give the bridge already on another stack that may read them.
fn pinned_elsewhere(view: &View<'_>) -> Option<Wanted> {
    let pinned = view.on.iter().filter(|(_, bridge)| bridge.outcome == Outcome::Pinned);
    let mut known = pinned.filter_map(|(reading, bridge)| Some((reading, bridge.address?)));
    let (reading, address) = known.next()?;
    let source = format!("these files, as {} reads them", reading.stack);
    known.all(|(_, other)| other == address).then(|| Wanted::safe(PinValue::Address(address), source))
}

/// The bridge's own address, where sysfs shows that it was set. Facts show no `addr_assign_type`: what
/// they tell of a bridge may be the address of a port that it has no more.
fn running(subject: &Subject<'_>, view: &View<'_>) -> Option<Wanted> {
    let link = subject.world.links.get(view.name)?;
    if subject.options.prefer_uplink || link.assign_type != Some(3) {
        return None;
    }
    let evidence = link
        .evidence
        .iter()
        .find(|evidence| matches!(evidence.source, Source::Sysfs(_)) && evidence.address.is_usable())?;
    Some(Wanted::safe(PinValue::Address(evidence.address), format!("{} has it now", view.name)))
}

/// The lowest address of the ports, as the kernel would choose among those that last.
fn uplink(subject: &Subject<'_>, view: &View<'_>) -> Option<Wanted> {
    let links = subject.world.links;
    let known = ports(view).into_iter().filter_map(|port| Some((port, links.address_or_parents(port.as_bstr())?)));
    let (port, evidence) = known
        .filter(|(port, evidence)| evidence.address.is_usable() && lasts(links, port.as_bstr(), evidence))
        .min_by_key(|(_, evidence)| evidence.address)?;
    let source = format!("{}: {}", links.origin(port.as_bstr()), subject.told_by(&evidence.source));
    let mut wanted = Wanted::safe(PinValue::Address(evidence.address), source);
    let moving = |name: &BStr| links.moving_bond(name).map(ToOwned::to_owned);
    if let Some(bond) = moving(port.as_bstr()).or_else(|| moving(vlan_parent(port.as_bstr())?)) {
        wanted.remarks.push(format!(
            "The address of {bond} is its active port's (`fail_over_mac` is `active`) and changes with it; {} keeps this one.",
            view.name
        ));
    }
    match conflict(links, port.as_bstr()) {
        Some(other) => {
            Some(wanted.only_shown(format!("{port} has {} by {}.", other.address, subject.told_by(&other.source))))
        }
        None => Some(wanted),
    }
}

/// Whether a port has that address the next time too. A bridge is no bridge's port (`br_add_if` refuses it).
fn lasts(links: &Links, port: &BStr, evidence: &Evidence) -> bool {
    links.get(port).is_none_or(|link| link.shape != Shape::Bridge && (evidence.assigned || !link.is_made_up()))
}

/// The first port that is a NIC or a bond, by its name.
pub(super) fn uplink_by_name(subject: &Subject<'_>, view: &View<'_>) -> Option<Wanted> {
    let links = subject.world.links;
    let name = ports(view).into_iter().find_map(|port| nic(links, port.as_bstr()))?;
    let source = format!("{name} itself: it is copied when the bridge is made");
    Some(Wanted::safe(PinValue::LinkName(name), source))
}

/// The ports that the configuration gives the bridge on any stack; none of those that a template fills in, whose
/// words are no names.
fn ports<'a>(view: &View<'a>) -> Vec<&'a BString> {
    let mut seen = BTreeSet::new();
    let all = || view.on.iter().flat_map(|(_, bridge)| &bridge.ports);
    if all().any(|port| is_marked(port)) {
        return Vec::new();
    }
    all().filter(|port| seen.insert(*port)).collect()
}

/// What another source says of the link's hardware address.
fn conflict<'a>(links: &'a Links, port: &BStr) -> Option<&'a Evidence> {
    let chosen = links.address_or_parents(port)?;
    let mut others = links.get(port)?.evidence.iter().filter(|other| other.assigned == chosen.assigned);
    others.find(|other| other.address != chosen.address)
}

/// The link whose name stands for the port's address: up before the bridge, and no software's.
fn nic<'a>(links: &'a Links, port: &'a BStr) -> Option<BString> {
    /// Links that software makes, by the names that it gives them.
    const MADE: &[&str] = &[
        "bat", "br", "docker", "dummy", "fwln", "gre", "ifb", "ipvl", "lo", "lxc", "macvlan", "mesh", "ppp", "sit",
        "tap", "tun", "vb", "veth", "virbr", "vmbr", "vnet", "vxlan", "wg",
    ];
    let parent = |name: &&'a BStr| match links.get(name).map(|link| &link.shape) {
        Some(Shape::Vlan(parent)) => Some(parent.as_bstr()),
        _ => vlan_parent(name),
    };
    let port =
        std::iter::successors(Some(port), parent).take(DEPTH + 1).last().filter(|port| parent(port).is_none())?;
    let link = links.get(port);
    let shape = link.map(|link| &link.shape);
    let made = MADE.iter().any(|prefix| port.starts_with(prefix.as_bytes())) || link.is_some_and(Link::is_made_up);
    let plain = port.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
    (plain && !made && shape != Some(&Shape::Bridge)).then(|| port.to_owned())
}
