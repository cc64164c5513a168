//! The page of formats has each that the program knows.

use crate::read;
use bridgepin::report::Format;
use clap::ValueEnum;
use pretty_assertions::assert_eq;

#[test]
fn every_output_format_is_listed() {
    let page = read("docs/formats.md");
    let table = page.split("## What `check` prints").nth(1).unwrap().split("\n## ").next().unwrap();
    let listed: Vec<&str> = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let formats: Vec<String> =
        Format::value_variants().iter().map(|it| it.to_possible_value().unwrap().get_name().to_owned()).collect();
    assert_eq!(listed, formats);
}
