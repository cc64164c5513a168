//! Hook lines: what `ip`, `ifconfig`, `brctl`, `macchanger` ... do to the links, in the spellings
//! that the real programs take, run by a shell.
//!
//! A line is never refused: what cannot be told from the files (a program that is not modelled, a
//! loop that waits for something) has no effect on links and counts as success.

mod brctl;
mod builtins;
mod control;
mod end;
mod ethtool;
mod expand;
mod files;
mod filters;
mod ifconfig;
mod ip;
mod list;
mod lladdr;
mod macchanger;
mod parameter;
mod parse;
mod printf;
mod programs;
mod redirect;
mod scan;
mod shell;
mod shown;
mod sysctl;
mod test;
mod within;
mod xargs;

use super::kernel::Kernel;
use crate::address::MacAddress;
use crate::bytes::split_once;
use crate::span::{Place, Span};
use crate::syntax::Token;
use bstr::{BStr, BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

pub(super) use expand::fields;
pub(super) use ip::{add_vlan, valid_name};
pub use lladdr::guess;

/// A command's end, as far as the files tell. What cannot be told counts as success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Exit status 0.
    Success,
    /// Another one.
    Failure,
}

impl Status {
    /// Success where `good`.
    #[must_use]
    pub fn of(good: bool) -> Self {
        if good { Self::Success } else { Self::Failure }
    }
}

/// A command that was meant to set a link's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The link.
    pub link: BString,
    /// Where the address stands.
    pub place: Place,
    /// The address as written.
    pub value: BString,
    /// The address that it means, where one can be made out.
    pub meant: Option<MacAddress>,
    /// Why it had no effect, as a clause; `None` where it did.
    pub failed: Option<String>,
    /// It failed because the value is no address that a link can have.
    pub bad_value: bool,
}

/// What running a line did beside the kernel's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The line's exit status.
    pub status: Status,
    /// The addresses that it was meant to set.
    pub attempts: Vec<Attempt>,
    /// What it writes to its standard output, where that can be told.
    pub output: Option<BString>,
}

/// Where the text that a shell runs stands in a file.
#[derive(Clone, Debug)]
struct Origin {
    file: Arc<Path>,
    /// The offset of the text's first byte, where the text is a plain piece of the file.
    start: Option<usize>,
    /// What to mark where it is not (joined from several lines, put together by a program).
    whole: Span,
}

impl Origin {
    fn of(file: &Arc<Path>, token: &Token) -> Self {
        let plain = token.text.len() == token.span.end.saturating_sub(token.span.start);
        Self { file: Arc::clone(file), start: plain.then_some(token.span.start), whole: token.span }
    }

    fn place(&self, range: &std::ops::Range<usize>) -> Place {
        let span = self.start.map_or(self.whole, |start| Span::new(start + range.start, start + range.end));
        Place::new(&self.file, span)
    }
}

/// The link that a name with an alias's label means: the kernel finds br0 for `br0:1`
/// (net/core/dev_ioctl.c, `dev_ioctl`).
pub(super) fn without_label(name: &BStr) -> &BStr {
    split_once(name, b':').map_or(name, |(link, _)| link.as_bstr())
}

/// Runs a line of shell: lists with `;`, `&&`, `||`, pipes, quoting, `$NAME` from the environment, which is asked for
/// where the line may need it. Where the token's text is not the bytes that its span covers, places are the whole span.
#[must_use]
pub fn run<'e>(
    kernel: &mut Kernel,
    file: &Arc<Path>,
    line: &Token,
    environment: impl FnOnce() -> &'e BTreeMap<BString, BString>,
) -> Run {
    let origin = Origin::of(file, line);
    if let Some(words) = arguments_of_ip(&line.text).filter(|_| !kernel.lacks_program(b"ip")) {
        let environment = BTreeMap::new();
        let mut shell = shell::Shell::new(kernel, origin, &environment);
        let end = ip::run(&mut shell, &words, None);
        return shell.finish(end);
    }
    let mut shell = shell::Shell::new(kernel, origin, environment());
    let end = shell.script(&line.text);
    shell.finish(end)
}

