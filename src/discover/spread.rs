//! Walking a large folder on all processors. Its uppermost directories are listed first, until there
//! are enough to share out; the workers walk what lies below them and judge the hosts that they
//! find. What comes out is taken in the order in which one walk alone would come to it.

use super::stand::Stand;
use super::walk::{Left, Listings, Met, Open, Visit, in_place_of_file, walk};
use super::workers::{Emit, processors, with_workers};
use super::{Found, Ground, Judge, Take};
use crate::host::{Entry, Listing, list};
use std::ffi::OsStr;
use std::io;
use std::ops::{ControlFlow, Range};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// As many directories for each processor are enough to share out.
const ENOUGH: usize = 8;
/// So deep are they looked for.
const DEPTH: usize = 8;
/// As many of them at most are one task.
const BATCH: usize = 16;
/// As many hosts are listed and read before they are judged.
const AT_ONCE: usize = 16;
/// Fewer, where their directories have as many names: memory holds them until then.
const NAMES: usize = 10_000;

/// Judges the hosts in a folder; returns those whose roots lie above it, and what could not be walked.
///
/// # Errors
/// What `take` returns.
pub(super) fn spread<R: Send>(
    ground: &Ground<'_>,
    folder: &Path,
    judge: &Judge<'_, R>,
    take: &mut Take<'_, R>,
) -> anyhow::Result<Left> {
    let (top, mut tops) = Top::of(ground, folder);
    let steps = top.steps();
    let tasks = steps.iter().filter_map(|step| match step {
        Step::Walk(task) => Some(task.clone()),
        Step::Leave(_) => None,
    });
    let perform = |task: Task, emit: &mut Emit<'_, R>| {
        let mut all = Left::default();
        let mut judge_all = |found: &mut Vec<Found>| {
            found.iter().for_each(|found| found.host.read_ahead());
            found.drain(..).try_for_each(|found| emit(judge(found)))
        };
        let (mut found, mut names) = (Vec::with_capacity(AT_ONCE), 0);
        for folder in top.dirs(task.parent, task.dirs) {
            let left = walk(ground, folder, &mut |host| {
                names += host.host.names_listed();
                found.push(host);
                if found.len() < AT_ONCE && names < NAMES {
                    return ControlFlow::Continue(());
                }
                names = 0;
                judge_all(&mut found)
            })?;
            all.above.extend(left.above);
            all.below.extend(left.below);
            all.problems.extend(left.problems);
        }
        judge_all(&mut found)?;
        ControlFlow::Continue(all)
    };
    with_workers(tasks.collect(), &perform, |line| {
        for step in &steps {
            match step {
                Step::Walk(task) => {
                    let Some(left) = line.next(take)? else { continue };
                    tops.add(&top, task.parent, left);
                }
                Step::Leave(folder) => {
                    let mut failed = None;
                    let mut visit = |found| match take(judge(found)) {
                        Ok(()) => ControlFlow::Continue(()),
                        Err(error) => {
                            failed = Some(error);
                            ControlFlow::Break(())
                        }
                    };
                    tops.leave(ground, &top, *folder, &mut visit);
                    failed.map_or(Ok(()), Err)?;
                }
            }
        }
        anyhow::Ok(())
    })?;
    Ok(tops.left)
}

/// The uppermost directories, each after the one that holds it.
struct Top {
    folders: Vec<Folder>,
}

struct Folder {
    parent: Option<usize>,
    dirs: Vec<PathBuf>,
    /// Those directories, where they are of the uppermost too.
    inner: Range<usize>,
}

/// What is known so far of the uppermost directories.
struct Tops {
    open: Vec<Open>,
    left: Left,
}

/// One thing after another, in the order of a walk.
enum Step {
    Walk(Task),
    Leave(usize),
}

/// Some directories of one folder.
#[derive(Clone)]
struct Task {
    parent: usize,
    dirs: Range<usize>,
}

