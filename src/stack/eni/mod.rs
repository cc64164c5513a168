//! `/etc/network/interfaces` with all that it sources, as each program of the ifupdown family
//! reads it. One reader a file; what they read has one shape.

use self::source::Limit;
use crate::judgement::Problem;
use crate::span::{Place, Span};
use crate::syntax::Token;
use bstr::{BStr, ByteSlice};
use std::path::Path;
use std::sync::Arc;

pub mod busybox;
pub mod ifupdown;
pub mod ifupdown2;
pub mod ifupdown_ng;
pub mod source;
pub mod unknown;
pub mod write;

/// Where the family's file lies.
pub const MAIN_FILE: &str = "etc/network/interfaces";

/// A token and the file it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The text and its span.
    pub token: Token,
    /// The file, relative to the host's root.
    pub file: Arc<Path>,
}

impl Word {
    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::new(&self.file, self.token.span)
    }
}

/// A line inside an `iface` stanza. A value that the reader joins from several lines is one
/// option for each line, in their order: joining is the stack's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opt {
    /// The option's name as the reader keeps it (ifupdown2 turns `_` into `-`); its span is what stands in the file.
    pub key: Word,
    /// Its value as the reader keeps it.
    pub value: Token,
    /// All the physical lines, with their line endings.
    pub line: Span,
}

impl Opt {
    /// Its name as the file has it: ifupdown keeps `post-up` as `up` and `pre-down` as `down`.
    #[must_use]
    pub fn spelled(&self) -> &BStr {
        let (name, span) = (self.key.token.as_bstr(), self.key.token.span);
        match (name.as_bytes(), span.end.saturating_sub(span.start)) {
            (b"up", 7) => BStr::new("post-up"),
            (b"down", 8) => BStr::new("pre-down"),
            _ => name,
        }
    }

    /// Where its value stands; where it is empty, the name.
    #[must_use]
    pub fn value_place(&self) -> Place {
        let span = if self.value.text.is_empty() { self.key.token.span } else { self.value.span };
        Place::new(&self.key.file, span)
    }

    /// The whole of its lines.
    #[must_use]
    pub fn line_place(&self) -> Place {
        Place::new(&self.key.file, self.line)
    }
}

/// An `iface` stanza. Where a program merges the stanzas of a name, the stack does that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stanza {
    /// The interface's (or logical interface's, or template's) name.
    pub name: Word,
    /// `inet`, `inet6` ...; none where the reader knows none. Where ifupdown takes it from the
    /// stanza that this one inherits from, its span is the `inherits` word.
    pub family: Option<Token>,
    /// `static`, `dhcp` ...; as with the family.
    pub method: Option<Token>,
    /// The names after `inherits`. ifupdown-ng has an option `inherit` for each, and for `inherit` lines.
    pub inherits: Vec<Token>,
    /// The stanza that ifupdown copies options from before it reads this one's.
    pub parent: Option<usize>,
    /// A template that is no interface (ifupdown-ng's `template`).
    pub template: bool,
    /// Its options in file order. Options copied by `inherits` are not here: the stack looks them up.
    pub options: Vec<Opt>,
    /// Lines that the reader drops because an earlier one sets the option (ifupdown's `option?`).
    pub dropped: Vec<Opt>,
    /// The `iface` line, all its physical lines.
    pub line: Span,
}

impl Stanza {
    /// A stanza without anything but its name.
    fn new(name: Word, line: Span) -> Self {
        Self {
            name,
            family: None,
            method: None,
            inherits: Vec::new(),
            parent: None,
            template: false,
            options: Vec::new(),
            dropped: Vec::new(),
            line,
        }
    }

    /// The `iface` line without its line ending's following lines: what a report marks.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::new(&self.name.file, self.name.token.span)
    }
}

/// `auto` and `allow-*`: an interface that some command brings up by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// `auto`, or what follows `allow-`.
    pub class: Vec<u8>,
    /// The word: a name, a pattern, `name=logical`.
    pub name: Word,
}

/// What a program reads out of the files.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// In the order in which they are read.
    pub stanzas: Vec<Stanza>,
    /// In the order in which they are read.
    pub starts: Vec<Start>,
    /// Names of `no-scripts` lines, patterns as written.
    pub no_scripts: Vec<Word>,
    /// `mapping` stanzas: their patterns and lines (`script`, `map`).
    pub mappings: Vec<(Vec<Word>, Vec<Opt>)>,
    /// What the reader complains about.
    pub problems: Vec<Problem>,
    /// The program refuses everything: nothing is brought up.
    pub refused: bool,
    /// Every file that was read, in that order, the main file first.
    pub files: Vec<Arc<Path>>,
}

/// As many templates as one stanza's `inherits` is followed through.
const INHERIT_LIMIT: usize = 16;
/// As many options as one stanza takes from templates.
const INHERITED_LIMIT: usize = 1000;

impl Config {
    /// The index of an ifupdown stanza and, after it, of those it inherits from.
    pub fn ancestry(&self, stanza: usize) -> impl Iterator<Item = usize> {
        let parent = |stanza: &usize| self.stanzas.get(*stanza).and_then(|stanza| stanza.parent);
        std::iter::successors(Some(stanza), parent).take(INHERIT_LIMIT)
    }

    /// The options that a stanza of ifupdown ends up with, those it inherits first. The lines of
    /// one option stay apart.
    pub fn options(&self, stanza: usize) -> impl Iterator<Item = &Opt> {
        let own = self.stanzas.get(stanza).into_iter().flat_map(|stanza| &stanza.options);
        let ancestors: Vec<&Stanza> =
            self.ancestry(stanza).skip(1).filter_map(|index| self.stanzas.get(index)).collect();
        let inherited = ancestors.into_iter().rev().flat_map(|stanza| &stanza.options).take(INHERITED_LIMIT);
        inherited.chain(own)
    }

    /// A `source` line leads to more than is read.
    fn too_many(&mut self, place: &Place, limit: Limit) {
        let (message, help) = limit.text();
        self.problem(place.clone(), message, help, false);
    }

    fn problem(&mut self, place: Place, message: impl Into<String>, help: &str, fatal: bool) {
        let help = (!help.is_empty()).then(|| help.to_owned());
        self.problems.push(Problem { place, message: message.into(), help, fatal });
    }
}
