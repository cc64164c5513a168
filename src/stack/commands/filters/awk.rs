//! `awk` with one pattern and one `print`.

use super::{Call, Options, is_everywhere, joined, regex};
use bstr::{BStr, ByteSlice};
use regex_lite::Regex;
use std::sync::LazyLock;

/// The scripts that are understood: `/PATTERN/ {print $N}`, `NR==N {...}`, `$N=="TEXT" {...}`.
static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let form = r#"^\s*(?:/([^/]*)/|NR\s*==\s*([0-9]+)|\$([0-9]+)\s*==\s*"([^"]*)")?\s*\{\s*print\s*\$([0-9]+|NF)\s*;?\s*(exit)?\s*;?\s*\}\s*$"#;
    Regex::new(form).ok()
});

/// Which lines awk takes.
enum Taken {
    All,
    Number(usize),
    Fits(Regex),
    Field(usize, String),
}

/// The words of `awk`.
pub(super) fn read<'w>(options: &Options<'w>) -> Option<Call<'w>> {
    options.only(b"")?;
    let script = options.rest.first()?.to_str().ok()?;
    let parts = FORM.as_ref()?.captures(script)?;
    let part = |at: usize| parts.get(at).map(|part| part.as_str());
    let taken = match (part(1), part(2), part(3)) {
        (Some(pattern), ..) => Taken::Fits(regex(BStr::new(pattern), true, false)?),
        (_, Some(number), _) => Taken::Number(number.parse().ok()?),
        (.., Some(field)) => Taken::Field(field.parse().ok()?, part(4)?.to_owned()),
        _ => Taken::All,
    };
    let field: Option<usize> = part(5)?.parse().ok();
    let once = part(6).is_some();
    let separator = match options.value(b'F') {
        // A blank is what it does by itself.
        None => None,
        Some(one) if one == " " => None,
        Some(one) if one.len() == 1 => Some(regex_lite::escape(one.to_str().ok()?)),
        Some(pattern) => Some(pattern.to_str().ok()?.to_owned()),
    };
    let separator = match separator {
        Some(pattern) => Some(regex(BStr::new(&pattern), true, false)?),
        None => None,
    };
    options.call(1, move |text| {
        if separator.as_ref().is_some_and(|pattern| text.lines().any(|line| is_everywhere(pattern, line))) {
            return None;
        }
        let split = |line: &str| -> Vec<String> {
            match &separator {
                Some(separator) => separator.split(line).map(str::to_owned).collect(),
                None => line.split_ascii_whitespace().map(str::to_owned).collect(),
            }
        };
        let nth = |line: &str, number: usize| match number {
            0 => line.to_owned(),
            number => split(line).get(number - 1).cloned().unwrap_or_default(),
        };
        let fits = |(index, line): &(usize, &str)| match &taken {
            Taken::All => true,
            Taken::Number(number) => index + 1 == *number,
            Taken::Fits(pattern) => pattern.is_match(line),
            Taken::Field(number, wanted) => nth(line, *number) == *wanted,
        };
        let lines = text.lines().enumerate().filter(fits).take(if once { 1 } else { usize::MAX });
        joined(lines.map(|(_, line)| field.map_or_else(|| split(line).pop().unwrap_or_default(), |at| nth(line, at))))
    })
}
