//! One line a finding: `path:line:column: severity[rule] message`, as compilers write it.

use super::{Reported, Summary, visible};
use std::io;

/// Writes the findings and the summary.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn io::Write, findings: &[Reported<'_>], summary: &Summary) -> io::Result<()> {
    for reported in findings {
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
        )?;
    }
    writeln!(out, "{summary}")
}
