//! `check --fix` under faults, on the built program: whatever happens, each file is the old one or the new one, whole, with
//! its owner, mode and extended attributes, nothing else lies beside it, and the exit code and the message say what it was.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "../common/mod.rs"]
mod common;

mod big_folder;
mod errors;
mod full_disk;
mod killed;
mod leftovers;
mod no_file;
mod races;
mod refused;
mod scenario;
mod strace;
