//! The programs that a hook line calls, by name.

use super::control::Jump;
use super::end::{End, Output};
use super::expand::Word;
use super::list::Raw;
use super::shell::Shell;
use super::shown::{Form, show};
use super::{Status, brctl, builtins, ethtool, files, filters, ifconfig, ip, macchanger, printf, sysctl, test, xargs};
use crate::stack::kernel::LinkKind;
use bstr::{BString, ByteSlice};

/// A program: the running shell, the text that it runs, the program's words (its name first) and
/// what a pipe feeds it.
type Program = fn(&mut Shell<'_>, &[Word], Option<Output>) -> End;

/// What is modelled, a line each. Anything else has no effect on links and succeeds.
const PROGRAMS: &[(&str, Program)] = &[
    (":", |_, _, _| End::of(Status::Success)),
    (".", builtins::source),
    ("[", |shell, words, _| test::bracket(shell, words)),
    // Debian's `/bin/sh` is dash, which has no such command.
    ("[[", |shell, words, _| if shell.bash { test::double(shell, words) } else { End::of(Status::Failure) }),
    ("awk", filter),
    ("brctl", |shell, words, _| brctl::run(shell, &words[1..])),
    ("break", |shell, words, _| builtins::jump(shell, words, Jump::Out)),
    ("bridge", |shell, words, _| ip::about_device(shell, words)),
    ("cat", cat),
    ("cd", builtins::change_folder),
    ("continue", |shell, words, _| builtins::jump(shell, words, Jump::On)),
    ("cut", filter),
    ("echo", |shell, words, _| echo(shell, &words[1..])),
    ("egrep", filter),
    ("ethtool", |shell, words, _| ethtool::run(shell, &words[1..])),
    ("exit", builtins::exit),
    ("export", builtins::declare),
    ("false", |_, _, _| End::of(Status::Failure)),
    ("gawk", filter),
    ("grep", filter),
    ("head", filter),
    ("ifconfig", |shell, words, _| ifconfig::run(shell, &words[1..])),
    ("ip", |shell, words, input| ip::run(shell, &words[1..], input)),
    ("macchanger", |shell, words, _| macchanger::run(shell, &words[1..])),
    ("mawk", filter),
    ("local", builtins::declare),
    ("printf", |_, words, _| printf::run(&words[1..])),
    ("read", builtins::read),
    ("readonly", builtins::declare),
    ("return", builtins::leave),
    ("route", |shell, words, _| ip::net_tools(shell, &words[1..])),
    ("sed", filter),
    ("set", builtins::set),
    ("shift", builtins::shift),
    ("sleep", |_, _, _| End::of(Status::Success)),
    // dash has no such command.
    (
        "source",
        |shell, words, input| if shell.bash { builtins::source(shell, words, input) } else { End::of(Status::Failure) },
    ),
    ("sysctl", |shell, words, _| sysctl::run(shell, &words[1..])),
    ("tail", filter),
    ("tee", pass),
    ("test", |shell, words, _| test::run(shell, &words[1..])),
    ("tr", filter),
    ("true", |_, _, _| End::of(Status::Success)),
    ("tunctl", tunctl),
    ("unset", builtins::unset),
    ("vconfig", vconfig),
    ("xargs", |shell, words, input| xargs::run(shell, &words[1..], input)),
];

/// The special built-ins of POSIX: dash ends where one of them is given a file that cannot be opened.
const SPECIAL: &[&str] = &[
    ".", ":", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "times",
    "trap", "unset",
];

/// Whether a command's words begin with a special built-in.
pub(super) fn is_special(text: &[u8], words: &[Raw]) -> bool {
    let first = words.first().and_then(|word| text.get(word.clone()));
    SPECIAL.iter().any(|special| first == Some(special.as_bytes()))
}

/// Programs that run the rest of their words: how many of their own come before that beside options.
const WRAPPERS: &[(&str, usize)] = &[
    ("busybox", 0),
    ("command", 0),
    ("env", 0),
    ("exec", 0),
    ("ionice", 0),
    ("nice", 0),
    ("nohup", 0),
    ("setsid", 0),
    ("sudo", 0),
    ("time", 0),
    ("timeout", 1),
];

/// What is a command of the shell alone: other programs that run programs do not find it.
const SHELL_ONLY: &[&str] = &[
    ".", ":", "[[", "break", "cd", "continue", "eval", "exec", "exit", "export", "local", "read", "readonly", "return",
    "set", "shift", "source", "unset",
];

/// Where a command's name is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lookup {
    /// Where a shell looks: functions, its own commands, files.
    Shell,
    /// Where `command` looks: not among functions.
    NoFunctions,
    /// Among files.
    Files,
}

const SHELLS: &[&str] = &["ash", "bash", "busybox-sh", "dash", "sh"];

/// Runs one command.
pub(super) fn run(shell: &mut Shell<'_>, text: &[u8], words: &[Word], input: Option<Output>) -> End {
    found(shell, text, words, input, Lookup::Shell)
}

