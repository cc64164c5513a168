//! `bridgepin.toml` from outside: what is refused and how, what the schema makes of the same files, and what the keys do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::bridgepin;
use pretty_assertions::assert_eq;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Good as far as the schema knows: no TOML, or wrong in a way that it has no words for.
const BEYOND_THE_SCHEMA: &[&str] = &["address-multicast", "glob", "hosts-address", "key-twice", "latin1", "syntax"];

fn fixtures(folder: &str) -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/config").join(folder);
    let mut files: Vec<(String, PathBuf)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    files.sort();
    files
}

/// What goes wrong in `check` with a configuration file, and its exit code.
fn said(config: &Path) -> (String, i32) {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(config, dir.path().join("bridgepin.toml")).unwrap();
    let output = bridgepin().current_dir(dir.path()).args(["check", "--quiet"]).output().unwrap();
    (String::from_utf8(output.stderr).unwrap(), output.status.code().unwrap())
}

#[test]
fn bad_ones_are_refused_with_place_and_cure() {
    let text: String = fixtures("bad")
        .iter()
        .map(|(name, path)| {
            let (stderr, code) = said(path);
            assert_eq!(code, 2, "{name}");
            format!("{name}\n  {stderr}")
        })
        .collect();
    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/config/bad/expected.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&expected, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(expected).unwrap_or_default(), text);
}

#[test]
fn good_ones_are_read() {
    for (name, path) in fixtures("good") {
        assert_eq!(said(&path), (String::new(), 0), "{name}");
    }
}

#[test]
fn the_example_of_the_documentation_is_read() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, example) = page.split_once("```toml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("bridgepin.toml"), example).unwrap();
    assert_eq!(said(&dir.path().join("bridgepin.toml")), (String::new(), 0));
}

#[test]
fn the_schema_says_the_same() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/bridgepin.schema.json");
    let schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let accepts = |path: &Path| {
        let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        toml::from_str(&text).map_or(true, |value: Value| holds(&schema, &schema, &value))
    };
    for (name, path) in fixtures("good") {
        assert!(accepts(&path), "{name}");
    }
    for (name, path) in fixtures("bad") {
        assert_eq!(accepts(&path), BEYOND_THE_SCHEMA.contains(&&*name), "{name}");
    }
}

/// Whether a value is as a schema says, by the words of JSON Schema that this one uses.
fn holds(top: &Value, schema: &Value, value: &Value) -> bool {
    let all = |schemas: &Value, value: &Value| {
        schemas
            .as_object()
            .unwrap()
            .iter()
            .all(|(key, schema)| value.get(key).is_none_or(|value| holds(top, schema, value)))
    };
    schema.as_object().is_none_or(|words| {
        words.iter().all(|(word, said)| match word.as_str() {
            "$schema" | "$defs" | "title" | "description" | "default" => true,
            "$ref" => holds(top, top.pointer(said.as_str().unwrap().strip_prefix('#').unwrap()).unwrap(), value),
            "additionalProperties" => value.as_object().is_none_or(|object| {
                let known = |key: &str| schema.get("properties").is_some_and(|known| known.get(key).is_some());
                object.iter().filter(|(key, _)| !known(key)).all(|(_, value)| holds(top, said, value) && *said != false)
            }),
            "anyOf" | "oneOf" => said.as_array().unwrap().iter().any(|schema| holds(top, schema, value)),
            "const" => said == value,
            "enum" => said.as_array().unwrap().contains(value),
            "items" => value.as_array().is_none_or(|items| items.iter().all(|item| holds(top, said, item))),
            "pattern" => {
                value.as_str().is_none_or(|text| regex_lite::Regex::new(said.as_str().unwrap()).unwrap().is_match(text))
            }
            "properties" => !value.is_object() || all(said, value),
            "propertyNames" => value
                .as_object()
                .is_none_or(|object| object.keys().all(|key| holds(top, said, &Value::String(key.clone())))),
            "required" => {
                !value.is_object()
                    || said.as_array().unwrap().iter().all(|key| value.get(key.as_str().unwrap()).is_some())
            }
            "type" => {
                let is = |name: &Value| match name.as_str().unwrap() {
                    "array" => value.is_array(),
                    "null" => value.is_null(),
                    "object" => value.is_object(),
                    "string" => value.is_string(),
                    other => panic!("a type of which this test knows nothing: {other}"),
                };
                said.as_array().map_or_else(|| is(said), |names| names.iter().any(is))
            }
            other => panic!("a word of which this test knows nothing: {other}"),
        })
    })
}
