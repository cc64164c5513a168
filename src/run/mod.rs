//! The commands: from the arguments through the pipeline to the output and the exit code.

mod baseline;
mod check;
mod input;
mod list;
mod setup;
mod show_files;

use crate::cli::{Cli, Color, Command};
use crate::exit::Exit;
use crate::rules::RULES;
use crate::selection::RuleName;
use anstream::{AutoStream, ColorChoice};
use clap::CommandFactory;
use std::io::{self, Stderr, Stdout, Write};

/// Where output goes; colours are dropped where nobody sees them.
pub struct Output {
    /// The report, the patch or the text.
    pub stdout: AutoStream<Stdout>,
    /// What goes wrong, and the report where stdout holds something else.
    pub stderr: AutoStream<Stderr>,
}

impl Output {
    fn new(color: Color) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self { stdout: AutoStream::new(io::stdout(), choice), stderr: AutoStream::new(io::stderr(), choice) }
    }

    /// Where the report goes; aside is stderr.
    fn report(&mut self, aside: bool) -> &mut dyn Write {
        if aside { &mut self.stderr } else { &mut self.stdout }
    }
}

/// Does what the arguments say.
///
/// # Errors
/// Output that cannot be written.
pub fn run(cli: &Cli) -> anyhow::Result<Exit> {
    let mut output = Output::new(cli.color);
    match &cli.command {
        Command::Check(arguments) => check::run(arguments, &mut output),
        Command::List(arguments) => list::run(arguments, &mut output),
        Command::Rule { name } => rule(name.as_deref(), &mut output),
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Cli::command(), "bridgepin", &mut output.stdout);
            Ok(Exit::Clean)
        }
        Command::Man => {
            clap_mangen::Man::new(Cli::command()).render(&mut output.stdout)?;
            Ok(Exit::Clean)
        }
    }
}

/// Prints one rule's documentation, or a line for each.
fn rule(name: Option<&str>, output: &mut Output) -> anyhow::Result<Exit> {
    let Some(name) = name else {
        let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
        for rule in RULES {
            writeln!(output.stdout, "{:width$}  {}", rule.name, rule.text.lines().next().unwrap_or_default())?;
        }
        return Ok(Exit::Clean);
    };
    let RuleName(name) = name.parse().map_err(anyhow::Error::msg)?;
    for rule in RULES.iter().filter(|rule| rule.name == name) {
        write!(output.stdout, "# {}\n\n{}", rule.name, rule.text)?;
    }
    Ok(Exit::Clean)
}
