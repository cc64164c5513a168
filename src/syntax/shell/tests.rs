//! Rows of bash's grammar, each run through bash 5.2, and hostile files.

use super::*;
use bstr::{BStr, BString};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use std::collections::BTreeMap;

const MAC: &str = "52:54:00:aa:bb:cc";

fn outside<'a>(text: &'a [u8]) -> Outside<'a> {
    Outside::new(move |path| match path.as_ref() as &[u8] {
        b"/etc/sysconfig/network-scripts/ifcfg-br0" => Content::Text(text.into()),
        b"/etc/mac" | b"/etc/sysconfig/network-scripts/mac" => Content::Text(b"M=52:54:00:aa:bb:cc\n"[..].into()),
        b"/sys/class/net/eth1/address" => Content::Text(b"52:54:00:aa:bb:cc\n"[..].into()),
        b"/absent" => Content::Missing,
        _ => Content::Unknown,
    })
}

/// The value of `M` after ifup has sourced the text, `?` for what only the system can tell.
fn read(text: &str) -> String {
    let outside = outside(text.as_bytes());
    let mut shell = Shell::new(&outside, BTreeMap::new());
    let path = BStr::new("/etc/sysconfig/network-scripts/ifcfg-br0");
    shell.in_function(|shell| shell.source_file(path));
    match shell.get(BStr::new("M")) {
        Value::Text(text) => text.to_string(),
        Value::Unknown => "?".to_owned(),
    }
}

/// The rows of bash's grammar, each run through bash 5.2.
#[test]
fn assignments_take_effect_as_in_bash() {
    for text in [
        "M=@",
        "M=\"@\"",
        "M='@'",
        "M=$'@'",
        "M=@ # c",
        "export M=@",
        "  M=@",
        "M=@;",
        "M=@; X=1",
        "X=1 M=@",
        "M=@ >/dev/null",
        "X=@\nM=$X",
        "X=@\nM=\"${X}\"",
        "M=${X:-@}",
        "M=${X-@}",
        "X=@\nM=${X:+$X}",
        "M=${M:=@}",
        "X=@x\nM=${X%x}",
        "X=eth/@\nM=${X##*/}",
        "X=52-54-00-aa-bb-cc\nM=${X//-/:}",
        "X=52:54:00:AA:BB:CC\nM=${X,,}",
        "M=$(echo @)",
        "M=`echo @`",
        "M=$(cat /sys/class/net/eth1/address)",
        "M=$(</sys/class/net/eth1/address)",
        "M=\\\n@",
        "M=\"\\\n@\"",
        "M=52:54:00:\\\naa:bb:cc",
        "M+=@",
        "M=52:54\nM+=:00:aa:bb:cc",
        "M=x\nM=@",
        "true && M=@",
        "false || M=@",
        "if true; then M=@; fi",
        "if false; then :; else M=@; fi",
        "if [ x = y ]; then :; elif [ -n x ]; then M=@; fi",
        "if [[ $X != y* ]]; then M=@; fi",
        "[ -f /absent ] || M=@",
        "[ ! -f /absent -a -z \"$X\" ] && M=@",
        "{ M=@; }",
        "f() { M=@; }; f",
        "function f {\nM=@\n}\nf",
        ". /etc/mac",
        "source mac",
        "eval M=@",
        "eval 'M='@",
        "declare -g M=@",
        "readonly M=@",
        "case br0 in br*) M=@;; esac",
        "case x in y) M=1;; *) M=@;; esac",
        "cat <<E\nM=x\nE\nM=@",
        "cat <<-'E'\n\tE\nM=@",
        "M=@\n)",
        "M=@\nX=\"",
        "M=@\nif true; then",
        "M=@\nreturn\nM=x",
        "printf -v X y; M=@",
        "command export M=@",
        "M=x true\nM=@",
        ": ${M:=@}",
        "[ $X ] || M=@ && X=1",
        "set -- a @\nM=$2",
        "set -- a b @; shift 2; M=$1",
        "set -- @; (set -- x); M=$1",
        "f() { M=$1; }; set -- x; f @",
        "f() { set -- x; }; set -- @; f; M=$1",
        "set -- @; if [ $# = 1 ]; then M=$1; fi",
        "for n in a b; do M=@; if [ $n = a ]; then break; fi; M=; done",
    ] {
        assert_eq!(read(&text.replace('@', MAC)), MAC, "{text:?}");
    }
}

