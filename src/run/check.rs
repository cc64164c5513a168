//! `check`: the report, the diff, the fixes.

use super::Output;
use super::baseline::{self, Known};
use super::destination::{format, is_aside, output_file};
use super::input::{each_host, report_facts, report_unreadable};
use super::judged::{Judged, asked};
use super::list::host_name;
use super::setup::Setup;
use super::show_files::show_files;
use super::typos::Met;
use super::whose::refuse_shared;
use crate::baseline::Baseline;
use crate::cli::{CheckArgs, FailOn, Prefer, Reporting};
use crate::discover::Found;
use crate::exit::Exit;
use crate::finding::{Finding, Severity};
use crate::fix::apply::{Changed, Fixed};
use crate::fix::diff;
use crate::fix::save::{Target, remove_leftovers, save};
use crate::fleet::Fleet;
use crate::host::{Host, path_bytes};
use crate::links::Named;
use crate::report::{Change, Reported, Repository, Source, Summary, Tree, Writer, statistics};
use crate::selection::Layer;
use bstr::{BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Checks, and fixes where that is asked for.
pub(super) fn run(arguments: &CheckArgs, output: &mut Output) -> anyhow::Result<Exit> {
    let mut setup = Setup::of(&arguments.input)?;
    if arguments.reporting.show_files {
        return show_files(&setup, output);
    }
    let by = |(bridge, address): &(BString, _)| (bridge.clone(), Named { address: *address, by: "--mac".to_owned() });
    setup.options.wanted = arguments.mac.iter().map(by).collect();
    setup.options.generate = arguments.generate;
    setup.options.prefer_uplink = arguments.prefer == Prefer::Uplink;
    let format = format(arguments)?;
    let (aside, file) = (is_aside(arguments), output_file(arguments));
    let in_colour = output.is_in_colour(aside, file.is_some());
    let writer = Writer::new(format, Repository::around(&setup.here), in_colour);
    let mut run = Run::new(arguments, writer, &mut setup)?;
    refuse_shared(arguments, &setup)?;
    if let Some(path) = file {
        output.report_into(path)?;
    }
    let mut exit = each_host(&setup, output, &|found| Judged::of(arguments, &setup, found), &mut |judged, output| {
        run.host(&setup, judged, output)
    })?;
    run.fleet(&setup, output)?;
    if let (Some(known), Exit::Clean, false) = (&run.known, exit, arguments.quiet) {
        known.tell_gone(&setup, output)?;
    }
    if let (Some(path), Some(recorded)) = (&arguments.reporting.write_baseline, &run.recorded) {
        baseline::write(recorded, path)?;
        run.summary.known = recorded.len();
    }
    let failing = run.failing || (arguments.exit_non_zero_on_fix && run.summary.files_changed > 0);
    if failing && !arguments.exit_zero {
        exit = exit.max(Exit::Findings);
    }
    run.summary.incomplete =
        exit == Exit::Failed || setup.options.facts.as_ref().is_some_and(|facts| !facts.problems().is_empty());
    let out = output.report(aside)?;
    if arguments.reporting.statistics {
        statistics::write(out, format, &run.counts)?;
    } else {
        run.writer.end(out, &run.summary, arguments.quiet)?;
    }
    let in_file = output.finish_report()?;
    if in_file && !arguments.quiet {
        writeln!(output.report(aside)?, "{}", run.summary)?;
    } else if arguments.reporting.statistics && arguments.fix && !arguments.quiet {
        // The counts are of what remains: they do not say that files changed.
        writeln!(output.stderr()?, "{}", run.summary)?;
    }
    if !arguments.quiet {
        run.met.tell_others(arguments, &setup, output)?;
    }
    Ok(exit.max(report_facts(&setup, arguments.quiet, output)?))
}

struct Run<'a> {
    arguments: &'a CheckArgs,
    fail_on: FailOn,
    writer: Writer,
    summary: Summary,
    /// How many findings remain of each rule.
    counts: BTreeMap<&'static str, usize>,
    /// What is not reported again.
    known: Option<Known>,
    /// What is recorded instead of reported.
    recorded: Option<Baseline>,
    /// What the rules over all hosts know of them.
    fleet: Fleet,
    /// Which names of the user's the hosts have.
    met: Met,
    /// A finding remains that is bad enough.
    failing: bool,
}

