//! Trees of strangers: nothing outside a host's root is read, what is read is bounded, and no text
//! in it forges a report.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "../common/mod.rs"]
mod common;

mod bounds;
mod constructs;
mod includes;
mod names;
mod roots;
mod sizes;
