//! Which directories play a host's `/`, and which of a host's files were asked for.

mod stand;
mod walk;

use crate::host::Host;
use stand::{Stand, inner_path, sniff, stand_of, start};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A host to judge.
pub struct Found {
    /// Its files.
    pub host: Host,
    /// Its root, or the folder of its loose files, as it is shown; empty for the current directory.
    pub shown: PathBuf,
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
        Self { host: stand.host(), shown: relative(here, stand.base()), asked, stdin: None, stand: kept }
    }

    fn with_host(&self, host: Host) -> Self {
        let (shown, asked, stdin) = (self.shown.clone(), self.asked.clone(), self.stdin.clone());
        Self { host, shown, asked, stdin, stand: self.stand.clone() }
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

    /// Whether a file of the host was asked for; one that is not there yet counts by its folder.
    #[must_use]
    pub fn covers(&self, file: &Path) -> bool {
        let real = self.host.canonical(file).and_then(|path| self.host.outside(&path));
        [real, self.host.outside(file)].into_iter().flatten().any(|real| self.asked.covers(&real))
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
    pub excluded: &'a dyn Fn(&Path) -> bool,
    /// Excludes hold for paths that were given by name too.
    pub force_exclude: bool,
}

/// What is done with a host.
type Visit<'a> = dyn FnMut(Found) -> anyhow::Result<()> + 'a;

/// Calls `visit` with each host, in the order of their paths, each once.
///
/// # Errors
/// A path that is not there or cannot be walked, with what is wrong; what `visit` returns.
pub fn discover(request: &Request<'_>, visit: &mut Visit<'_>) -> anyhow::Result<Vec<String>> {
    let mut search = Search {
        request,
        here: std::env::current_dir().unwrap_or_default(),
        named: BTreeMap::new(),
        done: BTreeSet::new(),
        problems: Vec::new(),
    };
    search.run(visit)?;
    Ok(search.problems)
}

struct Search<'a> {
    request: &'a Request<'a>,
    here: PathBuf,
    /// Files that were given by name, by where they stand.
    named: BTreeMap<Stand, BTreeSet<PathBuf>>,
    /// What has been visited; kept only where something could come twice.
    done: BTreeSet<Stand>,
    problems: Vec<String>,
}

impl Search<'_> {
    fn run(&mut self, visit: &mut Visit<'_>) -> anyhow::Result<()> {
        let request = self.request;
        if let Some(root) = request.root {
            return self.visit_root(root, visit);
        }
        if let Some((name, text)) = request.stdin {
            return self.visit_stdin(name, text, visit);
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
            walk::walk(self, &folder, keep, visit)?;
        }
        for (stand, files) in std::mem::take(&mut self.named) {
            if !self.done.contains(&stand) {
                visit(self.found(&stand, Asked::Only(files)))?;
            }
        }
        Ok(())
    }

    /// `--root`: one host, whole or the paths given inside it.
    fn visit_root(&mut self, root: &Path, visit: &mut Visit<'_>) -> anyhow::Result<()> {
        let real = match std::fs::canonicalize(root) {
            Ok(real) if real.is_dir() => real,
            Ok(_) => {
                return self.problem(format!(
                    "{}: not a directory; --root takes the directory that plays `/`",
                    root.display()
                ));
            }
            Err(error) => return self.problem(format!("{}: {error}", root.display())),
        };
        let paths: BTreeSet<PathBuf> = self
            .request
            .paths
            .iter()
            .filter(|path| *path != Path::new("."))
            .map(|path| real.join(path.strip_prefix("/").unwrap_or(path)))
            .collect();
        let asked = if paths.is_empty() { Asked::All } else { Asked::Only(paths) };
        let host = Host::new(&real).live(true);
        visit(Found { host, shown: root.to_owned(), asked, stdin: None, stand: None })
    }

    fn visit_stdin(&mut self, name: &Path, text: &[u8], visit: &mut Visit<'_>) -> anyhow::Result<()> {
        let real = absolute(&self.here, name);
        if self.request.force_exclude && self.is_excluded(&real) {
            return Ok(());
        }
        let Some(stand) = stand_of(&real).or_else(|| sniff(&real, text)) else {
            return self.problem(format!(
                "{}: not a name of a file that is checked; --stdin-filename takes the path that the text would have, like etc/network/interfaces or br0.netdev",
                name.display()
            ));
        };
        let mut found = self.found(&stand, Asked::Only(BTreeSet::from([real.clone()])));
        let inner = inner_path(&stand, &real);
        found.host = found.host.with_file(&inner, text.to_vec());
        (found.stdin, found.stand) = (Some(inner), None);
        visit(found)
    }

    fn problem(&mut self, text: String) -> anyhow::Result<()> {
        self.problems.push(text);
        Ok(())
    }

    /// A given path on this machine: its folder's links are resolved, its own name is kept.
    fn locate(&self, path: &Path) -> Result<PathBuf, String> {
        let shown = path.display();
        let meta = std::fs::symlink_metadata(path).map_err(|error| format!("{shown}: {error}"))?;
        if meta.is_dir() {
            return std::fs::canonicalize(path).map_err(|error| format!("{shown}: {error}"));
        }
        let full = absolute(&self.here, path);
        match (full.parent().map(std::fs::canonicalize), full.file_name()) {
            (Some(Ok(folder)), Some(name)) => Ok(folder.join(name)),
            (Some(Err(error)), _) => Err(format!("{shown}: {error}")),
            _ => std::fs::canonicalize(path).map_err(|error| format!("{shown}: {error}")),
        }
    }

    /// Notes a file that was given by name; what is no file of ours is passed over, as hooks pass everything.
    fn name_file(&mut self, real: &Path) {
        if self.request.force_exclude && self.is_excluded(real) {
            return;
        }
        let stand = stand_of(real).or_else(|| sniff(real, &start(real)?));
        if let Some(stand) = stand {
            self.named.entry(stand).or_default().insert(real.to_owned());
        }
    }

    fn found(&self, stand: &Stand, asked: Asked) -> Found {
        Found::at(stand, &self.here, asked)
    }

    fn is_excluded(&self, real: &Path) -> bool {
        let path = relative(&self.here, real);
        path.ancestors().filter(|path| !path.as_os_str().is_empty()).any(|path| (self.request.excluded)(path))
    }
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
