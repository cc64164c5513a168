//! What the JSON object holds. `docs/report.schema.json` is made of these types.

use crate::finding::{Applicability, Severity};
use crate::report::Position;
#[cfg(test)]
use crate::report::{Change, Summary};
use serde::Serialize;

/// What `bridgepin check --output-format json` prints. `version` is raised when a field changes its meaning or goes; new
/// fields may come at any time.
///
/// JSON is Unicode and files are not: in names and messages a byte that is not UTF-8 is U+FFFD.
// It is written piece by piece.
#[cfg(test)]
#[derive(schemars::JsonSchema)]
#[schemars(title = "bridgepin check --output-format json")]
#[expect(dead_code)]
struct Report<'a> {
    /// The version of the format.
    #[schemars(extend("const" = super::VERSION))]
    version: u32,
    /// What was found, host by host.
    findings: Vec<Finding<'a>>,
    /// Whether `--fix` changed anything.
    changed: bool,
    /// The files that `--fix` changed, or that it would change where `--diff` was given.
    changes: Vec<Change>,
    /// The counts.
    summary: Summary,
}

/// A finding.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Finding<'a> {
    /// The rule's name.
    pub rule: &'a str,
    /// How bad it is.
    pub severity: Severity,
    /// The host: the folder that plays `/`.
    pub host: String,
    /// The file, relative to the current directory where it lies in it, else absolute.
    pub file: String,
    /// Where it begins, from 1. That of a fixed finding is where it was when it was fixed.
    pub line: usize,
    /// Where it begins, from 1, in characters; a byte that is not UTF-8 counts as one.
    pub column: usize,
    /// Where it ends.
    pub end_line: usize,
    /// One past its last character.
    pub end_column: usize,
    /// The bridge that it is about.
    pub bridge: Option<String>,
    /// The stack on which it holds, as `--stack` takes it.
    pub stack: Option<&'a str>,
    /// What is wrong, one line.
    pub message: &'a str,
    /// What is to be said of the marked text; may be empty.
    pub label: &'a str,
    /// Explanations.
    pub notes: &'a [String],
    /// What to do where there is no fix, or beside it.
    pub help: &'a [String],
    /// The fix, where one is certain.
    pub fix: Option<Fix<'a>>,
    /// Whether the fix was written.
    pub fixed: bool,
}

/// A change that pins a bridge.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Fix<'a> {
    /// What it does.
    pub title: &'a str,
    /// Who applies it.
    pub applicability: Applicability,
    /// The address that it pins, where it is known.
    pub address: Option<String>,
    /// Where that address is known from; may be empty.
    pub source: &'a str,
    /// Why it is not safe, or what will change on the wire.
    pub remarks: &'a [String],
    /// What makes it take effect on a running host; may be empty.
    pub takes_effect: &'a str,
    /// The change.
    pub edits: Vec<Edit>,
}

/// A range of a file and what is to stand there.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Edit {
    /// The file; one that is not there is to be made.
    pub file: String,
    /// Where it begins.
    pub start: Position,
    /// One past its end; where it begins, for an insertion.
    pub end: Position,
    #[serde(flatten)]
    pub content: Content,
}

/// The new text, by its encoding.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) enum Content {
    /// The new text.
    Content(String),
    /// The new text in Base64, where it is not UTF-8.
    ContentBase64(String),
}

/// `BLESS=1 cargo test schema` writes it anew.
#[test]
fn the_schema_of_reports_is_that_of_the_types() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.schema.json");
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<Report<'_>>();
    let schema = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &schema).unwrap();
    }
    pretty_assertions::assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), schema);
}
