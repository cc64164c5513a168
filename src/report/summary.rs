//! The counts under a report.

use super::Reported;
use crate::finding::{Applicability, Severity};
use serde::Serialize;
use std::fmt;

/// What a run found and did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Summary {
    /// Hosts that were judged.
    pub hosts: usize,
    /// Bridges that were judged.
    pub bridges: usize,
    /// Errors that remain.
    pub errors: usize,
    /// Warnings that remain.
    pub warnings: usize,
    /// Remaining findings that `--fix` would fix.
    pub fixable: usize,
    /// Remaining findings that only `--unsafe-fixes` would fix.
    pub unsafe_fixes: usize,
    /// Remaining findings whose fix is only shown: `--mac` chooses the address, or people edit the template.
    pub shown_fixes: usize,
    /// Those of them that people have to write into a template.
    #[serde(skip)]
    pub in_templates: usize,
    /// Findings that were fixed.
    pub fixed: usize,
    /// Files that were written.
    pub files_changed: usize,
    /// Findings that are not reported because the baseline has them.
    pub known: usize,
    /// Whether some of the work could not be done: the exit code is 2, and stderr says what.
    pub incomplete: bool,
}

impl Summary {
    /// Counts a finding. The other figures are the caller's.
    pub fn count(&mut self, Reported { finding, fixed, .. }: &Reported<'_>) {
        if *fixed {
            self.fixed += 1;
            return;
        }
        match finding.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        let Some(fix) = &finding.fix else { return };
        match fix.applicability {
            Applicability::Safe => self.fixable += 1,
            Applicability::Unsafe => self.unsafe_fixes += 1,
            Applicability::Shown => {
                self.shown_fixes += 1;
                self.in_templates += usize::from(fix.address.is_none());
            }
        }
    }
}

/// One line: what was found, and what `--fix` would do or did.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let remaining = self.errors + self.warnings;
        let counted: Vec<_> = [(self.errors, "error"), (self.warnings, "warning")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| number(count, word))
            .collect();
        let counted = counted.join(" and ");
        match (self.fixed, remaining) {
            (0, 0) if self.known > 0 => {
                let (bridges, hosts) = (number(self.bridges, "bridge"), number(self.hosts, "host"));
                return write!(f, "Nothing new found in {bridges} on {hosts}; the baseline has {}.", self.known);
            }
            (0, 0) if self.bridges == 0 => return f.write_str("No bridges found."),
            (0, 0) => {
                return write!(
                    f,
                    "Nothing found in {} on {}.",
                    number(self.bridges, "bridge"),
                    number(self.hosts, "host")
                );
            }
            (0, _) => write!(f, "Found {counted}")?,
            (fixed, _) => {
                write!(f, "Fixed {} in {}; ", number(fixed, "finding"), number(self.files_changed, "file"))?;
                match remaining {
                    0 => f.write_str("nothing remains")?,
                    1 => write!(f, "{counted} remains")?,
                    _ => write!(f, "{counted} remain")?,
                }
            }
        }
        if self.known > 0 {
            write!(f, "; the baseline has {} more", self.known)?;
        }
        match (self.fixable, self.unsafe_fixes) {
            (0, 0) => {}
            (safe, 0) => write!(f, "; --fix can fix {safe}")?,
            (0, other) => write!(f, "; --fix --unsafe-fixes can fix {other}")?,
            (safe, other) => write!(f, "; --fix can fix {safe}, --unsafe-fixes {other} more")?,
        }
        match self.shown_fixes {
            0 => return f.write_str("."),
            1 => f.write_str("; the fix of 1 is only shown: ")?,
            more => write!(f, "; the fixes of {more} are only shown: ")?,
        }
        match self.in_templates {
            0 => f.write_str("choose with --mac."),
            all if all == self.shown_fixes => f.write_str("edit the template."),
            _ => f.write_str("choose with --mac, or edit the template."),
        }
    }
}

fn number(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn counts_in_one_line() {
        let none = Summary::default();
        let seen = Summary { hosts: 2, bridges: 3, ..none };
        for (summary, line) in [
            (none, "No bridges found."),
            (seen, "Nothing found in 3 bridges on 2 hosts."),
            (Summary { errors: 1, ..seen }, "Found 1 error."),
            (Summary { known: 2, ..seen }, "Nothing new found in 3 bridges on 2 hosts; the baseline has 2."),
            (
                Summary { errors: 1, fixable: 1, known: 2, ..seen },
                "Found 1 error; the baseline has 2 more; --fix can fix 1.",
            ),
            (Summary { errors: 2, warnings: 1, fixable: 2, ..seen }, "Found 2 errors and 1 warning; --fix can fix 2."),
            (Summary { warnings: 2, unsafe_fixes: 1, ..seen }, "Found 2 warnings; --fix --unsafe-fixes can fix 1."),
            (
                Summary { errors: 4, fixable: 2, unsafe_fixes: 1, ..seen },
                "Found 4 errors; --fix can fix 2, --unsafe-fixes 1 more.",
            ),
            (
                Summary { errors: 4, fixable: 1, shown_fixes: 1, ..seen },
                "Found 4 errors; --fix can fix 1; the fix of 1 is only shown: choose with --mac.",
            ),
            (
                Summary { errors: 4, shown_fixes: 2, ..seen },
                "Found 4 errors; the fixes of 2 are only shown: choose with --mac.",
            ),
            (Summary { fixed: 1, files_changed: 1, ..seen }, "Fixed 1 finding in 1 file; nothing remains."),
            (
                Summary { fixed: 2, files_changed: 2, errors: 1, unsafe_fixes: 1, ..seen },
                "Fixed 2 findings in 2 files; 1 error remains; --fix --unsafe-fixes can fix 1.",
            ),
        ] {
            assert_eq!(summary.to_string(), line);
        }
    }
}
