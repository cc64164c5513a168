//! The commands: from the arguments through the pipeline to the output and the exit code.

mod baseline;
mod check;
mod destination;
mod input;
mod judged;
mod list;
mod live;
mod progress;
mod report_file;
mod setup;
mod show_files;
mod typos;
mod whose;

use crate::cli::{Cli, Color, Command};
use crate::exit::Exit;
use crate::report::visible;
use crate::rules::RULES;
use crate::selection::RuleName;
use anstream::{AutoStream, ColorChoice};
use bstr::ByteSlice;
use clap::CommandFactory;
use clap_mangen::Man;
use progress::Progress;
use report_file::ReportFile;
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Stderr, Stdout, Write};
use std::path::Path;

/// Where output goes. Both streams are written in blocks, and each in turn before the other is: where they go to one
/// place, lines keep their order.
pub struct Output {
    stdout: BufWriter<Stdout>,
    stderr: BufWriter<Stderr>,
    /// `--output-file`.
    file: Option<ReportFile>,
    color: Color,
    /// A person waits for the report.
    is_watched: bool,
    progress: Progress,
}

impl Output {
    fn new(color: Color) -> Self {
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let is_watched = stdout.is_terminal();
        Self {
            stdout: BufWriter::new(stdout),
            stderr: BufWriter::new(stderr),
            file: None,
            color,
            is_watched,
            progress: Progress::new(),
        }
    }

    /// The report, or a patch or a text.
    fn stdout(&mut self) -> io::Result<&mut dyn Write> {
        self.progress.clear()?;
        self.stderr.flush()?;
        Ok(&mut self.stdout)
    }

    /// What goes wrong, and the report where stdout holds something else.
    fn stderr(&mut self) -> io::Result<&mut dyn Write> {
        self.progress.clear()?;
        self.stdout.flush()?;
        Ok(&mut self.stderr)
    }

    /// Tells what went wrong (`error`) or is to be known (`note`), whatever it quotes.
    fn tell(&mut self, word: &str, message: &impl Display) -> io::Result<()> {
        writeln!(self.stderr()?, "{word}: {}", visible::message(&message.to_string()))
    }

    /// Lets the report go into a file.
    fn report_into(&mut self, path: &Path) -> anyhow::Result<()> {
        self.file = Some(ReportFile::create(path)?);
        Ok(())
    }

    /// Where the report goes if not into a file; aside is stderr.
    fn report(&mut self, aside: bool) -> io::Result<&mut dyn Write> {
        if self.file.is_none() {
            return if aside { self.stderr() } else { self.stdout() };
        }
        let stdout: &mut dyn Write = &mut self.stdout;
        Ok(self.file.as_mut().map_or(stdout, ReportFile::out))
    }

    /// Whether a report is in colour where it goes, which may be a file.
    fn is_in_colour(&self, aside: bool, in_file: bool) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if in_file => false,
            Color::Auto if aside => AutoStream::choice(self.stderr.get_ref()) != ColorChoice::Never,
            Color::Auto => AutoStream::choice(self.stdout.get_ref()) != ColorChoice::Never,
        }
    }

    /// Puts the file with the report in its place; whether there is one.
    fn finish_report(&mut self) -> anyhow::Result<bool> {
        self.file.take().map_or(Ok(false), |file| file.finish().map(|()| true))
    }

    /// A host is done: writes what a person at a terminal waits for, or how far the run has come.
    fn step(&mut self) -> io::Result<()> {
        if self.is_watched {
            self.stdout.flush()?;
            self.stderr.flush()?;
        }
        self.progress.step()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.progress.clear()?;
        self.stdout.flush()?;
        self.stderr.flush()
    }
}

/// Does what the arguments say.
///
/// # Errors
/// Output that cannot be written.
pub fn run(cli: &Cli) -> anyhow::Result<Exit> {
    let mut output = Output::new(cli.color);
    let exit = match &cli.command {
        Command::Check(arguments) => check::run(arguments, &mut output)?,
        Command::List(arguments) => list::run(arguments, &mut output)?,
        Command::Live(arguments) => live::run(arguments, &mut output)?,
        Command::Rule { name } => rule(name.as_deref(), &mut output)?,
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Cli::command(), "bridgepin", &mut output.stdout()?);
            Exit::Clean
        }
        Command::Man => {
            manual(&mut output.stdout()?)?;
            Exit::Clean
        }
    };
    output.flush()?;
    Ok(exit)
}

/// Prints the manual page: one for the program, with the options of every command.
fn manual(out: &mut dyn Write) -> io::Result<()> {
    let mut program = Cli::command();
    program.build();
    let page = Man::new(program.clone());
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    for command in program.get_subcommands().filter(|command| command.get_name() != "help") {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        writeln!(out, ".SH \"COMMAND {}\"\n{about}.", command.get_name().to_uppercase())?;
        let mut options = Vec::new();
        Man::new(command.clone()).render_options_section(&mut options)?;
        // The options stand in their command's section.
        out.write_all(&options.replace(".SH OPTIONS\n", ""))?;
    }
    page.render_version_section(out)
}

/// Prints one rule's documentation, or a line for each.
fn rule(name: Option<&str>, output: &mut Output) -> anyhow::Result<Exit> {
    let Some(name) = name else {
        let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
        for rule in RULES {
            writeln!(output.stdout()?, "{:width$}  {}", rule.name, rule.text.lines().next().unwrap_or_default())?;
        }
        return Ok(Exit::Clean);
    };
    let RuleName(name) = name.parse().map_err(anyhow::Error::msg)?;
    for rule in RULES.iter().filter(|rule| rule.name == name) {
        write!(output.stdout()?, "# {}\n\n{}", rule.name, rule.text)?;
    }
    Ok(Exit::Clean)
}
