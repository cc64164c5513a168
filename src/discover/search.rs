//! From the arguments to the hosts that they name.

use super::spread::spread;
use super::stand::{Stand, inner_path, sniff, stand_of, start};
use super::workers::{Emit, with_workers};
use super::{Asked, Found, Judge, Request, Take, absolute, relative};
use crate::host::Host;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// As many files that were given by name are worth a thread of their own.
const TOGETHER: usize = 32;

/// What every part of a search knows.
pub(super) struct Ground<'a> {
    pub(super) request: &'a Request<'a>,
    here: PathBuf,
    /// What has been visited; kept only where something could come twice.
    pub(super) done: BTreeSet<Stand>,
}

impl Ground<'_> {
    pub(super) fn found(&self, stand: &Stand, asked: Asked) -> Found {
        Found::at(stand, &self.here, asked)
    }
}

pub(super) struct Search<'a> {
    ground: Ground<'a>,
    /// Files that were given by name, by where they stand.
    named: BTreeMap<Stand, BTreeSet<PathBuf>>,
    pub(super) problems: Vec<String>,
}

impl<'a> Search<'a> {
    pub(super) fn new(request: &'a Request<'a>) -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let ground = Ground { request, here, done: BTreeSet::new() };
        Self { ground, named: BTreeMap::new(), problems: Vec::new() }
    }

    pub(super) fn run<R: Send>(&mut self, judge: &Judge<'_, R>, take: &mut Take<'_, R>) -> anyhow::Result<()> {
        let request = self.ground.request;
        if let Some(root) = request.root {
            return self.visit_root(root, &mut |found| take(judge(found)));
        }
        if let Some((name, text)) = request.stdin {
            return self.visit_stdin(name, text, &mut |found| take(judge(found)));
        }
        let mut folders = Vec::new();
        for path in request.paths {
            match self.locate(path) {
                Ok(real) if real.is_dir() => folders.push(real),
                Ok(real) => self.name_file(&real),
                Err(problem) => self.problems.push(problem),
            }
        }
        folders.sort();
        folders.dedup();
        let keep = folders.len() > 1 || !self.named.is_empty();
        for folder in folders {
            self.visit_folder(&folder, keep, judge, take)?;
        }
        self.visit_named(judge, take)
    }

    fn visit_folder<R: Send>(
        &mut self,
        folder: &Path,
        keep: bool,
        judge: &Judge<'_, R>,
        take: &mut Take<'_, R>,
    ) -> anyhow::Result<()> {
        let mut visited = BTreeSet::new();
        let judge_and_note = |found: Found| (found.stand.clone().filter(|_| keep), judge(found));
        let mut note_and_take = |(stand, result)| {
            visited.extend(stand);
            take(result)
        };
        let left = spread(&self.ground, folder, &judge_and_note, &mut note_and_take)?;
        self.ground.done.extend(visited);
        self.problems.extend(left.problems);
        for stand in left.above.into_iter().filter(|stand| !self.ground.done.contains(stand)).collect::<Vec<_>>() {
            take(judge(self.ground.found(&stand, Asked::Only(BTreeSet::from([folder.to_owned()])))))?;
            self.ground.done.insert(stand);
        }
        Ok(())
    }

    /// Files that were given by name, each with those of its host that were, too.
    fn visit_named<R: Send>(&mut self, judge: &Judge<'_, R>, take: &mut Take<'_, R>) -> anyhow::Result<()> {
        let named = std::mem::take(&mut self.named).into_iter();
        let hosts: Vec<_> = named.filter(|(stand, _)| !self.ground.done.contains(stand)).collect();
        let starts: Vec<usize> = (0..hosts.len()).step_by(TOGETHER).collect();
        let count = starts.len();
        let perform = |start: usize, emit: &mut Emit<'_, R>| {
            let mut some = hosts.iter().skip(start).take(TOGETHER);
            some.try_for_each(|(stand, files)| emit(judge(self.ground.found(stand, Asked::Only(files.clone())))))
        };
        with_workers(starts, &perform, |line| (0..count).try_for_each(|_| line.next(take).map(drop)))
    }

    /// `--root`: one host, whole or the paths given inside it.
    fn visit_root(&mut self, root: &Path, visit: &mut dyn FnMut(Found) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let real = match std::fs::canonicalize(root) {
            Ok(real) if real.is_dir() => real,
            Ok(_) => {
                return self.problem(format!(
                    "{}: not a directory; --root takes the directory that plays `/`",
                    root.display()
                ));
            }
            Err(error) => {
                return self
                    .problem(format!("--root {}: {error}; it takes the directory that plays `/`", root.display()));
            }
        };
        let paths: BTreeSet<PathBuf> = self
            .ground
            .request
            .paths
            .iter()
            .filter(|path| *path != Path::new("."))
            .map(|path| real.join(path.strip_prefix("/").unwrap_or(path)))
            .collect();
        let asked = if paths.is_empty() { Asked::All } else { Asked::Only(paths) };
        let host = Host::new(&real).live(true);
        let here = self.ground.here.clone();
        visit(Found { host, shown: root.to_owned(), here, asked, stdin: None, stand: None })
    }

    fn visit_stdin(
        &mut self,
        name: &Path,
        text: &[u8],
        visit: &mut dyn FnMut(Found) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let real = absolute(&self.ground.here, name);
        if self.ground.request.force_exclude && self.is_excluded(&real) {
            return Ok(());
        }
        let Some(stand) = stand_of(&real).or_else(|| sniff(&real, text)) else {
            return self.problem(format!(
                "{}: not a name of a file that is checked; --stdin-filename takes the path that the text would have, like etc/network/interfaces or br0.netdev",
                name.display()
            ));
        };
        let mut found = self.ground.found(&stand, Asked::Only(BTreeSet::from([real.clone()])));
        let inner = inner_path(&stand, &real);
        found.host = stand.host_with(&real).with_file(&inner, text.to_vec());
        (found.stdin, found.stand) = (Some(inner), None);
        visit(found)
    }

    fn problem(&mut self, text: String) -> anyhow::Result<()> {
        self.problems.push(text);
        Ok(())
    }

    /// A given path on this machine: its folder's links are resolved, its own name is kept.
    fn locate(&self, path: &Path) -> Result<PathBuf, String> {
        let unreachable =
            |error| format!("{}: {error}; give the path of a file or directory that can be read", path.display());
        let meta = std::fs::symlink_metadata(path).map_err(unreachable)?;
        if meta.is_dir() {
            return std::fs::canonicalize(path).map_err(unreachable);
        }
        let full = absolute(&self.ground.here, path);
        match (full.parent().map(std::fs::canonicalize), full.file_name()) {
            (Some(Ok(folder)), Some(name)) => Ok(folder.join(name)),
            (Some(Err(error)), _) => Err(unreachable(error)),
            _ => std::fs::canonicalize(path).map_err(unreachable),
        }
    }

    /// Notes a file that was given by name; what is no file of ours is passed over, as hooks pass everything.
    fn name_file(&mut self, real: &Path) {
        if self.ground.request.force_exclude && self.is_excluded(real) {
            return;
        }
        let stand = stand_of(real).or_else(|| sniff(real, &start(real)?));
        if let Some(stand) = stand {
            self.named.entry(stand).or_default().insert(real.to_owned());
        }
    }

    fn is_excluded(&self, real: &Path) -> bool {
        let path = relative(&self.ground.here, real);
        path.ancestors().filter(|path| !path.as_os_str().is_empty()).any(|path| (self.ground.request.excluded)(path))
    }
}
