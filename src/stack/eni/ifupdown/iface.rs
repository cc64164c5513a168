//! The `iface` line of ifupdown.

use super::{GivenUp, Reader, State};
use crate::span::Span;
use crate::stack::eni::Stanza;
use crate::syntax::interfaces::Words;
use crate::syntax::{Logical, Token};
use bstr::ByteSlice;

/// Families and their methods on Linux, as the `.defn` files list them.
const METHODS: &[(&str, &[&str])] = &[
    ("can", &["static"]),
    ("inet", &["bootp", "dhcp", "ipv4ll", "loopback", "manual", "ppp", "static", "tunnel", "wvdial"]),
    ("inet6", &["6to4", "auto", "dhcp", "loopback", "manual", "static", "tunnel", "v4tunnel"]),
    ("ipx", &["dynamic", "static"]),
    ("meta", &["none"]),
];

const NO_NAME: (&str, &str) = ("too few parameters for iface line", "write `iface NAME FAMILY METHOD`");
const NO_FAMILY: (&str, &str) = (
    "unknown or no address type and no inherits keyword specified",
    "name a family that ifupdown knows: inet, inet6, can, ipx",
);
const NO_METHOD: (&str, &str) = (
    "unknown or no method and no inherits keyword specified",
    "name a method that the family knows, `manual` for instance",
);
const NO_PARENT: (&str, &str) = ("'inherits' keyword is missing a parameter", "name the stanza to inherit from");
const UNKNOWN_PARENT: (&str, &str) =
    ("unknown iface to inherit from", "define it before this stanza, in the same family");

impl Reader<'_> {
    pub(super) fn iface(
        &mut self,
        state: &State,
        line: &Logical<'_>,
        key: Span,
        words: &mut Words<'_>,
    ) -> Result<usize, GivenUp> {
        let name = words.next().ok_or_else(|| self.give_up(state, key, NO_NAME, ""))?;
        // `inherits` may stand where the family, the method or nothing would.
        let mut next = words.next();
        let family = next.take_if(|word| methods(word).is_some());
        let mut method = None;
        if let Some(family) = &family {
            next = words.next();
            method =
                next.take_if(|word| methods(family).is_some_and(|known| known.iter().any(|name| word.text == *name)));
        }
        let at = next.as_ref().map_or(name.span, |word| word.span);
        let inherits = next.as_ref().is_some_and(|word| word.text == "inherits");
        if family.is_none() && !inherits {
            return Err(self.give_up(state, at, NO_FAMILY, ""));
        }
        if method.is_none() && !inherits {
            return Err(self.give_up(state, at, NO_METHOD, ""));
        }
        let next = if inherits { next } else { words.next() };
        let mut stanza = Stanza { family, method, ..Stanza::new(state.word(name), line.span) };
        match next {
            Some(keyword) if keyword.text == "inherits" => self.inherit(state, &mut stanza, &keyword, words)?,
            Some(extra) => {
                let message = format!("extra parameter for the iface line not understood and ignored: {}", extra.text);
                self.config.problem(
                    state.place(extra.span),
                    message,
                    "remove it; comments need a line of their own",
                    false,
                );
            }
            None => {}
        }
        let index = self.config.stanzas.len();
        self.config.stanzas.push(stanza);
        Ok(index)
    }

    /// What stands after `inherits`. Options are copied from the first stanza of that name that is
    /// there by now, of the family if the line gives one; its family and method fill what is missing.
    fn inherit(
        &mut self,
        state: &State,
        stanza: &mut Stanza,
        keyword: &Token,
        words: &mut Words<'_>,
    ) -> Result<(), GivenUp> {
        let wanted = words.next().ok_or_else(|| self.give_up(state, keyword.span, NO_PARENT, ""))?;
        let family = stanza.family.as_ref().map(|family| family.text.clone());
        let detail =
            format!(": {} ({})", wanted.text, family.as_ref().map_or("*".into(), |family| family.to_str_lossy()));
        let Some(index) = self.index.first(&self.config, &wanted.text, family) else {
            return Err(self.give_up(state, wanted.span, UNKNOWN_PARENT, &detail));
        };
        let parent = &self.config.stanzas[index];
        let taken = |token: &Option<Token>| token.clone().map(|token| Token { span: keyword.span, ..token });
        stanza.family = stanza.family.take().or_else(|| taken(&parent.family));
        stanza.method = stanza.method.take().or_else(|| taken(&parent.method));
        stanza.parent = Some(index);
        stanza.inherits.push(wanted);
        Ok(())
    }
}

/// The methods of a family; none for a word that is no family.
fn methods(family: &Token) -> Option<&'static [&'static str]> {
    METHODS.iter().find(|row| family.text == row.0).map(|row| row.1)
}
