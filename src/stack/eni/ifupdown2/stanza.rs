//! `iface` stanzas of ifupdown2, from their first line to what becomes of them at their end
//! (`networkinterfaces.py`: `parse_iface`; `ifupdownmain.py`: `_save_iface`).

use super::{Exception, Line, Reader, range};
use crate::span::Place;
use crate::stack::eni::{Opt, Stanza};
use crate::syntax::Token;
use crate::syntax::interfaces::Words;
use bstr::{BString, ByteSlice};

/// Families and methods (`_addrfams`, the same for both families).
const FAMILIES: &[&str] = &["inet", "inet6"];
const METHODS: &[&str] = &["dhcp", "dhcp6", "loopback", "manual", "ppp", "static", "tunnel"];

/// As many options as all ranges together may copy.
const COPY_LIMIT: usize = 100_000;

/// The stanza that is being read.
pub(super) struct Pending {
    stanza: Stanza,
    /// A `vlan` stanza is no interface.
    vlan: bool,
}

impl Reader<'_> {
    pub(super) fn iface(&mut self, line: &Line<'_>, vlan: bool, words: &mut Words<'_>) -> Result<(), Exception> {
        let Some(name) = words.next() else {
            return Err(self.exception(Some(&line.place()), "list index out of range", "name the interface"));
        };
        // bridgevlan.py finds no bridge for it, and the lookup of None is not caught.
        if vlan && !name.text.contains(&b'.') {
            let help = "call a `vlan` stanza BRIDGE.VLAN, or remove it";
            return Err(self.exception(Some(&line.place()), "argument of type 'NoneType' is not iterable", help));
        }
        let stanza = Stanza {
            family: words.next().filter(|word| !word.text.is_empty()),
            method: words.next(),
            ..Stanza::new(line.word(name), line.line.span)
        };
        self.pending = Some(Pending { stanza, vlan });
        Ok(())
    }

    /// Any line that no keyword starts.
    pub(super) fn option(&mut self, line: &Line<'_>, key: &Token, words: &Words<'_>) {
        let Some(Pending { stanza, .. }) = &mut self.pending else {
            let message = format!("error processing line '{}'; the line is ignored", line.line.text);
            let help = "ifupdown2 knows only `iface`, `auto`, `allow-*` and `source` here";
            return self.config.problem(line.place(), message, help, false);
        };
        if !words.has_more() {
            let message = format!("iface {}: invalid syntax '{}'", stanza.name.token.text, line.line.text);
            return self.config.problem(line.place(), message, "give the option a value or remove it", false);
        }
        // The variable is replaced when the file is read.
        let mut value = words.rest();
        value.text = value.text.replace(b"$IFACE", &stanza.name.token.text).into();
        let key = Token { text: key.text.replace(b"_", b"-").into(), span: key.span };
        stanza.options.push(Opt { key: line.word(key), value, line: line.line.span });
    }

    /// What `parse_iface` does after the last option, and `_save_iface`.
    pub(super) fn end_stanza(&mut self) -> Result<(), Exception> {
        let Some(Pending { mut stanza, vlan }) = self.pending.take() else { return Ok(()) };
        self.check_family(&mut stanza);
        let within = self.copied <= COPY_LIMIT;
        let names = if within { range::expand(&stanza.name.token.text) } else { Vec::new() };
        if let Some(colon) = stanza.name.token.text.find_byte(b':') {
            stanza.name.token.text.truncate(colon);
        }
        if vlan {
            return Ok(());
        }
        if names.is_empty() {
            self.save(stanza);
            return Ok(());
        }
        for name in names {
            let mut copy = stanza.clone();
            copy.name.token.text = name;
            self.copied += copy.options.len() + 1;
            self.save(copy);
            if self.copied > COPY_LIMIT {
                let message = "the ranges of this configuration are too large; not all of them are judged";
                self.config.problem(stanza.place(), message, "", false);
                break;
            }
        }
        Ok(())
    }

    /// `_validate_addr_family`.
    fn check_family(&mut self, stanza: &mut Stanza) {
        let Some(family) = &stanza.family else {
            // A method needs a family before it.
            stanza.method = None;
            return;
        };
        let name = &stanza.name.token.text;
        if !FAMILIES.iter().any(|known| family.text == *known) {
            let message =
                format!("iface {name}: unsupported address family '{}'; it is ignored with its method", family.text);
            let place = Place::new(&stanza.name.file, family.span);
            self.config.problem(place, message, "write inet or inet6; `inherits` does not exist in ifupdown2", false);
            (stanza.family, stanza.method) = (None, None);
            return;
        }
        let default = Token { text: "static".into(), span: family.span };
        let method = stanza.method.get_or_insert(default);
        if !METHODS.iter().any(|known| method.text == *known) {
            let message = format!("iface {name}: unsupported address method '{}'", method.text);
            let place = Place::new(&stanza.name.file, method.span);
            self.config.problem(place, message, "name a method that ifupdown2 knows, `manual` for instance", false);
        }
    }

    /// Keeps a stanza and what classes it is in by now; one that equals the first of its name is dropped.
    fn save(&mut self, stanza: Stanza) {
        let name = stanza.name.token.text.clone();
        let starts = self.classes.of(&name, &stanza.name);
        if let Some(&(first, classes)) = self.first.get(&name) {
            if classes == starts.len() && same(&self.config.stanzas[first], &stanza) {
                let message = format!("duplicate interface {name} found; the second one is ignored");
                return self.config.problem(stanza.place(), message, "remove one of the two", false);
            }
        } else {
            self.first.insert(name.clone(), (self.config.stanzas.len(), starts.len()));
        }
        for start in starts {
            if self.started.insert((start.class.clone(), name.clone())) {
                self.config.starts.push(start);
            }
        }
        self.config.stanzas.push(stanza);
    }
}

/// `iface.compare`, as far as the two stanzas go: options are compared name by name.
fn same(a: &Stanza, b: &Stanza) -> bool {
    fn sorted(stanza: &Stanza) -> Vec<(&BString, &BString)> {
        let mut options: Vec<_> =
            stanza.options.iter().map(|option| (&option.key.token.text, &option.value.text)).collect();
        options.sort_by_key(|option| option.0);
        options
    }
    let text = |token: &Option<Token>| token.as_ref().map(|token| token.text.clone());
    a.options.len() == b.options.len()
        && text(&a.family) == text(&b.family)
        && text(&a.method) == text(&b.method)
        && sorted(a) == sorted(b)
}
