//! `sed` with one `s` command.

use super::{Call, Options, is_everywhere, regex};
use bstr::{BStr, ByteSlice};

/// `sed [-n] 's/PATTERN/TEXT/[g][p]'`
pub(super) fn read<'w>(options: &Options<'w>) -> Option<Call<'w>> {
    options.only(b"Ern")?;
    let first = options.rest.first().copied();
    let (script, before) = options.value(b'e').map_or((first, 1), |script| (Some(script), 0));
    let script = script?.to_str().ok()?.trim().strip_prefix('s')?;
    let delimiter = script.chars().next().filter(|sign| sign.is_ascii_punctuation() && *sign != '\\')?;
    let parts: Vec<&str> = script.get(1..)?.split(delimiter).collect();
    let [pattern, text, flags] = parts.as_slice() else { return None };
    if pattern.ends_with('\\') || !flags.chars().all(|flag| "gp".contains(flag)) || options.values.len() > 1 {
        return None;
    }
    let pattern = regex(BStr::new(pattern), options.has(b'E') || options.has(b'r'), false)?;
    let template = template(text)?;
    let (all, printed, silent) = (flags.contains('g'), flags.contains('p'), options.has(b'n'));
    options.call(before, move |text| {
        let mut out = String::new();
        if all && text.lines().any(|line| is_everywhere(&pattern, line)) {
            return None;
        }
        for line in text.lines() {
            let new = pattern.replacen(line, usize::from(!all), template.as_str());
            let times = usize::from(!silent) + usize::from(printed && pattern.is_match(line));
            (0..times).for_each(|_| out.extend([&new, "\n"]));
        }
        Some(out)
    })
}

/// What sed puts in, as the regular expressions here take it: `\1` is `${1}`, `&` is `${0}`.
fn template(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '&' => out.push_str("${0}"),
            '$' => out.push_str("$$"),
            '\\' => match signs.next()? {
                digit @ '0'..='9' => out.extend(["${", digit.to_string().as_str(), "}"]),
                'n' => out.push('\n'),
                letter if letter.is_ascii_alphabetic() => return None,
                other => out.push(other),
            },
            sign => out.push(sign),
        }
    }
    Some(out)
}
