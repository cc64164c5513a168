//! GNU macchanger.

use super::end::End;
use super::expand::Word;
use super::shell::Shell;
use super::{Attempt, Status, guess};
use crate::address::MacAddress;
use crate::stack::kernel::{Address, Cause};
use bstr::ByteSlice;

/// Options that make an address up.
const RANDOM: &[&[u8]] = &[b"-r", b"--random", b"-e", b"--ending", b"-a", b"--another", b"-A"];
/// Options that set nothing.
const HARMLESS: &[&[u8]] = &[b"-s", b"--show", b"-l", b"--list", b"-h", b"--help", b"-V", b"--version"];

/// The words after `macchanger`.
pub(super) fn run(shell: &mut Shell<'_>, words: &[Word]) -> End {
    let mut value: Option<Word> = None;
    let mut random = None;
    let mut link = None;
    let mut rest = words;
    while let [word, after @ ..] = rest {
        rest = after;
        let Some(text) = word.known() else { continue };
        if HARMLESS.contains(&text.as_bytes()) {
            return End::unknown();
        }
        if text == "-m" || text == "--mac" {
            value = after.first().cloned();
            rest = after.get(1..).unwrap_or_default();
        } else if let Some(address) = text.strip_prefix(b"--mac=").or(text.strip_prefix(b"-m")) {
            // The address is the end of its word, where that is not quoted.
            let whole = word.raw.len() == word.text.len();
            let start = if whole { word.raw.end - address.len() } else { word.raw.start };
            value = Some(Word { raw: start..word.raw.end, ..Word::literal(address) });
        } else if RANDOM.contains(&text.as_bytes()) {
            random = Some(word.clone());
        } else if !text.starts_with(b"-") {
            link = Some(word);
        }
    }
    let Some(link) = link else { return End::of(Status::Failure) };
    match (value, random) {
        (Some(value), _) => set(shell, link, &value, false),
        (None, Some(option)) => set(shell, link, &option, true),
        // `-p` goes back to the permanent address; a bridge has none.
        (None, None) => End::unknown(),
    }
}

fn set(shell: &mut Shell<'_>, link: &Word, value: &Word, random: bool) -> End {
    let name = link.text.as_bstr();
    let place = shell.origin.place(&value.raw);
    let address = match MacAddress::parse(&value.text) {
        _ if random || value.unknown => Some(Address::Unknown),
        // `mc_mac_read_string` wants two digits for each octet.
        read => read.filter(|_| value.text.len() == 17).map(Address::Known),
    };
    let cause = Cause { generated: random, place: Some(place.clone()) };
    let there = shell.has_link(link) != Some(false);
    let failed = match address {
        None => Some(("`macchanger` refuses it (`bad mac address`)".to_owned(), true)),
        Some(_) if !there => Some((format!("{name} does not exist then"), false)),
        Some(address) => match shell.kernel.set_address(name, address, cause) {
            Ok(()) => None,
            Err(_) => Some(("the kernel refuses a group or all-zero address".to_owned(), true)),
        },
    };
    let status = Status::of(failed.is_none());
    shell.attempts.push(Attempt {
        link: link.text.clone(),
        place,
        value: value.text.clone(),
        meant: address.and_then(Address::known).or_else(|| guess(&value.text)),
        bad_value: failed.as_ref().is_some_and(|failed| failed.1),
        failed: failed.map(|failed| failed.0),
    });
    End::of(status)
}
