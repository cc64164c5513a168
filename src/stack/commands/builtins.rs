//! The shell's own commands that change how it goes on, or its variables.

use super::control::Jump;
use super::end::{End, Output};
use super::expand::Word;
use super::shell::Shell;
use super::{Status, files};
use crate::bytes::split_once;
use bstr::{BStr, BString, ByteSlice};

/// `export NAME=VALUE ...`, `export NAME ...`, `local`, `readonly`
pub(super) fn declare(shell: &mut Shell<'_>, words: &[Word], _: Option<Output>) -> End {
    let exports = words.first().is_some_and(|word| word.is(b"export"));
    for word in words.iter().skip(1) {
        if let Some((name, value)) = split_once(&word.text, b'=') {
            // The value is the end of its word, where that is not quoted.
            let plain = word.raw.len() == word.text.len();
            let start = if plain { word.raw.end - value.len() } else { word.raw.start };
            let value = Word { raw: start..word.raw.end, unknown: word.unknown, ..Word::literal(value) };
            shell.set(name, value);
        }
        let name = word.text.split(|byte| *byte == b'=').next().unwrap_or_default();
        if let Some(variable) = shell.variables.get_mut(BStr::new(name)) {
            variable.exported |= exports;
        }
    }
    End::of(Status::Success)
}

/// `read NAME ...`: a line of what feeds it, or of what feeds the loop that it is in.
pub(super) fn read(shell: &mut Shell<'_>, words: &[Word], input: Option<Output>) -> End {
    let names: Vec<&Word> = words.iter().skip(1).filter(|word| !word.text.starts_with(b"-")).collect();
    let line = match input {
        Some(Output::Known(text)) => Some(text.lines().next().map(BString::from)),
        Some(_) => None,
        None => shell.feed.as_mut().map(Vec::pop),
    };
    let Some(line) = line else {
        for name in names {
            shell.set(&name.text, Word { raw: name.raw.clone(), ..Word::unknown() });
        }
        return End::unknown();
    };
    let mut rest = line.as_ref().map_or(&b""[..], |line| line.trim_ascii());
    for (at, name) in names.iter().enumerate() {
        let end = rest.find_byteset(b" \t").filter(|_| at + 1 < names.len()).unwrap_or(rest.len());
        let (field, after) = rest.split_at(end);
        rest = after.trim_ascii_start();
        shell.set(&name.text, Word { raw: name.raw.clone(), ..Word::literal(field) });
    }
    End::of(Status::of(line.is_some()))
}

/// `unset NAME ...`: an empty value has the same effect on what these scripts ask.
pub(super) fn unset(shell: &mut Shell<'_>, words: &[Word], _: Option<Output>) -> End {
    for word in words.iter().skip(1).filter(|word| !word.text.starts_with(b"-")) {
        shell.set(&word.text, Word { raw: word.raw.clone(), ..Word::default() });
    }
    End::of(Status::Success)
}

pub(super) fn exit(shell: &mut Shell<'_>, words: &[Word], _: Option<Output>) -> End {
    shell.exited = true;
    match words.get(1) {
        Some(status) if status.unknown => End::unknown().with(Output::nothing()),
        status => End::of(Status::of(status.is_none_or(|status| status.text == "0"))),
    }
}

/// `return` outside of a function: the end of a sourced file, or of the shell.
pub(super) fn leave(shell: &mut Shell<'_>, words: &[Word], input: Option<Output>) -> End {
    shell.returned = true;
    exit(shell, words, input)
}

pub(super) fn change_folder(shell: &mut Shell<'_>, words: &[Word], _: Option<Output>) -> End {
    let path = words.get(1).and_then(Word::known);
    End::of(Status::of(path.is_none_or(|path| files::is_there(shell, path) != Some(false))))
}

/// `break` and `continue`, of as many loops; outside of loops they do nothing.
pub(super) fn jump(shell: &mut Shell<'_>, words: &[Word], jump: fn(usize) -> Jump) -> End {
    let Some(count) = count(words) else {
        shell.exited |= !shell.bash;
        return End::unknown();
    };
    if shell.loops > 0 {
        shell.jump = Some(jump(count.clamp(1, shell.loops)));
    }
    End::of(Status::Success)
}

/// The number that a command is given, 1 by default; `None` where that is none or not known.
fn count(words: &[Word]) -> Option<usize> {
    match words.get(1) {
        None => Some(1),
        Some(word) => word.known()?.to_str().ok()?.parse().ok(),
    }
}

/// `. FILE`. dash ends where there is no such file.
pub(super) fn source(shell: &mut Shell<'_>, words: &[Word], _: Option<Output>) -> End {
    let Some(path) = words.get(1).and_then(Word::known) else { return End::unknown() };
    if let Some((file, text)) = files::text(shell, path) {
        return shell.read_in(&file, &text);
    }
    if files::is_there(shell, path) == Some(false) {
        shell.exited |= !shell.bash;
        return End::of(Status::Failure);
    }
    End::unknown()
}

/// `set -e` and `set -a`, also among other letters, and `set -o errexit`, `set -o allexport`.
pub(super) fn set(shell: &mut Shell<'_>, words: &[Word], _: Option<Output>) -> End {
    let mut words = words.iter().skip(1);
    while let Some(word) = words.next() {
        let on = match word.text.as_slice() {
            b"--" => break,
            [b'-', ..] => true,
            [b'+', ..] => false,
            _ => break,
        };
        let named = if word.text.ends_with(b"o") { words.next() } else { None };
        let has = |letter, name: &[u8]| word.text.contains(&letter) || named.is_some_and(|named| named.is(name));
        if has(b'e', b"errexit") {
            shell.errexit = on;
        }
        if has(b'a', b"allexport") {
            shell.exports_all = on;
        }
    }
    End::of(Status::Success)
}

/// `shift`, by as many; dash ends where there are fewer.
pub(super) fn shift(shell: &mut Shell<'_>, words: &[Word], _: Option<Output>) -> End {
    match count(words) {
        Some(count) if count <= shell.positional.len() => {
            shell.positional.drain(..count);
            End::of(Status::Success)
        }
        Some(_) => {
            shell.exited |= !shell.bash;
            End::of(Status::Failure)
        }
        None => {
            shell.positional.iter_mut().for_each(|word| word.unknown = true);
            End::unknown()
        }
    }
}
