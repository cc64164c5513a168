//! What `ip`, `ifconfig` and `/sys` say about a link, as far as its address goes.

use super::end::Output;
use super::expand::Word;
use super::filters::only_word;
use super::shell::Shell;
use crate::stack::kernel::Address;
use bstr::{BStr, BString, ByteSlice};

/// Stand for an address that the files do not tell, one each time it is asked: what comes out the same for both does
/// not hang on the address. No digit of one is that of the other.
const MARKS: [&str; 2] = ["00:00:5e:00:53:af", "d2:9b:c4:f1:86:7e"];

/// A text about a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) link: BString,
    /// The text with the address; with each of the marks, where that is not known.
    texts: Vec<BString>,
    /// The address in each of them, or what stands for that.
    marks: Vec<BString>,
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
    let marks = known.map_or_else(|| MARKS.map(BString::from).to_vec(), |address| vec![address.to_string().into()]);
    let master = shell.kernel.link(link).and_then(|link| link.master.as_ref());
    let master = master.map_or(String::new(), |master| format!(" master {master}"));
    let flags = format!(
        "<BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue{master} state UP mode DEFAULT group default qlen 1000"
    );
    let text = |mark: &BString| match form {
        Form::Address => format!("{mark}\n"),
        Form::Ip => format!("2: {link}: {flags}\n    link/ether {mark} brd ff:ff:ff:ff:ff:ff\n"),
        Form::OneLine => format!("2: {link}: {flags}\\    link/ether {mark} brd ff:ff:ff:ff:ff:ff\n"),
        Form::Brief => format!("{link:<16} UP             {mark} <BROADCAST,MULTICAST,UP,LOWER_UP> \n"),
        Form::Ifconfig => format!(
            "{link}: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n        ether {mark}  txqueuelen 1000  (Ethernet)\n"
        ),
    };
    let texts = marks.iter().map(|mark| text(mark).into()).collect();
    Output::Shown(Shown { link: link.to_owned(), texts, marks })
}

impl Shown {
    /// How many bytes its texts have.
    pub(super) fn len(&self) -> usize {
        self.texts.iter().map(|text| text.len()).sum()
    }

    /// What a filter makes of it.
    pub(super) fn filtered(self, filter: impl Fn(&BString) -> Option<BString>) -> Output {
        match self.texts.iter().map(filter).collect() {
            Some(texts) => Output::Shown(Self { texts, ..self }),
            None => Output::About(self.link),
        }
    }

    /// What a command substitution makes of it.
    pub(super) fn word(self) -> Word {
        let is_address = |(text, mark): (&BString, &BString)| {
            only_word(text.as_bstr()).is_some_and(|word| word.eq_ignore_ascii_case(mark))
        };
        if self.texts.iter().zip(&self.marks).all(is_address) {
            return Word { unknown: true, about: Some(self.link), ..Word::default() };
        }
        match self.texts.split_first() {
            Some((text, others)) if others.iter().all(|other| other == text) => {
                Word::literal(text.trim_end_with(|c| c == '\n'))
            }
            _ => Word::unknown(),
        }
    }
}
