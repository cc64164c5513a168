//! What executors, commands and hooks find in their environment (`build_environment` in
//! libifupdown/lifecycle.c), and what an interface depends on.

use crate::span::Place;
use crate::stack::bring_up::words;
use crate::stack::eni::Opt;
use crate::stack::eni::ifupdown_ng::Interface;
use crate::stack::hook::Environment;
use bstr::{BStr, BString, ByteSlice};

/// The variables of one interface. Of several values of a name the shell gets the last (measured).
/// `requires` is what the executors have asked for, once they were asked.
pub(super) fn environment(interface: &Interface<'_>, requires: Option<&BStr>) -> Environment {
    let mut environment = Environment::default();
    for (name, value) in [("IFACE", interface.name.as_slice()), ("MODE", b"start"), ("METHOD", b"none")] {
        environment.set(name, value, None);
    }
    let is_bridge = interface.uses("bridge") || interface.last("bridge-ports").is_some();
    let mut asked = requires;
    for var in &interface.vars {
        let mut value = var.value.as_bstr();
        if var.key == "requires" {
            value = asked.take().unwrap_or(value);
            set_requires(&mut environment, value, is_bridge);
        }
        let name = [b"IF_", &var.key.to_ascii_uppercase().replace("-", "_")[..]].concat();
        // Only the first of several addresses (`did_address`).
        if name != b"IF_ADDRESS" || environment.get("IF_ADDRESS").is_empty() {
            environment.set(name, value, var.option.map(Opt::value_place));
        }
    }
    if let Some(asked) = asked.filter(|asked| !asked.is_empty()) {
        set_requires(&mut environment, asked, is_bridge);
    }
    environment
}

/// A bridge's `requires` are its ports. They keep the place of the line that names them.
fn set_requires(environment: &mut Environment, value: &BStr, is_bridge: bool) {
    if is_bridge {
        let place: Option<Place> = environment.place("IF_BRIDGE_PORTS").cloned();
        environment.set("IF_BRIDGE_PORTS", value, place);
    }
    environment.set("IF_REQUIRES", value, None);
}

/// The line that a variable's value comes from.
pub(super) fn option<'a>(interface: &Interface<'a>, environment: &Environment, name: &str) -> Option<&'a Opt> {
    let place = environment.place(name)?;
    interface.vars.iter().filter_map(|var| var.option).find(|opt| opt.value_place() == *place)
}

/// What is left of the names that an interface depends on (`lif_lifecycle_query_dependents`): a
/// name that is part of those before it is dropped (`strstr`), so that `lan10 lan1` is `lan10`.
pub(super) fn merge_requires<'b>(lists: impl Iterator<Item = &'b BStr>) -> BString {
    /// The size of `final_deps`.
    const ROOM: usize = 4096;
    let mut all = BString::default();
    for name in lists.flat_map(|list| words(list)) {
        if all.find(name).is_none() && all.len() + name.len() + 1 < ROOM {
            all.extend_from_slice(name);
            all.push(b' ');
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_part_of_a_name_counts_as_seen() {
        let merged = merge_requires(["lan10 lan1", "eth0\nlan10"].iter().map(|list| list.as_bytes().as_bstr()));
        assert_eq!(merged, "lan10 eth0 ");
    }
}
