//! Names in files and of files cannot forge a line of a report or break its grammar.

use crate::github::Command;
use crate::{check, junit, parsed, sarif, trees};
use pretty_assertions::assert_eq;
use roxmltree::Document;
use std::fs;

#[test]
fn no_line_is_a_command_but_ours() {
    let dir = trees::hostile();
    // Something to complain about on stderr as well.
    fs::create_dir_all(dir.path().join("\n::error::forged/etc/network")).unwrap();
    let large = fs::File::create(dir.path().join("\n::error::forged/etc/network/interfaces")).unwrap();
    large.set_len(17 << 20).unwrap();
    let count = parsed(dir.path(), "json", &[])["findings"].as_array().unwrap().len();
    assert!(count >= 16, "{count}");
    for format in ["full", "concise", "json", "github", "gitlab", "sarif", "junit"] {
        let said = check(dir.path(), &["--output-format", format]);
        let (out, err) = (said.stdout.to_string(), said.stderr.to_string());
        assert!(err.contains("16 MiB") && out.len() > 100, "{format}");
        let commands: Vec<&str> = out.lines().chain(err.lines()).filter(|line| Command::read(line).is_some()).collect();
        assert_eq!(commands.len(), if format == "github" { count } else { 0 }, "{format}: {commands:#?}");
        for text in [&out, &err] {
            let obeyed = |character: char| character != '\n' && bridgepin::report::visible::is_hidden(character);
            assert_eq!(text.chars().find(|character| obeyed(*character)), None, "{format}");
        }
    }
    for word in [&["--show-files"][..], &["--statistics"]] {
        let said = check(dir.path(), word);
        assert_eq!(said.stdout.to_string().lines().filter_map(Command::read).count(), 0, "{word:?}");
    }
}

#[test]
fn annotations_are_whole() {
    let dir = trees::hostile();
    let said = check(dir.path(), &["--output-format", "github"]);
    let text = said.stdout.to_string();
    for command in text.lines().filter_map(Command::read) {
        let keys: Vec<&str> = command.properties.keys().map(String::as_str).collect();
        let one_line = ["col", "endColumn", "endLine", "file", "line", "title"];
        let is_whole = keys == one_line || keys == one_line[2..];
        assert!(is_whole, "{keys:?}: {}", command.data);
        assert!(["error", "warning"].contains(&command.name.as_str()));
        assert!(command.data.starts_with(&format!("{}:{}:", command.properties["file"], command.properties["line"])));
    }
}

#[test]
fn documents_are_whole() {
    let dir = trees::hostile();
    let report = parsed(dir.path(), "json", &[]);
    let count = report["findings"].as_array().unwrap().len();
    assert_eq!(parsed(dir.path(), "gitlab", &[]).as_array().unwrap().len(), count);
    assert_eq!(sarif::valid(dir.path(), &[])["runs"][0]["results"].as_array().unwrap().len(), count);
    let xml = crate::report(dir.path(), "junit", &[]);
    // roxmltree refuses characters that XML 1.0 does not allow.
    assert!(Document::parse("<x>\u{ffff}</x>").is_err());
    assert_eq!(junit::cases(&Document::parse(&xml).unwrap()).len(), count);
    let names = |value: &serde_json::Value| value["bridge"].as_str().map(str::to_owned);
    let bridges: Vec<String> = report["findings"].as_array().unwrap().iter().filter_map(names).collect();
    assert!(bridges.contains(&"]]><failure>&am".to_owned()), "names are told as they are: {bridges:?}");
}
