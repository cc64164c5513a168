//! One line a finding: `path:line:column: severity[rule] message`, as compilers write it.

use super::{Reported, visible};
use std::io;

/// Writes a finding.
pub(super) fn finding(out: &mut dyn io::Write, reported: &Reported<'_>) -> io::Result<()> {
    let finding = reported.finding;
    let source = reported.tree.source(&finding.place.file);
    let at = source.position(finding.place.span.start);
    writeln!(
        out,
        "{}:{}:{}: {}[{}] {}",
        visible::text(&source.path),
        at.line,
        at.column,
        if reported.fixed { "fixed" } else { finding.severity.word() },
        finding.rule,
        visible::text(&finding.message),
    )
}
