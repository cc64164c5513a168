//! The arguments. No behaviour. What would be documentation here is the help that they print.
#![allow(missing_docs)]

use crate::address::MacAddress;
use crate::fix::save::Validate;
use crate::glob::Glob;
use crate::report::Format;
use crate::selection::RuleName;
use crate::stack::{Assume, Stack};
use bstr::BString;
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use serde::Deserialize;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// Find Linux bridges whose MAC address floats, and pin it.
///
/// A bridge whose address nobody set takes the lowest one among its ports. When containers with lower addresses come
/// and go, the bridge's address changes with them and the host's network freezes. bridgepin reads the configuration, says for
/// every bridge what address it will really get, and writes the line that really pins it.
#[derive(Debug, Parser)]
#[command(name = "bridgepin", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// When to colour the output
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
}

/// What to do.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one in a run")]
pub enum Command {
    /// Report what is wrong with the bridges' addresses; exit 1 when a finding remains
    Check(CheckArgs),
    /// Show every bridge, its ports, its outcome on each stack, and why
    List(ListArgs),
    /// Show the bridges that run on this machine, whether the next container can take their addresses over, and whether
    /// the configuration pins them; exit 1 where one of them does not hold
    Live(LiveArgs),
    /// Explain a rule, or list them all
    Rule {
        /// The rule's name
        name: Option<String>,
    },
    /// Print a shell's completion script
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

/// What to read.
#[derive(Debug, Default, Args)]
pub struct Input {
    /// Files or directories; `-` is stdin with --stdin-filename
    #[arg(default_value = ".", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// This directory is one host's `/`: what a repository cannot carry (a machine-id, file modes) counts
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// The path that the text on stdin would have
    #[arg(long, value_name = "PATH")]
    pub stdin_filename: Option<PathBuf>,
    /// Leave out what matches (`*`, `**`, `?`, `[...]`; without a slash any name in the path)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<Glob>,
    /// Leave out what is excluded even where it is given by name
    #[arg(long)]
    pub force_exclude: bool,
    /// Read this configuration file, not the nearest bridgepin.toml
    #[arg(long, value_name = "PATH", conflicts_with = "isolated")]
    pub config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long)]
    pub isolated: bool,
    /// The software that reads the files, instead of what the tree tells: `ifupdown`, `ifupdown2`, `ifupdown-ng`, `busybox`,
    /// `networkd`, `network-scripts`, `networkmanager`, with a version and what stands beside it (`networkd@252+udev`)
    #[arg(long, value_name = "STACK")]
    pub stack: Vec<Stack>,
    /// Whether udevd gives bridges an address, where the stack was recognised [default: auto]
    #[arg(long, value_enum, value_name = "POLICY")]
    pub udev_policy: Option<UdevPolicy>,
    /// Answer a `[Match]` condition: `host`, `virtualization`, `architecture`, `kernel-version`,
    /// `kernel-command-line`, `firmware`, `credential`
    #[arg(long, value_name = "KEY=VALUE", value_parser = assumption)]
    pub assume: Vec<String>,
    /// This directory stands for /sys: it tells which links exist and their addresses
    #[arg(long, value_name = "DIR")]
    pub sysfs: Option<PathBuf>,
    /// What an inventory tells of the hosts' links: one host's file, or a folder with one file for each host, named after it, as
    /// `ip -j -d link`, `ansible -m setup --tree`, a fact cache or `lshw -json -class network` writes it
    #[arg(long, value_name = "PATH")]
    pub facts: Option<PathBuf>,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub input: Input,
    /// Apply the safe fixes
    #[arg(long)]
    pub fix: bool,
    /// Apply the unsafe fixes too (with --fix or --diff)
    #[arg(long)]
    pub unsafe_fixes: bool,
    /// Run this command on each new text before it takes the old one's place, with %s for its path (`ifquery -i %s br0`); where
    /// it fails, the file stays as it was and the exit code is 2. It is split into words as a shell does, and no shell runs it
    #[arg(long, value_name = "COMMAND", requires = "fix", conflicts_with_all = ["diff", "stdin_filename"])]
    pub validate: Option<Validate>,
    /// Print the fixes as one unified diff on stdout and change nothing
    #[arg(long, conflicts_with = "fix")]
    pub diff: bool,
    /// The address that a bridge is to have
    #[arg(long, value_name = "BRIDGE=ADDRESS", value_parser = wanted_address)]
    pub mac: Vec<(BString, MacAddress)>,
    /// Whose address a fix prefers
    #[arg(long, value_enum, default_value_t = Prefer::Own, value_name = "WHOSE")]
    pub prefer: Prefer,
    /// Where nothing tells an address, make one up from the host's name and the bridge's: a fix that is always unsafe
    #[arg(long)]
    pub generate: bool,
    /// How to print findings [default: full; github where GITHUB_ACTIONS=true and no --output-file is given]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub output_format: Option<Format>,
    /// Write the report to this file, whole or not at all, and only the summary to the terminal; `-` is stdout
    #[arg(long, value_name = "PATH", conflicts_with = "show_files")]
    pub output_file: Option<PathBuf>,
    /// The least severity that makes the exit code 1 [default: warning]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,
    #[command(flatten)]
    pub reporting: Reporting,
    /// Exit 0 even when findings remain
    #[arg(long)]
    pub exit_zero: bool,
    /// Exit 1 when --fix changed a file, even if nothing remains
    #[arg(long)]
    pub exit_non_zero_on_fix: bool,
    /// Print nothing but the findings
    #[arg(long, short)]
    pub quiet: bool,
}

