//! `--output-file`: a report in a file of its own, which is there when it is whole.

use anyhow::Context;
use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// A report that is being written.
pub(super) struct ReportFile {
    path: PathBuf,
    out: BufWriter<File>,
    /// Where it is written until it is whole; none for a device or a pipe, which is written to as it is.
    temporary: Option<TempPath>,
}

impl ReportFile {
    /// Makes sure that the report can be written, before anything is done.
    pub(super) fn create(path: &Path) -> anyhow::Result<Self> {
        let (file, temporary) = open(path).with_context(|| format!("--output-file {}", path.display()))?;
        Ok(Self { path: path.to_owned(), out: BufWriter::new(file), temporary })
    }

    pub(super) fn out(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// Puts the whole report in its place.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        let shown = || format!("--output-file {}", self.path.display());
        self.out.flush().with_context(shown)?;
        if let Some(temporary) = self.temporary {
            temporary.persist(real(&self.path)).map_err(|error| error.error).with_context(shown)?;
        }
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<(File, Option<TempPath>)> {
    let mode = match fs::metadata(path) {
        // A name must not take the place of /dev/null.
        Ok(meta) if !meta.is_file() => return Ok((File::options().write(true).open(path)?, None)),
        Ok(meta) => meta.permissions().mode() & 0o777,
        Err(_) => 0o666,
    };
    let real = real(path);
    let folder = real.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    let builder = builder.prefix(".bridgepin-").permissions(Permissions::from_mode(mode));
    let (file, temporary) = builder.tempfile_in(folder).map_err(|error| without_name(&error, folder))?.into_parts();
    Ok((file, Some(temporary)))
}

/// The file that a link leads to, where it is there: the link stays.
fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// What went wrong, without the temporary name that says nothing to anybody, and what to do.
fn without_name(error: &io::Error, folder: &Path) -> io::Error {
    let folder = folder.display();
    let message = match error.kind() {
        io::ErrorKind::NotFound => format!("there is no folder {folder}; make it first"),
        io::ErrorKind::PermissionDenied => format!("no file can be made in {folder}; choose another folder"),
        kind => format!("no file can be made in {folder}: {kind}"),
    };
    io::Error::new(error.kind(), message)
}