impl<'a> Run<'a> {
    /// Nothing seen yet; the options of `setup` get what the arguments say of findings.
    fn new(arguments: &'a CheckArgs, writer: Writer, setup: &mut Setup<'_>) -> anyhow::Result<Self> {
        let Reporting { select, ignore, baseline, write_baseline, .. } = &arguments.reporting;
        let select = (!select.is_empty()).then(|| select.clone());
        let layer = Layer { path: None, select, ignore: ignore.clone() };
        Arc::make_mut(&mut setup.options.selection).layers.push(layer);
        let recorded = write_baseline.as_ref().map(|path| baseline::empty(path, &setup.here)).transpose()?;
        // What is recorded is all that is there, whatever was recorded before.
        let known = baseline.as_ref().filter(|_| recorded.is_none());
        let known = known.map(|path| Known::read(path, &setup.here)).transpose()?;
        setup.options.baseline = known.as_ref().map(|known| Arc::clone(&known.baseline));
        Ok(Self {
            arguments,
            fail_on: arguments.fail_on.or(setup.config.fail_on).unwrap_or(FailOn::Warning),
            writer,
            summary: Summary::default(),
            counts: BTreeMap::new(),
            known,
            recorded,
            fleet: Fleet::default(),
            met: Met::default(),
            failing: false,
        })
    }

    /// Reports what a host has, and writes its fixes where that is asked for.
    fn host(&mut self, setup: &Setup<'_>, judged: Judged, output: &mut Output) -> anyhow::Result<Exit> {
        let Judged { found, bridges, met, known, findings, summary, fixed } = judged;
        self.summary.known += self.known.as_mut().map_or(0, |all| all.note(&found, known));
        self.met.add(met);
        self.summary.hosts += 1;
        self.summary.bridges += bridges;
        let mut exit = report_unreadable(&found, output)?;
        let mut fixed = match fixed {
            Some(fixed) if self.arguments.fix => fixed,
            proposed => {
                self.fleet.add(|| found.spot(&found.host), summary);
                self.report(&found, &found.host, &findings, false, output)?;
                if let Some(fixed) = proposed {
                    self.tell_changes(&found, &fixed);
                    write_diff(&found, &fixed.changed, output)?;
                }
                return Ok(exit);
            }
        };
        if found.from_stdin() {
            self.print_fixed(&fixed, &found, output)?;
        } else {
            let failed = self.save(&found, &fixed, output)?;
            exit = exit.max(tidy(&found, output)?);
            if !failed.is_empty() {
                fixed = fixed.without(&found.host, &setup.options(&found), &failed);
                exit = Exit::Failed;
            }
        }
        self.tell_changes(&found, &fixed);
        let mut summary = std::mem::take(&mut fixed.report.summary);
        summary.ask(|file| setup.covers(&found, file));
        self.fleet.add(|| found.spot(&fixed.host), summary);
        for round in &fixed.rounds {
            self.report(&found, &round.host, &round.applied, true, output)?;
        }
        let left = asked(setup, &found, fixed.report.findings);
        self.report(&found, &fixed.host, &left, false, output)?;
        Ok(exit)
    }

    /// Tells the report which files change.
    fn tell_changes(&mut self, found: &Found, fixed: &Fixed) {
        for Changed { file, old, .. } in &fixed.changed {
            self.writer.change(|| {
                let findings = fixed.applied().filter(|finding| fixed.changes(finding, file));
                Change::new(path_bytes(&found.shown_file(file)).as_bstr(), old.is_none(), findings)
            });
        }
    }

