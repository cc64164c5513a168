//! `sysctl`: whether what it names is there.

use super::Status;
use super::end::End;
use super::expand::Word;
use super::files;
use super::shell::Shell;
use bstr::{BStr, ByteSlice};

/// What `/proc/sys` and `/proc/sys/net` have, on some kernel.
const SYS: &[&[u8]] = &[b"abi", b"crypto", b"debug", b"dev", b"fs", b"kernel", b"net", b"user", b"vm"];
const NET: &[&[u8]] = &[
    b"appletalk",
    b"bridge",
    b"core",
    b"dccp",
    b"ipv4",
    b"ipv6",
    b"llc",
    b"mpls",
    b"mptcp",
    b"netfilter",
    b"nf_conntrack_max",
    b"rds",
    b"sctp",
    b"smc",
    b"unix",
    b"vsock",
    b"x25",
];

/// The words after `sysctl`.
pub(super) fn run(shell: &mut Shell<'_>, words: &[Word]) -> End {
    // `-e` takes no offence at keys that are not there.
    let ignores = words.iter().any(|word| word.is(b"-e") || word.is(b"--ignore"));
    if words.iter().any(|word| word.is(b"-p") || word.is(b"--load")) {
        let file = words.iter().find(|word| !word.text.starts_with(b"-")).and_then(Word::known);
        let missing = file.is_some_and(|file| files::is_there(shell, file) == Some(false));
        return if missing { End::of(Status::Failure) } else { End::unknown() };
    }
    let known = words.iter().filter(|word| !word.text.starts_with(b"-")).filter_map(Word::known);
    let missing = known.map(ToOwned::to_owned).any(|word| is_missing(shell, word.as_bstr()));
    if missing && !ignores { End::of(Status::Failure) } else { End::unknown() }
}

/// Whether no kernel has such a key: `net.ipv6.conf.LINK...` of a link that is not there, `net.nosuch`.
fn is_missing(shell: &mut Shell<'_>, word: &BStr) -> bool {
    let key = word.split(|&byte| byte == b'=').next().unwrap_or_default().trim_ascii();
    // With `/` between the names, a `.` is part of one (proc/sysctl.c `slashdot`).
    let slashes = key.find_byteset(b"./").is_some_and(|at| key.get(at) == Some(&b'/'));
    let mut parts = key.split(|&byte| byte == if slashes { b'/' } else { b'.' });
    let (first, second, third, link) = (parts.next(), parts.next(), parts.next(), parts.next());
    if first.is_none_or(|first| !SYS.contains(&first)) {
        return true;
    }
    if first != Some(b"net") {
        return false;
    }
    if second.is_none_or(|second| !NET.contains(&second)) {
        return true;
    }
    let of_links = matches!(third, Some(b"conf" | b"neigh")) && matches!(second, Some(b"ipv4" | b"ipv6"));
    let Some(link) = link.filter(|link| of_links && *link != b"all" && *link != b"default") else { return false };
    let link = link.replace("/", ".");
    shell.kernel.meet(link.as_bstr());
    shell.kernel.link(link.as_bstr()).is_none()
}
