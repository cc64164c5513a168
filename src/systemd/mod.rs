//! What all readers of systemd's network files share: which files they find, how their values
//! are split and compared, and the addresses that are made of a machine-id.

pub mod address;
pub mod directories;
pub mod files;
pub mod interface;
pub mod matching;
mod user;
pub mod words;
