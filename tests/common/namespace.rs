//! Scripts in network and mount namespaces of their own, as root.

use std::path::Path;
use std::process::Command;

/// What a script prints in new namespaces, with their `/sys` and the program on the PATH; it must end well.
pub fn in_namespace(folder: &Path, script: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_bridgepin")).parent().unwrap();
    let mut command = Command::new("unshare");
    if !rustix::process::geteuid().is_root() {
        command.arg("--map-root-user");
    }
    let output = command
        .args(["--net", "--mount", "sh", "-ec", &format!("mount -t sysfs sysfs /sys\n{script}")])
        .current_dir(folder)
        .env("PATH", format!("{}:/usr/sbin:/sbin:{}", program.display(), std::env::var("PATH").unwrap()))
        .env("NO_COLOR", "1")
        .output()
        .expect("`unshare` of util-linux runs");
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{stdout}{stderr}");
    stdout
}