/// Which findings `check` reports.
#[derive(Debug, Args)]
pub struct Reporting {
    /// Report only this rule's findings, whatever the configuration file says
    #[arg(long, value_name = "RULE")]
    pub select: Vec<RuleName>,
    /// Do not report this rule's findings
    #[arg(long, value_name = "RULE")]
    pub ignore: Vec<RuleName>,
    /// Do not report what this file has recorded
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Record all findings in this file, for --baseline, and report none
    #[arg(long, value_name = "FILE", conflicts_with = "diff")]
    pub write_baseline: Option<PathBuf>,
    /// Print how many findings each rule has, not the findings
    #[arg(long)]
    pub statistics: bool,
    /// Print the files that would be read, and do no more
    #[arg(long, conflicts_with_all = ["fix", "diff", "statistics", "baseline", "write_baseline"])]
    pub show_files: bool,
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    pub input: Input,
    /// How to print the bridges
    #[arg(long, value_enum, default_value_t = ListFormat::Table, value_name = "FORMAT")]
    pub output_format: ListFormat,
    /// Say why each stack was chosen
    #[arg(long, short)]
    pub verbose: bool,
}

/// Arguments of `live`.
#[derive(Debug, Args)]
pub struct LiveArgs {
    /// Only these bridges
    #[arg(value_name = "BRIDGE", value_parser = OsStringValueParser::new().map(|name| BString::from(name.into_vec())))]
    pub bridges: Vec<BString>,
    /// The directory that holds the machine's configuration
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub root: PathBuf,
    /// This directory stands for /sys
    #[arg(long, value_name = "DIR", default_value = "/sys")]
    pub sysfs: PathBuf,
    /// What `ip -j -d link` printed on the machine, instead of its /sys; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "sysfs", requires = "root")]
    pub facts: Option<PathBuf>,
    /// Print the commands that pin the bridges until the next boot, on stdout; the report goes to stderr
    #[arg(long)]
    pub pin: bool,
    /// Run these commands
    #[arg(long, requires = "pin", conflicts_with = "facts")]
    pub apply: bool,
    /// How to print the bridges
    #[arg(long, value_enum, default_value_t = LiveFormat::Full, value_name = "FORMAT")]
    pub output_format: LiveFormat,
    /// The software that reads the configuration, as for `check`
    #[arg(long, value_name = "STACK")]
    pub stack: Vec<Stack>,
    /// Whether udevd gives bridges an address, as for `check`
    #[arg(long, value_enum, value_name = "POLICY")]
    pub udev_policy: Option<UdevPolicy>,
    /// Answer a `[Match]` condition, as for `check`
    #[arg(long, value_name = "KEY=VALUE", value_parser = assumption)]
    pub assume: Vec<String>,
    /// Read this configuration file, not the nearest bridgepin.toml
    #[arg(long, value_name = "PATH", conflicts_with = "isolated")]
    pub config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long)]
    pub isolated: bool,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal; NO_COLOR and CLICOLOR_FORCE are honoured
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How `list` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// Columns
    Table,
    /// For programs
    Json,
}

/// How `live` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LiveFormat {
    /// What is known of each bridge, why, and what to do
    Full,
    /// For programs
    Json,
}

/// Whether udevd gives bridges an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum UdevPolicy {
    /// udevd runs with its default `99-default.link`
    Persistent,
    /// No udevd, or one that leaves bridges alone
    None,
    /// What the tree tells; where it does not, the worse outcome counts
    Auto,
}

/// Whose address a fix prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Prefer {
    /// The running bridge's own, where it was set
    Own,
    /// The uplink's
    Uplink,
}

/// The least severity that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum FailOn {
    /// Errors only
    Error,
    /// Any finding
    Warning,
    /// Nothing
    Never,
}

fn assumption(text: &str) -> Result<String, String> {
    Assume::default().add(text).map(|()| text.to_owned())
}

fn wanted_address(text: &str) -> Result<(BString, MacAddress), String> {
    let (bridge, address) =
        text.split_once('=').ok_or_else(|| format!("`{text}` is not BRIDGE=ADDRESS, like br0=b4:99:ba:00:00:01"))?;
    Ok((BString::from(bridge), address.parse()?))
}
