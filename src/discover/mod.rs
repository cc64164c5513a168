//! Which directories play a host's `/`, and which of a host's files were asked for.

mod search;
mod spread;
mod stand;
mod walk;
mod workers;

use crate::host::Host;
use search::{Ground, Search};
use stand::Stand;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A host to judge.
pub struct Found {
    /// Its files.
    pub host: Host,
    /// Its root, or the folder of its loose files, as it is shown; empty for the current directory.
    pub shown: PathBuf,
    /// The current directory.
    here: PathBuf,
    /// What was asked for.
    pub asked: Asked,
    /// The file whose text came on stdin, by its path in the host.
    pub stdin: Option<PathBuf>,
    /// Where it was found, where that is all that is to say of it.
    stand: Option<Stand>,
}

/// How to find a host again, in less memory than a [`Found`] takes.
pub struct Spot(SpotKind);

enum SpotKind {
    Walked(Stand),
    Given(Box<Found>),
}

impl Spot {
    /// The host, with nothing of it read yet.
    #[must_use]
    pub fn found(&self, here: &Path) -> Found {
        match &self.0 {
            SpotKind::Walked(stand) => Found::at(stand, here, Asked::All),
            SpotKind::Given(found) => found.with_host(found.host.afresh()),
        }
    }

    /// A file of the host as it is shown.
    #[must_use]
    pub fn shown(&self, here: &Path, file: &Path) -> Option<PathBuf> {
        let real = match &self.0 {
            SpotKind::Walked(stand) => stand.host().outside(file),
            SpotKind::Given(found) => found.host.outside(file),
        };
        real.map(|real| relative(here, &real))
    }
}

impl Found {
    fn at(stand: &Stand, here: &Path, asked: Asked) -> Self {
        let kept = (asked == Asked::All).then(|| stand.clone());
        let shown = relative(here, stand.base());
        Self { host: stand.host(), shown, here: here.to_owned(), asked, stdin: None, stand: kept }
    }

    fn with_host(&self, host: Host) -> Self {
        let (shown, asked, stdin) = (self.shown.clone(), self.asked.clone(), self.stdin.clone());
        Self { host, shown, here: self.here.clone(), asked, stdin, stand: self.stand.clone() }
    }

    /// How to find the host again, with its files as `host` has them where they are not on disk.
    #[must_use]
    pub fn spot(&self, host: &Host) -> Spot {
        Spot(match &self.stand {
            Some(stand) => SpotKind::Walked(stand.clone()),
            None if self.from_stdin() => SpotKind::Given(Box::new(self.with_host(host.afresh()))),
            None => SpotKind::Given(Box::new(self.with_host(self.host.afresh()))),
        })
    }

    /// A file of the host as it is shown: relative to the current directory where it lies in it.
    #[must_use]
    pub fn shown_file(&self, file: &Path) -> PathBuf {
        self.host.real(file).map_or_else(|| file.to_owned(), |real| relative(&self.here, &real))
    }

    /// Whether a file of the host was asked for; one that is not there yet counts by its folder.
    #[must_use]
    pub fn covers(&self, file: &Path) -> bool {
        let covers = |path: &Path| self.host.outside(path).is_some_and(|real| self.asked.covers(&real));
        covers(file) || self.host.canonical(file).is_some_and(|path| covers(&path))
    }

    /// Whether the text came on stdin.
    #[must_use]
    pub fn from_stdin(&self) -> bool {
        self.stdin.is_some()
    }
}

/// Which of a host's files findings are shown for and fixes are written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// All.
    All,
    /// These files and what lies in these folders, by their paths on this machine.
    Only(BTreeSet<PathBuf>),
}

impl Asked {
    /// Whether a file, by its path on this machine, was asked for.
    #[must_use]
    pub fn covers(&self, real: &Path) -> bool {
        match self {
            Self::All => true,
            Self::Only(paths) => real.ancestors().any(|path| paths.contains(path)),
        }
    }

    /// Whether a file was asked for or lies beside one that was.
    #[must_use]
    pub fn touches(&self, real: &Path) -> bool {
        let beside = |paths: &BTreeSet<PathBuf>| paths.iter().any(|path| path.parent() == real.parent());
        self.covers(real) || matches!(self, Self::Only(paths) if beside(paths))
    }
}

/// What to look for and where.
pub struct Request<'a> {
    /// Files and directories, as given.
    pub paths: &'a [PathBuf],
    /// The directory that plays `/` (`--root`): paths are inside it.
    pub root: Option<&'a Path>,
    /// Text that stands for a file's (`-` with `--stdin-filename`).
    pub stdin: Option<(&'a Path, &'a [u8])>,
    /// Whether a path on this machine is excluded.
    pub excluded: &'a (dyn Fn(&Path) -> bool + Sync),
    /// Excludes hold for paths that were given by name too.
    pub force_exclude: bool,
}

/// Makes of a host what is to be known of it; on any thread.
pub type Judge<'a, R> = dyn Fn(Found) -> R + Sync + 'a;
/// What is done with what a host gives.
pub type Take<'a, R> = dyn FnMut(R) -> anyhow::Result<()> + 'a;

/// Calls `judge` with each host, each once, on all processors where there are many, and `take` with
/// what comes of them, in the order of the hosts' paths.
///
/// # Errors
/// A path that is not there or cannot be walked, with what is wrong; what `take` returns.
pub fn discover<R: Send>(
    request: &Request<'_>,
    judge: &Judge<'_, R>,
    take: &mut Take<'_, R>,
) -> anyhow::Result<Vec<String>> {
    let mut search = Search::new(request);
    search.run(judge, take)?;
    Ok(search.problems)
}

fn absolute(here: &Path, path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in here.join(path).components() {
        match component {
            std::path::Component::ParentDir => {
                out.pop();
            }
            std::path::Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

/// A path as it is shown: relative to the current directory where it lies in it.
#[must_use]
pub fn relative(here: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(here).unwrap_or(path).to_owned()
}
