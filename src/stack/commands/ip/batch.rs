//! `ip -batch`.

use super::super::end::{End, Output};
use super::super::expand::{FIELDS_IN_A_STEP, Word, fields};
use super::super::shell::Shell;
use super::super::shown::Form;
use super::super::{Status, files};
use bstr::ByteSlice;

/// `ip -batch FILE` (ip/ip.c `batch`, lib/utils.c `do_batch`): a command a line, up to the first that fails.
pub(super) fn run(shell: &mut Shell<'_>, file: Option<&Word>, input: Option<Output>, force: bool) -> End {
    let Some(file) = file.map(|file| file.known().map(ToOwned::to_owned)) else { return End::of(Status::Failure) };
    let Some(file) = file else { return End::unknown() };
    let lines = match file.as_bstr() {
        path if path == "-" => input.and_then(Output::known),
        path if files::is_there(shell, path) == Some(false) => return End::of(Status::Failure),
        path => files::text(shell, path).map(|(_, text)| text.as_bstr().to_owned()),
    };
    let Some(lines) = lines else { return End::unknown() };
    let mut good = true;
    for line in lines.lines() {
        let line = line.split(|&byte| byte == b'#').next().unwrap_or_default();
        let words: Vec<Word> = fields(line).map(Word::literal).collect();
        if words.is_empty() {
            continue;
        }
        shell.steps += 1 + words.len() / FIELDS_IN_A_STEP;
        if shell.is_exhausted() {
            return End::unknown();
        }
        // No options: `do_batch` calls `do_cmd`, which reads none.
        let is_v6 = words.iter().any(|word| word.is(b"inet6"));
        let end = super::dispatch(shell, &words, Form::Ip, is_v6);
        good &= end.status == Status::Success;
        if !(good || force) {
            break;
        }
    }
    End::of(Status::of(good))
}
