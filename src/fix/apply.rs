//! All fixes of a host together: edits that do not touch each other at once, then judged again,
//! until none is left.

use crate::check::{Options, Report, check};
use crate::edit::{Edit, FileEdit};
use crate::finding::{Applicability, Finding, Fix};
use crate::host::Host;
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// More rounds than this no host needs: each fixes at least one bridge.
const ROUNDS: usize = 100;
/// As much text as is judged again after rounds.
const TEXT_LIMIT: usize = 16 * 1024 * 1024;

/// A host after its fixes.
pub struct Fixed {
    /// The host with the new files, in memory.
    pub host: Host,
    /// What remains.
    pub report: Report,
    /// The findings whose fixes were applied, in the order in which that was done.
    pub rounds: Vec<Round>,
    /// The files that changed: what was read, and the new text.
    pub changed: Vec<Changed>,
}

/// Findings whose fixes were applied together.
pub struct Round {
    /// The host before, of which the findings speak.
    pub host: Host,
    /// The findings.
    pub applied: Vec<Finding>,
}

impl Fixed {
    /// All findings whose fixes were applied.
    pub fn applied(&self) -> impl Iterator<Item = &Finding> {
        self.rounds.iter().flat_map(|round| &round.applied)
    }

    /// Whether the fix of a finding changes a file.
    #[must_use]
    pub fn changes(&self, finding: &Finding, file: &Path) -> bool {
        let mut edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        edits.any(|edit| self.canonical(edit) == file)
    }

    /// What is left where these files could not be written: the rest is judged again as it lies there now.
    #[must_use]
    pub fn without(mut self, host: &Host, options: &Options, files: &BTreeSet<PathBuf>) -> Self {
        let mut rounds = std::mem::take(&mut self.rounds);
        let is_lost = |finding: &Finding| files.iter().any(|file| self.changes(finding, file));
        rounds.iter_mut().for_each(|round| round.applied.retain(|finding| !is_lost(finding)));
        self.changed.retain(|changed| !files.contains(&changed.file));
        let written = |host: Host, changed: &Changed| host.with_file(&changed.file, changed.new.to_vec());
        let host = self.changed.iter().fold(host.clone(), written);
        Self { report: check(&host, options), host, rounds, changed: self.changed }
    }

    /// The file of an edit, links followed, where it is there afterwards.
    fn canonical(&self, edit: &FileEdit) -> PathBuf {
        self.host.canonical(&edit.file).unwrap_or_else(|| edit.file.to_path_buf())
    }
}

/// A file that a fix changes.
pub struct Changed {
    /// The file, relative to the host's root, links followed.
    pub file: PathBuf,
    /// What was read; `None` for a new file.
    pub old: Option<Arc<[u8]>>,
    /// What is to be written.
    pub new: Arc<[u8]>,
}

/// Applies in memory every fix of at least this applicability that `may_write` allows.
#[must_use]
pub fn apply_all(
    host: &Host,
    options: &Options,
    level: Applicability,
    report: Report,
    may_write: &dyn Fn(&Path) -> bool,
) -> Fixed {
    let mut fixed = Fixed { host: host.clone(), report, rounds: Vec::new(), changed: Vec::new() };
    let size = host.size_of_texts(<[u8]>::len);
    for _ in 0..ROUNDS.min(TEXT_LIMIT / size.max(1) + 1) {
        let chosen = choose(&fixed.report.findings, level, may_write);
        if chosen.is_empty() {
            break;
        }
        let edits = merge(&chosen);
        let applied = chosen.into_iter().cloned().collect();
        let after = fixed.host.with(&edits);
        fixed.rounds.push(Round { host: std::mem::replace(&mut fixed.host, after), applied });
        fixed.report = check(&fixed.host, options);
        for edit in edits {
            let file = fixed.canonical(&edit);
            fixed.changed.retain(|changed| changed.file != file);
            let (old, new) = (host.read(&file), fixed.host.read(&file).unwrap_or_default());
            fixed.changed.push(Changed { file, old, new });
        }
    }
    fixed.changed.retain(|changed| changed.old.as_ref() != Some(&changed.new));
    fixed.changed.sort_by(|a, b| a.file.cmp(&b.file));
    fixed
}

/// Whether a fix may be applied here.
#[must_use]
pub fn is_applicable(fix: &Fix, level: Applicability, may_write: &dyn Fn(&Path) -> bool) -> bool {
    fix.applicability >= level && fix.edits.iter().all(|edit| may_write(&edit.file))
}

/// The findings whose fixes can be applied together, first come first served.
fn choose<'a>(findings: &'a [Finding], level: Applicability, may_write: &dyn Fn(&Path) -> bool) -> Vec<&'a Finding> {
    // Where edits start and end, in each file. They do not touch each other.
    let mut taken: HashMap<&Path, BTreeMap<usize, usize>> = HashMap::new();
    let mut chosen = Vec::new();
    for finding in findings {
        let Some(fix) = finding.fix.as_ref().filter(|fix| is_applicable(fix, level, may_write)) else { continue };
        let edits = || fix.edits.iter().flat_map(|file| file.edits.iter().map(|edit| (&*file.file, edit.span)));
        if edits().all(|(file, span)| !taken.get(file).is_some_and(|taken| touches(taken, span))) {
            edits().for_each(|(file, span)| {
                let end = taken.entry(file).or_default().entry(span.start).or_insert(span.end);
                *end = span.end.max(*end);
            });
            chosen.push(finding);
        }
    }
    chosen
}

/// Whether an edit overlaps one of those, or stands at one place with it.
fn touches(taken: &BTreeMap<usize, usize>, span: Span) -> bool {
    taken.range(..=span.end).next_back().is_some_and(|(_, end)| *end >= span.start)
}

/// All edits, one list a file.
fn merge(findings: &[&Finding]) -> Vec<FileEdit> {
    let mut files: BTreeMap<Arc<Path>, Vec<Edit>> = BTreeMap::new();
    for edit in findings.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits) {
        files.entry(Arc::clone(&edit.file)).or_default().extend(edit.edits.iter().cloned());
    }
    let sorted = |(file, mut edits): (Arc<Path>, Vec<Edit>)| {
        edits.sort();
        FileEdit { file, edits }
    };
    files.into_iter().map(sorted).collect()
}
