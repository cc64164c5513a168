//! What is said of a finding beside its message, for formats without a layout of their own.

use super::{Reported, visible};
use crate::finding::{Applicability, Fix};

/// Notes, help and the fix, one a line, safe to show.
pub(super) fn lines(reported: &Reported<'_>) -> Vec<String> {
    let finding = reported.finding;
    let mut lines = Vec::new();
    let mut say = |word: &str, text: &str| lines.push(format!("{word}: {}", visible::text(text)));
    if !reported.fixed {
        finding.notes.iter().for_each(|note| say("note", note));
        finding.help.iter().for_each(|help| say("help", help));
    }
    if let Some(fix) = &finding.fix {
        say("fix", &title(reported, fix));
        if !fix.source.is_empty() {
            say("note", &format!("the address is known from {}", fix.source));
        }
        fix.remarks.iter().for_each(|remark| say("note", remark));
        if reported.fixed && !fix.takes_effect.is_empty() {
            say("note", &fix.takes_effect);
        }
    }
    lines
}

/// What a fix does and who applies it.
pub(super) fn title(reported: &Reported<'_>, fix: &Fix) -> String {
    let applies = match fix.applicability {
        _ if reported.fixed => return fix.title.clone(),
        Applicability::Safe => "`--fix` applies it",
        Applicability::Unsafe => "unsafe: `--fix --unsafe-fixes` applies it",
        // No address is written into a template.
        Applicability::Shown if fix.address.is_none() => "only shown: edit the template",
        Applicability::Shown => {
            let bridge = reported.finding.bridge.as_ref().map_or_else(|| "BRIDGE".to_owned(), ToString::to_string);
            &format!("only shown: choose with `--mac {bridge}=ADDRESS`")
        }
    };
    [&fix.title, " (", applies, ")"].concat()
}
