//! `test` and `[`: questions about links are answered by the model, those about files are not.

use super::Status;
use super::end::End;
use super::expand::Word;
use super::shell::Shell;
use super::{files, filters};
use crate::stack::eni::source::wild;
use bstr::{BStr, ByteSlice};
use std::cmp::Ordering;

/// `[ ... ]`
pub(super) fn bracket(shell: &mut Shell<'_>, words: &[Word]) -> End {
    match words {
        [_, inside @ .., last] if last.is(b"]") => run(shell, inside),
        _ => End::of(Status::Failure),
    }
}

/// `[[ ... ]]`, with one question in it.
pub(super) fn double(shell: &mut Shell<'_>, words: &[Word]) -> End {
    let [_, inside @ .., last] = words else { return End::unknown() };
    if !last.is(b"]]") {
        return End::unknown();
    }
    let (not, inside) = match inside {
        [first, rest @ ..] if first.is(b"!") => (true, rest),
        _ => (false, inside),
    };
    let answer = match inside {
        [left, operator, right] => match operator.text.as_slice() {
            b"=" | b"==" => left.known().zip(right.known()).map(|(left, right)| wild(right, left)),
            b"!=" => left.known().zip(right.known()).map(|(left, right)| !wild(right, left)),
            b"=~" => left.known().zip(right.known()).and_then(|(left, right)| {
                let regex = filters::regex(right, true, false)?;
                Some(regex.is_match(left.to_str().ok()?))
            }),
            _ => answer(shell, inside),
        },
        _ => answer(shell, inside),
    };
    answer.map_or_else(End::unknown, |answer| End::of(Status::of(answer != not)))
}

/// The words after `test`.
pub(super) fn run(shell: &mut Shell<'_>, words: &[Word]) -> End {
    match answer(shell, words) {
        Some(answer) => End::of(Status::of(answer)),
        None => End::unknown(),
    }
}

/// `None` where the files do not tell.
fn answer(shell: &mut Shell<'_>, words: &[Word]) -> Option<bool> {
    // `-o` binds weaker than `-a`; both between complete expressions only.
    for (joint, decides) in [(b"-o", true), (b"-a", false)] {
        let at = words.iter().enumerate().position(|(at, word)| at > 0 && word.is(joint) && at + 1 < words.len());
        if let Some(at) = at {
            let (left, right) = (answer(shell, &words[..at]), shell.deeper(|shell| answer(shell, &words[at + 1..]))?);
            return match (left, right) {
                (Some(left), _) if left == decides => Some(decides),
                (_, Some(right)) if right == decides => Some(decides),
                (left, right) => left.and(right),
            };
        }
    }
    match words {
        [] => Some(false),
        [not, rest @ ..] if not.is(b"!") && !rest.is_empty() => {
            shell.deeper(|shell| answer(shell, rest))?.map(|answer| !answer)
        }
        [word] => Some(word.unknown || !word.text.is_empty()),
        [operator, word] => unary(shell, operator, word),
        [left, operator, right] => {
            let (left, right) = (left.known()?, right.known()?);
            match operator.known()?.as_bytes() {
                b"=" | b"==" => Some(left == right),
                b"!=" => Some(left != right),
                operator => Some(compare(operator)?(number(left)?.cmp(&number(right)?))),
            }
        }
        _ => None,
    }
}

fn number(word: &BStr) -> Option<i64> {
    word.to_str().ok()?.trim().parse().ok()
}

/// What an operator asks of two numbers.
fn compare(operator: &[u8]) -> Option<fn(Ordering) -> bool> {
    Some(match operator {
        b"-eq" => Ordering::is_eq,
        b"-ne" => Ordering::is_ne,
        b"-lt" => Ordering::is_lt,
        b"-le" => Ordering::is_le,
        b"-gt" => Ordering::is_gt,
        b"-ge" => Ordering::is_ge,
        _ => return None,
    })
}

fn unary(shell: &mut Shell<'_>, operator: &Word, word: &Word) -> Option<bool> {
    match operator.known()?.as_bytes() {
        b"-n" => Some(word.unknown || !word.text.is_empty()),
        b"-z" => Some(!word.unknown && word.text.is_empty()),
        b"-d" | b"-e" | b"-f" | b"-h" | b"-L" | b"-r" | b"-s" | b"-x" => is_there(shell, word.known()?),
        _ => None,
    }
}

fn is_there(shell: &mut Shell<'_>, path: &BStr) -> Option<bool> {
    match files::of_link(path) {
        Some((link, rest)) => in_sys(shell, link, rest),
        None => files::is_there(shell, path),
    }
}

/// Whether something of a link's folder in `/sys/class/net` is there.
fn in_sys(shell: &mut Shell<'_>, name: &BStr, rest: &[u8]) -> Option<bool> {
    let mut parts = rest.split(|&byte| byte == b'/').filter(|part| !part.is_empty());
    shell.kernel.meet(name);
    let Some(link) = shell.kernel.link(name) else { return Some(false) };
    let master = link.master.clone();
    match (parts.next(), parts.next()) {
        (None | Some(b"address" | b"operstate" | b"mtu"), _) => Some(true),
        (Some(b"bridge" | b"brif"), None) => Some(link.kind == crate::stack::kernel::LinkKind::Bridge),
        (Some(b"brif"), Some(port)) => {
            let port = shell.kernel.link(BStr::new(port))?;
            Some(port.master.as_ref().is_some_and(|master| master == name))
        }
        (Some(b"brport" | b"master"), _) => Some(master.is_some()),
        _ => None,
    }
}
