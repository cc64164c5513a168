//! Files that include each other without end, and patterns that stand for more than there is.

use super::bounds::bounded;
use super::common::{folder, transcript};
use pretty_assertions::assert_eq;
use std::fs;
use std::os::unix::fs::symlink;

const BRIDGE: &str = "auto br0\niface br0 inet dhcp\n\tbridge_ports eth0\n\tbridge_hw b4:99:ba:00:00:01\n";
const MAIN: &str = "etc/network/interfaces";

fn check(folder: &std::path::Path) -> String {
    transcript(folder, &["check", "--output-format", "concise", "--stack", "ifupdown", "."])
}

const LOOP: &str = "warning[syntax] files source each other without end; what follows from this line is not read\n\
                    Found 1 warning.\n--- exit 1\n";

#[test]
fn a_loop_ends_as_its_reader_ends_it() {
    let main = format!("source /etc/network/a\n{BRIDGE}");
    let dir = folder(&[
        (MAIN, &main),
        ("etc/network/a", "source /etc/network/b\n"),
        ("etc/network/b", "source /etc/network/a\n"),
    ]);
    let check = |stack| {
        let rule = ["check", "--output-format", "concise", "--select", "syntax", "--stack", stack, "."];
        bounded(dir.path(), &rule)
    };
    // ifupdown reads each file once.
    assert_eq!(check("ifupdown"), "Nothing found in 1 bridge on 1 host.\n--- exit 0\n");
    for (stack, told) in [
        ("ifupdown2", "maximum recursion depth exceeded; ifupdown2 ends with an error and brings up nothing"),
        ("ifupdown-ng", "skipping already included file /etc/network/a"),
        ("busybox", "Too many open files; busybox refuses the whole configuration"),
    ] {
        let said = check(stack);
        assert!(said.contains(told) && said.ends_with("--- exit 1\n"), "{stack}: {said}");
    }
}

#[test]
fn a_chain_of_ten_thousand_files_ends_with_a_diagnostic() {
    let dir = folder(&[(MAIN, &format!("source 0\n{BRIDGE}"))]);
    for number in 0..10_000 {
        fs::write(dir.path().join(format!("etc/network/{number}")), format!("source {}\n", number + 1)).unwrap();
    }
    assert_eq!(check(dir.path()), format!("etc/network/38:1:1: {LOOP}"));
}

#[test]
fn very_many_source_lines_end_with_a_diagnostic() {
    let main = format!("{BRIDGE}{}", "source a\n".repeat(200_000));
    let dir = folder(&[(MAIN, &main), ("etc/network/a", "# nothing\n")]);
    let out = bounded(dir.path(), &["check", "--output-format", "concise", "--stack", "ifupdown2", "."]);
    let told: String = out.lines().filter(|line| line.contains("[syntax]")).collect();
    assert_eq!(
        told,
        "etc/network/interfaces:4100:1: warning[syntax] more than 4096 files or 64 MiB are sourced; \
         what follows from this line is not read"
    );
    assert!(out.ends_with("--- exit 1\n"));
}

#[test]
fn patterns_do_not_explode() {
    let dir = folder(&[(MAIN, BRIDGE)]);
    // Five folders, each with links to all five: their paths are without end.
    let at = dir.path().join("etc/network");
    for from in 0..5 {
        fs::create_dir(at.join(format!("d{from}"))).unwrap();
        for to in 0..5 {
            symlink(format!("../d{to}"), at.join(format!("d{from}/l{to}"))).unwrap();
        }
    }
    for pattern in [
        "*/*/*/*/*/*/*/*/*/*/*/*",
        "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
    ] {
        for stack in ["ifupdown", "ifupdown2", "ifupdown-ng"] {
            fs::write(at.join("interfaces"), format!("{BRIDGE}source {pattern}\n")).unwrap();
            let said = bounded(dir.path(), &["list", "--stack", stack, "."]);
            assert!(said.contains("br0") && said.ends_with("--- exit 0\n"), "{stack} {pattern}: {said}");
        }
    }
}

#[test]
fn links_in_a_circle_end_with_a_diagnostic_or_are_passed_over() {
    let dir = folder(&[("hosts/a/etc/network/interfaces", BRIDGE)]);
    symlink("loop", dir.path().join("hosts/loop")).unwrap();
    symlink("..", dir.path().join("hosts/a/up")).unwrap();
    symlink("interfaces", dir.path().join("hosts/a/etc/network/interfaces.d")).unwrap();
    assert_eq!(check(dir.path()), "Nothing found in 1 bridge on 1 host.\n--- exit 0\n");
    let dir = folder(&[("etc/os-release", "ID=debian\n")]);
    fs::create_dir(dir.path().join("etc/network")).unwrap();
    symlink("interfaces", dir.path().join(MAIN)).unwrap();
    let said = transcript(dir.path(), &["list", "."]);
    assert!(said.contains("No bridges found."), "{said}");
}

#[test]
fn folders_in_folders() {
    let dir = folder(&[(MAIN, BRIDGE)]);
    // As deep as a path may be.
    let deep = dir.path().join("d/".repeat(1900));
    fs::create_dir_all(deep).unwrap();
    assert_eq!(check(dir.path()), "Nothing found in 1 bridge on 1 host.\n--- exit 0\n");
}
