//! One host of a run of `check`, judged.

use super::setup::Setup;
use super::typos::Met;
use crate::baseline::Entry;
use crate::check::check;
use crate::cli::CheckArgs;
use crate::discover::Found;
use crate::finding::{Applicability, Finding};
use crate::fix::apply::{Fixed, apply_all};
use crate::fleet;
use std::path::Path;

/// What is known of a host before any of it is told or written.
pub(super) struct Judged {
    /// The host.
    pub(super) found: Found,
    /// How many bridges it has.
    pub(super) bridges: usize,
    /// Which names of the user's it has.
    pub(super) met: Met,
    /// What the baseline has.
    pub(super) known: Vec<Entry>,
    /// What is found before fixes, in the files that were asked for.
    pub(super) findings: Vec<Finding>,
    /// What the rules over all hosts know of it before fixes.
    pub(super) summary: fleet::Summary,
    /// What it would be with its fixes, where they are asked for.
    pub(super) fixed: Option<Fixed>,
}

impl Judged {
    /// Judges a host and plans its fixes.
    pub(super) fn of(arguments: &CheckArgs, setup: &Setup<'_>, found: Found) -> Self {
        let options = setup.options(&found);
        let mut report = check(&found.host, &options);
        let (bridges, known) = (report.bridges, std::mem::take(&mut report.known));
        let hosts = setup.config.hosts.name_of(&found.host).cloned().into_iter().collect();
        let met = Met { bridges: std::mem::take(&mut report.named), hosts };
        report.summary.ask(|file| setup.covers(&found, file));
        let (findings, summary, fixed) = if arguments.fix || arguments.diff {
            let level = if arguments.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe };
            let findings = if arguments.diff { report.findings.clone() } else { Vec::new() };
            let covers = |file: &Path| setup.covers(&found, file);
            let summary = report.summary.clone();
            (findings, summary, Some(apply_all(&found.host, &options, level, report, &covers)))
        } else {
            (report.findings, report.summary, None)
        };
        let findings = asked(setup, &found, findings);
        // Here, where it was made, it is freed sooner and at less cost.
        found.host.forget_made();
        found.host.forget_ahead();
        if findings.is_empty() && fixed.is_none() {
            found.host.forget_files();
        }
        Self { found, bridges, met, known, findings, summary, fixed }
    }
}

/// Those findings that lie in files that were asked for.
pub(super) fn asked(setup: &Setup<'_>, found: &Found, mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.retain(|finding| setup.covers(found, &finding.place.file));
    findings
}