/// Runs one command as another program does, which finds files alone.
pub(super) fn run_file(shell: &mut Shell<'_>, text: &[u8], words: &[Word], input: Option<Output>) -> End {
    found(shell, text, words, input, Lookup::Files)
}

fn found(shell: &mut Shell<'_>, text: &[u8], words: &[Word], input: Option<Output>, lookup: Lookup) -> End {
    let Some((first, arguments)) = words.split_first() else { return End::of(Status::Success) };
    let Some(path) = first.known() else { return End::unknown() };
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    if shell.kernel.lacks_program(name) {
        return End::of(Status::Failure);
    }
    if lookup == Lookup::Files && SHELL_ONLY.iter().any(|only| only.as_bytes() == path) {
        return End::of(Status::Failure);
    }
    if name == b"eval" {
        return eval(shell, arguments);
    }
    if SHELLS.iter().any(|shell| shell.as_bytes() == name) {
        return inline(shell, text, name, arguments, input);
    }
    // `command -v NAME` asks for a program and runs none.
    if name == b"command" && arguments.first().is_some_and(|word| word.is(b"-v") || word.is(b"-V")) {
        let wanted = arguments.get(1).and_then(Word::known).unwrap_or_default();
        return End::of(Status::of(!shell.kernel.lacks_program(wanted))).with(Output::Unknown);
    }
    if let Some((_, own)) = WRAPPERS.iter().find(|row| row.0.as_bytes() == name) {
        let options = arguments.iter().take_while(|word| word.text.starts_with(b"-") || word.text.contains(&b'='));
        let rest = arguments.get(options.count() + own..).unwrap_or_default();
        let inner = match name {
            b"command" if lookup != Lookup::Files => Lookup::NoFunctions,
            // bash's `time` is a word of its grammar.
            b"time" if shell.bash => lookup,
            _ => Lookup::Files,
        };
        let end = shell.deeper(|shell| found(shell, text, rest, input, inner)).unwrap_or_else(End::unknown);
        shell.exited |= name == b"exec" && lookup != Lookup::Files && !rest.is_empty();
        return end;
    }
    if lookup == Lookup::Shell
        && let Some(function) = shell.functions.get(path).cloned()
    {
        return shell.call_function(&function, arguments);
    }
    if let Some((file, text)) = shell.kernel.script(path) {
        return shell.call(&file, &text, arguments);
    }
    // The kernel runs no text without `#!`, and the shell that called it does. A binary program has a NUL.
    if path.contains(&b'/')
        && !files::is_forbidden(shell, path)
        && let Some((file, text)) =
            files::text(shell, path).filter(|(_, text)| !text.starts_with(b"#!") && !text.contains(&0))
    {
        return shell.call(&file, &text, arguments);
    }
    // `not found`, `Permission denied`
    if files::is_there(shell, path) == Some(false) || files::is_forbidden(shell, path) {
        return End::of(Status::Failure);
    }
    match PROGRAMS.iter().find(|row| row.0.as_bytes() == name) {
        Some((_, program)) => program(shell, words, input),
        None if is_argument(name) => End::of(Status::Failure),
        None => End::unknown(),
    }
}

/// A word that is no program's name, but was meant for the command on the line before it
/// (ifupdown joins the values of a repeated option with line ends).
fn is_argument(name: &[u8]) -> bool {
    name.contains(&b':') || [&b"addr"[..], b"address", b"dev", b"ether"].contains(&name)
}

/// `sh -c TEXT`, or `sh FILE`.
fn inline(shell: &mut Shell<'_>, text: &[u8], name: &[u8], arguments: &[Word], input: Option<Output>) -> End {
    if arguments.iter().all(|word| word.is(b"-s") || word.is(b"-")) {
        let script = input.and_then(Output::known);
        let run = |script: BString| shell.started(name == b"bash", &[], |shell| shell.evaluate(&script, None));
        return script.map_or_else(End::unknown, run);
    }
    if let Some((file, arguments)) = arguments.split_first()
        && let Some(path) = file.known()
    {
        // A shell reads what it is given, whether or not that is marked as a program.
        if let Some((file, script)) = files::text(shell, path) {
            return shell.call(&file, &script, arguments);
        }
        if files::is_there(shell, path) == Some(false) {
            return End::of(Status::Failure);
        }
    }
    let Some(option) = arguments.iter().position(|word| word.text.starts_with(b"-") && word.text.ends_with(b"c"))
    else {
        return End::unknown();
    };
    let Some(script) = arguments.get(option + 1) else { return End::of(Status::Failure) };
    let Some(inside) = script.known() else { return End::unknown() };
    // In plain quotes the script is a piece of the line itself.
    let raw = text.get(script.raw.clone()).unwrap_or_default();
    let start = raw.get(1..raw.len().saturating_sub(1)).filter(|piece| *piece == inside.as_bytes());
    // The word after the text is `$0`.
    let given = arguments.get(option + 3..).unwrap_or_default();
    let start = start.map(|_| script.raw.start + 1);
    shell.started(name == b"bash", given, |shell| shell.evaluate(inside, start))
}

