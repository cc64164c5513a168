//! `test` and `[`: questions about links are answered by the model, those about files are not.

use super::Status;
use super::end::End;
use super::expand::Word;
use super::shell::Shell;
use bstr::{BStr, ByteSlice};

/// `[ ... ]`
pub(super) fn bracket(shell: &mut Shell<'_>, words: &[Word]) -> End {
    match words {
        [_, inside @ .., last] if last.is(b"]") => run(shell, inside),
        _ => End::of(Status::Failure),
    }
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
                _ => None,
            }
        }
        _ => None,
    }
}

fn unary(shell: &mut Shell<'_>, operator: &Word, word: &Word) -> Option<bool> {
    match operator.known()?.as_bytes() {
        b"-n" => Some(word.unknown || !word.text.is_empty()),
        b"-z" => Some(!word.unknown && word.text.is_empty()),
        b"-d" | b"-e" | b"-h" | b"-L" | b"-r" | b"-f" => in_sys(shell, word.known()?),
        _ => None,
    }
}

/// Whether something of `/sys/class/net` is there.
fn in_sys(shell: &mut Shell<'_>, path: &BStr) -> Option<bool> {
    /// Where each link has an entry.
    const ROOTS: &[&[u8]] = &[b"/sys/class/net/", b"/proc/sys/net/ipv6/conf/", b"/proc/sys/net/ipv4/conf/"];
    let rest = ROOTS.iter().find_map(|root| path.strip_prefix(*root))?;
    let mut parts = rest.split(|&byte| byte == b'/').filter(|part| !part.is_empty());
    let name = BStr::new(parts.next()?);
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
