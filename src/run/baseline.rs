//! Reading, applying and writing a baseline.

use super::Output;
use super::setup::Setup;
use crate::baseline::{Baseline, Entry};
use crate::discover::Found;
use crate::report::visible;
use crate::rules;
use anyhow::Context;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A baseline and what of it occurred.
pub(super) struct Known {
    shown: PathBuf,
    pub(super) baseline: Arc<Baseline>,
    seen: BTreeSet<Entry>,
}

impl Known {
    /// Reads a baseline.
    pub(super) fn read(path: &Path, here: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let text = std::fs::read(path).map_err(|error| {
            anyhow::anyhow!("--baseline {shown}: {error}; --write-baseline {shown} records what is there now")
        })?;
        let baseline = Baseline::parse(&text, path, folder(path, here)?).map_err(anyhow::Error::msg)?;
        Ok(Self { shown: path.to_owned(), baseline: Arc::new(baseline), seen: BTreeSet::new() })
    }

    /// Notes what of it a host has; returns how much of that was asked for.
    pub(super) fn note(&mut self, found: &Found, entries: Vec<Entry>) -> usize {
        let asked = entries.iter().filter(|entry| found.asked.covers(&self.baseline.file(entry))).count();
        self.seen.extend(entries);
        asked
    }

    /// Says what of it does not occur any more, of that which this run has looked for.
    pub(super) fn tell_gone(&self, setup: &Setup<'_>, output: &mut Output) -> anyhow::Result<()> {
        // Others of the hosts may not have been looked at.
        let is_partial = |entry: &Entry| rules::is_over_hosts(&entry.rule) && !setup.is_given(self.baseline.folder());
        let looked_for = |entry: &&Entry| {
            let file = self.baseline.file(entry);
            !is_partial(entry)
                && setup.options.selection.reports(&entry.rule, || file.clone())
                && setup.is_given(&file)
                && !setup.excludes(&file)
        };
        let gone: Vec<&Entry> =
            self.baseline.entries().filter(|entry| !self.seen.contains(entry)).filter(looked_for).collect();
        if gone.is_empty() {
            return Ok(());
        }
        let shown = self.shown.display();
        let mut note = format!("{shown} has what does not occur any more; --write-baseline {shown} drops it:");
        for Entry { file, rule, bridge, .. } in gone {
            let bridge = bridge.as_ref().map_or_else(String::new, |bridge| format!(" ({bridge})"));
            note += &format!("\n  {}", visible::text(&format!("{file}: {rule}{bridge}")));
        }
        Ok(output.tell("note", &note)?)
    }
}

/// An empty baseline that is to be written to `path`.
pub(super) fn empty(path: &Path, here: &Path) -> anyhow::Result<Baseline> {
    Ok(Baseline::new(folder(path, here)?))
}

/// Writes a baseline.
pub(super) fn write(baseline: &Baseline, path: &Path) -> anyhow::Result<()> {
    let mut text = Vec::new();
    baseline.write(&mut text)?;
    std::fs::write(path, text).with_context(|| format!("--write-baseline {}", path.display()))
}

/// The folder of a baseline, an absolute path without links.
fn folder(path: &Path, here: &Path) -> anyhow::Result<PathBuf> {
    let folder = here.join(path).parent().map(Path::to_owned).unwrap_or_default();
    std::fs::canonicalize(&folder)
        .map_err(|error| anyhow::anyhow!("--write-baseline {}: {error}; make the folder first", path.display()))
}
