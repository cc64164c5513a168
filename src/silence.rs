//! What is left of a host's findings when comments in its files and the selection of rules had their say.
//!
//! Comments come first, so that whether one is of use does not depend on which rules are selected.

use crate::finding::Finding;
use crate::host::Host;
use crate::ignore::{Style, Text, filter, speaks_to_us};
use crate::rules::about_comment;
use crate::selection::Selection;
use crate::stack::{Family, Software};
use std::path::Path;
use std::sync::Arc;

/// The findings that no comment silences, and those about comments that silence nothing.
/// `readers` is the software that reads the host's files.
#[must_use]
pub fn commented(host: &Host, findings: Vec<Finding>, readers: &[Software]) -> Vec<Finding> {
    let readers: Vec<Software> =
        readers.iter().copied().filter(|software| software.family() == Family::Interfaces).collect();
    let text =
        |(file, bytes): (std::path::PathBuf, _)| Text { style: Style::of(&file, &readers), file: file.into(), bytes };
    let texts: Vec<Text> = host.texts_where(speaks_to_us).into_iter().map(text).collect();
    if texts.is_empty() {
        return findings;
    }
    let canonical = |file: &Path| host.canonical(file).map_or_else(|| Arc::from(file), Arc::from);
    let filtered = filter(findings, &texts, canonical);
    filtered.kept.into_iter().chain(filtered.useless.into_iter().map(about_comment)).collect()
}

/// The findings whose rules are reported in their files, with the severity that was said for them.
#[must_use]
pub fn selected(host: &Host, mut findings: Vec<Finding>, selection: &Selection) -> Vec<Finding> {
    findings.retain(|finding| {
        let file = &finding.place.file;
        selection.reports(finding.rule, || host.real(file).unwrap_or_else(|| file.to_path_buf()))
    });
    findings.iter_mut().for_each(|finding| selection.grade(finding));
    findings
}
