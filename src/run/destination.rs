//! Where the report goes, and how it is written.

use crate::cli::CheckArgs;
use crate::report::Format;
use std::path::Path;

/// The file that the report is to go into.
pub(super) fn output_file(arguments: &CheckArgs) -> Option<&Path> {
    arguments.output_file.as_deref().filter(|path| *path != Path::new("-"))
}

/// The format that was asked for, or the one that suits who reads it: GitHub's runner reads what its steps print.
pub(super) fn format(arguments: &CheckArgs) -> anyhow::Result<Format> {
    let is_read_by_runner =
        || output_file(arguments).is_none() && std::env::var_os("GITHUB_ACTIONS").is_some_and(|set| set == "true");
    let format = match arguments.output_format {
        Some(format) => format,
        None if is_read_by_runner() => Format::Github,
        None => Format::Full,
    };
    let counts = matches!(format, Format::Full | Format::Concise | Format::Json) || arguments.output_format.is_none();
    anyhow::ensure!(
        counts || !arguments.reporting.statistics,
        "--statistics goes with the formats full, concise and json; the others have no place for it"
    );
    Ok(format)
}

/// Whether the report goes to stderr, because stdout is the patch or the text.
pub(super) fn is_aside(arguments: &CheckArgs) -> bool {
    arguments.diff || (arguments.fix && arguments.input.stdin_filename.is_some())
}
