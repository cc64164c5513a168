//! The JSON schema of the configuration file, generated from the types that read it.

use super::file::File;
use super::value::Parsed;
use crate::address::MacAddress;
use crate::glob::Glob;
use crate::rules::RULES;
use crate::selection::RuleName;
use crate::stack::{Software, Stack};
use pretty_assertions::assert_eq;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

impl JsonSchema for Parsed<RuleName> {
    fn schema_name() -> Cow<'static, str> {
        "RuleName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
        json_schema!({ "description": "A rule's name.", "type": "string", "enum": names })
    }
}

impl JsonSchema for Parsed<Glob> {
    fn schema_name() -> Cow<'static, str> {
        "Glob".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A pattern for paths.", "type": "string", "pattern": "[^/]" })
    }
}

impl JsonSchema for Parsed<Stack> {
    fn schema_name() -> Cow<'static, str> {
        "Stack".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Software::names().collect();
        let pattern = format!("^({})(@[^+]*)?(\\+(alpine-bridge|bridge-utils|udev))*$", names.join("|"));
        json_schema!({
            "description": "A stack, with its version and what stands beside it.",
            "type": "string",
            "pattern": pattern,
        })
    }
}

impl JsonSchema for Parsed<MacAddress> {
    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A MAC address.",
            "type": "string",
            "pattern": "^[0-9A-Fa-f]{1,2}(:[0-9A-Fa-f]{1,2}){5}$",
        })
    }
}

/// `BLESS=1 cargo test schema` writes it anew.
#[test]
fn the_schema_is_that_of_the_types() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/bridgepin.schema.json");
    let schema = serde_json::to_string_pretty(&schemars::schema_for!(File)).unwrap() + "\n";
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &schema).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), schema);
}
