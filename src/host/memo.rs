//! What was made of a host's files, each kind once.

use super::Host;
use super::disk::lock;
use std::any::Any;
use std::sync::{Arc, Mutex};

type Made = Arc<dyn Any + Send + Sync>;

/// What is known by its kind and the version of who made it.
#[derive(Default)]
pub(super) struct Memo(Mutex<Vec<(&'static str, String, Made)>>);

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
}
