//! SARIF, held to the schema of the standard, and what it says held to the files.

use crate::{Shown, check, common, findings, parsed, trees};
use bstr::ByteSlice;
use pretty_assertions::assert_eq;
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// A log that is valid by the published schema, whose checks of formats are on.
pub fn valid(folder: &Path, arguments: &[&str]) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/schemas/sarif-2.1.0.json");
    let schema = fs::read_to_string(path).unwrap();
    // As published, the pattern for languages has a bracket too many, which not every engine takes. We name no language.
    let schema: Value = serde_json::from_str(&schema.replace("{2}]?$\"", "{2}?$\"")).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let log = parsed(folder, "sarif", arguments);
    let errors: Vec<String> =
        validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    log
}

fn results(log: &Value) -> &[Value] {
    log["runs"][0]["results"].as_array().unwrap()
}

fn decoded(uri: &str) -> PathBuf {
    let bytes: Vec<u8> = percent_encoding::percent_decode_str(uri).collect();
    PathBuf::from(OsStr::from_bytes(&bytes))
}

/// The file of a location: its URI under the base that it names.
fn file(log: &Value, artifact: &Value) -> PathBuf {
    let uri = artifact["uri"].as_str().unwrap();
    let Some(base) = artifact["uriBaseId"].as_str() else { return decoded(uri.strip_prefix("file://").unwrap()) };
    let base = log["runs"][0]["originalUriBaseIds"][base]["uri"].as_str().unwrap();
    assert!(base.ends_with('/'), "{base}");
    decoded(base.strip_prefix("file://").unwrap()).join(decoded(uri))
}

/// The offset of a line and column, from 1, in characters.
fn offset(text: &[u8], line: &Value, column: &Value) -> usize {
    let (line, column) = (line.as_u64().unwrap() as usize, column.as_u64().unwrap() as usize);
    let start: usize = text.split_inclusive(|byte| *byte == b'\n').take(line - 1).map(<[u8]>::len).sum();
    let columns = text[start..].char_indices().map(|(at, ..)| start + at);
    columns.chain([text.len()]).nth(column - 1).unwrap()
}

fn range(text: &[u8], region: &Value) -> std::ops::Range<usize> {
    let at = |line: &str, column: &str| offset(text, &region[line], &region[column]);
    at("startLine", "startColumn")..at("endLine", "endColumn")
}

#[test]
fn all_findings_are_in_it() {
    let dir = trees::cases();
    let log = valid(dir.path(), &[]);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let shown = |result: &Value| {
        let rule = result["ruleId"].as_str().unwrap();
        assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], rule);
        let place = &result["locations"][0]["physicalLocation"];
        let path = file(&log, &place["artifactLocation"]);
        let path = path.strip_prefix(dir.path()).unwrap().to_str().unwrap();
        Shown::new(rule, path, place["region"]["startLine"].as_u64().unwrap())
    };
    let mut shown: Vec<Shown> = results(&log).iter().map(shown).collect();
    shown.sort();
    assert_eq!(shown, findings(dir.path()));
    for rule in rules {
        assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Why is this bad?"));
    }
}

#[test]
fn every_way_to_run_gives_a_valid_log() {
    let dir = trees::cases();
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(results(&valid(empty.path(), &[])), [Value::Null; 0]);
    let log = valid(dir.path(), &["fleet", "missing"]);
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
    let diff = check(dir.path(), &["--output-format", "sarif", "--diff", "--output-file", "report.sarif", "fleet"]);
    assert!(diff.stdout.starts_with(b"--- a/fleet"), "{}", diff.stdout);
    assert!(fs::read(dir.path().join("report.sarif")).unwrap().starts_with(b"{"));
    let before = results(&valid(dir.path(), &[])).len();
    let after = valid(dir.path(), &["--fix"]);
    assert!(results(&after).len() < before, "what was fixed is gone");
    assert_eq!(results(&valid(dir.path(), &[])), results(&after), "what remains stands where it is now");
}

#[test]
fn regions_mark_the_text() {
    let dir = trees::crooked();
    let log = valid(dir.path(), &["--select", "unpinned-bridge"]);
    assert_eq!(log["runs"][0]["columnKind"], "unicodeCodePoints");
    assert_eq!(results(&log).len(), 6);
    for result in results(&log) {
        let place = &result["locations"][0]["physicalLocation"];
        let path = file(&log, &place["artifactLocation"]);
        let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(text[range(&text, &place["region"])].as_bstr(), trees::BRIDGE, "{}", path.display());
    }
}

#[test]
fn a_file_elsewhere_has_an_absolute_uri() {
    let dir = trees::crooked();
    let here = tempfile::tempdir().unwrap();
    for result in results(&valid(here.path(), &[dir.path().to_str().unwrap()])) {
        let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(artifact["uriBaseId"], Value::Null);
        assert!(decoded(artifact["uri"].as_str().unwrap().strip_prefix("file://").unwrap()).is_file(), "{artifact}");
    }
}

/// The text after the replacements of a change.
fn replaced(text: &[u8], change: &Value) -> Vec<u8> {
    let mut text = text.to_vec();
    for replacement in change["replacements"].as_array().unwrap().iter().rev() {
        let content = &replacement["insertedContent"];
        let new = match content["text"].as_str() {
            Some(plain) => plain.as_bytes().to_vec(),
            None => common::base64(content["binary"].as_str().unwrap()),
        };
        text.splice(range(&text, &replacement["deletedRegion"]), new);
    }
    text
}

#[test]
fn fixes_do_what_fix_does() {
    let cases = trees::cases();
    let crooked = trees::crooked();
    for dir in [cases.path(), crooked.path()] {
        let log = valid(dir, &["--select", "unpinned-bridge"]);
        let mut count = 0;
        for result in results(&log) {
            let Some([fix]) = result["fixes"].as_array().map(Vec::as_slice) else { continue };
            if fix["properties"]["applicability"] != "safe" {
                continue;
            }
            count += 1;
            for change in fix["artifactChanges"].as_array().unwrap() {
                let path = file(&log, &change["artifactLocation"]);
                fs::write(&path, replaced(&fs::read(&path).unwrap_or_default(), change)).unwrap();
            }
        }
        assert!(count >= 5, "{count}");
        let left = valid(dir, &["--select", "unpinned-bridge"]);
        let fixable =
            results(&left).iter().filter(|result| result["fixes"][0]["properties"]["applicability"] == "safe");
        assert_eq!(fixable.count(), 0);
    }
}

#[test]
fn text_on_stdin_has_the_place_that_it_is_to_have() {
    let dir = common::folder(&[("etc/network/interfaces", "# empty yet\n")]);
    let mut command = common::bridgepin();
    command.args(["check", "--output-format", "sarif", "--stdin-filename", "etc/network/interfaces", "-"]);
    let mut child = command.current_dir(dir.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"iface br0 inet dhcp\n bridge_ports eth0\n").unwrap();
    let log: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    let [result] = results(&log) else { panic!("{log}") };
    let place = &result["locations"][0]["physicalLocation"];
    let file = file(&log, &place["artifactLocation"]);
    assert_eq!(fs::canonicalize(file).unwrap(), fs::canonicalize(dir.path().join("etc/network/interfaces")).unwrap());
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&Value::from(1), &Value::from(7)));
}
