//! A paragraph for each bridge.

use super::{Missing, Place, Row};
use crate::address::MacAddress;
use crate::judgement::Outcome;
use crate::live::{Bridge, Choice, Configured, State, command};
use crate::report::list::ports;
use crate::report::{shown, visible};
use crate::rules::likelihood;
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const BAD: Style = AnsiColor::BrightRed.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();

/// Writes a paragraph for each bridge and a line that counts them.
///
/// # Errors
///
/// Those of `out`.
pub fn text(
    out: &mut dyn Write,
    rows: &[Row<'_>],
    missing: &[Missing<'_>],
    place: Place<'_>,
    in_colour: bool,
) -> io::Result<()> {
    let [bold, dim, bad, good] = [BOLD, DIM, BAD, GOOD].map(|style| shown(style, in_colour));
    for row in rows {
        let style = if row.state.is_problem() { bad } else { good };
        let (name, word) = (visible::text(row.bridge.name), row.state.word());
        writeln!(out, "{bold}{name}{bold:#}: {style}{word}{style:#}: {}", row.state.sentence())?;
        let mut line = |label: &str, text: String| writeln!(out, "  {dim}{label:<14}{dim:#} {text}");
        line("address", address(row.bridge))?;
        line("ports", ports(row.bridge.ports))?;
        line("next port", next_port(row.bridge))?;
        if row.configured.is_empty() {
            line("configuration", format!("nothing in {} makes it", place.root))?;
        }
        for reading in row.configured {
            line("configuration", configuration(reading))?;
        }
        if let Some(now) = now(row) {
            line("now", now)?;
        }
        if let Some(cure) = for_good(row, place) {
            line("for good", cure)?;
        }
        writeln!(out)?;
    }
    for Missing { bridge, file, line } in missing {
        writeln!(out, "note: {}:{line} makes {}, and no such bridge runs", visible::text(file), visible::text(bridge))?;
    }
    writeln!(out, "{}", count(rows))
}

fn count(rows: &[Row<'_>]) -> String {
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let (bridges, problems) = (rows.len(), rows.iter().filter(|row| row.state.is_problem()).count());
    match (bridges, problems) {
        (0, _) => "No bridge runs.".to_owned(),
        (_, 0) => format!("Nothing found on {bridges} running bridge{}.", plural(bridges)),
        _ => format!("Found {problems} problem{} on {bridges} running bridge{}.", plural(problems), plural(bridges)),
    }
}

/// Its address and who gave it.
fn address(bridge: Bridge<'_>) -> String {
    let address = or_none(bridge.link.address);
    let told = bridge.link.assign_type.map_or_else(String::new, |code| format!(" (addr_assign_type {code})"));
    let how = match (bridge.can_be_taken_over(), bridge.owners().next()) {
        (Some(false), _) if told.is_empty() => "set, as it is not the lowest among its ports'".to_owned(),
        (Some(false), _) => "set".to_owned(),
        (Some(true), Some(owner)) => format!("nobody set it, it is {}'s", visible::text(owner)),
        (Some(true), None) if bridge.ports.is_empty() => {
            "nobody set it, and the first port's will replace it".to_owned()
        }
        (Some(true), None) => "nobody set it".to_owned(),
        (None, Some(owner)) => format!("set, or {}'s", visible::text(owner)),
        (None, None) => "set or not".to_owned(),
    };
    format!("{address}: {how}{told}")
}

/// What the next port can do to its address.
fn next_port(bridge: Bridge<'_>) -> String {
    match (bridge.can_be_taken_over(), bridge.link.address) {
        (Some(false), _) => "cannot take it over".to_owned(),
        (Some(true), Some(address)) if !bridge.ports.is_empty() => {
            format!("takes it over where its address is lower. {}", likelihood(address))
        }
        (Some(true), _) => "takes it over".to_owned(),
        (None, _) => "takes it over where its address is lower, unless addr_assign_type in /sys is 3".to_owned(),
    }
}

fn configuration(reading: &Configured) -> String {
    let Configured { file, line, stack, outcome, address, reason, .. } = reading;
    let to = match (outcome, address) {
        (Outcome::Pinned | Outcome::Generated, Some(address)) => format!(" {address}"),
        _ => String::new(),
    };
    let file = visible::text(file);
    format!("{}{to} by {file}:{line} on {stack}: {}", outcome.word(), visible::text(reason))
}

/// What holds until the next boot.
fn now(row: &Row<'_>) -> Option<String> {
    let name = row.bridge.name;
    if row.applied {
        return Some("pinned until the next boot".to_owned());
    }
    if let Some(choice) = &row.choice {
        return Some(match choice {
            Ok(Choice { address, why }) => format!("{} ({why})", command(name, *address)),
            Err(why) => format!("left alone: {why}"),
        });
    }
    let wanted = row.configured.iter().find(|reading| reading.outcome == Outcome::Pinned)?.address?;
    let is_other = row.state == State::OtherAddress;
    is_other.then(|| format!("{} makes it so before the next boot does", command(name, wanted)))
}

/// What holds beyond the next boot.
fn for_good(row: &Row<'_>, place: Place<'_>) -> Option<String> {
    match row.state {
        State::Floating | State::Unpinned if row.configured.is_empty() => {
            Some("what makes it has to set its address".to_owned())
        }
        State::Floating | State::Unpinned => Some(format!("bridgepin check --fix {}", place.arguments)),
        State::NotInEffect => {
            Some("the configuration pins it when the bridge is made anew: at the next boot".to_owned())
        }
        State::OtherAddress => Some("decide which address is right, and write that into the configuration".to_owned()),
        State::Held | State::Unmanaged | State::Generated | State::Unknown => None,
    }
}

fn or_none(address: Option<MacAddress>) -> String {
    address.map_or_else(|| "no address".to_owned(), |address| address.to_string())
}
