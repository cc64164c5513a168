//! `check --show-files`: what would be read.

use super::Output;
use super::input::{each_host, report_unreadable};
use super::setup::Setup;
use crate::check::each_subject;
use crate::discover::Found;
use crate::exit::Exit;
use crate::host::path_bytes;
use crate::report::visible;

/// Prints the files that each host's judgement reads, one a line.
pub(super) fn show_files(setup: &Setup<'_>, output: &mut Output) -> anyhow::Result<Exit> {
    let judge = |found: Found| {
        each_subject(&found.host, &setup.options(&found), |_| ());
        found
    };
    let exit = each_host(setup, output, &judge, &mut |found, output| {
        for file in found.host.texts().keys() {
            writeln!(output.stdout()?, "{}", visible::text(&path_bytes(&found.shown_file(file))))?;
        }
        report_unreadable(&found, output)
    })?;
    Ok(exit)
}
