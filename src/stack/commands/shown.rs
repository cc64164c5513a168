//! What `ip`, `ifconfig` and `/sys` say about a link, as far as its address goes.

use super::end::Output;
use super::expand::Word;
use super::filters::only_word;
use super::shell::Shell;
use crate::stack::kernel::Address;
use bstr::{BStr, BString, ByteSlice};

/// Stands for an address that the files do not tell: one of those for documents (RFC 7042).
const MARK: &str = "00:00:5e:00:53:af";

/// A text about a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) link: BString,
    pub(super) text: BString,
    /// The address in it, or what stands for that.
    mark: BString,
    is_known: bool,
}

/// The forms in which programs show a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The address alone.
    Address,
    /// `ip link show`, `ip address show`
    Ip,
    /// `ip -o link show`
    OneLine,
    /// `ip -br link show`
    Brief,
    /// net-tools 2's `ifconfig`, which knows no `HWaddr`.
    Ifconfig,
}

/// A link in this form.
pub(super) fn show(shell: &Shell<'_>, link: &BStr, form: Form) -> Output {
    let known = shell.kernel.address(link).and_then(Address::known);
    let mark = known.map_or_else(|| MARK.to_owned(), |address| address.to_string());
    let master = shell.kernel.link(link).and_then(|link| link.master.as_ref());
    let master = master.map_or(String::new(), |master| format!(" master {master}"));
    let flags = format!(
        "<BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue{master} state UP mode DEFAULT group default qlen 1000"
    );
    let text = match form {
        Form::Address => format!("{mark}\n"),
        Form::Ip => format!("2: {link}: {flags}\n    link/ether {mark} brd ff:ff:ff:ff:ff:ff\n"),
        Form::OneLine => format!("2: {link}: {flags}\\    link/ether {mark} brd ff:ff:ff:ff:ff:ff\n"),
        Form::Brief => format!("{link:<16} UP             {mark} <BROADCAST,MULTICAST,UP,LOWER_UP> \n"),
        Form::Ifconfig => format!(
            "{link}: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n        ether {mark}  txqueuelen 1000  (Ethernet)\n"
        ),
    };
    Output::Shown(Shown { link: link.to_owned(), text: text.into(), mark: mark.into(), is_known: known.is_some() })
}

impl Shown {
    /// What a filter made of it.
    pub(super) fn with(self, text: BString) -> Self {
        Self { text, ..self }
    }

    /// What a command substitution makes of it.
    pub(super) fn word(self) -> Word {
        let text = self.text.trim_end_with(|c| c == '\n');
        if only_word(self.text.as_bstr()).is_some_and(|word| word.eq_ignore_ascii_case(&self.mark)) {
            return Word { unknown: true, about: Some(self.link), ..Word::default() };
        }
        if !self.is_known && text.contains_str(&self.mark) {
            return Word { unknown: true, ..Word::default() };
        }
        Word::literal(text)
    }
}
