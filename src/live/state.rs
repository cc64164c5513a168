//! Whether a running bridge holds its address, and whether the configuration says the same.

use super::Bridge;
use crate::address::MacAddress;
use crate::judgement::Outcome;
use bstr::BString;
use serde::Serialize;
use std::collections::BTreeSet;

/// What one stack makes of the bridge's configuration.
#[derive(Clone, Debug)]
pub struct Configured {
    /// The file that makes the bridge, as it is shown.
    pub file: BString,
    /// The line that makes it.
    pub line: usize,
    /// The stack.
    pub stack: String,
    /// The ports that the configuration names.
    pub ports: Vec<BString>,
    /// What address the bridge gets.
    pub outcome: Outcome,
    /// That address, where it is known.
    pub address: Option<MacAddress>,
    /// Why.
    pub reason: String,
}

/// How a running bridge and its configuration stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Its address is set, and the configuration pins it to the same.
    Held,
    /// Its address is set, and no configuration that we read makes the bridge.
    Unmanaged,
    /// Its address is set, and the configuration has software make it up.
    Generated,
    /// Nothing tells whether its address is set (facts), and the configuration does not speak against it.
    Unknown,
    /// Its address is set until the next boot only: the configuration does not pin it.
    Unpinned,
    /// The configuration gives it another address.
    OtherAddress,
    /// It floats, though the configuration pins it: the configuration is not in effect.
    NotInEffect,
    /// It floats.
    Floating,
}

impl State {
    /// Compares a running bridge with what each stack makes of its configuration.
    #[must_use]
    pub fn of(bridge: Bridge<'_>, configured: &[Configured]) -> Self {
        // The bridge runs: a stack that does not make it is not the one that did.
        let makes = configured.iter().map(|reading| reading.outcome).filter(|outcome| *outcome != Outcome::Absent);
        let worst = makes.max();
        let known = addresses(configured, worst);
        let is_other = !known.is_empty() && !bridge.link.address.is_some_and(|address| known.contains(&address));
        match (bridge.can_be_taken_over(), worst) {
            (Some(true), Some(Outcome::Pinned)) => Self::NotInEffect,
            (Some(true), _) => Self::Floating,
            (_, Some(Outcome::Floating)) => Self::Unpinned,
            (_, Some(Outcome::Pinned | Outcome::Generated)) if is_other => Self::OtherAddress,
            (Some(false), Some(Outcome::Pinned)) => Self::Held,
            (Some(false), Some(Outcome::Generated | Outcome::Absent)) => Self::Generated,
            (Some(false), None) => Self::Unmanaged,
            (None, _) => Self::Unknown,
        }
    }

    /// The word for it, in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Unmanaged => "unmanaged",
            Self::Generated => "generated",
            Self::Unknown => "unknown",
            Self::Unpinned => "unpinned",
            Self::OtherAddress => "other-address",
            Self::NotInEffect => "not-in-effect",
            Self::Floating => "floating",
        }
    }

    /// Whether something is to be done.
    #[must_use]
    pub fn is_problem(self) -> bool {
        matches!(self, Self::Unpinned | Self::OtherAddress | Self::NotInEffect | Self::Floating)
    }

    /// It in a sentence without a final full stop.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Held => "its address is set, and the configuration pins it to the same",
            Self::Unmanaged => "its address is set, and by something else than the configuration",
            Self::Generated => "its address is set, and it is one that software makes up",
            Self::Unknown => "facts do not tell whether its address is set",
            Self::Unpinned => "the configuration does not pin it: its address holds until the next boot at most",
            Self::OtherAddress => "the configuration gives it another address than it has",
            Self::NotInEffect => "it takes its ports' lowest address: the configuration pins it, but is not in effect",
            Self::Floating => "it takes its ports' lowest address and changes with them",
        }
    }
}

/// The addresses that the readings with this outcome give a bridge, as far as they are known.
pub(super) fn addresses(configured: &[Configured], outcome: Option<Outcome>) -> BTreeSet<MacAddress> {
    let readings = configured.iter().filter(|reading| Some(reading.outcome) == outcome);
    readings.filter_map(|reading| reading.address).collect()
}
