//! The proof on the kernel: the real programs of Debian's packages bring bridges up in namespaces of their own, and
//! the kernel tells what address they have. Needs root on a Debian machine:
//!
//! `cargo test --test kernel` runs a sample of the measured cases and the story; `KERNEL=all` all cases, on Debian 13 too.
//! `STACK=...` runs the stacks with that in their key, `CASE=...` the cases with that in their id, `--nocapture` prints the figures.
//! The roots with the programs are unpacked once, below `target/`. What cannot run has failed; docs/kernel-tests.md tells more.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod cases;
#[path = "../common/mod.rs"]
mod common;
mod cycle;
mod hosts;
mod machine;
mod neighbour;
mod roots;
mod stacks;
mod story;
mod truth;