#[test]
fn assignments_are_without_effect_as_in_bash() {
    for text in [
        "M = @",
        "M =@",
        "M= @",
        "m=@",
        "#M=@",
        "M=",
        "M=@\nM=",
        "M=@\nunset M",
        "M=@ true",
        "declare M=@",
        "local M=@",
        "typeset M=@",
        "false && M=@",
        "true || M=@",
        "if false; then M=@; fi",
        "(M=@)",
        "M=@ | cat",
        "M=@ &",
        ": <<E\nM=@\nE",
        "f() { M=@; }",
        "f() { local M=@; }; f",
        "M=@; fi",
        "if true; then\nM=@",
        "return\nM=@",
        "exit\nM=@",
        "M=@;;X=1",
        "echo M=@",
        "M=$X",
        "M=\"$X\"",
        "X=@\nM='",
        "M=$(</absent)",
        "case x in y) M=@;; esac",
        "M=@ export X=1",
        "M=@ . /dev/null",
        "[ -f /absent ] && M=@",
    ] {
        assert_eq!(read(&text.replace('@', MAC)), "", "{text:?}");
    }
}

#[test]
fn what_only_the_system_can_tell_is_unknown() {
    for text in [
        "M=$(hostname)",
        "M=$RANDOM",
        "[ -f /etc/flag ] && M=@",
        "if grep -q x /proc/cmdline; then M=@; fi",
        "for x in $Y; do M=$x; done",
        "while read M; do :; done",
        "M=$((1+1))",
        "M=~",
        "M=(a b)",
        "M=$(echo x | tr x y)",
        "M=${!X}",
        "cmd && return\nM=@",
        "declare -gi M=08",
        "case $HOSTNAME in a) M=1;; b) M=2;; esac",
        "M=x; unset $(cmd)",
        "read M",
        "set -- $NOSUCH @; M=$2",
        "set -- $(cmd) @; M=$1",
        "set -- $X; M=@; [ $# = 0 ] || M=",
        "set -- @; if cmd; then set -- x; fi; M=$1",
        "set -- @; cmd && shift; M=$1",
        "set -- a @; shift $(cmd); M=$1",
        "M=@\nfor n in a b; do if cmd; then M=; break; fi; done",
        "M=@\nfor n in a b; do if cmd; then M=; continue; fi; done",
        "f() { if cmd; then M=; return; fi; }\nM=@\nf",
    ] {
        assert_eq!(read(&text.replace('@', MAC)), "?", "{text:?}");
    }
    assert_eq!(read("if cmd; then M=1; else M=1; fi"), "1");
}

#[test]
fn tells_what_becomes_of_each_assignment() {
    let text = b"M = 1\n (M=2)\n[ -f /x ] && M=\"3\"\nf() { M=4; }\ndeclare M=5\nM=6 # c\nm=7";
    let outside = outside(text);
    let mut shell = Shell::new(&outside, BTreeMap::new());
    shell.in_function(|shell| shell.source_file(BStr::new("/etc/sysconfig/network-scripts/ifcfg-br0")));
    let found: Vec<(BString, bool, BString)> = shell
        .assignments
        .iter()
        .map(|found| (found.value.text.clone(), matches!(found.fate, Fate::Lost(_)), found.line.of(text).into()))
        .collect();
    let row = |value: &str, lost, line: &str| (value.into(), lost, line.into());
    let wanted = [
        row("1", true, "M = 1\n"),
        row("2", true, " (M=2)\n"),
        row("\"3\"", false, "[ -f /x ] && M=\"3\"\n"),
        row("4", true, "f() { M=4; }\n"),
        row("5", true, "declare M=5\n"),
        row("6", false, "M=6 # c\n"),
        row("7", false, "m=7"),
    ];
    assert_eq!(found, wanted);
    assert_eq!(shell.assignments[2].fate, Fate::Perhaps);
}

#[test]
fn hostile_files_end() {
    let doubling = "M=x\n".to_owned() + &"M=$M$M\n".repeat(100);
    assert_eq!(read(&doubling), "?");
    for text in [
        "(".repeat(100_000),
        "$(".repeat(100_000),
        "if ".repeat(100_000),
        "M=${M:-".repeat(50_000),
        ". ifcfg-br0\n. ifcfg-br0\n".to_owned(),
        "f() { f; f; }; f".to_owned(),
    ] {
        read(&text);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(prop::sample::select(b"M=x $'\"`\\(){}[]<>|&;#\n\r!-:*/~ifthenfidocase1".to_vec()), 0..80)) {
        let outside = outside(&bytes);
        let mut shell = Shell::new(&outside, BTreeMap::new());
        shell.source_file(BStr::new("/etc/sysconfig/network-scripts/ifcfg-br0"));
        for found in &shell.assignments {
            prop_assert_eq!(found.key.span.of(&bytes), &found.key.text[..]);
            prop_assert!(found.line.start <= found.key.span.start && found.value.span.end <= bytes.len());
        }
        let (lexemes, _) = lex::lex(&bytes);
        prop_assert!(lexemes.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
        let file = shvar::File::parse(&bytes);
        let joined: Vec<u8> = file.lines.iter().flat_map(|line| line.span.of(&bytes)).copied().collect();
        prop_assert_eq!(&joined, &bytes);
    }
}
