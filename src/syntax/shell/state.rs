//! What a shell knows: variables, and what lies outside of it.

use super::Source;
use crate::host::host_path;
use crate::span::Place;
use bstr::{BStr, BString};
use foldhash::fast::RandomState;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// A text, or that only the running system can tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// This text.
    Text(BString),
    /// Some text.
    Unknown,
}

impl Value {
    /// The text, where it is known.
    #[must_use]
    pub fn text(&self) -> Option<&BStr> {
        match self {
            Self::Text(text) => Some(BStr::new(text)),
            Self::Unknown => None,
        }
    }

    /// Whether it is known to be empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text().is_some_and(|text| text.is_empty())
    }
}

impl From<&[u8]> for Value {
    fn from(text: &[u8]) -> Self {
        Self::Text(text.into())
    }
}

/// A variable that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its value.
    pub value: Value,
    /// The value's place in the file, for one that a file sets.
    pub place: Option<Place>,
    /// Whether it is set on every way that the shell may have come.
    pub certain: bool,
    /// Whether programs that the shell starts get it.
    pub exported: bool,
}

pub(super) type Variables = HashMap<BString, Variable, RandomState>;

/// What is set after one of several ways, when only the running system can tell which.
pub(super) fn merge(mut ways: Vec<Variables>) -> Variables {
    let mut merged = ways.pop().unwrap_or_default();
    for way in ways {
        for (name, variable) in &mut merged {
            match way.get(name) {
                Some(other) => {
                    if other.value != variable.value {
                        variable.value = Value::Unknown;
                    }
                    variable.certain &= other.certain;
                }
                None => variable.certain = false,
            }
        }
        for (name, variable) in way {
            merged.entry(name).or_insert(Variable { certain: false, ..variable });
        }
    }
    merged
}

/// What the file system has under a path.
#[derive(Clone, Debug)]
pub enum Content {
    /// A file with this text.
    Text(Arc<[u8]>),
    /// Nothing.
    Missing,
    /// Only the running system can tell.
    Unknown,
}

/// What a shell can see of the file system. Files are parsed once, however often they are sourced.
pub struct Outside<'a> {
    read: Box<dyn Fn(&BStr) -> Content + 'a>,
    parsed: RefCell<HashMap<BString, Option<Rc<Source>>, RandomState>>,
}

impl<'a> Outside<'a> {
    /// A file system that is read with `read`, which gets absolute paths.
    #[must_use]
    pub fn new(read: impl Fn(&BStr) -> Content + 'a) -> Self {
        Self { read: Box::new(read), parsed: RefCell::default() }
    }

    pub(super) fn content(&self, path: &BStr) -> Content {
        (self.read)(path)
    }

    /// The file under an absolute path, parsed; `None` where no text is known.
    #[must_use]
    pub fn source(&self, path: &BStr) -> Option<Rc<Source>> {
        if let Some(known) = self.parsed.borrow().get(path) {
            return known.clone();
        }
        let source = match self.content(path) {
            Content::Text(bytes) => Some(Rc::new(Source::parse(&Arc::from(host_path(path)), &bytes))),
            Content::Missing | Content::Unknown => None,
        };
        self.parsed.borrow_mut().insert(path.to_owned(), source.clone());
        source
    }
}
