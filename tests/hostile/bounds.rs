//! Runs within bounds: far more than a file of 16 MiB takes, and far less than one that costs the square of its size.

use super::common::bridgepin;
use std::path::Path;
use std::process::Command;

/// Seconds of CPU time. The program that is tested is not optimised.
const SECONDS: u64 = 60;
/// Address space.
const BYTES: u64 = 1 << 30;

/// What a run in a folder prints, with the exit code, within the bounds.
pub fn bounded(folder: &Path, arguments: &[&str]) -> String {
    let out = Command::new("prlimit")
        .args([format!("--cpu={SECONDS}"), format!("--as={BYTES}"), "--core=0".to_owned(), "--".to_owned()])
        .arg(bridgepin().get_program())
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("`prlimit` of util-linux");
    let code = out.status.code().map_or_else(|| format!("out of bounds: {}", out.status), |code| code.to_string());
    let stderr = String::from_utf8_lossy(&out.stderr);
    let stderr = if stderr.is_empty() { String::new() } else { format!("--- stderr\n{stderr}") };
    format!("{}{stderr}--- exit {code}\n", String::from_utf8_lossy(&out.stdout))
}

/// The bounds are ones: without them this program would go on, or take all memory.
#[test]
fn the_bounds_hold() {
    let sh = |script: &str, limit: &str| {
        Command::new("prlimit").args([limit, "--core=0", "--", "sh", "-c", script]).output().unwrap().status
    };
    assert!(!sh("while :; do :; done", "--cpu=1").success());
    let double = "a=aaaaaaaa; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29; do a=$a$a; done";
    assert!(!sh(double, &format!("--as={BYTES}")).success());
}