/// The arguments of a call of `ip` in which a shell has nothing to expand, as the methods of ifupdown and busybox make it.
fn arguments_of_ip(line: &[u8]) -> Option<Vec<expand::Word>> {
    const PROGRAM: &[u8] = b"ip ";
    let is_plain = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_' | b'-' | b'.' | b'/' | b':' | b',' | b'@')
    };
    let arguments = line.strip_prefix(PROGRAM)?;
    if line.len() > expand::LONGEST || !arguments.iter().all(is_plain) {
        return None;
    }
    let mut words = Vec::with_capacity(8);
    let mut end = PROGRAM.len();
    for piece in arguments.split(|byte| *byte == b' ') {
        if !piece.is_empty() {
            words.push(expand::Word { raw: end..end + piece.len(), ..expand::Word::literal(piece) });
        }
        end += piece.len() + 1;
    }
    Some(words)
}

/// Runs a script of the host with these arguments.
#[must_use]
pub fn call(kernel: &mut Kernel, file: &Path, text: &[u8], arguments: &[&BStr]) -> Run {
    let origin = Origin { file: Arc::from(file), start: None, whole: Span::default() };
    let environment = BTreeMap::new();
    let mut shell = shell::Shell::new(kernel, origin, &environment);
    let arguments: Vec<expand::Word> = arguments.iter().map(expand::Word::literal).collect();
    let end = shell.call(file, text, &arguments);
    shell.finish(end)
}

/// The links that a line may make or name anew, whatever its conditions are.
#[must_use]
pub fn makes(line: &BStr, environment: &BTreeMap<BString, BString>) -> BTreeSet<BString> {
    /// What no such line does without.
    const SIGNS: &[&str] = &["add", "name", "tun", "type"];
    if !SIGNS.iter().any(|sign| line.contains_str(sign)) {
        return BTreeSet::new();
    }
    let mut kernel = Kernel::default();
    kernel.assume_links(BTreeSet::new());
    let origin = Origin { file: Arc::from(Path::new("")), start: None, whole: Span::default() };
    let mut shell = shell::Shell::new(&mut kernel, origin, environment);
    // There is no host to count for: a line may cost as much as its size pays for.
    shell.steps = shell::STEP_LIMIT.saturating_sub(32 + line.len() / 4);
    shell.survey = Some(BTreeSet::new());
    shell.script(line);
    shell.survey.take().unwrap_or_default()
}

/// A variable that a sourced file sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its value; `None` where the files do not tell it.
    pub value: Option<BString>,
    /// Where the value stands.
    pub place: Place,
}

/// What a sourced file leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced {
    /// The variables that it sets.
    pub variables: BTreeMap<BString, Variable>,
    /// It ends the shell that sources it, with this status.
    pub exited: Option<Status>,
}

/// Reads a file as the shell's `.` does.
#[must_use]
pub fn source(kernel: &mut Kernel, file: &Arc<Path>, text: &BStr, environment: &BTreeMap<BString, BString>) -> Sourced {
    let origin = Origin { file: Arc::clone(file), start: Some(0), whole: Span::new(0, text.len()) };
    let spent = kernel.is_spent();
    let mut shell = shell::Shell::new(kernel, origin, environment);
    let end = shell.script(text);
    shell.pay();
    // dash gives up at a syntax error, in a file that it sources too.
    let is_flawed = !spent && matches!(parse::parse(text), Err(list::Flaw::Syntax));
    let exited =
        if is_flawed { Some(Status::Failure) } else { (shell.exited && !shell.returned).then_some(end.status) };
    let variables = shell.variables.into_iter().map(|(name, value)| {
        let known = (!value.word.unknown).then_some(value.word.text);
        (name, Variable { value: known, place: value.place })
    });
    Sourced { variables: variables.collect(), exited }
}

/// Runs `ip` with its arguments, the last of which come from one place (an option's value that a
/// hook script hands on unquoted).
#[must_use]
pub(super) fn ip_link_set(kernel: &mut Kernel, link: &BStr, value: &BStr, place: &Place) -> Run {
    let environment = BTreeMap::new();
    let origin = Origin { file: Arc::clone(&place.file), start: None, whole: place.span };
    let mut shell = shell::Shell::new(kernel, origin, &environment);
    let mut words: Vec<expand::Word> = [&b"link"[..], b"set", b"dev"].map(expand::Word::literal).into();
    words.push(expand::Word::literal(link));
    words.push(expand::Word::literal(b"address"));
    words.extend(expand::fields(value).map(expand::Word::literal));
    let end = ip::run(&mut shell, &words, None);
    for attempt in &mut shell.attempts {
        attempt.value = value.to_owned();
    }
    Run { status: end.status, attempts: shell.attempts, output: None }
}

#[cfg(test)]
mod tests;
