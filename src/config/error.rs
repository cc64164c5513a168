//! What is wrong with a configuration file, where, and what to do.

use crate::nearest::nearest;
use crate::span::line_column;
use std::path::Path;

/// What the TOML reader calls types, and what we do.
const TYPES: &[(&str, &str)] = &[
    ("a map", "a table, like `{ a = \"b\" }`"),
    ("a sequence", "a list, like `[\"a\", \"b\"]`"),
    ("sequence", "a list"),
    ("string or table", "a string"),
];

/// `file:line:column: what is wrong`.
pub(super) fn at(shown: &Path, text: &[u8], offset: usize, message: &str) -> String {
    let (line, column) = line_column(text, offset);
    format!("{}:{line}:{column}: {message}", shown.display())
}

/// The TOML reader's error in our words.
pub(super) fn told(error: &toml::de::Error) -> String {
    let message = error.message().trim_end();
    // serde's own words for these are fixed (`serde::de::Error::unknown_field`): what was found
    // and what is known stand in backticks, in that order.
    let mut quoted = message.split('`').skip(1).step_by(2);
    let found = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.collect();
    if message.starts_with("unknown field") {
        format!("no key is called `{found}` here; {}", meant(found, &known))
    } else if message.starts_with("unknown variant") {
        format!("`{found}` is no value for this; {}", meant(found, &known))
    } else if message.starts_with("missing field") {
        format!("the key `{found}` is missing here; add it")
    } else if let Some(types) = message.strip_prefix("invalid type: ") {
        let (found, wanted) = types.split_once(", expected ").unwrap_or((types, "another"));
        match (found, wanted) {
            ("map", "a sequence") => "this is one table; write its name in two brackets, `[[...]]`".to_owned(),
            _ => format!("this is {}; write {}", named(found), named(wanted)),
        }
    } else if let Some(wanted) = message.strip_prefix("wanted ") {
        format!("write {} here", named(wanted))
    } else if message == "duplicate key" {
        "this key is there already; write it once".to_owned()
    } else {
        message.to_owned()
    }
}

fn named(word: &str) -> &str {
    TYPES.iter().find(|row| row.0 == word).map_or(word, |row| row.1)
}

fn meant(found: &str, known: &[&str]) -> String {
    match nearest(found.as_bytes(), known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("there are `{}`", known.join("`, `")),
    }
}
