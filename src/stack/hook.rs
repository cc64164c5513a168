//! What a hook script of `if-pre-up.d` is given and what it does.

use super::commands::{Attempt, Status};
use super::kernel::Kernel;
use crate::span::Place;
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeMap;

/// A hook's environment, with the places of the values in the files.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment {
    pub(super) values: BTreeMap<BString, BString>,
    places: BTreeMap<BString, Place>,
}

impl Environment {
    /// Sets a variable; the later one of a name counts, as a shell imports them.
    pub(super) fn set(&mut self, name: impl Into<BString>, value: impl Into<BString>, place: Option<Place>) {
        let name = name.into();
        match place {
            Some(place) => self.places.insert(name.clone(), place),
            None if self.places.is_empty() => None,
            None => self.places.remove(&name),
        };
        self.values.insert(name, value.into());
    }

    /// A variable's value; empty where it is not set.
    pub(super) fn get(&self, name: &str) -> &BStr {
        self.values.get(BStr::new(name)).map_or(BStr::new(""), |value| value.as_bstr())
    }

    /// A variable that is set to something.
    pub(super) fn given(&self, name: &str) -> Option<Given> {
        let value = self.values.get(BStr::new(name)).filter(|value| !value.is_empty())?;
        Some(Given { value: value.clone(), place: self.place(name).cloned() })
    }

    /// Where a variable's value stands.
    pub(super) fn place(&self, name: &str) -> Option<&Place> {
        self.places.get(BStr::new(name))
    }
}

/// A variable that a hook is given.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    pub(super) value: BString,
    /// Where it stands in the files.
    pub(super) place: Option<Place>,
}

const PREFIX: &[u8] = b"IF_";

/// The variable in which an option's value reaches hooks: `IF_` and its name, `-` as `_`, in upper
/// case, without all else (ifupdown's execute.c and busybox's ifupdown.c, `setlocalenv`).
pub(super) fn variable_name(option: &[u8]) -> BString {
    let mut name = Vec::with_capacity(option.len() + PREFIX.len());
    name.extend_from_slice(PREFIX);
    name.extend(option.iter().take_while(|byte| **byte != b'=').copied().filter_map(letter));
    name.into()
}

/// Whether an option's value reaches hooks in that variable.
pub(super) fn reaches(option: &[u8], name: &str) -> bool {
    let mut wanted = name.as_bytes().strip_prefix(PREFIX).unwrap_or_default();
    for byte in option.iter().take_while(|byte| **byte != b'=').copied().filter_map(letter) {
        match wanted {
            [next, rest @ ..] if *next == byte => wanted = rest,
            _ => return false,
        }
    }
    wanted.is_empty()
}

/// What is left of a letter: `isalpha` and `isalnum` in the C locale; an `=` ends the name.
fn letter(byte: u8) -> Option<u8> {
    match byte {
        b'-' | b'_' => Some(b'_'),
        _ => byte.is_ascii_alphanumeric().then(|| byte.to_ascii_uppercase()),
    }
}

/// What a hook made of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// Not a bridge.
    Nothing,
    /// The bridge.
    Bridge,
    /// The bridge was there already; ports may have joined it.
    Joined,
}

/// What running a hook did beside the kernel's state.
#[derive(Debug)]
pub(super) struct Hooked {
    pub(super) status: Status,
    pub(super) made: Made,
    /// The ports that the configuration names, in its order.
    pub(super) ports: Vec<BString>,
    /// What became of `bridge_hw`, where it was given.
    pub(super) hw: Option<Attempt>,
}

impl Hooked {
    /// The hook had nothing to do.
    pub(super) fn nothing(hw: Option<Attempt>) -> Self {
        Self { status: Status::Success, made: Made::Nothing, ports: Vec::new(), hw }
    }

    /// The hook failed before it did anything.
    pub(super) fn failed(hw: Option<Attempt>) -> Self {
        Self { status: Status::Failure, ..Self::nothing(hw) }
    }
}

/// `brctl addif`, as far as the address depends on it: a port that is there and is no other
/// bridge's joins. The loopback is no Ethernet link.
pub(super) fn add_port(kernel: &mut Kernel, bridge: &BStr, port: &BStr) {
    kernel.meet(port);
    let free = kernel.link(port).is_some_and(|link| link.master.is_none());
    if free && port != "lo" {
        // A bridge cannot be a port; brctl says so and the hook goes on.
        let _ = kernel.set_master(port, bridge);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn options_reach_hooks_under_mangled_names() {
        for name in
            ["bridge_hw", "bridge-hw", "BRIDGE_HW", "Bridge-Hw", "\"bridge_hw\"", "bri.dge_h+w", "\u{a0}bridge_hw"]
        {
            assert_eq!(variable_name(name.as_bytes()), "IF_BRIDGE_HW", "{name}");
        }
    }
}
