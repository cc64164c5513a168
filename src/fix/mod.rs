//! Fixes on their way out: shown as a diff or saved.

pub mod diff;
pub mod save;
