//! What a test needs of the machine: programs, root, mounts.

use std::path::Path;
use std::process::Command;

/// Says that a test cannot run here: in CI that is a failure, elsewhere it is printed.
pub fn lacking(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "this test needs {what}");
    println!("skipped: this test needs {what}");
}

/// Whether a program runs; says so where it does not.
pub fn runs(program: &[&str], what: &str) -> bool {
    let runs = Command::new(program[0]).args(&program[1..]).output().is_ok_and(|out| out.status.success());
    if !runs {
        lacking(what);
    }
    runs
}

/// Runs the test `test` of this binary once more, in a mount namespace of its own, with `script` run
/// before it in the directory that the test is given.
pub fn with_mounts(test: &str, script: &str, inside: impl Fn(&Path)) {
    if let Some(dir) = std::env::var_os("TEST_DIR") {
        return inside(Path::new(&dir));
    }
    if !runs(&["unshare", "--mount", "true"], "root, and `unshare` of util-linux to mount in private") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let out = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-ec", &format!("{script}\nexec \"$@\""), "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("TEST_DIR", dir.path())
        .current_dir(dir.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout) + String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && text.contains("1 passed"), "{text}");
}
