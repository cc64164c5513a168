//! What the rules over all hosts keep of one host: its bridges' addresses, where they come from,
//! and whether anybody wants to hear of them.

use crate::address::MacAddress;
use crate::check::{Subject, View};
use crate::finding::{Finding, Severity};
use crate::host::Host;
use crate::judgement::{Bridge, Outcome};
use crate::links::{Links, Shape, vlan_parent};
use crate::rules;
use crate::span::{Place, line_column};
use bstr::{BStr, BString, ByteSlice};
use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

/// As many VLANs as can lie on one another.
const DEPTH: usize = 8;

/// Where a bridge's address comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The configuration states it.
    Pinned,
    /// systemd makes it of the machine-id and the bridge's name.
    Generated,
}

/// One bridge with the address that it keeps.
#[derive(Clone, Debug)]
pub(super) struct Owner {
    pub(super) origin: Origin,
    pub(super) address: MacAddress,
    pub(super) bridge: BString,
    /// The first stack on which it has that address.
    pub(super) stack: String,
    /// The line that gives it the address, or that makes the bridge.
    pub(super) place: Place,
    /// The line's number, from 1.
    pub(super) line: usize,
    /// Bridges of one host with one segment lie on VLANs of one link: each has that link's address by rights.
    pub(super) segment: usize,
    /// A finding at this place is wanted: the file was asked for, no comment silences it.
    pub(super) wanted: bool,
}

/// One host's bridges with the addresses that they keep.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    pub(super) owners: Vec<Owner>,
    /// A bridge counts once, however many stacks read its files.
    seen: BTreeSet<(Origin, MacAddress, BString)>,
    /// The segment of the bridges with one address that lie on one link.
    segments: BTreeMap<(MacAddress, BString), usize>,
}

impl Summary {
    /// Adds the bridges of one family of the host's files.
    pub fn add(&mut self, subject: &Subject<'_>) {
        let of = |view| uplinks(subject.world.links, view);
        let uplinks: LazyCell<BTreeMap<&BStr, BTreeSet<BString>>, _> =
            LazyCell::new(|| subject.bridges.iter().map(|view| (view.name, of(view))).collect());
        for view in &subject.bridges {
            for (reading, bridge) in &view.on {
                let Some((origin, address)) = kept(bridge) else { continue };
                if self.seen.insert((origin, address, bridge.name.clone())) {
                    let segment = self.segment(address, view.name, &uplinks);
                    self.owners.push(Owner {
                        origin,
                        address,
                        bridge: bridge.name.clone(),
                        stack: reading.stack.to_string(),
                        place: bridge.deciding().map_or(&bridge.origin, |pin| &pin.place).clone(),
                        line: 0,
                        segment,
                        wanted: true,
                    });
                }
            }
        }
    }

    fn segment(&mut self, address: MacAddress, bridge: &BStr, uplinks: &BTreeMap<&BStr, BTreeSet<BString>>) -> usize {
        let own = uplinks.get(bridge).into_iter().flatten();
        // A bridge may lie on a VLAN of another bridge.
        let below = |name: &BString| uplinks.get(name.as_bstr()).into_iter().flatten().cloned();
        let names: BTreeSet<BString> = own.flat_map(|name| below(name).chain([name.clone()])).collect();
        let known = names.iter().find_map(|name| self.segments.get(&(address, name.clone())).copied());
        let segment = known.unwrap_or(self.owners.len());
        self.segments.extend(names.into_iter().map(|name| ((address, name), segment)));
        segment
    }

    /// What would be found if each were found elsewhere too: comments and the selection of rules have their say
    /// while the host is at hand.
    pub fn candidates(&self) -> impl Iterator<Item = Finding> {
        self.owners.iter().map(|owner| Finding {
            rule: rules::over_hosts(owner.origin),
            severity: Severity::Warning,
            place: owner.place.clone(),
            message: String::new(),
            label: String::new(),
            notes: Vec::new(),
            help: Vec::new(),
            bridge: Some(owner.bridge.clone()),
            stack: None,
            fix: None,
        })
    }

    /// Takes what is left of the [`candidates`](Self::candidates) out of a host's findings, and notes what is.
    pub fn take_back(&mut self, host: &Host, findings: &mut Vec<Finding>) {
        let mut left = BTreeSet::new();
        findings.retain(|finding| {
            let is_candidate = rules::is_over_hosts(finding.rule);
            if is_candidate {
                left.insert((finding.rule, finding.place.clone(), finding.bridge.clone()));
            }
            !is_candidate
        });
        self.owners.sort_by(|a, b| a.place.cmp(&b.place));
        let mut last: Option<(Place, usize)> = None;
        for owner in &mut self.owners {
            let key = (rules::over_hosts(owner.origin), owner.place.clone(), Some(owner.bridge.clone()));
            owner.wanted = left.contains(&key);
            // Lines are counted on from the owner before: a file may have very many.
            let (from, line) = match &last {
                Some((place, line)) if place.file == owner.place.file => (place.span.start, *line),
                _ => (0, 1),
            };
            let text = host.read(&owner.place.file).unwrap_or_default();
            let more =
                text.get(from..owner.place.span.start).map_or(1, |between| line_column(between, between.len()).0);
            owner.line = line + more - 1;
            last = Some((owner.place.clone(), owner.line));
        }
    }

    /// Only findings in files that were asked for are wanted.
    pub fn ask(&mut self, is_asked: impl Fn(&std::path::Path) -> bool) {
        for owner in &mut self.owners {
            owner.wanted &= is_asked(&owner.place.file);
        }
    }
}

/// The address that a bridge keeps, where it is known.
fn kept(bridge: &Bridge) -> Option<(Origin, MacAddress)> {
    let origin = match bridge.outcome {
        Outcome::Pinned => Origin::Pinned,
        // Where it is known, the tree has the machine-id.
        Outcome::Generated => Origin::Generated,
        Outcome::Absent | Outcome::Floating => return None,
    };
    Some((origin, bridge.address?))
}

/// The links that a bridge's ports are, or lie on as VLANs.
fn uplinks(links: &Links, view: &View<'_>) -> BTreeSet<BString> {
    let parent = |name: &BString| match links.get(name.as_bstr()).map(|link| &link.shape) {
        Some(Shape::Vlan(parent)) => Some(parent.clone()),
        _ => vlan_parent(name.as_bstr()).map(ToOwned::to_owned),
    };
    let lowest = |port: &BString| std::iter::successors(Some(port.clone()), parent).take(DEPTH).last();
    view.on.iter().flat_map(|(_, bridge)| &bridge.ports).filter_map(lowest).collect()
}
