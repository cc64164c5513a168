//! From a finding to changed bytes: which address, which edit, the diff, the write.

pub mod apply;
pub mod diff;
mod generate;
pub mod plan;
pub mod save;
mod template;
mod wanted;
