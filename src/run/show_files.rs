//! `check --show-files`: what would be read.

use super::Output;
use super::input::{each_host, report_unreadable, shown};
use super::setup::Setup;
use crate::check::each_subject;
use crate::exit::Exit;
use crate::host::path_bytes;
use crate::report::visible;

/// Prints the files that each host's judgement reads, one a line.
pub(super) fn show_files(setup: &Setup<'_>, output: &mut Output) -> anyhow::Result<Exit> {
    let exit = each_host(setup, output, &mut |found, output| {
        each_subject(&found.host, &setup.options(found), |_| ());
        for file in found.host.texts().keys() {
            writeln!(output.stdout()?, "{}", visible::path(path_bytes(&shown(found, file))))?;
        }
        report_unreadable(found, output)
    })?;
    Ok(exit)
}