fn eval(shell: &mut Shell<'_>, arguments: &[Word]) -> End {
    if arguments.iter().any(|word| word.unknown) {
        return End::unknown();
    }
    let text = bstr::join(" ", arguments.iter().map(|word| &word.text));
    shell.evaluate(&text, None)
}

fn echo(shell: &Shell<'_>, words: &[Word]) -> End {
    let option = words.first().is_some_and(|word| word.is(b"-n") || word.is(b"-e"));
    let words = &words[usize::from(option)..];
    if let [Word { about: Some(link), .. }] = words {
        return End::of(Status::Success).with(show(shell, link.as_bstr(), Form::Address));
    }
    if words.iter().any(|word| word.unknown) {
        return End::of(Status::Success).with(Output::Unknown);
    }
    let mut text = bstr::join(" ", words.iter().map(|word| &word.text));
    text.push(b'\n');
    End::of(Status::Success).with(Output::Known(text.into()))
}

/// `cat` of a file tells what is in it; of a pipe hands it on.
fn cat(shell: &mut Shell<'_>, words: &[Word], input: Option<Output>) -> End {
    let [_, file] = words else { return pass(shell, words, input.filter(|_| words.len() == 1)) };
    let Some(path) = file.known().filter(|path| *path != "-") else { return pass(shell, words, input) };
    if files::is_there(shell, path) == Some(false) {
        return End::of(Status::Failure);
    }
    match files::output(shell, path) {
        Output::Unknown => End::unknown(),
        output => End::of(Status::Success).with(output),
    }
}

/// A filter that leaves a line as it is.
fn pass(_: &mut Shell<'_>, _: &[Word], input: Option<Output>) -> End {
    End::unknown().with(input.unwrap_or(Output::Unknown))
}

/// As many steps as a filter costs, for its regular expressions.
const FILTERING: usize = 10;
/// As many bytes are filtered in the time of another step.
const BYTES_FILTERED: usize = 16;

/// A filter. One that is not understood picks the address out of what is said about a link, we take it.
fn filter(shell: &mut Shell<'_>, words: &[Word], input: Option<Output>) -> End {
    let quiet = words.iter().any(|word| word.is(b"-q") || word.is(b"-qs"));
    shell.steps += FILTERING;
    let call = filters::read(words);
    let input = match call.as_ref().and_then(|call| call.file) {
        Some(file) if files::is_there(shell, file) == Some(false) => return End::of(Status::Failure),
        Some(file) => Some(files::output(shell, file)),
        None => input,
    };
    let len = match &input {
        Some(Output::Known(text)) => text.len(),
        Some(Output::Shown(shown)) => shown.len(),
        _ => 0,
    };
    shell.steps += len.min(filters::LONGEST) / BYTES_FILTERED;
    let made = |text: &BString| call.as_ref().and_then(|call| call.of(text.as_bstr()));
    // What a pipe holds may be more than is told (`2>&1`), where it is told to be nothing.
    let is_told = |text: &BString| !text.is_empty() || call.as_ref().is_some_and(|call| call.file.is_some());
    let end = match &input {
        Some(Output::Known(text)) if is_told(text) => call.as_ref().and_then(|call| call.finds(text.as_bstr())),
        _ => None,
    };
    let end = end.map_or_else(End::unknown, |found| End::of(Status::of(found)));
    end.with(match input {
        _ if quiet => Output::nothing(),
        Some(Output::About(link)) => Output::About(link),
        Some(Output::Shown(shown)) => shown.filtered(made),
        Some(Output::Known(text)) => made(&text).map_or(Output::Unknown, Output::Known),
        _ => Output::Unknown,
    })
}

/// `vconfig add PARENT N` makes PARENT.N (its default name type).
fn vconfig(shell: &mut Shell<'_>, words: &[Word], _: Option<Output>) -> End {
    let [_, verb, parent, id] = words else { return End::unknown() };
    let (true, Some(parent), Some(id)) = (verb.is(b"add"), parent.known(), id.known()) else { return End::unknown() };
    let name: BString = bstr::join(".", [parent, id]).into();
    End::of(ip::add_vlan(shell.kernel, name.as_bstr(), parent))
}

/// `tunctl -t NAME`
fn tunctl(shell: &mut Shell<'_>, words: &[Word], _: Option<Output>) -> End {
    let option = words.iter().position(|word| word.is(b"-t"));
    let name = option.and_then(|at| words.get(at + 1)).and_then(Word::known);
    let Some(name) = name else { return End::unknown() };
    let place = shell.origin.place(&words[0].raw);
    End::of(Status::of(shell.make(name, LinkKind::Virtual, None, place).is_ok()))
}
