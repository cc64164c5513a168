//! Evidence from an inventory's facts (`--facts`).

use super::{Evidence, Links, Shape, Source};
use crate::facts::HostFacts;
use bstr::ByteSlice;
use std::sync::Arc;

/// Adds every link that the facts tell. No format has `addr_assign_type`: the address that facts show for a
/// bridge may be one of its ports', so it is no proof of an address of its own.
pub(super) fn gather(facts: HostFacts, links: &mut Links) {
    for fact in facts.links {
        let link = links.entry(fact.name.as_bstr());
        if let Some((address, what)) = fact.address {
            link.evidence.push(Evidence::hardware(address, Source::Facts(Arc::clone(&facts.file), what)));
        }
        if fact.shape != Shape::Plain {
            link.shape = fact.shape;
        }
        link.follows_active_port |= fact.follows_active_port;
        link.made_up |= fact.made_up;
    }
    if facts.complete {
        links.set_complete();
    }
}
