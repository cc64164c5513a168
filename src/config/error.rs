//! What is wrong with a configuration file, where, and what to do.

use crate::nearest::nearest;
use crate::span::line_column;
use std::path::Path;

/// What the TOML reader's errors say of types, and what we say.
const TYPES: &[(&str, &str)] = &[
    ("a sequence", "a list, like `[\"a\", \"b\"]`"),
    ("a map", "a table, like `{ a = \"b\" }`"),
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
        unknown("key", found, &known)
    } else if message.starts_with("unknown variant") {
        unknown("value", found, &known)
    } else if message.starts_with("missing field") {
        format!("the key `{found}` is missing here; add it")
    } else if let Some((found, wanted)) =
        message.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected "))
    {
        let wanted = TYPES.iter().find(|row| row.0 == wanted).map_or(wanted, |row| row.1);
        format!("this is {found}; write {wanted}")
    } else {
        message.to_owned()
    }
}

fn unknown(what: &str, found: &str, known: &[&str]) -> String {
    match nearest(found.as_bytes(), known.iter().copied()) {
        Some(name) => format!("no {what} is called `{found}` here; did you mean `{name}`?"),
        None => format!("no {what} is called `{found}` here; there are `{}`", known.join("`, `")),
    }
}
