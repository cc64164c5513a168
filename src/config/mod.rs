//! `bridgepin.toml`: what a repository says once and for all.

mod error;
mod file;
mod hosts;
#[cfg(test)]
mod schema;
mod value;

use crate::cli::FailOn;
use crate::glob::Glob;
use crate::regular;
use crate::selection::{Layer, Selection};
use file::File;
pub use hosts::{HostSettings, Hosts};
use std::path::{Path, PathBuf};
use value::Parsed;

/// The name of the file.
pub const NAME: &str = "bridgepin.toml";

/// What the configuration file says.
#[derive(Debug, Default)]
pub struct Config {
    /// The file as it is shown.
    pub shown: PathBuf,
    /// The file's folder, to which its paths are relative; the current directory where there is no file.
    pub folder: PathBuf,
    /// What is left out.
    pub exclude: Vec<Glob>,
    /// The least severity that fails.
    pub fail_on: Option<FailOn>,
    /// Which rules are reported where.
    pub selection: Selection,
    /// What it says of hosts.
    pub hosts: Hosts,
}

impl Config {
    /// Reads the file that was named, or else the nearest one in `here` and the folders above it, up to the top of the
    /// repository; `isolated` reads none.
    ///
    /// # Errors
    /// A file that cannot be read or holds what is not known: where, what and what to do.
    pub fn load(named: Option<&Path>, isolated: bool, here: &Path) -> Result<Self, String> {
        let found = match named {
            Some(path) => Some(path.to_owned()),
            None if isolated => None,
            None => find(here),
        };
        let Some(path) = found else {
            let selection = Selection { folder: here.to_owned(), ..Selection::default() };
            return Ok(Self { folder: here.to_owned(), selection, ..Self::default() });
        };
        let path = here.join(path);
        let shown = crate::discover::relative(here, &path);
        let problem = |error: std::io::Error| match named {
            Some(path) => format!(
                "--config {}: {error}; name a file like {NAME}, or let the nearest one be found",
                path.display()
            ),
            None => format!("{}: {error}; make it readable, or pass it over with --isolated", shown.display()),
        };
        let folder = path.parent().map(std::fs::canonicalize).transpose().map_err(problem)?.unwrap_or_default();
        let text = match named {
            Some(_) => std::fs::read(&path).map_err(problem)?,
            None => read_found(&path).map_err(|error| format!("{}: {error}", shown.display()))?,
        };
        Self::parse(&text, &shown, folder)
    }

    /// Reads a file's text; `shown` is its path in messages.
    ///
    /// # Errors
    /// What the text holds and is not known.
    fn parse(bytes: &[u8], shown: &Path, folder: PathBuf) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            error::at(
                shown,
                bytes,
                error.valid_up_to(),
                "this byte is not UTF-8, which TOML is; write the file in UTF-8",
            )
        })?;
        let file: File = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            error::at(shown, bytes, offset, &error::told(&error))
        })?;
        if let Some((offset, message)) = hosts::shared_address(&file.hosts) {
            return Err(error::at(shown, bytes, offset, &message));
        }
        let mut layers = vec![Layer { path: None, select: file.select.map(inner), ignore: inner(file.ignore) }];
        layers.extend(file.per_path.into_iter().map(|table| Layer {
            path: Some(table.path.0),
            select: table.select.map(inner),
            ignore: inner(table.ignore),
        }));
        let severity = file.severity.into_iter().map(|(rule, severity)| (rule.0, severity)).collect();
        Ok(Self {
            exclude: inner(file.exclude),
            fail_on: file.fail_on,
            selection: Selection { folder: folder.clone(), layers, severity },
            hosts: Hosts::new(file.host, file.hosts, bytes, shown, &folder),
            folder,
            shown: shown.to_owned(),
        })
    }
}

/// The nearest file in `here` and above, up to the folder that holds `.git`.
fn find(here: &Path) -> Option<PathBuf> {
    for folder in here.ancestors() {
        let path = folder.join(NAME);
        if path.is_file() {
            return Some(path);
        }
        // A file in worktrees and submodules.
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Reads a file that nobody named. The line that a message quotes must not be one of this machine's own files, to which
/// a stranger's link may lead.
fn read_found(path: &Path) -> Result<Vec<u8>, String> {
    if path.is_symlink() {
        return Err("a symbolic link is followed only where it is named; give it with --config".to_owned());
    }
    regular::read(path)
}

fn inner<T>(values: Vec<Parsed<T>>) -> Vec<T> {
    values.into_iter().map(|value| value.0).collect()
}
