//! Whose address a link has, for people.

use super::{Link, Links, Shape, vlan_parent};
use bstr::BStr;

impl Links {
    /// The link whose address another has, with the way up from there: "eno1 (first port of bond0, parent of bond0.5)".
    #[must_use]
    pub fn origin(&self, name: &BStr) -> String {
        let own: Vec<_> = self.way_to_address(name).collect();
        let by_name = vlan_parent(name).filter(|_| own.is_empty());
        let way = by_name.map_or(own, |parent| self.way_to_address(parent).collect());
        let (last, above) = way.split_last().map_or((name, &[][..]), |((last, _), above)| (last, above));
        let renamed = self.get(last).and_then(|link| link.shown_as.as_ref()).map(|old| format!("renamed from {old}"));
        let step = |(name, link): &(&BStr, &Link)| match link.shape {
            Shape::Bond(_) => format!("first port of {name}"),
            _ => format!("parent of {name}"),
        };
        let by_name = by_name.map(|_| format!("parent of {name}"));
        let steps: Vec<String> = renamed.into_iter().chain(above.iter().rev().map(step)).chain(by_name).collect();
        if steps.is_empty() { last.to_string() } else { format!("{last} ({})", steps.join(", ")) }
    }

    /// A link and what lies below it, down to the first of which an address is known; nothing where none is.
    fn way_to_address(&self, name: &BStr) -> impl Iterator<Item = (&BStr, &Link)> {
        let steps = self.down_from(name).position(|(_, link)| !link.evidence.is_empty()).map_or(0, |last| last + 1);
        self.down_from(name).take(steps)
    }
}
