//! What the parsers of facts share: JSON, and careful looks into it.

use crate::address::MacAddress;
use serde_json::{Map, Value};

/// The JSON of a file. `serde_json` refuses what is nested deeper than 128 levels.
pub(super) fn read(bytes: &[u8]) -> Result<Value, String> {
    let error = match serde_json::from_slice(bytes) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    bare_list(bytes).ok_or_else(|| {
        format!(
            "no JSON ({error}); give what `ip -j -d link`, `ansible -m setup` or `lshw -json -class network` prints"
        )
    })
}

/// Whether a file is meant as JSON: a folder of facts may hold a README too.
pub(super) fn is_meant(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Objects with commas after them, without brackets around: `lshw -json -class` of B.02.18 and
/// older, as Ubuntu 18.04 has it (lshw 135a853, 1556522).
fn bare_list(bytes: &[u8]) -> Option<Value> {
    let text = bytes.trim_ascii();
    let text = text.strip_suffix(b",").unwrap_or(text);
    if !text.starts_with(b"{") {
        return None;
    }
    serde_json::from_slice(&[b"[", text, b"]"].concat()).ok()
}

/// A text.
pub(super) fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str()
}

/// An object.
pub(super) fn object<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Map<String, Value>> {
    object.get(key)?.as_object()
}

/// The texts of an array.
pub(super) fn texts<'a>(object: &'a Map<String, Value>, key: &str) -> Vec<&'a str> {
    object.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// An Ethernet address that a link can have: `lo` and some virtual functions show zeroes.
pub(super) fn mac(object: &Map<String, Value>, key: &str) -> Option<MacAddress> {
    MacAddress::parse(text(object, key)?.as_bytes()).filter(|address| address.is_usable())
}
