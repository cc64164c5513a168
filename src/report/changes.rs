//! Which files the fixes changed, for programs that act on it.

use super::json::lossy;
use crate::finding::Finding;
use bstr::{BStr, ByteSlice};
use serde::Serialize;

/// A file that fixes change.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Change {
    /// The file, as in findings.
    file: String,
    /// Whether it is new.
    created: bool,
    /// What its change fixes. A fix that changes several files is told with each.
    fixed: Vec<FixedFinding>,
}

/// A finding whose fix changes a file.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FixedFinding {
    rule: &'static str,
    bridge: Option<String>,
    message: String,
    /// What the fix does.
    fix: String,
}

impl Change {
    /// The change of a file and the findings that it fixes.
    pub fn new<'a>(path: &BStr, created: bool, fixed: impl Iterator<Item = &'a Finding>) -> Self {
        let fixed = fixed.map(|finding| FixedFinding {
            rule: finding.rule,
            bridge: finding.bridge.as_ref().map(|bridge| lossy(bridge.as_bstr())),
            message: finding.message.clone(),
            fix: finding.fix.as_ref().map(|fix| fix.title.clone()).unwrap_or_default(),
        });
        Self { file: lossy(path), created, fixed: fixed.collect() }
    }
}