    /// Reports what is found when all hosts are known.
    fn fleet(&mut self, setup: &Setup<'_>, output: &mut Output) -> anyhow::Result<()> {
        let fleet = std::mem::take(&mut self.fleet);
        fleet.each_host(&setup.here, &mut |found, mut findings| {
            findings.iter_mut().for_each(|finding| setup.options.selection.grade(finding));
            if let Some(baseline) = &setup.options.baseline {
                let (new, known) = baseline.filter(&found.host, findings);
                self.summary.known += self.known.as_mut().map_or(0, |all| all.note(&found, known));
                findings = new;
            }
            self.report(&found, &found.host, &findings, false, output)
        })
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
        if let Some(recorded) = self.recorded.as_mut().filter(|_| !fixed) {
            recorded.record(host, findings);
            return Ok(());
        }
        let mut tree = Tree::new(host_name(found));
        for finding in findings {
            let edited = finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| &edit.file);
            for file in edited.chain([&finding.place.file]) {
                tree.add_with(file, || Source::new(path_bytes(&found.shown_file(file)), host.read(file)));
            }
        }
        let out = output.report(is_aside(self.arguments))?;
        for finding in findings {
            let reported = Reported { finding, tree: &tree, fixed };
            self.summary.count(&reported);
            if !fixed {
                self.failing |= fails(self.fail_on, finding.severity);
                *self.counts.entry(finding.rule).or_default() += 1;
            }
            if !self.arguments.reporting.statistics {
                self.writer.finding(out, &reported)?;
            }
        }
        Ok(())
    }

    /// Writes the changed files; returns those that could not be written.
    fn save(&mut self, found: &Found, fixed: &Fixed, output: &mut Output) -> anyhow::Result<BTreeSet<PathBuf>> {
        let mut failed = BTreeSet::new();
        for Changed { file, old, new } in &fixed.changed {
            let saved = Target::of(&found.host, file)
                .and_then(|target| save(&target, old.as_deref(), new, self.arguments.validate.as_ref()));
            match saved {
                Ok(_) => self.summary.files_changed += 1,
                Err(error) => {
                    output.tell("error", &error)?;
                    failed.insert(file.clone());
                }
            }
        }
        Ok(failed)
    }

    /// Prints the text of stdin after its fixes.
    fn print_fixed(&mut self, fixed: &Fixed, found: &Found, output: &mut Output) -> anyhow::Result<()> {
        self.summary.files_changed += usize::from(!fixed.changed.is_empty());
        let text = found.stdin.as_ref().and_then(|file| fixed.host.read(file)).unwrap_or_default();
        output.stdout()?.write_all(&text)?;
        Ok(())
    }
}

/// Removes what killed runs left beside the files that were asked for.
fn tidy(found: &Found, output: &mut Output) -> anyhow::Result<Exit> {
    let problems = remove_leftovers(&found.host, &|real| found.asked.touches(real));
    for problem in &problems {
        output.tell("error", problem)?;
    }
    Ok(if problems.is_empty() { Exit::Clean } else { Exit::Failed })
}

fn fails(least: FailOn, severity: Severity) -> bool {
    match least {
        FailOn::Error => severity >= Severity::Error,
        FailOn::Warning => severity >= Severity::Warning,
        FailOn::Never => false,
    }
}

fn write_diff(found: &Found, changed: &[Changed], output: &mut Output) -> anyhow::Result<()> {
    for Changed { file, old, new } in changed {
        let path = path_bytes(&diff_path(found, file));
        diff::write(output.stdout()?, &[diff::Change { path: &path, old: old.as_deref(), new }])?;
    }
    Ok(())
}

/// A file's path in a patch: relative to the current directory, under `--root` to that.
fn diff_path(found: &Found, file: &Path) -> PathBuf {
    if found.host.is_live() { file.to_owned() } else { found.shown_file(file) }
}
