//! What was made of a host's files, each kind once, and of single texts.

use super::Host;
use super::disk::lock;
use foldhash::fast::RandomState;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

type Made = Arc<dyn Any + Send + Sync>;

/// What is known by its kind and the version of who made it.
#[derive(Default)]
pub(super) struct Memo(Mutex<Vec<(&'static str, String, Made)>>);

/// As many texts are kept with what was made of them; a host has few, and each takes memory.
const TEXT_LIMIT: usize = 64;

/// What was made of texts.
#[derive(Default)]
pub(super) struct TextMemo(Mutex<HashMap<TextKey, MadeOfText, RandomState>>);

/// Where a text lies in memory, what is made of it, and the version of who makes it.
type TextKey = (usize, TypeId, u32);

struct MadeOfText {
    made: Made,
    /// Kept, so that no other text comes to lie where it does.
    _text: Arc<[u8]>,
}

impl Host {
    /// What `make` makes of the files; made once for each kind and version, as long as the files are the same.
    #[must_use]
    pub fn once<T: Any + Send + Sync>(&self, kind: &'static str, version: &str, make: impl FnOnce() -> T) -> Arc<T> {
        let known = |entry: &&(&'static str, String, Made)| entry.0 == kind && entry.1 == version && entry.2.is::<T>();
        let made = lock(&self.memo.0).iter().find(known).map(|entry| Arc::clone(&entry.2));
        if let Some(made) = made.and_then(|made| made.downcast().ok()) {
            return made;
        }
        let made = Arc::new(make());
        lock(&self.memo.0).push((kind, version.to_owned(), Arc::clone(&made) as Made));
        made
    }

    /// Lets go of what was made of the files, where nobody will ask again.
    pub fn forget_made(&self) {
        lock(&self.memo.0).clear();
        lock(&self.cache.made.0).clear();
    }

    /// What `make` makes of a text; made once for each version, for hosts with other files too that have this one.
    #[must_use]
    pub fn once_of_text<T: Any + Send + Sync>(
        &self,
        text: &Arc<[u8]>,
        version: u32,
        make: impl FnOnce(&[u8]) -> T,
    ) -> Arc<T> {
        let key = (text.as_ptr().addr(), TypeId::of::<T>(), version);
        let made = lock(&self.cache.made.0).get(&key).map(|known| Arc::clone(&known.made));
        if let Some(made) = made.and_then(|made| made.downcast().ok()) {
            return made;
        }
        let made = Arc::new(make(text));
        let mut known = lock(&self.cache.made.0);
        if known.len() < TEXT_LIMIT {
            known.insert(key, MadeOfText { made: Arc::clone(&made) as Made, _text: Arc::clone(text) });
        }
        made
    }
}
