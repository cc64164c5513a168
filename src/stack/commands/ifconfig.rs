//! net-tools' `ifconfig` (ifconfig.c `main`): words are acted on one after the other.

use super::end::End;
use super::expand::Word;
use super::shell::Shell;
use super::shown::{Form, show};
use super::{Attempt, Status, guess, lladdr, without_label};
use crate::stack::kernel::{Address, Cause};
use bstr::{BStr, ByteSlice};

/// Words without an argument; all but `up` and `down` may have a `-` before them.
const FLAGS: &[&[u8]] =
    &[b"allmulti", b"arp", b"broadcast", b"down", b"dynamic", b"multicast", b"promisc", b"trailers", b"up"];
/// Words with one.
const SETTINGS: &[&[u8]] = &[
    b"add",
    b"del",
    b"dstaddr",
    b"io_addr",
    b"irq",
    b"keepalive",
    b"media",
    b"mem_start",
    b"metric",
    b"mtu",
    b"netmask",
    b"outfill",
    b"pointopoint",
    b"tunnel",
    b"txqueuelen",
];
/// Address families that may stand after the name.
const FAMILIES: &[&[u8]] = &[b"inet", b"inet6", b"ax25", b"ddp", b"ipx", b"netrom", b"unix"];

/// The words after `ifconfig`.
pub(super) fn run(shell: &mut Shell<'_>, words: &[Word]) -> End {
    let options = words.iter().take_while(|word| word.text.starts_with(b"-") && !word.unknown).count();
    let Some((name, mut rest)) = words[options..].split_first() else { return End::unknown() };
    let Some(link) = name.known().map(without_label) else { return End::unknown() };
    let there = shell.has_link(name) == Some(true);
    if rest.is_empty() && !there {
        return End::of(Status::Failure);
    }
    if rest.is_empty() {
        return End::of(Status::Success).with(show(shell, link, Form::Ifconfig));
    }
    let mut good = there;
    if rest.first().is_some_and(|word| FAMILIES.contains(&word.text.as_slice())) {
        rest = &rest[1..];
    }
    while let [word, after @ ..] = rest {
        rest = after;
        let Some(text) = word.known() else { continue };
        let bare = text.strip_prefix(b"-").unwrap_or(text);
        if text == "hw" {
            let [class, value, after @ ..] = after else { return End::of(Status::Failure) };
            rest = after;
            good &= set(shell, link, class, value);
        } else if SETTINGS.contains(&text.as_bytes()) {
            let Some(after) = after.get(1..) else { return End::of(Status::Failure) };
            rest = after;
        } else if !FLAGS.contains(&bare) && !is_host(text) {
            // `ether: Unknown host`: nothing after it is done.
            if let Some(value) = after.first().filter(|_| text == "ether" || text == "lladdr") {
                let why = "`ifconfig` wants `hw` before `ether`";
                note(shell, link, value, Some((why.to_owned(), false)));
            }
            return End::of(Status::Failure);
        }
    }
    End::of(Status::of(good))
}

/// An IP address or a prefix.
fn is_host(text: &BStr) -> bool {
    text == "default" || text.iter().all(|byte| byte.is_ascii_hexdigit() || b".:/".contains(byte))
}

/// `hw CLASS ADDRESS`
fn set(shell: &mut Shell<'_>, link: &BStr, class: &Word, value: &Word) -> bool {
    let address = match lladdr::net_tools(&value.text) {
        _ if value.unknown => Some(Address::Unknown),
        read => read.map(Address::Known),
    };
    let about = value.about.as_ref().and_then(|link| shell.kernel.address(link.as_bstr()));
    let cause = Cause::stated(shell.origin.place(&value.raw));
    let failed = match about.or(address) {
        _ if !class.is(b"ether") => {
            Some((format!("`ifconfig` sets no Ethernet address with `hw {}`", class.text), false))
        }
        None => Some(("`ifconfig` refuses it (`invalid ether address`)".to_owned(), true)),
        Some(_) if shell.kernel.link(link).is_none() => {
            Some((format!("{link} does not exist then (`No such device`)"), false))
        }
        Some(address) => match shell.kernel.set_address(link, address, cause) {
            Ok(()) => None,
            Err(_) => Some(("the kernel refuses a group or all-zero address".to_owned(), true)),
        },
    };
    let done = failed.is_none();
    note(shell, link, value, failed);
    done
}

fn note(shell: &mut Shell<'_>, link: &BStr, value: &Word, failed: Option<(String, bool)>) {
    let about = value.about.as_ref().and_then(|link| shell.kernel.address(link.as_bstr())).and_then(Address::known);
    let read = if failed.is_none() { lladdr::net_tools(&value.text) } else { None };
    let bad_value = failed.as_ref().is_some_and(|failed| failed.1);
    shell.attempts.push(Attempt {
        link: link.to_owned(),
        place: shell.origin.place(&value.raw),
        value: value.text.clone(),
        meant: about.or(read).or_else(|| guess(&value.text)),
        failed: failed.map(|failed| failed.0),
        bad_value,
    });
}
