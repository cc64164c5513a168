//! The shell's own commands that change how it goes on, or its variables.

use super::control::Jump;
use super::end::{End, Output};
use super::expand::Word;
use super::shell::Shell;
use super::{Status, files};
use bstr::{BString, ByteSlice};

/// `export NAME=VALUE ...`
pub(super) fn declare(shell: &mut Shell<'_>, words: &[Word], _: Option<Output>) -> End {
    for word in words {
        let Some((name, value)) = word.text.split_once_str("=") else { continue };
        // The value is the end of its word, where that is not quoted.
        let plain = word.raw.len() == word.text.len();
        let start = if plain { word.raw.end - value.len() } else { word.raw.start };
        let value = Word { raw: start..word.raw.end, unknown: word.unknown, ..Word::literal(value) };
        shell.set(name, value);
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
            shell.set(&name.text, Word { raw: name.raw.clone(), unknown: true, ..Word::default() });
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
    End::of(Status::of(words.get(1).is_none_or(|status| status.unknown || status.text == "0")))
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

pub(super) fn jump(shell: &mut Shell<'_>, jump: Jump) -> End {
    shell.jump = Some(jump);
    End::of(Status::Success)
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

/// `set -e`, also among other letters.
pub(super) fn set(shell: &mut Shell<'_>, words: &[Word], _: Option<Output>) -> End {
    for word in words.iter().skip(1).filter(|word| word.text.contains(&b'e')) {
        match word.text.first() {
            Some(b'-') => shell.errexit = true,
            Some(b'+') => shell.errexit = false,
            _ => {}
        }
    }
    End::of(Status::Success)
}

pub(super) fn shift(shell: &mut Shell<'_>, _: &[Word], _: Option<Output>) -> End {
    if !shell.positional.is_empty() {
        shell.positional.remove(0);
    }
    End::of(Status::Success)
}
