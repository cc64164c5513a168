//! GitHub's workflow commands: the runner makes annotations of them.
//!
//! The runner reads a line as a command where it begins with `::name `, and takes back these escapes and no others
//! (actions/runner, `ActionCommand.TryParseV2`, `_escapeDataMappings`, `_escapePropertyMappings`).

use super::{Reported, Repository, explanation, visible};
use crate::finding::Severity;
use std::io;

/// Writes a finding.
pub(super) fn finding(out: &mut dyn io::Write, reported: &Reported<'_>, repository: &Repository) -> io::Result<()> {
    let finding = reported.finding;
    let source = reported.tree.source(&finding.place.file);
    let (start, end) = source.region(finding.place.span);
    let command = match (reported.fixed, finding.severity) {
        (true, _) => "notice",
        (false, Severity::Error) => "error",
        (false, Severity::Warning) => "warning",
    };
    let file = property(&visible::text(&repository.path(source.path.as_ref())));
    let title = property(&format!("bridgepin ({})", finding.rule));
    write!(out, "::{command} title={title},file={file},line={},endLine={}", start.line, end.line)?;
    // Columns count only where the annotation is of one line; the last one is the last of the mark.
    if start.line == end.line {
        write!(out, ",col={},endColumn={}", start.column, end.column.saturating_sub(1).max(start.column))?;
    }
    // The log shows the text without the properties.
    let word = if reported.fixed { "fixed: " } else { "" };
    let place = format!("{}:{}:{}", visible::text(&source.path), start.line, start.column);
    let mut text = vec![format!("{place}: {word}{}", visible::text(&finding.message))];
    text.extend(explanation::lines(reported));
    writeln!(out, "::{}", data(&text.join("\n")))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
