//! `live`: the bridges that run, beside what the configuration says of them.

use super::Output;
use super::input::{each_host, report_unreadable};
use super::setup::Setup;
use crate::check::{Subject, each_subject};
use crate::cli::{Input, LiveArgs, LiveFormat};
use crate::discover::Found;
use crate::exit::Exit;
use crate::host::path_bytes;
use crate::judgement::Outcome;
use crate::links::Named;
use crate::live::{Bridge, Configured, Kind, Links, State, apply, choose};
use crate::regular::{self, SIZE_LIMIT};
use crate::report::live::{Missing, Place, Row, json, script, text};
use crate::report::visible;
use crate::span::line_column;
use anyhow::Context;
use bstr::{BStr, BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

/// What each stack makes of each bridge.
type Configuration = BTreeMap<BString, Vec<Configured>>;

/// Reports the bridges that run, and pins them where that is asked for.
pub(super) fn run(arguments: &LiveArgs, output: &mut Output) -> anyhow::Result<Exit> {
    let links = running(arguments)?;
    let (configuration, exit) = configuration(arguments, &links, output)?;
    let mut live = Live { arguments, configuration, applied: BTreeSet::new(), exit };
    live.refuse_others(&links, output)?;
    if arguments.pin {
        live.pin(&links, output)?;
    }
    let links = if live.applied.is_empty() { links } else { running(arguments)? };
    live.report(&links, output)
}

struct Live<'a> {
    arguments: &'a LiveArgs,
    configuration: Configuration,
    /// The bridges that were pinned.
    applied: BTreeSet<BString>,
    exit: Exit,
}

impl Live<'_> {
    fn is_asked(&self, name: &BStr) -> bool {
        let asked = &self.arguments.bridges;
        asked.is_empty() || asked.iter().any(|asked| asked == name)
    }

    /// Refuses names that are no running bridge's.
    fn refuse_others(&mut self, links: &Links, output: &mut Output) -> anyhow::Result<()> {
        for name in &self.arguments.bridges {
            let what = match links.get(name.as_bstr()).map(|link| &link.kind) {
                Some(Kind::Bridge(_)) => continue,
                Some(_) => "is no Linux bridge",
                None => "does not run",
            };
            let name = visible::text(name);
            writeln!(output.stderr()?, "error: {name} {what}; name bridges that run, or none for all")?;
            self.exit = Exit::Failed;
        }
        Ok(())
    }

    /// Prints the commands that pin, and runs them where that is asked for.
    fn pin(&mut self, links: &Links, output: &mut Output) -> anyhow::Result<()> {
        for bridge in links.bridges() {
            if !self.is_asked(bridge.name) {
                continue;
            }
            let row = self.row(bridge);
            if self.arguments.output_format != LiveFormat::Json {
                script(output.stdout()?, &row)?;
            }
            let (Some(Ok(choice)), true) = (row.choice, self.arguments.apply) else { continue };
            match apply(&self.arguments.sysfs, bridge, choice.address) {
                Ok(()) => {
                    self.applied.insert(bridge.name.to_owned());
                }
                Err(error) => {
                    writeln!(output.stderr()?, "error: {}: {error}", visible::text(bridge.name))?;
                    self.exit = Exit::Failed;
                }
            }
        }
        Ok(())
    }

    fn report(&self, links: &Links, output: &mut Output) -> anyhow::Result<Exit> {
        let asked = links.bridges().filter(|bridge| self.is_asked(bridge.name));
        let rows: Vec<Row<'_>> = asked.map(|bridge| self.row(bridge)).collect();
        let runs = |name: &BStr| links.get(name).is_some_and(|link| matches!(link.kind, Kind::Bridge(_)));
        let not_running =
            self.configuration.iter().filter(|(name, _)| self.is_asked(name.as_bstr()) && !runs(name.as_bstr()));
        let missing: Vec<Missing<'_>> = not_running
            .filter_map(|(name, readings)| {
                let made = readings.iter().find(|reading| reading.outcome != Outcome::Absent)?;
                Some(Missing { bridge: name.as_bstr(), file: made.file.as_bstr(), line: made.line })
            })
            .collect();
        match self.arguments.output_format {
            LiveFormat::Json => json(output.stdout()?, &rows, &missing)?,
            LiveFormat::Full => {
                let LiveArgs { root, sysfs, facts, pin, .. } = self.arguments;
                let root = root.display().to_string();
                let arguments = match facts {
                    Some(_) => format!("--root {root}"),
                    None => format!("--root {root} --sysfs {}", sysfs.display()),
                };
                let place = Place { root: &root, arguments: &arguments };
                let in_colour = output.is_in_colour(*pin, false);
                text(output.report(*pin)?, &rows, &missing, place, in_colour)?;
            }
        }
        let found = if rows.iter().any(|row| row.state.is_problem()) { Exit::Findings } else { Exit::Clean };
        Ok(self.exit.max(found))
    }

    fn row<'a>(&'a self, bridge: Bridge<'a>) -> Row<'a> {
        let configured = self.configuration.get(bridge.name).map_or(&[][..], Vec::as_slice);
        let state = State::of(bridge, configured);
        let choice = (bridge.can_be_taken_over() != Some(false)).then(|| choose(bridge, configured));
        Row { bridge, configured, state, choice, applied: self.applied.contains(bridge.name) }
    }
}

