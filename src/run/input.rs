//! What the arguments of `check` and `list` have in common: which hosts, read how.

use super::Output;
use crate::check::Options;
use crate::cli::{Input, UdevPolicy};
use crate::discover::{Found, Request, discover};
use crate::exit::Exit;
use crate::stack::Assume;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// The options of a judgement that both commands take.
pub(super) fn options(input: &Input) -> Options {
    let mut assume = Assume::default();
    for answer in &input.assume {
        // Checked when the arguments were parsed.
        let _ = assume.add(answer);
    }
    Options {
        stacks: input.stack.clone(),
        udev: match input.udev_policy {
            UdevPolicy::Persistent => Some(true),
            UdevPolicy::None => Some(false),
            UdevPolicy::Auto => None,
        },
        assume,
        sysfs: input.sysfs.clone(),
        ..Options::default()
    }
}

/// Calls `visit` with each host that the arguments name; tells what could not be reached.
pub(super) fn each_host(
    input: &Input,
    output: &mut Output,
    visit: &mut dyn FnMut(&Found, &mut Output) -> anyhow::Result<Exit>,
) -> anyhow::Result<Exit> {
    let mut exit = Exit::Clean;
    let mut text = Vec::new();
    let refuse = |output: &mut Output, message: &str| -> anyhow::Result<Exit> {
        writeln!(output.stderr, "error: {message}")?;
        Ok(Exit::Failed)
    };
    let from_stdin = input.paths.iter().any(|path| path == Path::new("-"));
    let stdin = match (&input.stdin_filename, from_stdin) {
        (Some(name), true) if input.paths.len() == 1 => {
            std::io::stdin().lock().read_to_end(&mut text)?;
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
        return refuse(output, &format!("{}: no class/net in it; --sysfs takes a directory like /sys", sys.display()));
    }
    let request = Request {
        paths: &input.paths,
        root: input.root.as_deref(),
        stdin,
        excluded: &|_| false,
        force_exclude: input.force_exclude,
    };
    let problems = discover(&request, &mut |found| {
        exit = exit.max(visit(&found, output)?);
        Ok(())
    })?;
    for problem in problems {
        writeln!(output.stderr, "error: {problem}")?;
        exit = Exit::Failed;
    }
    Ok(exit)
}

/// A host's file as it is shown: relative to the current directory where it lies in it.
pub(super) fn shown(found: &Found, file: &Path) -> PathBuf {
    let real =
        found.host.canonical(file).and_then(|path| found.host.outside(&path)).or_else(|| found.host.outside(file));
    let here = std::env::current_dir().unwrap_or_default();
    real.map_or_else(|| file.to_owned(), |real| crate::discover::relative(&here, &real))
}

/// Tells what of a host could not be read.
pub(super) fn report_unreadable(found: &Found, output: &mut Output) -> anyhow::Result<Exit> {
    let mut exit = Exit::Clean;
    for unreadable in found.host.unreadable() {
        writeln!(output.stderr, "error: {}: {}", shown(found, &unreadable.file).display(), unreadable.message)?;
        exit = Exit::Failed;
    }
    Ok(exit)
}
