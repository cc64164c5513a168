//! What is reported: a finding with its place, its explanation and its fix.

use crate::address::MacAddress;
use crate::edit::FileEdit;
use crate::span::Place;
use bstr::BString;
use serde::{Deserialize, Serialize};

/// How bad it is. Ordered: `error` is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Severity {
    /// It matters, but nothing that carries an IP address can freeze by it.
    Warning,
    /// A bridge that carries an IP address floats, or a file is refused.
    Error,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Who may apply a fix. Ordered, compared with `>=`; the cautious value comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Applicability {
    /// Nobody: it is only proposed.
    #[default]
    Shown,
    /// Only who asks for it with `--unsafe-fixes`.
    Unsafe,
    /// `--fix`.
    Safe,
}

/// A change that pins a bridge, judged on its own result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative clause.
    pub title: String,
    /// The change.
    pub edits: Vec<FileEdit>,
    /// Who may apply it.
    pub applicability: Applicability,
    /// Why it is not safe, or what will change on the wire; a sentence each.
    pub remarks: Vec<String>,
    /// The address that it pins, where it is known.
    pub address: Option<MacAddress>,
    /// Where that address is known from ("`HWADDR=` in etc/sysconfig/network-scripts/ifcfg-eth0:3").
    pub source: String,
    /// What makes it take effect on a running host.
    pub takes_effect: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where, in the host's tree.
    pub place: Place,
    /// What is wrong: one line, starting in lower case, without final full stop.
    pub message: String,
    /// What stands beside the marked span; may be empty.
    pub label: String,
    /// Explanations, a sentence or two each.
    pub notes: Vec<String>,
    /// What to do where there is no fix, or beside it.
    pub help: Vec<String>,
    /// The bridge that it is about.
    pub bridge: Option<BString>,
    /// The stack on which it holds, as it is spelled.
    pub stack: Option<String>,
    /// The fix, where one is certain.
    pub fix: Option<Fix>,
}
