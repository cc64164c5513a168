//! How many findings each rule has.

use super::Format;
use super::json::{VERSION, write_value};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;

#[derive(Serialize)]
struct Statistics<'a> {
    version: u32,
    statistics: &'a [Count<'a>],
}

#[derive(Serialize)]
struct Count<'a> {
    rule: &'a str,
    count: usize,
}

/// Writes the rules with the most findings first.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn io::Write, format: Format, counts: &BTreeMap<&str, usize>) -> io::Result<()> {
    let mut counts: Vec<Count<'_>> = counts.iter().map(|(rule, count)| Count { rule, count: *count }).collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.count));
    if format == Format::Json {
        return write_value(out, &Statistics { version: VERSION, statistics: &counts });
    }
    let width = counts.first().map_or(0, |count| count.count.to_string().len());
    counts.iter().try_for_each(|Count { rule, count }| writeln!(out, "{count:width$}  {rule}"))
}
