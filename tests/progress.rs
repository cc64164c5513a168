//! The line that says how far a long run has come, as a person at a terminal sees it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::needs::runs;
use common::{bridgepin, folder};
use pretty_assertions::assert_eq;
use std::path::Path;
use std::process::Command;

/// Back to the start of the line, and the line gone.
const ERASE: &str = "\r\x1b[2K";

/// What a terminal gets of a run over many hosts that takes some seconds, since opening each file takes long.
fn terminal(tree: &Path, environment: &[(&str, &str)]) -> String {
    let slow =
        "strace --follow-forks --quiet=all --output=/dev/null --trace=openat2 --inject=openat2:delay_enter=300000";
    let check = format!("{slow} {} check --color never .", bridgepin().get_program().display());
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &check, "/dev/null"]).current_dir(tree);
    script.env_remove("CI").env_remove("PRE_COMMIT").env_remove("GITHUB_ACTIONS").env("TERM", "xterm");
    let out = script.envs(environment.iter().copied()).stdin(std::process::Stdio::null()).output().unwrap();
    String::from_utf8(out.stdout).unwrap()
}

/// What the terminal shows in the end: each erased line is gone.
fn shown(output: &str) -> Vec<String> {
    let lines = output.lines().map(|line| line.rsplit(ERASE).next().unwrap().trim_end());
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn hosts() -> tempfile::TempDir {
    let text =
        |host| format!("auto br0\niface br0 inet dhcp\n  bridge_ports eth0\n  bridge_hw b4:99:ba:00:00:{host:02x}\n");
    let host = |host| (format!("h{host}/etc/network/interfaces"), text(host));
    let files: Vec<(String, String)> = (0..16).map(host).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    folder(&files)
}

#[test]
fn a_person_sees_it_and_it_goes() {
    if !runs(&["strace", "-V"], "strace") || !runs(&["script", "--version"], "script of util-linux") {
        return;
    }
    let tree = hosts();
    let seen = terminal(tree.path(), &[]);
    let counts: Vec<usize> = seen
        .split(ERASE)
        .filter_map(|line| line.strip_suffix(" hosts so far"))
        .map(|count| count.parse().unwrap())
        .collect();
    assert!(
        !counts.is_empty() && counts.is_sorted() && counts.iter().all(|count| (1..=16).contains(count)),
        "{seen:?}"
    );
    let end = shown(&seen);
    for variable in ["CI", "PRE_COMMIT"] {
        let seen = terminal(tree.path(), &[(variable, "1")]);
        assert_eq!((seen.contains("so far"), shown(&seen)), (false, end.clone()), "{variable}");
    }
    assert!(!terminal(tree.path(), &[("TERM", "dumb")]).contains("so far"));
    assert_eq!(end.last().map(String::as_str), Some("Nothing found in 16 bridges on 16 hosts."));
}
