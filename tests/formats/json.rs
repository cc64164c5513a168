//! Our own JSON, held to its published schema.

use crate::{common, parsed, trees};
use pretty_assertions::assert_eq;
use serde_json::Value;
use std::fs;
use std::path::Path;

pub fn validator() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
    let schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn valid(folder: &Path, arguments: &[&str]) -> Value {
    let report = parsed(folder, "json", arguments);
    let validator = validator();
    let errors: Vec<String> =
        validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    report
}

#[test]
fn every_way_to_run_gives_a_valid_report() {
    let dir = trees::cases();
    assert!(valid(dir.path(), &[])["findings"].as_array().unwrap().len() > 25);
    assert_eq!(valid(dir.path(), &["missing"])["summary"]["incomplete"], true);
    assert_eq!(valid(trees::crooked().path(), &[])["summary"]["incomplete"], false);
    valid(trees::hostile().path(), &[]);
    valid(dir.path(), &["--fix", "--unsafe-fixes", "--generate"]);
    valid(tempfile::tempdir().unwrap().path(), &[]);
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let validator = validator();
    let report = parsed(trees::cases().path(), "json", &["seed-bond"]);
    assert!(validator.is_valid(&report));
    for pointer in ["/version", "/findings/0/line", "/findings/0/severity", "/summary/errors", "/changed"] {
        let mut other = report.clone();
        *other.pointer_mut(pointer).unwrap() = Value::from("other");
        assert!(!validator.is_valid(&other), "{pointer}");
        let mut less = report.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        less.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key).unwrap();
        assert!(!validator.is_valid(&less), "{pointer}");
    }
}

#[test]
fn edits_keep_bytes_that_are_not_utf8() {
    let wrong = b"iface br0 inet dhcp\n bridge_ports eth\xe9\n bridge_hw 02:00:00:00:00:zz # \xff\n";
    let dir = trees::raw(&[(b"etc/network/interfaces", wrong)]);
    let report = valid(dir.path(), &["--mac", "br0=b4:99:ba:00:00:01"]);
    let edits = |finding: &Value| finding["fix"]["edits"].as_array().cloned().unwrap_or_default();
    let edits: Vec<Value> = report["findings"].as_array().unwrap().iter().flat_map(edits).collect();
    assert!(!edits.is_empty());
    let mut text = wrong.to_vec();
    for edit in edits.iter().rev() {
        let offset = |side: &str| edit[side]["offset"].as_u64().unwrap() as usize;
        let new = match edit["content"].as_str() {
            Some(content) => content.as_bytes().to_vec(),
            None => common::base64(edit["content_base64"].as_str().unwrap()),
        };
        text.splice(offset("start")..offset("end"), new);
    }
    crate::check(dir.path(), &["--fix", "--mac", "br0=b4:99:ba:00:00:01"]);
    assert_eq!(text, fs::read(dir.path().join("etc/network/interfaces")).unwrap());
}
