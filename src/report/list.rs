//! The bridges of a tree: a table for people, an array for programs.

use super::json::{lossy, write_value};
use super::{shown, visible};
use crate::address::MacAddress;
use crate::judgement::Outcome;
use anstyle::{AnsiColor, Style};
use bstr::{BString, ByteSlice};
use serde::Serialize;
use std::io;

/// One bridge on one stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The host as the report names it.
    pub host: BString,
    /// The file that makes the bridge, as the report names it.
    pub file: BString,
    /// The line that makes it, from 1.
    pub line: usize,
    /// The bridge.
    pub bridge: BString,
    /// Its ports, in the configuration's order.
    pub ports: Vec<BString>,
    /// The stack as it was given.
    pub stack: String,
    /// What address it gets.
    pub outcome: Outcome,
    /// That address; `None` where only the running system can know it.
    pub address: Option<MacAddress>,
    /// Why.
    pub reason: String,
}

const HEAD: [&str; COLUMNS] = ["BRIDGE", "PORTS", "STACK", "OUTCOME", "ADDRESS", "REASON"];
const COLUMNS: usize = 6;
const OUTCOME: usize = 3;
/// A switch has fifty ports; the table shows as many as fit here. JSON has them all.
const PORTS_WIDTH: usize = 32;
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Writes the table, rows of one file under its path.
///
/// # Errors
///
/// Those of `out`.
pub fn table(out: &mut dyn io::Write, rows: &[Row], in_colour: bool) -> io::Result<()> {
    if rows.is_empty() {
        return writeln!(out, "No bridges found.");
    }
    let cells: Vec<_> = rows.iter().map(cells).collect();
    let column = |index: usize| cells.iter().map(move |row| visible::width(&row[index])).max().unwrap_or_default();
    let widths: [usize; COLUMNS] = std::array::from_fn(|index| column(index).max(HEAD[index].len()));

    let [bold, dim] = [BOLD, DIM].map(|style| shown(style, in_colour));
    let mut file = None;
    for (row, cells) in rows.iter().zip(&cells) {
        let here = (&row.host, &row.file);
        if file != Some(here) {
            if file.is_some() {
                writeln!(out)?;
            }
            writeln!(out, "{bold}{}{bold:#}", visible::text(&row.file))?;
            write_row(out, &HEAD.map(str::to_owned), &widths, |_| dim)?;
            file = Some(here);
        }
        let outcome = shown(style(row.outcome), in_colour);
        write_row(out, cells, &widths, |index| if index == OUTCOME { outcome } else { Style::new() })?;
    }
    Ok(())
}

fn cells(row: &Row) -> [String; COLUMNS] {
    [
        visible::text(&row.bridge).into_owned(),
        ports(&row.ports),
        visible::text(&row.stack).into_owned(),
        row.outcome.word().to_owned(),
        row.address.map_or_else(|| "-".to_owned(), |address| address.to_string()),
        visible::text(&row.reason).into_owned(),
    ]
}

/// The ports that fit, and how many more there are.
pub(super) fn ports(ports: &[BString]) -> String {
    let mut out = String::new();
    for (index, port) in ports.iter().enumerate() {
        let port = visible::text(port);
        if index > 0 && visible::width(&out) + 1 + visible::width(&port) > PORTS_WIDTH {
            return format!("{out} +{}", ports.len() - index);
        }
        if index > 0 {
            out.push(' ');
        }
        out.push_str(&port);
    }
    if out.is_empty() { "-".to_owned() } else { out }
}

fn write_row(
    out: &mut dyn io::Write,
    cells: &[String; COLUMNS],
    widths: &[usize; COLUMNS],
    style: impl Fn(usize) -> Style,
) -> io::Result<()> {
    for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let style = style(index);
        write!(out, "  {style}{cell}{style:#}")?;
        // The last column is ragged.
        if index + 1 < COLUMNS {
            write!(out, "{:1$}", "", width.saturating_sub(visible::width(cell)))?;
        }
    }
    writeln!(out)
}

fn style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Pinned => AnsiColor::Green.on_default(),
        Outcome::Absent => DIM,
        Outcome::Generated => AnsiColor::Yellow.on_default(),
        Outcome::Floating => AnsiColor::BrightRed.on_default().bold(),
    }
}

#[derive(Serialize)]
struct JsonRow<'a> {
    host: String,
    file: String,
    line: usize,
    bridge: String,
    ports: Vec<String>,
    stack: &'a str,
    outcome: Outcome,
    address: Option<String>,
    reason: &'a str,
}

/// Writes an array of objects, one per bridge and stack. As in the report, a byte that is not
/// UTF-8 becomes U+FFFD.
///
/// # Errors
///
/// Those of `out`.
pub fn json(out: &mut dyn io::Write, rows: &[Row]) -> io::Result<()> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| JsonRow {
            host: lossy(row.host.as_bstr()),
            file: lossy(row.file.as_bstr()),
            line: row.line,
            bridge: lossy(row.bridge.as_bstr()),
            ports: row.ports.iter().map(|port| lossy(port.as_bstr())).collect(),
            stack: &row.stack,
            outcome: row.outcome,
            address: row.address.map(|address| address.to_string()),
            reason: &row.reason,
        })
        .collect();
    write_value(out, &rows)
}
