//! Values by paths, which are compared as bytes.

use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};

/// So many are found sooner by the lengths of their paths than by a hash; most hosts have no more files or folders.
const FEW: usize = 8;

/// The first of them one after the other, the others hashed.
pub(super) struct ByPath<T> {
    few: Vec<(OsString, T)>,
    many: HashMap<OsString, T, RandomState>,
}

impl<T> Default for ByPath<T> {
    fn default() -> Self {
        Self { few: Vec::new(), many: HashMap::default() }
    }
}

impl<T> ByPath<T> {
    pub(super) fn get(&self, path: &OsStr) -> Option<&T> {
        let few = self.few.iter().find(|(known, _)| known == path).map(|(_, value)| value);
        few.or_else(|| self.many.get(path))
    }

    pub(super) fn insert(&mut self, path: OsString, value: T) {
        if let Some((_, known)) = self.few.iter_mut().find(|(known, _)| *known == path) {
            *known = value;
        } else if self.few.len() < FEW {
            self.few.push((path, value));
        } else {
            self.many.insert(path, value);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&OsStr, &T)> {
        let few = self.few.iter().map(|(path, value)| (path.as_os_str(), value));
        few.chain(self.many.iter().map(|(path, value)| (path.as_os_str(), value)))
    }
}
