//! The hosts that the arguments name.

use super::Output;
use super::setup::Setup;
use crate::discover::{Found, Judge};
use crate::exit::Exit;
use crate::regular::{SIZE_LIMIT, has_few_lines};
use std::io::Read;
use std::path::Path;

/// Calls `judge` with each host that the arguments name, on any thread, and `take` with what comes of
/// them, one after another; tells what could not be reached.
pub(super) fn each_host<R: Send>(
    setup: &Setup<'_>,
    output: &mut Output,
    judge: &Judge<'_, R>,
    take: &mut dyn FnMut(R, &mut Output) -> anyhow::Result<Exit>,
) -> anyhow::Result<Exit> {
    let input = setup.input;
    let mut exit = Exit::Clean;
    let mut text = Vec::new();
    let refuse = |output: &mut Output, message: &str| -> anyhow::Result<Exit> {
        output.tell("error", &message)?;
        Ok(Exit::Failed)
    };
    let from_stdin = input.paths.iter().any(|path| path == Path::new("-"));
    let stdin = match (&input.stdin_filename, from_stdin) {
        (Some(name), true) if input.paths.len() == 1 => {
            std::io::stdin().lock().take(SIZE_LIMIT + 1).read_to_end(&mut text)?;
            if text.len() as u64 > SIZE_LIMIT {
                return refuse(output, "the text on stdin is too much for a configuration file (the limit is 16 MiB)");
            }
            if let Err(message) = has_few_lines(&text) {
                return refuse(output, &format!("stdin: {message}"));
            }
            Some((name.as_path(), text.as_slice()))
        }
        (_, true) if input.paths.len() > 1 => return refuse(output, "`-` stands alone: give no other path beside it"),
        (None, true) => {
            return refuse(
                output,
                "`-` needs --stdin-filename PATH: the path tells what the text is and what stands beside it",
            );
        }
        (Some(_), false) => return refuse(output, "--stdin-filename goes with the path `-`"),
        _ => None,
    };
    if let Some(sys) = input.sysfs.as_deref().filter(|sys| !sys.join("class/net").is_dir()) {
        return refuse(output, &format!("--sysfs {}: no class/net in it; give a directory like /sys", sys.display()));
    }
    let problems = setup.discover(stdin, judge, &mut |judged| {
        exit = exit.max(take(judged, output)?);
        output.step()?;
        Ok(())
    })?;
    for problem in problems {
        output.tell("error", &problem)?;
        exit = Exit::Failed;
    }
    Ok(exit)
}

/// Tells what of a host could not be read.
pub(super) fn report_unreadable(found: &Found, output: &mut Output) -> anyhow::Result<Exit> {
    let mut exit = Exit::Clean;
    for unreadable in found.host.unreadable() {
        output.tell("error", &format!("{}: {}", found.shown_file(&unreadable.file).display(), unreadable.message))?;
        exit = Exit::Failed;
    }
    Ok(exit)
}

/// Tells what was wrong with the facts and which do not belong to a host that was seen.
pub(super) fn report_facts(setup: &Setup<'_>, quiet: bool, output: &mut Output) -> anyhow::Result<Exit> {
    let Some(facts) = &setup.options.facts else { return Ok(Exit::Clean) };
    let problems = facts.problems();
    for problem in &problems {
        output.tell("error", &problem)?;
    }
    if !quiet {
        for note in facts.unmatched().notes(&setup.here) {
            output.tell("note", &note)?;
        }
    }
    Ok(if problems.is_empty() { Exit::Clean } else { Exit::Failed })
}