/// The links that run.
fn running(arguments: &LiveArgs) -> anyhow::Result<Links> {
    let Some(facts) = &arguments.facts else {
        let sys = &arguments.sysfs;
        return Links::from_sysfs(sys)
            .with_context(|| format!("{}: --sysfs takes a directory like /sys", sys.join("class/net").display()));
    };
    let text = if facts == Path::new("-") {
        let mut text = Vec::new();
        std::io::stdin().lock().take(SIZE_LIMIT).read_to_end(&mut text)?;
        text
    } else {
        let real = std::fs::canonicalize(facts).map_err(|error| {
            anyhow::anyhow!("--facts {}: {error}; give a file with what `ip -j -d link` printed", facts.display())
        })?;
        regular::read(&real).map_err(anyhow::Error::msg).with_context(|| facts.display().to_string())?
    };
    Links::from_ip(&text).map_err(anyhow::Error::msg).with_context(|| facts.display().to_string())
}

/// What the host's files say of its bridges.
fn configuration(arguments: &LiveArgs, links: &Links, output: &mut Output) -> anyhow::Result<(Configuration, Exit)> {
    let input = Input {
        paths: vec![PathBuf::from(".")],
        root: Some(arguments.root.clone()),
        sysfs: arguments.facts.is_none().then(|| arguments.sysfs.clone()),
        stack: arguments.stack.clone(),
        udev_policy: arguments.udev_policy,
        assume: arguments.assume.clone(),
        config: arguments.config.clone(),
        isolated: arguments.isolated,
        ..Input::default()
    };
    let mut setup = Setup::of(&input)?;
    if let Some(facts) = &arguments.facts {
        setup.options.links = told_by(facts, links);
    }
    let judge = |found: Found| {
        let judged = each_subject(&found.host, &setup.options(&found), |subject| readings(&found, subject));
        (found, judged)
    };
    let mut configuration = Configuration::new();
    let exit = each_host(&setup, output, &judge, &mut |(found, judged), output| {
        for (bridge, configured) in judged.into_iter().flatten() {
            configuration.entry(bridge).or_default().push(configured);
        }
        report_unreadable(&found, output)
    })?;
    Ok((configuration, exit))
}

/// What each stack makes of each bridge of one family of files.
fn readings(found: &Found, subject: &Subject<'_>) -> Vec<(BString, Configured)> {
    let bridges = subject.readings.iter().flat_map(|reading| {
        let stack = reading.stack.to_string();
        let bridges = reading.judgement.bridges.iter();
        bridges.map(move |bridge| (bridge.name.clone(), configured(found, &stack, bridge)))
    });
    bridges.collect()
}

fn configured(found: &Found, stack: &str, bridge: &crate::judgement::Bridge) -> Configured {
    let text = found.host.read(&bridge.origin.file).unwrap_or_default();
    Configured {
        file: path_bytes(&found.shown_file(&bridge.origin.file)),
        line: line_column(&text, bridge.origin.span.start).0,
        stack: stack.to_owned(),
        ports: bridge.ports.clone(),
        outcome: bridge.outcome,
        address: bridge.address,
        reason: bridge.reason.clone(),
    }
}

/// The links' addresses as evidence. A bridge's may be one of its ports'.
fn told_by(facts: &Path, links: &Links) -> BTreeMap<BString, Named> {
    let by = format!("`address` in {}", facts.display());
    let known = links.iter().filter(|(_, link)| !matches!(link.kind, Kind::Bridge(_)));
    known
        .filter_map(|(name, link)| {
            let address = link.address.filter(|address| address.is_usable())?;
            Some((name.clone(), Named { address, by: by.clone() }))
        })
        .collect()
}
