//! What the configuration file and the arguments say together: the arguments win.

use crate::check::Options;
use crate::cli::{Input, UdevPolicy};
use crate::config::Config;
use crate::discover::{Asked, Found, Judge, Request, Take, discover};
use crate::facts::Facts;
use crate::stack::Assume;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What both commands need to know before they look at a host.
pub(super) struct Setup<'a> {
    /// The arguments.
    pub(super) input: &'a Input,
    /// The configuration file.
    pub(super) config: Config,
    /// The options for a host of which the configuration file says nothing.
    pub(super) options: Options,
    /// The current directory.
    pub(super) here: PathBuf,
}

impl<'a> Setup<'a> {
    /// Reads the configuration file and puts both together.
    pub(super) fn of(input: &'a Input) -> anyhow::Result<Self> {
        let here = std::env::current_dir()?;
        if let Some((path, Err(error))) = input.facts.as_deref().map(|path| (path, std::fs::metadata(path))) {
            let path = path.display();
            anyhow::bail!("--facts {path}: {error}; give a file of facts, or a folder with one file for each host");
        }
        let config = Config::load(input.config.as_deref(), input.isolated, &here).map_err(anyhow::Error::msg)?;
        let mut assume = Assume::default();
        for answer in &input.assume {
            // Checked when the arguments were parsed.
            let _ = assume.add(answer);
        }
        let options = Options {
            stacks: input.stack.clone(),
            stacks_by: "--stack".to_owned(),
            udev: input.udev_policy.and_then(udev),
            assume,
            sysfs: input.sysfs.clone(),
            selection: Arc::new(config.selection.clone()),
            ..Options::default()
        };
        let mut setup = Self { input, config, options, here };
        setup.options.facts = input.facts.as_deref().map(|path| {
            let facts = Facts::read(path);
            Arc::new(if facts.is_one_file() && setup.has_one_host() { facts.of_the_only_host() } else { facts })
        });
        Ok(setup)
    }

    /// Looks for the hosts that the arguments name, as [`discover`] does.
    pub(super) fn discover<R: Send>(
        &self,
        stdin: Option<(&Path, &[u8])>,
        judge: &Judge<'_, R>,
        take: &mut Take<'_, R>,
    ) -> anyhow::Result<Vec<String>> {
        let request = Request {
            paths: &self.input.paths,
            root: self.input.root.as_deref(),
            stdin,
            excluded: &|path| self.excludes(path),
            force_exclude: self.input.force_exclude,
        };
        discover(&request, judge, take)
    }

    /// Whether the arguments stand for one host, whatever a walk finds.
    pub(super) fn names_one_host(&self) -> bool {
        let Input { root, stdin_filename, paths, .. } = self.input;
        root.is_some() || stdin_filename.is_some() || paths.iter().any(|path| path == Path::new("-"))
    }

    /// Whether the arguments lead to one host and no other.
    fn has_one_host(&self) -> bool {
        if self.names_one_host() {
            return true;
        }
        let mut hosts = 0;
        let walked = self.discover(None, &drop, &mut |()| {
            hosts += 1;
            anyhow::ensure!(hosts < 2, "a second host: no need to look further");
            Ok(())
        });
        walked.is_ok() && hosts == 1
    }

    /// The options for a host.
    pub(super) fn options(&self, found: &Found) -> Options {
        let mut options = self.options.clone();
        let said = self.config.hosts.settings(&found.host);
        if options.stacks.is_empty() && !said.stacks.is_empty() {
            options.stacks = said.stacks;
            options.stacks_by = self.config.shown.display().to_string();
        }
        if self.input.udev_policy.is_none() {
            options.udev = said.udev.and_then(udev);
        }
        for (bridge, address) in said.wanted {
            options.wanted.entry(bridge).or_insert(address);
        }
        options.links.extend(said.links);
        options
    }

    fn excludes_any(&self) -> bool {
        !self.input.exclude.is_empty() || !self.config.exclude.is_empty()
    }

    /// Whether a path, relative to the current directory or absolute, is left out.
    pub(super) fn excludes(&self, path: &Path) -> bool {
        if !self.excludes_any() {
            return false;
        }
        let path = self.here.join(path);
        self.input.exclude.iter().any(|glob| glob.covers_in(&self.here, &path))
            || self.config.exclude.iter().any(|glob| glob.covers_in(&self.config.folder, &path))
    }

    /// Whether the arguments name a file, an absolute path, or a folder above it.
    pub(super) fn is_given(&self, file: &Path) -> bool {
        let Input { paths, root, stdin_filename, .. } = self.input;
        let root = root.as_deref().map(|root| self.here.join(root));
        let given = |path: &PathBuf| match &root {
            Some(root) => root.join(path.strip_prefix("/").unwrap_or(path)),
            None => self.here.join(path),
        };
        let mut given = stdin_filename.iter().chain(paths).map(given);
        given.any(|path| file.starts_with(std::fs::canonicalize(&path).unwrap_or(path)))
    }

    /// Whether a file of a host was asked for and is not left out.
    pub(super) fn covers(&self, found: &Found, file: &Path) -> bool {
        let excluded = || {
            let Some(real) = found.host.real(file) else { return false };
            let by_name = matches!(&found.asked, Asked::Only(paths) if paths.contains(&real));
            (self.input.force_exclude || !by_name) && self.excludes(&real)
        };
        found.covers(file) && !(self.excludes_any() && excluded())
    }
}

/// What a policy says of udevd; none is what the tree tells.
fn udev(policy: UdevPolicy) -> Option<bool> {
    match policy {
        UdevPolicy::Persistent => Some(true),
        UdevPolicy::None => Some(false),
        UdevPolicy::Auto => None,
    }
}
