//! Which modules run (`/etc/network/ifupdown2/addons.conf`): lines like `pre-up,bridge`.

use crate::host::Host;
use bstr::ByteSlice;
use std::path::Path;
use std::sync::Arc;

/// What the file says; without it, all of Debian's.
pub(super) struct Modules(Option<Arc<[u8]>>);

impl Modules {
    pub(super) fn read(host: &Host) -> Self {
        Self(host.read(Path::new("etc/network/ifupdown2/addons.conf")))
    }

    /// Whether a phase has a module (ifupdownmain.py `load_addon_modules_config`).
    pub(super) fn has(&self, line: &str) -> bool {
        let Self(Some(text)) = self else { return true };
        text.lines().any(|found| found.trim_ascii() == line.as_bytes())
    }
}
