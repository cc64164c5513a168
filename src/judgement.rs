//! What a stack makes of a host's files: its bridges, each with its outcome and every place
//! that was meant to set its address.

use crate::address::MacAddress;
use crate::edit::FileEdit;
use crate::span::Place;
use bstr::BString;
use serde::Serialize;

/// What address a bridge gets. Ordered from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The configuration sets it, and it stays when ports come and go.
    Pinned,
    /// The stack refuses the file or never makes this bridge.
    Absent,
    /// Software makes it up; it does not move with the ports.
    Generated,
    /// The lowest port's: it moves with the ports.
    Floating,
}

impl Outcome {
    /// The word for it, as in the documentation.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Absent => "absent",
            Self::Generated => "generated",
            Self::Floating => "floating",
        }
    }
}

/// What one stack makes of one host's files.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// In the order in which the files name them.
    pub bridges: Vec<Bridge>,
    /// What the stack's own reader complains about.
    pub problems: Vec<Problem>,
    /// Options that look like a bridge's and that the stack does not know.
    pub unknown_options: Vec<UnknownOption>,
}

impl Judgement {
    /// Whether no bridge is left to chance or to what else runs: each has its address from a line, or is not made.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.bridges.iter().all(|bridge| matches!(bridge.outcome, Outcome::Pinned | Outcome::Absent))
    }
}

/// One bridge on one stack.
#[derive(Clone, Debug)]
pub struct Bridge {
    /// Its name, as the stack reads it.
    pub name: BString,
    /// The ports that the configuration gives it, in its order.
    pub ports: Vec<BString>,
    /// The line that makes it: the `iface` line, `Name=`, `DEVICE=`; for an implicit one the port's or hook's line.
    pub origin: Place,
    /// Set where no definition of its own makes it: what does, as a clause ("`BRIDGE=` of the port eth0 makes it").
    pub implicit: Option<String>,
    /// What address it gets.
    pub outcome: Outcome,
    /// That address, where configuration and evidence tell it.
    pub address: Option<MacAddress>,
    /// Why, in one sentence without a final full stop, for people who know the stack's words.
    pub reason: String,
    /// Every place that was meant to set its address, in file order.
    pub pins: Vec<Pin>,
    /// Whether it carries an IP address or asks for one by DHCP or router advertisement.
    pub carries_ip: bool,
    /// Places that leave its address unset on purpose (`MACAddress=none`, `MACAddressPolicy=none`), and how they do.
    pub unset_on_purpose: Vec<(Place, String)>,
    /// Something a user of this stack must know beside the reason (a bring-up command that pins, say).
    pub note: Option<String>,
}

impl Bridge {
    /// The place that decides its address, where one does.
    #[must_use]
    pub fn deciding(&self) -> Option<&Pin> {
        self.pins.iter().find(|pin| pin.effect == Effect::Decides)
    }
}

/// A place that was meant to set a bridge's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The value, or the whole option where there is none.
    pub place: Place,
    /// The whole logical line(s) with line ending, for a fix that rewrites it.
    pub line: Place,
    /// What it is called: "`bridge_hw`", "`MACAddress=` in `[Bridge]`", "the `post-up` command".
    pub what: String,
    /// The value as it stands in the file.
    pub value: BString,
    /// The address that was meant, where one can be made out of the value.
    pub meant: Option<MacAddress>,
    /// What it does on this stack.
    pub effect: Effect,
}

/// What a pin does on a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It sets the address that the bridge ends up with.
    Decides,
    /// It would, but another place wins (named in the clause).
    Overridden(String),
    /// It does nothing on this stack, whatever its value: why, as a clause.
    Ineffective(String),
    /// Its value is no address that the bridge can have: what the stack does with it, as a clause.
    Invalid(String),
}

/// What a stack's reader complains about in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What is wrong and what the reader does then, in the reader's words where it has any.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Whether the reader gives up on the file (or on what follows), not only on this line.
    pub fatal: bool,
}

/// An option that looks like a bridge's and that the stack does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownOption {
    /// The option's name in the file.
    pub place: Place,
    /// The name.
    pub name: BString,
    /// The nearest name that the stack knows.
    pub nearest: Option<&'static str>,
}

/// What a fix writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PinValue {
    /// An address.
    Address(MacAddress),
    /// The address that this link has when the bridge is made.
    LinkName(BString),
}

/// One way to pin a bridge on a stack. It counts only after the stack has judged its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What changes.
    pub edits: Vec<FileEdit>,
    /// What it does, as an imperative clause: "add `bridge_hw b4:99:ba:00:00:01`".
    pub title: String,
}
