//! From a finding to changed bytes: which address, which edit, the diff, the write.

pub mod apply;
pub mod plan;
mod wanted;
