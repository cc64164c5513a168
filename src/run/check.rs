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
use crate::links::Named;
use crate::report::{self, Reported, Source, Summary, Tree};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Checks, and fixes where that is asked for.
pub(super) fn run(arguments: &CheckArgs, output: &mut Output) -> anyhow::Result<Exit> {
    let options = Options {
        wanted: arguments
            .mac
            .iter()
            .map(|(bridge, address)| (bridge.clone(), Named { address: *address, by: "--mac".to_owned() }))
            .collect(),
        prefer_uplink: arguments.prefer == Prefer::Uplink,
        ..options(&arguments.input)
    };
    let mut run = Run { arguments, options, found: Vec::new(), hosts: 0, bridges: 0, files_changed: 0 };
    let mut exit = each_host(&arguments.input, output, &mut |found, output| run.host(found, output))?;
    let reported: Vec<Reported<'_>> = run.found.iter().flat_map(Judged::reported).collect();
    let summary =
        Summary { hosts: run.hosts, bridges: run.bridges, files_changed: run.files_changed, ..Summary::of(&reported) };
    let aside = arguments.diff || (arguments.fix && arguments.input.stdin_filename.is_some());
    let out: &mut dyn Write = if aside { &mut output.stderr } else { &mut output.stdout };
    report::write(arguments.output_format, out, &reported, &summary)?;
    out.flush()?;
    if !arguments.exit_zero {
        let fails = |finding: &Finding| match arguments.fail_on {
            FailOn::Error => finding.severity >= Severity::Error,
            FailOn::Warning => finding.severity >= Severity::Warning,
            FailOn::Never => false,
        };
        let remain = reported.iter().any(|reported| !reported.fixed && fails(reported.finding));
        if remain || (arguments.exit_non_zero_on_fix && run.files_changed > 0) {
            exit = exit.max(Exit::Findings);
        }
    }
    Ok(exit)
}

struct Run<'a> {
    arguments: &'a CheckArgs,
    options: Options,
    found: Vec<Judged>,
    hosts: usize,
    bridges: usize,
    files_changed: usize,
}

/// A host's findings and the texts that they speak of.
struct Judged {
    tree: Tree,
    findings: Vec<(Finding, bool)>,
}

impl Judged {
    fn reported(&self) -> impl Iterator<Item = Reported<'_>> {
        self.findings.iter().map(|(finding, fixed)| Reported { finding, tree: &self.tree, fixed: *fixed })
    }
}

impl Run<'_> {
    fn host(&mut self, found: &Found, output: &mut Output) -> anyhow::Result<Exit> {
        let report = check(&found.host, &self.options);
        self.hosts += 1;
        self.bridges += report.bridges;
        let mut exit = report_unreadable(found, output)?;
        let asked = |findings: Vec<Finding>| findings.into_iter().filter(|finding| found.covers(&finding.place.file));
        if !self.arguments.fix && !self.arguments.diff {
            self.keep(found, &found.host, asked(report.findings).map(|finding| (finding, false)));
            return Ok(exit);
        }
        let level = if self.arguments.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe };
        let before = report.findings.clone();
        let fixed = apply_all(&found.host, &self.options, level, report, &|file| found.covers(file));
        if self.arguments.diff {
            self.keep(found, &found.host, asked(before).map(|finding| (finding, false)));
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
        self.keep(
            found,
            &found.host,
            done.into_iter().map(|finding| (finding, true)).chain(unfixed.into_iter().map(|finding| (finding, false))),
        );
        self.keep(found, &fixed.host, asked(fixed.report.findings).map(|finding| (finding, false)));
        Ok(exit)
    }

    /// Keeps findings for the report with the texts of `host` that they speak of.
    fn keep(&mut self, found: &Found, host: &Host, findings: impl Iterator<Item = (Finding, bool)>) {
        let findings: Vec<_> = findings.collect();
        if findings.is_empty() {
            return;
        }
        let mut tree = Tree::new(host_name(found));
        for (finding, _) in &findings {
            let edited = finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| &edit.file);
            for file in edited.chain([&finding.place.file]) {
                tree.add(file.clone(), Source::new(path_bytes(&shown(found, file)), host.read(file)));
            }
        }
        self.found.push(Judged { tree, findings });
    }

    /// Writes the changed files; returns those that could not be written.
    fn save(&mut self, found: &Found, fixed: &Fixed, output: &mut Output) -> anyhow::Result<BTreeSet<PathBuf>> {
        let mut failed = BTreeSet::new();
        for Changed { file, old, new } in &fixed.changed {
            let saved = Target::of(&found.host, file).and_then(|target| save(&target, old.as_deref(), new));
            match saved {
                Ok(_) => self.files_changed += 1,
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
        self.files_changed += usize::from(!fixed.changed.is_empty());
        let text = found.stdin.as_ref().and_then(|file| fixed.host.read(file)).unwrap_or_default();
        output.stdout.write_all(&text)?;
        Ok(BTreeSet::new())
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
