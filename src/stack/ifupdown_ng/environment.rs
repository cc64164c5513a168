//! What executors, commands and hooks find in their environment (`build_environment` in
//! libifupdown/lifecycle.c), and what an interface depends on.

use crate::stack::bring_up::words;
use crate::stack::eni::Opt;
use crate::stack::eni::ifupdown_ng::Interface;
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeMap;

/// The variables of one interface. Of several values of a name the shell gets the last (measured).
pub(super) struct Environment<'a> {
    pub(super) values: BTreeMap<BString, BString>,
    /// The lines that they come from.
    options: BTreeMap<BString, &'a Opt>,
}

impl<'a> Environment<'a> {
    /// `requires` is what the executors have asked for, once they were asked.
    pub(super) fn of(interface: &Interface<'a>, requires: Option<&BStr>) -> Self {
        let mut environment = Self { values: BTreeMap::new(), options: BTreeMap::new() };
        environment.set(b"IFACE", &interface.name, None);
        environment.set(b"MODE", b"start", None);
        environment.set(b"METHOD", b"none", None);
        let is_bridge = interface.uses("bridge") || interface.last("bridge-ports").is_some();
        let mut asked = requires;
        for var in &interface.vars {
            let mut value = var.value.as_bstr();
            if var.key == "requires" {
                value = asked.take().unwrap_or(value);
                environment.set_requires(value, is_bridge);
            }
            let name = [b"IF_", &var.key.to_ascii_uppercase().replace("-", "_")[..]].concat();
            // Only the first of several addresses (`did_address`).
            if name != b"IF_ADDRESS" || !environment.values.contains_key(name.as_bstr()) {
                environment.set(&name, value, var.option);
            }
        }
        if let Some(asked) = asked.filter(|asked| !asked.is_empty()) {
            environment.set_requires(asked, is_bridge);
        }
        environment
    }

    /// A bridge's `requires` are its ports.
    fn set_requires(&mut self, value: &BStr, is_bridge: bool) {
        if is_bridge {
            self.set(b"IF_BRIDGE_PORTS", value, None);
        }
        self.set(b"IF_REQUIRES", value, None);
    }

    fn set(&mut self, name: &[u8], value: &[u8], option: Option<&'a Opt>) {
        self.values.insert(name.into(), value.into());
        // The ports keep the line that names them when `requires` repeats them.
        if let Some(option) = option {
            self.options.insert(name.into(), option);
        }
    }

    /// A variable's value; unset is empty.
    pub(super) fn get(&self, name: &str) -> &BStr {
        self.values.get(name.as_bytes().as_bstr()).map_or(BStr::new(""), |value| value.as_bstr())
    }

    /// The line that a variable's value comes from.
    pub(super) fn option(&self, name: &str) -> Option<&'a Opt> {
        self.options.get(name.as_bytes().as_bstr()).copied()
    }
}

/// What is left of the names that an interface depends on (`lif_lifecycle_query_dependents`): a
/// name that is part of those before it is dropped (`strstr`), so that `lan10 lan1` is `lan10`.
pub(super) fn merge_requires<'b>(lists: impl Iterator<Item = &'b BStr>) -> BString {
    let mut all = BString::default();
    for name in lists.flat_map(|list| words(list)) {
        if all.find(name).is_none() {
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
