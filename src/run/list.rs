//! `list`: every bridge with its outcome on each stack.

use super::Output;
use super::input::{each_host, report_facts, report_unreadable};
use super::setup::Setup;
use crate::check::{Reading, Subject, each_subject};
use crate::cli::{ListArgs, ListFormat};
use crate::discover::Found;
use crate::exit::Exit;
use crate::host::path_bytes;
use crate::judgement::{Bridge, Outcome};
use crate::report::list::{Row, json, table};
use crate::report::visible;
use bstr::ByteSlice;
use std::collections::BTreeSet;
use std::io::Write;

/// Prints the bridges; exit code 0, or 2 where something could not be read.
pub(super) fn run(arguments: &ListArgs, output: &mut Output) -> anyhow::Result<Exit> {
    let setup = Setup::of(&arguments.input)?;
    let mut rows = Vec::new();
    let mut why = BTreeSet::new();
    let judge = |found: Found| {
        let subject = |subject: &Subject<'_>| (rows_of(&setup, &found, subject), reasons(subject));
        let judged = each_subject(&found.host, &setup.options(&found), subject);
        (found, judged)
    };
    let exit = each_host(&setup, output, &judge, &mut |(found, judged), output| {
        for (more, reasons) in judged {
            rows.extend(more);
            why.extend(reasons.into_iter().map(|reason| format!("{}: {reason}", host_name(&found))));
        }
        report_unreadable(&found, output)
    })?;
    match arguments.output_format {
        ListFormat::Table => {
            let in_colour = output.is_in_colour(false, false);
            table(output.stdout()?, &rows, in_colour)?;
            if arguments.verbose && !why.is_empty() {
                writeln!(output.stdout)?;
                why.iter().try_for_each(|reason| writeln!(output.stdout()?, "{}", visible::text(reason)))?;
            }
        }
        ListFormat::Json => json(output.stdout()?, &rows)?,
    }
    Ok(exit.max(report_facts(&setup, false, output)?))
}

/// A host's name in reports: its root as it is shown.
pub(super) fn host_name(found: &Found) -> String {
    let shown = found.shown.display().to_string();
    if shown.is_empty() { ".".to_owned() } else { shown }
}

fn rows_of(setup: &Setup<'_>, found: &Found, subject: &Subject<'_>) -> Vec<Row> {
    let bridges = subject
        .readings
        .iter()
        .flat_map(|reading| reading.judgement.bridges.iter().map(move |bridge| (reading, bridge)));
    let asked = bridges.filter(|(_, bridge)| setup.covers(found, &bridge.origin.file));
    let row = |(reading, bridge): (&Reading, &Bridge)| Row {
        host: host_name(found).into(),
        file: path_bytes(&found.shown_file(&bridge.origin.file)),
        line: found.host.line(&bridge.origin),
        bridge: bridge.name.clone(),
        ports: bridge.ports.clone(),
        stack: reading.stack.to_string(),
        outcome: bridge.outcome,
        address: bridge.address,
        reason: reason(subject, bridge),
    };
    asked.map(row).collect()
}

/// Why the bridge fares so, and where the address of the port that it takes is known from.
fn reason(subject: &Subject<'_>, bridge: &Bridge) -> String {
    let links = subject.world.links;
    let lowest = || {
        let known = bridge.ports.iter().filter_map(|port| Some((port, links.address_or_parents(port.as_bstr())?)));
        known.into_iter().find(|(_, evidence)| Some(evidence.address) == bridge.address)
    };
    match (bridge.outcome == Outcome::Floating).then(lowest).flatten() {
        Some((port, evidence)) => {
            let origin = links.origin(port.as_bstr());
            format!("{}; {origin} has it by {}", bridge.reason, subject.told_by(&evidence.source))
        }
        None => bridge.reason.clone(),
    }
}

/// Why each stack was chosen.
fn reasons(subject: &Subject<'_>) -> Vec<String> {
    subject.readings.iter().map(|reading| format!("{}: {}", reading.stack, reading.why)).collect()
}
