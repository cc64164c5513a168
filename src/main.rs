//! Parses the arguments, runs, and turns the result into an exit code.

use bridgepin::cli::Cli;
use bridgepin::exit::Exit;
use bridgepin::report::visible;
use bridgepin::run::run;
use clap::Parser;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// A fleet's hosts are judged with many small allocations, on several threads: this takes a third of the time
/// of the C library's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(exit) => exit.into(),
        // Who reads the output has seen enough (`bridgepin check | head`).
        Err(error) if is_broken_pipe(&error) => Exit::Clean.into(),
        Err(error) => {
            // Nothing is left to do where not even this can be said.
            let _ = writeln!(std::io::stderr(), "error: {}", visible::message(&format!("{error:#}")));
            Exit::Failed.into()
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe))
}
