//! Values of settings as the scripts compare them.

use crate::syntax::shell::Shell;
use bstr::BStr;

/// A variable's text; empty where it is not set or only the running system can tell. Where it is
/// set only under a condition, the condition is taken to hold.
pub(super) fn text<'s>(shell: &'s Shell<'_>, name: &str) -> &'s BStr {
    let value = shell.variable(BStr::new(name)).map(|variable| &variable.value);
    value.and_then(|value| value.text()).unwrap_or_default()
}

/// `is_true` (init.d/functions).
pub(super) fn is_true(text: &[u8]) -> bool {
    ["t", "y", "yes", "on", "true", "1"].iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
}

/// `is_false` (init.d/functions).
pub(super) fn is_false(text: &[u8]) -> bool {
    ["f", "n", "no", "off", "false", "0"].iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
}
