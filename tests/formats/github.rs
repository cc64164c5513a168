//! GitHub: commands as its runner reads them, annotations on the right lines.

use crate::{Shown, check, findings, report, trees};
use bstr::ByteSlice;
use pretty_assertions::assert_eq;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A workflow command.
pub struct Command {
    pub name: String,
    pub properties: BTreeMap<String, String>,
    pub data: String,
}

impl Command {
    /// Reads a line as the runner does (actions/runner, `ActionCommand.TryParseV2`); none where it is no command.
    pub fn read(line: &str) -> Option<Self> {
        let unescaped = |text: &str, property: bool| {
            let text = text.replace("%0D", "\r").replace("%0A", "\n");
            let text = if property { text.replace("%3A", ":").replace("%2C", ",") } else { text };
            text.replace("%25", "%")
        };
        let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
        let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
        let pairs = properties.trim().split(',').filter_map(|pair| pair.split_once('='));
        let properties = pairs.map(|(key, value)| (key.to_owned(), unescaped(value, true))).collect();
        Some(Self { name: name.to_owned(), properties, data: unescaped(data, false) })
    }

    fn number(&self, property: &str) -> usize {
        self.properties[property].parse().unwrap()
    }
}

fn commands(report: &str) -> Vec<Command> {
    report.lines().filter_map(Command::read).collect()
}

#[test]
fn all_findings_are_annotations() {
    let dir = trees::cases();
    let commands = commands(&report(dir.path(), "github", &[]));
    let rule = |command: &Command| {
        let title = command.properties["title"].clone();
        title.strip_prefix("bridgepin (").unwrap().strip_suffix(')').unwrap().to_owned()
    };
    let shown = |it: &Command| Shown::new(&rule(it), &it.properties["file"], it.number("line") as u64);
    let mut annotated: Vec<Shown> = commands.iter().map(shown).collect();
    annotated.sort();
    assert_eq!(annotated, findings(dir.path()));
    assert!(annotated.len() > 25, "{}", annotated.len());
}

#[test]
fn annotations_are_on_the_lines() {
    let dir = trees::crooked();
    let commands = commands(&report(dir.path(), "github", &["--select", "unpinned-bridge"]));
    assert_eq!(commands.len(), 6);
    for command in commands {
        let file = &command.properties["file"];
        // The one name that is not UTF-8 cannot be told.
        if file.starts_with("raw-") {
            continue;
        }
        let path = dir.path().join(file);
        let text = fs::read(path).unwrap();
        let lines: Vec<&[u8]> = text.lines().collect();
        let marked: Vec<char> = lines[command.number("line") - 1].chars().collect();
        let marked: String = marked[command.number("col") - 1..command.number("endColumn")].iter().collect();
        assert_eq!((marked.as_str(), command.number("endLine")), (trees::BRIDGE, command.number("line")), "{file}");
        assert_eq!(command.name, "error", "{file}");
        assert!(
            command
                .data
                .starts_with(&format!("{file}:{}:{}: br0 ", command.properties["line"], command.properties["col"]))
        );
    }
}

#[test]
fn paths_are_those_in_the_repository() {
    let dir = trees::cases();
    fs::create_dir(dir.path().join(".git")).unwrap();
    let file = "fleet/hosts/web2/etc/network/interfaces";
    for (folder, path) in [("", "fleet"), ("fleet", "hosts"), ("fleet/hosts/web2/etc", ".")] {
        let report = report(&dir.path().join(folder), "github", &[path, "--select", "unpinned-bridge"]);
        let files: Vec<String> = commands(&report).iter().map(|command| command.properties["file"].clone()).collect();
        assert!(files.contains(&file.to_owned()), "{folder}: {files:?}");
    }
}

#[test]
fn what_was_fixed_is_a_notice() {
    let dir = trees::cases();
    let report = report(dir.path(), "github", &["--fix", "seed-bond"]);
    let [command] = &commands(&report)[..] else { panic!("{report}") };
    assert_eq!((command.name.as_str(), command.number("line")), ("notice", 20));
    assert!(
        command.data.contains(": fixed: br0 ") && command.data.contains("\nfix: add `bridge_hw"),
        "{}",
        command.data
    );
    assert!(report.ends_with("\nFixed 1 finding in 1 file; nothing remains.\n"), "{report}");
}

#[test]
fn it_is_chosen_where_the_runner_reads() {
    let dir = trees::cases();
    let first = |variable: Option<&str>, arguments: &[&str]| {
        let mut command = crate::common::bridgepin();
        command.current_dir(dir.path()).args(["check", "seed-bond"]).args(arguments);
        command.envs(variable.map(|value| ("GITHUB_ACTIONS", value)));
        let output = command.output().unwrap();
        let text = if arguments.contains(&"--diff") { output.stderr } else { output.stdout };
        text.lines().next().unwrap_or_default().to_str().unwrap().split(' ').next().unwrap().to_owned()
    };
    assert_eq!(first(Some("true"), &[]), "::error");
    assert_eq!(first(Some("true"), &["--diff"]), "::error");
    assert_eq!(first(Some("false"), &[]), "error[unpinned-bridge]:");
    assert_eq!(first(None, &[]), "error[unpinned-bridge]:");
    assert_eq!(first(Some("true"), &["--output-format", "full"]), "error[unpinned-bridge]:");
    assert_eq!(first(Some("true"), &["--statistics"]), "1");
    assert_eq!(first(Some("true"), &["--output-file", "report.txt"]), "Found");
    let written = fs::read_to_string(dir.path().join("report.txt")).unwrap();
    assert!(written.starts_with("error[unpinned-bridge]: "), "a file is not read by the runner: {written}");
    assert_eq!(check(Path::new("/"), &["--output-format", "github", "--root", dir.path().to_str().unwrap()]).exit, 0);
}
