//! One JSON object. `version` is raised when a field changes its meaning or goes.

use super::{Missing, Row};
use crate::address::MacAddress;
use crate::judgement::Outcome;
use crate::live::{Choice, Configured, State, command};
use crate::report::json::{VERSION, lossy, write_value};
use bstr::{BString, ByteSlice};
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct JsonReport<'a> {
    version: u32,
    bridges: Vec<JsonBridge<'a>>,
    not_running: Vec<JsonMissing>,
    summary: JsonSummary,
}

#[derive(Serialize)]
struct JsonBridge<'a> {
    bridge: String,
    state: State,
    message: &'static str,
    address: Option<String>,
    addr_assign_type: Option<u8>,
    can_be_taken_over: Option<bool>,
    ports: Vec<JsonPort>,
    configuration: Vec<JsonConfigured<'a>>,
    pin: Option<JsonPin<'a>>,
    left_alone: Option<&'a str>,
    applied: bool,
}

#[derive(Serialize)]
struct JsonPort {
    name: String,
    address: Option<String>,
    uplink: bool,
}

#[derive(Serialize)]
struct JsonConfigured<'a> {
    file: String,
    line: usize,
    stack: &'a str,
    outcome: Outcome,
    address: Option<String>,
    reason: &'a str,
}

#[derive(Serialize)]
struct JsonPin<'a> {
    address: String,
    command: String,
    why: &'a str,
}

#[derive(Serialize)]
struct JsonMissing {
    bridge: String,
    file: String,
    line: usize,
}

#[derive(Serialize)]
struct JsonSummary {
    bridges: usize,
    problems: usize,
    applied: usize,
}

/// Writes one object. As in the report of `check`, a byte that is not UTF-8 becomes U+FFFD.
///
/// # Errors
///
/// Those of `out`.
pub fn json(out: &mut dyn Write, rows: &[Row<'_>], missing: &[Missing<'_>]) -> io::Result<()> {
    let missing = missing.iter().map(|Missing { bridge, file, line }| JsonMissing {
        bridge: lossy(bridge),
        file: lossy(file),
        line: *line,
    });
    let report = JsonReport {
        version: VERSION,
        bridges: rows.iter().map(json_bridge).collect(),
        not_running: missing.collect(),
        summary: JsonSummary {
            bridges: rows.len(),
            problems: rows.iter().filter(|row| row.state.is_problem()).count(),
            applied: rows.iter().filter(|row| row.applied).count(),
        },
    };
    write_value(out, &report)
}

fn json_bridge<'a>(row: &'a Row<'_>) -> JsonBridge<'a> {
    let Row { bridge, configured, state, choice, applied } = row;
    let text = |address: Option<MacAddress>| address.map(|address| address.to_string());
    let port = |port: &BString| JsonPort {
        name: lossy(port.as_bstr()),
        address: text(bridge.address_of(port.as_bstr())),
        uplink: bridge.is_uplink(port.as_bstr()),
    };
    let reading = |reading: &'a Configured| JsonConfigured {
        file: lossy(reading.file.as_bstr()),
        line: reading.line,
        stack: &reading.stack,
        outcome: reading.outcome,
        address: text(reading.address),
        reason: &reading.reason,
    };
    let pin = |choice: &'a Choice| JsonPin {
        address: choice.address.to_string(),
        command: command(bridge.name, choice.address),
        why: &choice.why,
    };
    JsonBridge {
        bridge: lossy(bridge.name),
        state: *state,
        message: state.sentence(),
        address: text(bridge.link.address),
        addr_assign_type: bridge.link.assign_type,
        can_be_taken_over: bridge.can_be_taken_over(),
        ports: bridge.ports.iter().map(port).collect(),
        configuration: configured.iter().map(reading).collect(),
        pin: choice.as_ref().and_then(|choice| choice.as_ref().ok()).map(pin),
        left_alone: choice.as_ref().and_then(|choice| choice.as_ref().err()).map(String::as_str),
        applied: *applied,
    }
}
