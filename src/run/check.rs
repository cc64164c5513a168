//! `check`: the report, the diff, the fixes.

use super::Output;
use super::input::{each_host, options, report_unreadable, shown};
use super::list::host_name;
use crate::check::{Options, check};
use crate::cli::{CheckArgs, FailOn, Prefer};
use crate::discover::Found;
use crate::exit::Exit;
use crate::finding::{Applicability, Finding, Severity};
use crate::fix::apply::{Changed, Fixed, apply_all};
use crate::fix::diff::{self, Change};
use crate::fix::save::{Target, save};
use crate::host::{Host, path_bytes};
use crate::report::{Reported, Source, Summary, Tree, Writer};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Checks, and fixes where that is asked for.
pub(super) fn run(arguments: &CheckArgs, output: &mut Output) -> anyhow::Result<Exit> {
    let options = Options {
        wanted: arguments.mac.iter().cloned().collect(),
        prefer_uplink: arguments.prefer == Prefer::Uplink,
        ..options(&arguments.input)
    };
    let writer = Writer::new(arguments.output_format);
    let mut run = Run { arguments, options, writer, summary: Summary::default(), failing: false };
    let mut exit = each_host(&arguments.input, output, &mut |found, output| run.host(found, output))?;
    let failing = run.failing || (arguments.exit_non_zero_on_fix && run.summary.files_changed > 0);
    if failing && !arguments.exit_zero {
        exit = exit.max(Exit::Findings);
    }
    let out = output.report(is_aside(arguments));
    run.writer.end(out, &run.summary)?;
    out.flush()?;
    Ok(exit)
}

/// Whether the report goes to stderr, because stdout is the patch or the text.
fn is_aside(arguments: &CheckArgs) -> bool {
    arguments.diff || (arguments.fix && arguments.input.stdin_filename.is_some())
}

struct Run<'a> {
    arguments: &'a CheckArgs,
    options: Options,
    writer: Writer,
    summary: Summary,
    /// A finding remains that is bad enough.
    failing: bool,
}

impl Run<'_> {
    fn host(&mut self, found: &Found, output: &mut Output) -> anyhow::Result<Exit> {
        let report = check(&found.host, &self.options);
        self.summary.hosts += 1;
        self.summary.bridges += report.bridges;
        let mut exit = report_unreadable(found, output)?;
        let asked = |mut findings: Vec<Finding>| {
            findings.retain(|finding| found.covers(&finding.place.file));
            findings
        };
        if !self.arguments.fix && !self.arguments.diff {
            self.report(found, &found.host, &asked(report.findings), false, output)?;
            return Ok(exit);
        }
        let before = if self.arguments.diff { asked(report.findings.clone()) } else { Vec::new() };
        let level = if self.arguments.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe };
        let fixed = apply_all(&found.host, &self.options, level, report, &|file| found.covers(file));
        if self.arguments.diff {
            self.report(found, &found.host, &before, false, output)?;
            write_diff(found, &fixed.changed, output)?;
            return Ok(exit);
        }
        let failed = if found.from_stdin() {
            self.print_fixed(&fixed, found, output)?
        } else {
            self.save(found, &fixed, output)?
        };
        let (unfixed, done): (Vec<Finding>, Vec<Finding>) =
            fixed.applied.into_iter().partition(|finding| touches(&found.host, finding, &failed));
        if !failed.is_empty() {
            exit = Exit::Failed;
        }
        self.report(found, &found.host, &done, true, output)?;
        self.report(found, &found.host, &unfixed, false, output)?;
        self.report(found, &fixed.host, &asked(fixed.report.findings), false, output)?;
        Ok(exit)
    }

    /// Reports findings with the texts of `host` that they speak of.
    fn report(
        &mut self,
        found: &Found,
        host: &Host,
        findings: &[Finding],
        fixed: bool,
        output: &mut Output,
    ) -> anyhow::Result<()> {
        if findings.is_empty() {
            return Ok(());
        }
        let mut tree = Tree::new(host_name(found));
        for finding in findings {
            let edited = finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| &edit.file);
            for file in edited.chain([&finding.place.file]) {
                tree.add(file.clone(), Source::new(path_bytes(&shown(found, file)), host.read(file)));
            }
        }
        let out = output.report(is_aside(self.arguments));
        for finding in findings {
            let reported = Reported { finding, tree: &tree, fixed };
            self.summary.count(&reported);
            self.failing |= !fixed && fails(self.arguments.fail_on, finding.severity);
            self.writer.finding(out, &reported)?;
        }
        Ok(())
    }

    /// Writes the changed files; returns those that could not be written.
    fn save(&mut self, found: &Found, fixed: &Fixed, output: &mut Output) -> anyhow::Result<BTreeSet<PathBuf>> {
        let mut failed = BTreeSet::new();
        for Changed { file, old, new } in &fixed.changed {
            let saved = Target::of(&found.host, file).and_then(|target| save(&target, old.as_deref(), new));
            match saved {
                Ok(_) => self.summary.files_changed += 1,
                Err(error) => {
                    writeln!(output.stderr, "error: {error}")?;
                    failed.insert(file.clone());
                }
            }
        }
        Ok(failed)
    }

    /// Prints the text of stdin after its fixes.
    fn print_fixed(&mut self, fixed: &Fixed, found: &Found, output: &mut Output) -> anyhow::Result<BTreeSet<PathBuf>> {
        self.summary.files_changed += usize::from(!fixed.changed.is_empty());
        let text = found.stdin.as_ref().and_then(|file| fixed.host.read(file)).unwrap_or_default();
        output.stdout.write_all(&text)?;
        Ok(BTreeSet::new())
    }
}

fn fails(least: FailOn, severity: Severity) -> bool {
    match least {
        FailOn::Error => severity >= Severity::Error,
        FailOn::Warning => severity >= Severity::Warning,
        FailOn::Never => false,
    }
}

fn touches(host: &Host, finding: &Finding, files: &BTreeSet<PathBuf>) -> bool {
    let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
    edits.into_iter().any(|edit| files.contains(&host.canonical(&edit.file).unwrap_or_else(|| edit.file.to_path_buf())))
}

fn write_diff(found: &Found, changed: &[Changed], output: &mut Output) -> anyhow::Result<()> {
    for Changed { file, old, new } in changed {
        let path = path_bytes(&diff_path(found, file));
        diff::write(&mut output.stdout, &[Change { path: &path, old: old.as_deref(), new }])?;
    }
    Ok(())
}

/// A file's path in a patch: relative to the current directory, under `--root` to that.
fn diff_path(found: &Found, file: &Path) -> PathBuf {
    if found.host.is_live() { file.to_owned() } else { shown(found, file) }
}
