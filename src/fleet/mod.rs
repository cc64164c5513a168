//! Rules over all hosts of a run. Of each host a small [`Summary`] is kept, never a text: what is
//! found in the end is shown from files that are read once more.

mod names;
mod summary;

use crate::address::MacAddress;
use crate::discover::{Found, Spot};
use crate::finding::Finding;
use crate::rules;
use crate::span::{Place, Span};
use bstr::BString;
use names::Names;
use std::path::Path;
pub use summary::{Origin, Summary};

/// As many other places as one finding lists.
const LISTED: usize = 10;

/// What is kept of all hosts.
#[derive(Default)]
pub struct Fleet {
    spots: Vec<Spot>,
    owners: Vec<Kept>,
    names: Names,
}

/// One bridge with the address that it keeps: its names are numbers, as most hosts have the same.
struct Kept {
    address: MacAddress,
    origin: Origin,
    wanted: bool,
    host: u32,
    segment: u32,
    bridge: u32,
    stack: u32,
    file: u32,
    line: u32,
    start: u32,
    end: u32,
}

/// A bridge whose address others have too.
pub struct Shared {
    /// Where the address comes from.
    pub origin: Origin,
    /// The address.
    pub address: MacAddress,
    /// The bridge.
    pub bridge: BString,
    /// The stack that gives it the address.
    pub stack: String,
    /// Where that stands.
    pub place: Place,
    /// The first of the others, as they are listed: "br0 in hosts/web2/etc/network/interfaces:7".
    pub others: Vec<String>,
    /// How many others there are.
    pub count: usize,
}

impl Fleet {
    /// Adds a host.
    pub fn add(&mut self, spot: impl FnOnce() -> Spot, summary: Summary) {
        if summary.owners.is_empty() {
            return;
        }
        let host = number(self.spots.len());
        self.spots.push(spot());
        for owner in summary.owners {
            self.owners.push(Kept {
                address: owner.address,
                origin: owner.origin,
                wanted: owner.wanted,
                host,
                segment: number(owner.segment),
                bridge: self.names.number(&owner.bridge),
                stack: self.names.number(owner.stack.as_bytes()),
                file: self.names.number(crate::host::path_bytes(&owner.place.file).as_slice()),
                line: number(owner.line),
                start: number(owner.place.span.start),
                end: number(owner.place.span.end),
            });
        }
    }

    /// Calls `visit` with each host that something is found on, in the order in which they were added.
    ///
    /// # Errors
    /// What `visit` returns.
    pub fn each_host(
        mut self,
        here: &Path,
        visit: &mut dyn FnMut(Found, Vec<Finding>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        // Equal addresses come together, in the order of their hosts and places.
        self.owners.sort_by_key(|owner| (owner.origin, owner.address, owner.host));
        let mut members = members(&self.owners);
        members.sort_by_key(|member| member.owner.host);
        for of_host in members.chunk_by(|a, b| a.owner.host == b.owner.host) {
            let findings = of_host.iter().map(|member| rules::about_shared(self.shared(member, here))).collect();
            if let Some(spot) = of_host.first().and_then(|member| self.spot(member.owner)) {
                visit(spot.found(here), findings)?;
            }
        }
        Ok(())
    }

    fn spot(&self, owner: &Kept) -> Option<&Spot> {
        self.spots.get(owner.host as usize)
    }

    fn shared(&self, Member { owner, group }: &Member<'_>, here: &Path) -> Shared {
        let shown = |other: &Kept| {
            let file = self.names.path(other.file);
            let file = self.spot(other).and_then(|spot| spot.shown(here, &file)).unwrap_or_else(|| file.to_path_buf());
            format!("{} in {}:{}", self.names.get(other.bridge), file.display(), other.line)
        };
        let others = group.iter().filter(|other| !std::ptr::eq(*other, *owner));
        Shared {
            origin: owner.origin,
            address: owner.address,
            bridge: self.names.get(owner.bridge).to_owned(),
            stack: self.names.get(owner.stack).to_string(),
            place: Place::new(&self.names.path(owner.file), Span::new(owner.start as usize, owner.end as usize)),
            others: others.take(LISTED).map(shown).collect(),
            count: group.len() - 1,
        }
    }
}

/// An owner of whom somebody wants to hear, among all with its address.
struct Member<'a> {
    owner: &'a Kept,
    group: &'a [Kept],
}

/// The owners that share an address though no common link below them explains it.
fn members(owners: &[Kept]) -> Vec<Member<'_>> {
    let groups = owners.chunk_by(|a, b| (a.origin, a.address) == (b.origin, b.address));
    let lies_apart = |a: &Kept, b: &Kept| (a.host, a.segment) != (b.host, b.segment);
    let shared = groups.filter(|group| group.windows(2).any(|pair| matches!(pair, [a, b] if lies_apart(a, b))));
    shared
        .flat_map(|group| group.iter().filter(|owner| owner.wanted).map(move |owner| Member { owner, group }))
        .collect()
}

/// A number that fits: files are smaller than 16 MiB, and hosts are fewer than 4 billion.
fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
