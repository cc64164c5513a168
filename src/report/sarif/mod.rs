//! SARIF 2.1.0, the format of code scanning, written as the findings come: what is known only in the end stands behind
//! the results. What was fixed is not in it, as nothing is left to look at.
//!
//! Section numbers are those of the standard (OASIS, Static Analysis Results Interchange Format 2.1.0).

mod log;

use super::fingerprint::Fingerprints;
use super::json::{base64, lossy, pretty};
use super::{Reported, Repository, Source, Summary, explanation, visible};
use crate::finding::Fix;
use crate::rules::RULES;
use crate::span::Span;
use bstr::{BStr, ByteSlice};
use log::{
    ArtifactChange, ArtifactLocation, Content, Driver, Invocation, Location, LogicalLocation, Message,
    PartialFingerprints, PhysicalLocation, Properties, Region, Replacement, Result, RuleDescriptor, SarifFix, Text,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use std::io;
use std::os::unix::ffi::OsStrExt;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Stands for the repository in relative URIs, as GitHub names it.
const ROOT: &str = "%SRCROOT%";
/// What a URI's path has as it is (RFC 3986, section 2.3), and the slash.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Writes a finding, behind others or as the first.
pub(super) fn finding(
    out: &mut dyn io::Write,
    reported: &Reported<'_>,
    repository: &Repository,
    fingerprints: &mut Fingerprints,
    first: bool,
) -> io::Result<()> {
    if first {
        begin(out, repository)?;
    }
    let result = result(reported, repository, fingerprints);
    write!(out, "{}{}", if first { "[\n        " } else { ",\n        " }, pretty(&result, 8)?)
}

/// Closes the log.
pub(super) fn end(out: &mut dyn io::Write, repository: &Repository, summary: &Summary, empty: bool) -> io::Result<()> {
    if empty {
        begin(out, repository)?;
        out.write_all(b"[]")?;
    } else {
        out.write_all(b"\n      ]")?;
    }
    let invocation = Invocation { execution_successful: !summary.incomplete };
    write!(out, ",\n      \"invocations\": {}\n    }}\n  ]\n}}\n", pretty(&[invocation], 6)?)
}

/// Writes what stands before the results, up to their bracket.
fn begin(out: &mut dyn io::Write, repository: &Repository) -> io::Result<()> {
    let driver =
        Driver { name: "bridgepin", version: env!("CARGO_PKG_VERSION"), rules: RULES.iter().map(rule).collect() };
    let root = format!("{}/", file_uri(repository.root().as_os_str().as_bytes()).trim_end_matches('/'));
    write!(out, "{{\n  \"$schema\": \"{SCHEMA}\",\n  \"version\": \"2.1.0\",\n  \"runs\": [\n    {{\n")?;
    write!(out, "      \"tool\": {{\n        \"driver\": {}\n      }},\n", pretty(&driver, 8)?)?;
    write!(
        out,
        "      \"originalUriBaseIds\": {{\n        \"{ROOT}\": {{\n          \"uri\": \"{root}\"\n        }}\n      }},\n"
    )?;
    // As in all our reports a column is a character, and a byte that is not UTF-8 is one.
    write!(out, "      \"columnKind\": \"unicodeCodePoints\",\n      \"results\": ")
}

fn rule(rule: &crate::rules::Rule) -> RuleDescriptor {
    let mut paragraphs = rule.text.split("\n\n");
    let sentence = paragraphs.next().unwrap_or_default();
    let what = paragraphs.find(|paragraph| !paragraph.starts_with('#')).unwrap_or(sentence);
    RuleDescriptor {
        id: rule.name,
        short_description: Text { text: sentence.trim().to_owned() },
        full_description: Text { text: what.replace('\n', " ").trim().to_owned() },
        help: Message { text: rule.text.to_owned(), markdown: rule.text },
    }
}

fn result<'a>(reported: &Reported<'a>, repository: &Repository, fingerprints: &mut Fingerprints) -> Result<'a> {
    let finding = reported.finding;
    let source = reported.tree.source(&finding.place.file);
    let (start, end) = source.region(finding.place.span);
    let path = repository.path(source.path.as_ref());
    // The message's first sentence stands alone where there is little room (3.11.3).
    let mut text = vec![format!("{}.", visible::text(&finding.message))];
    text.extend(explanation::lines(reported));
    let host = lossy(reported.tree.host.as_bstr());
    let logical = finding.bridge.as_ref().map(|bridge| {
        let name = lossy(bridge.as_bstr());
        LogicalLocation { fully_qualified_name: format!("{host}/{name}"), name, kind: "bridge" }
    });
    Result {
        rule_id: finding.rule,
        rule_index: RULES.iter().position(|rule| rule.name == finding.rule).unwrap_or_default(),
        level: finding.severity,
        message: Text { text: text.join("\n") },
        locations: [Location {
            physical_location: PhysicalLocation {
                artifact_location: artifact(path.as_bstr()),
                region: Region {
                    start_line: start.line,
                    start_column: start.column,
                    end_line: end.line,
                    end_column: end.column,
                },
            },
            logical_locations: logical.into_iter().collect(),
        }],
        partial_fingerprints: PartialFingerprints { finding: fingerprints.next(reported, &path) },
        // One that changes nothing is none (3.55.3).
        fixes: finding
            .fix
            .iter()
            .filter(|fix| !fix.edits.is_empty())
            .map(|fix| sarif_fix(fix, reported, repository))
            .collect(),
        properties: Properties {
            host: Some(host),
            stack: finding.stack.as_deref(),
            applicability: None,
            address: None,
        },
    }
}

fn sarif_fix<'a>(fix: &'a Fix, reported: &Reported<'_>, repository: &Repository) -> SarifFix<'a> {
    let change = |file: &crate::edit::FileEdit| {
        let source = reported.tree.source(&file.file);
        let replacement = |edit: &crate::edit::Edit| Replacement {
            deleted_region: exact(&source, edit.span),
            inserted_content: match edit.content.to_str() {
                Ok(text) => Content { text: Some(text.to_owned()), binary: None },
                Err(_) => Content { text: None, binary: Some(base64(&edit.content)) },
            },
        };
        ArtifactChange {
            artifact_location: artifact(repository.path(source.path.as_ref()).as_bstr()),
            replacements: file.edits.iter().map(replacement).collect(),
        }
    };
    SarifFix {
        description: Text { text: visible::text(&explanation::title(reported, fix)).into_owned() },
        artifact_changes: fix.edits.iter().map(change).collect(),
        properties: Properties {
            host: None,
            stack: None,
            applicability: Some(fix.applicability),
            address: fix.address.map(|address| address.to_string()),
        },
    }
}

/// A span as it is; an empty one is where something is inserted (3.57.3).
fn exact(source: &Source, span: Span) -> Region {
    let (start, end) = (source.position(span.start), source.position(span.end));
    Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
}

/// Where a file is: in the repository, or somewhere else on this machine.
fn artifact(path: &BStr) -> ArtifactLocation {
    if path.starts_with(b"/") {
        return ArtifactLocation { uri: file_uri(path), uri_base_id: None };
    }
    ArtifactLocation { uri: percent_encode(path, ESCAPED).to_string(), uri_base_id: Some(ROOT) }
}

/// The URI of an absolute path (RFC 8089).
fn file_uri(path: &[u8]) -> String {
    format!("file://{}", percent_encode(path, ESCAPED))
}