impl Top {
    fn of(ground: &Ground<'_>, folder: &Path) -> (Self, Tops) {
        let mut top = Self { folders: Vec::new() };
        let mut tops = Tops { open: Vec::new(), left: Left::default() };
        top.list(ground, folder, None, &mut tops);
        tops.left.above.extend(in_place_of_file(folder));
        let mut last = 0..1;
        for _ in 0..DEPTH {
            let dirs = |folders: &[Folder]| folders.iter().map(|folder| folder.dirs.len()).sum::<usize>();
            if dirs(top.folders.get(last.clone()).unwrap_or_default()) >= ENOUGH * processors() {
                break;
            }
            let first = top.folders.len();
            for folder in last {
                let start = top.folders.len();
                for dir in top.folders.get(folder).map(|folder| folder.dirs.clone()).unwrap_or_default() {
                    top.list(ground, &dir, Some(folder), &mut tops);
                }
                let end = top.folders.len();
                if let Some(folder) = top.folders.get_mut(folder) {
                    folder.inner = start..end;
                }
            }
            last = first..top.folders.len();
        }
        (top, tops)
    }

    /// Lists a directory.
    fn list(&mut self, ground: &Ground<'_>, path: &Path, parent: Option<usize>, tops: &mut Tops) {
        let listing = list(path, false).unwrap_or_else(|error| {
            // A link that is given is no directory.
            if error.kind() != io::ErrorKind::NotADirectory {
                tops.left.unlisted(path, &error, parent.is_none());
            }
            Listing::default()
        });
        let (mut dirs, mut stands) = (Vec::new(), Vec::new());
        let mut open = Open::new(path.to_owned());
        for (name, kind) in listing.iter() {
            let entry = path.join(OsStr::from_bytes(name));
            let Met::Something(stand) = open.meet(ground, &entry, kind) else { continue };
            stands.extend(stand);
            if kind == Entry::Dir {
                dirs.push(entry);
            }
        }
        let folder = self.folders.len();
        self.folders.push(Folder { parent, dirs, inner: 0..0 });
        tops.open.push(open);
        stands.into_iter().for_each(|stand| tops.note(self, folder, stand));
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        self.add_steps(0, &mut steps);
        steps
    }

    /// No deeper than [`DEPTH`].
    fn add_steps(&self, folder: usize, steps: &mut Vec<Step>) {
        let Some(Folder { dirs, inner, .. }) = self.folders.get(folder) else { return };
        if inner.is_empty() {
            let batch = (dirs.len() / (ENOUGH * processors())).clamp(1, BATCH);
            let walk = |start| Step::Walk(Task { parent: folder, dirs: start..(start + batch).min(dirs.len()) });
            steps.extend((0..dirs.len()).step_by(batch).map(walk));
        }
        inner.clone().for_each(|inner| self.add_steps(inner, steps));
        steps.push(Step::Leave(folder));
    }

    fn dirs(&self, folder: usize, range: Range<usize>) -> &[PathBuf] {
        self.folders.get(folder).and_then(|folder| folder.dirs.get(range)).unwrap_or_default()
    }

    fn parent(&self, folder: usize) -> Option<usize> {
        self.folders.get(folder).and_then(|folder| folder.parent)
    }
}

impl Tops {
    /// Notes a host that was found in a folder, to be visited when its root is left.
    fn note(&mut self, top: &Top, folder: usize, stand: Stand) {
        let mut around = std::iter::successors(Some(folder), |folder| top.parent(*folder));
        let is_base = |folder: &usize| self.open.get(*folder).is_some_and(|open| open.is_base_of(&stand));
        let base = around.find(is_base).and_then(|folder| self.open.get_mut(folder));
        base.map_or(&mut self.left.above, |base| &mut base.hosts).insert(stand);
    }

    /// Adds what walks below a folder have left to it.
    fn add(&mut self, top: &Top, folder: usize, left: Left) {
        left.above.into_iter().for_each(|stand| self.note(top, folder, stand));
        self.keep(Some(folder), left.below);
        self.left.problems.extend(left.problems);
    }

    fn keep(&mut self, folder: Option<usize>, listings: Listings) {
        let open = folder.and_then(|folder| self.open.get_mut(folder));
        open.map_or(&mut self.left.below, |open| &mut open.below).extend(listings);
    }

    /// Leaves a folder, and visits the hosts whose roots it is.
    fn leave(&mut self, ground: &Ground<'_>, top: &Top, folder: usize, visit: &mut Visit<'_>) {
        let Some(open) = self.open.get_mut(folder) else { return };
        if let ControlFlow::Continue(kept) = std::mem::take(open).leave(ground, visit) {
            self.keep(top.parent(folder), kept);
        }
    }
}
