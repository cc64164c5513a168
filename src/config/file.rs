//! What `bridgepin.toml` may hold. The keys, their values and their descriptions in the schema are those of these types.

use super::value::Parsed;
use crate::address::MacAddress;
use crate::cli::{FailOn, UdevPolicy};
use crate::finding::Severity;
use crate::glob::Glob;
use crate::selection::RuleName;
use crate::stack::Stack;
#[cfg(test)]
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// The configuration of bridgepin. Paths are relative to the folder of this file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case", expecting = "a table")]
#[cfg_attr(test, derive(JsonSchema), schemars(title = "bridgepin.toml"))]
pub(super) struct File {
    /// Report only these rules.
    pub(super) select: Option<Vec<Parsed<RuleName>>>,
    /// Do not report these rules.
    pub(super) ignore: Vec<Parsed<RuleName>>,
    /// Leave out what matches: `*`, `**`, `?`, `[...]`; without a slash any name in the path.
    pub(super) exclude: Vec<Parsed<Glob>>,
    /// The least severity that makes the exit code 1.
    pub(super) fail_on: Option<FailOn>,
    /// How bad a rule's findings are, instead of what the rule says.
    #[cfg_attr(test, schemars(extend("propertyNames" = { "$ref": "#/$defs/RuleName" })))]
    pub(super) severity: BTreeMap<Parsed<RuleName>, Severity>,
    /// Rules for some paths; what is said here overrides what is said above, and later tables earlier ones.
    pub(super) per_path: Vec<PerPath>,
    /// What is known of hosts whose name matches; later tables override earlier ones.
    pub(super) host: Vec<HostPattern>,
    /// What is known of one host, by its name.
    pub(super) hosts: BTreeMap<String, HostFacts>,
}

/// Rules for some paths.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a table")]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct PerPath {
    /// The files: `*`, `**`, `?`, `[...]`; without a slash any name in the path.
    pub(super) path: Parsed<Glob>,
    /// Report only these rules.
    #[serde(default)]
    pub(super) select: Option<Vec<Parsed<RuleName>>>,
    /// Do not report these rules.
    #[serde(default)]
    pub(super) ignore: Vec<Parsed<RuleName>>,
}

/// What is known of hosts whose name matches.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a table")]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct HostPattern {
    /// The hosts: without a slash a pattern for their names (the folder that plays `/`, or what `etc/hostname` says),
    /// with one for the folder's path.
    pub(super) pattern: Parsed<Glob>,
    /// The software that reads the files, as `--stack` takes it.
    #[serde(default)]
    pub(super) stack: Option<Vec<Parsed<Stack>>>,
    /// Whether udevd gives bridges an address, where the stack is recognised.
    #[serde(default)]
    pub(super) udev_policy: Option<UdevPolicy>,
}

/// What is known of one host.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case", expecting = "a table")]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct HostFacts {
    /// The addresses that its bridges are to have.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, Parsed<MacAddress>>"))]
    pub(super) mac: Addresses,
    /// The addresses that its links have.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, Parsed<MacAddress>>"))]
    pub(super) links: Addresses,
}

/// Addresses by the name of their interface, and where they stand.
pub(super) type Addresses = BTreeMap<String, Spanned<Parsed<MacAddress>>>;
