//! Names that many hosts share, each kept once.

use bstr::{BStr, BString, ByteSlice};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// Names by their numbers.
#[derive(Default)]
pub(super) struct Names {
    numbers: HashMap<Arc<[u8]>, u32>,
    names: Vec<Arc<[u8]>>,
}

impl Names {
    /// The number of a name.
    pub(super) fn number(&mut self, name: &[u8]) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let (name, number) = (Arc::<[u8]>::from(name), super::number(self.names.len()));
        self.numbers.insert(Arc::clone(&name), number);
        self.names.push(name);
        number
    }

    /// The name that has a number.
    pub(super) fn get(&self, number: u32) -> &BStr {
        self.names.get(number as usize).map_or(BStr::new(b""), |name| name.as_bstr())
    }

    /// The path that has a number.
    pub(super) fn path(&self, number: u32) -> Arc<Path> {
        Arc::from(BString::from(self.get(number)).to_path_lossy().as_ref())
    }
}
