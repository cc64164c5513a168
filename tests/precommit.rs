//! The hooks in real repositories, run by the real pre-commit on `git commit`.
//!
//! `.ci/run` installs what this needs into `target/venv`. The hooks come from a clone of this working tree, which pre-commit builds with Rust once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use bstr::ByteSlice;
use common::{File, Tree, needs, write_tree};
use pretty_assertions::assert_eq;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const FLOATING: &str = "\
auto eth0
iface eth0 inet manual
    hwaddress b4:99:ba:00:00:01

auto br0
iface br0 inet dhcp
    bridge_ports eth0
";
const PINNED: &str = "\
auto br0
iface br0 inet dhcp
    bridge_ports eth0
    bridge_hw b4:99:ba:00:00:02
";
/// What [`FLOATING`] is after its fix.
fn fixed() -> String {
    FLOATING.to_owned() + "    bridge_hw b4:99:ba:00:00:01\n"
}
const REPORT: &str = "\
error[unpinned-bridge]: br0 takes the lowest address among its ports and changes with them
 --> hosts/web1/etc/network/interfaces:6:7
  |
6 | iface br0 inet dhcp
  |       ^^^ nothing sets its address
  |
";

fn manifest() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A program of `target/venv`, which was looked for before.
fn tool(name: &str) -> PathBuf {
    needs::tool(name).unwrap()
}

/// Where pre-commit keeps what it has built: emptied, as it would take what an earlier run built for the same tag.
fn home() -> &'static Path {
    static HOME: OnceLock<PathBuf> = OnceLock::new();
    HOME.get_or_init(|| {
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pre-commit");
        let _ = fs::remove_dir_all(&home);
        home
    })
}

/// A folder with the program: a copy, because maturin takes what Cargo has built away while it packs it.
fn on_path() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bin");
        fs::create_dir_all(&folder).unwrap();
        let _ = fs::remove_file(folder.join("bridgepin"));
        fs::copy(env!("CARGO_BIN_EXE_bridgepin"), folder.join("bridgepin")).unwrap();
        folder
    })
}

/// Runs a program with what these tests need around it; what it prints on both streams, and whether it ended well.
fn run(folder: &Path, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> (String, bool) {
    let (venv, scratch) = (manifest().join("target/venv/bin"), Path::new(env!("CARGO_TARGET_TMPDIR")));
    let path = format!("{}:{}:{}", on_path().display(), venv.display(), std::env::var("PATH").unwrap());
    let script = "exec 2>&1; exec \"$@\"";
    let output = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(program)
        .args(arguments)
        .current_dir(folder)
        .env("PATH", path)
        .env("PRE_COMMIT_HOME", home())
        .env("PRE_COMMIT_COLOR", "never")
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")])
        .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.org")])
        .envs([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.org")])
        .envs([("PIP_NO_INDEX", ""), ("PIP_INDEX_URL", &format!("file://{}/simple", scratch.display()))])
        .envs([("PIP_DISABLE_PIP_VERSION_CHECK", "1"), ("PIP_NO_CACHE_DIR", "1")])
        // What the tests were built of is there; a build that nobody waits for needs no optimisation.
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TARGET_DIR", scratch.join("cargo"))
        .envs([("CARGO_PROFILE_RELEASE_LTO", "off"), ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")])
        .envs([("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "64"), ("CARGO_PROFILE_RELEASE_STRIP", "true")])
        .env_remove("GITHUB_ACTIONS")
        .output()
        .unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.success())
}

/// As [`run`], of what must end well.
fn must(folder: &Path, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> String {
    let (printed, success) = run(folder, program, arguments);
    assert!(success, "{arguments:?}: {printed}");
    printed
}

/// A repository that holds this working tree, at the tag that the documentation names.
fn project() -> &'static str {
    static PROJECT: OnceLock<String> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("project");
        let _ = fs::remove_dir_all(&folder);
        let files = must(manifest(), "git", &["ls-files", "--cached", "--others", "--exclude-standard"]);
        for file in files.lines().filter(|file| manifest().join(file).is_file()) {
            // Not what the build does not read: the hook's clone is smaller, and the test quicker.
            if ["src/", "benches/"].iter().any(|part| file.starts_with(part)) || !file.contains('/') {
                let target = folder.join(file);
                fs::create_dir_all(target.parent().unwrap()).unwrap();
                fs::copy(manifest().join(file), target).unwrap();
            }
        }
        must(&folder, "git", &["init", "-q"]);
        must(&folder, "git", &["add", "-A"]);
        must(&folder, "git", &["commit", "-qm", "bridgepin"]);
        must(&folder, "git", &["tag", "v0.1.0"]);
        format!("file://{}", folder.display())
    })
}

/// A repository of configuration with these files, committed, and a hook, installed.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new(hooks: &str, committed: &[(&str, &str)]) -> Self {
        tool("pre-commit");
        let repository = Self(tempfile::tempdir().unwrap());
        repository.write(&[(".pre-commit-config.yaml", hooks)]);
        repository.write(committed);
        must(repository.path(), "git", &["init", "-q"]);
        must(repository.path(), "git", &["add", "-A"]);
        must(repository.path(), "git", &["commit", "-qm", "before there were hooks"]);
        must(repository.path(), "pre-commit", &["install"]);
        repository
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, files: &[(&str, &str)]) {
        let tree: Tree = files.iter().map(|(path, text)| (path.into(), File::Text((*text).into()))).collect();
        write_tree(self.path(), &tree);
    }

    fn read(&self, file: &str) -> String {
        fs::read(self.path().join(file)).unwrap().to_str().unwrap().to_owned()
    }

    /// What a person sees of `git add` and `git commit`, without what pre-commit says of its own set-up.
    fn commit(&self) -> (String, bool) {
        must(self.path(), "git", &["add", "-A"]);
        let (printed, success) = run(self.path(), "git", &["commit", "-qm", "change"]);
        let lines: Vec<&str> = printed.lines().filter(|line| !line.starts_with("[INFO]")).collect();
        (lines.join("\n") + "\n", success)
    }
}

/// A configuration that takes one hook of this project.
fn hook(id: &str, more: &str) -> String {
    format!("repos:\n  - repo: {}\n    rev: v0.1.0\n    hooks:\n      - id: {id}\n{more}", project())
}

/// The two ways by which the hooks find the program.
const WAYS: [&str; 2] = ["", "-system"];

#[test]
fn the_check_hook_reports() {
    if needs::tool("pre-commit").is_none() {
        return;
    }
    for way in WAYS {
        let repository = Repository::new(&hook(&format!("bridgepin{way}"), ""), &[]);
        repository
            .write(&[("hosts/web1/etc/network/interfaces", FLOATING), ("hosts/web2/etc/network/interfaces", PINNED)]);
        let (printed, success) = repository.commit();
        assert!(!success);
        let start = format!(
            "bridgepin................................................................Failed\n\
             - hook id: bridgepin{way}\n- exit code: 1\n\n{REPORT}"
        );
        assert_eq!(printed.get(..start.len()).unwrap_or(&printed), start);
        assert!(printed.ends_with("\nFound 1 error; --fix can fix 1.\n\n"), "{printed}");
        assert_eq!(repository.read("hosts/web1/etc/network/interfaces"), FLOATING);

        repository.write(&[("hosts/web1/etc/network/interfaces", &fixed())]);
        let (printed, success) = repository.commit();
        let passed = "bridgepin................................................................Passed\n";
        assert_eq!((printed.as_str(), success), (passed, true));
    }
}

#[test]
fn the_fix_hook_changes_files_and_fails_once() {
    if needs::tool("pre-commit").is_none() {
        return;
    }
    for way in WAYS {
        let repository = Repository::new(&hook(&format!("bridgepin-fix{way}"), ""), &[]);
        repository
            .write(&[("hosts/web1/etc/network/interfaces", FLOATING), ("hosts/web2/etc/network/interfaces", PINNED)]);
        let (printed, success) = repository.commit();
        assert!(!success);
        let start = format!(
            "bridgepin (fix)..........................................................Failed\n\
             - hook id: bridgepin-fix{way}\n- files were modified by this hook\n\nfixed[unpinned-bridge]"
        );
        assert_eq!(printed.get(..start.len()).unwrap_or(&printed), start);
        assert!(printed.ends_with("\nFixed 1 finding in 1 file; nothing remains.\n\n"), "{printed}");
        assert_eq!(repository.read("hosts/web1/etc/network/interfaces"), fixed());

        let (printed, success) = repository.commit();
        let passed = "bridgepin (fix)..........................................................Passed\n";
        assert_eq!((printed.as_str(), success), (passed, true));
        assert_eq!(repository.read("hosts/web1/etc/network/interfaces"), fixed());
    }
}

/// pre-commit's own `exclude:`, and bridgepin.toml's, which counts although files are given by name.
#[test]
fn excludes_are_honoured() {
    if needs::tool("pre-commit").is_none() {
        return;
    }
    let skipped = "bridgepin............................................(no files to check)Skipped\n";
    let passed = "bridgepin................................................................Passed\n";
    for (more, configuration, expected) in [
        ("        exclude: ^hosts/web1/\n", "", skipped),
        ("", "exclude = [\"hosts/web1\"]\n", passed),
        ("        args: [--exclude, web1]\n", "", passed),
        ("        args: [--config, conf/own.toml]\n", "", passed),
    ] {
        let repository = Repository::new(&hook("bridgepin-system", more), &[]);
        repository.write(&[("hosts/web1/etc/network/interfaces", FLOATING), ("bridgepin.toml", configuration)]);
        repository.write(&[("conf/own.toml", "exclude = [\"web1\"]\n")]);
        let (printed, success) = repository.commit();
        assert_eq!((printed.as_str(), success), (expected, true), "{more}{configuration}");
    }
}

/// Only what changed is given to a hook; what stands beside it is read, and not reported.
#[test]
fn siblings_are_context() {
    if needs::tool("pre-commit").is_none() {
        return;
    }
    let folder = "hosts/web1/etc/sysconfig/network-scripts";
    let file = |name: &str| format!("{folder}/{name}");
    let (bridge, port, other) = (file("ifcfg-br0"), file("ifcfg-eth0"), file("ifcfg-br1"));
    let repository = Repository::new(
        &hook("bridgepin-fix-system", ""),
        &[
            ("hosts/web1/etc/redhat-release", "CentOS Linux release 7.9.2009 (Core)\n"),
            (&port, "DEVICE=eth0\nHWADDR=b4:99:ba:00:00:01\nBRIDGE=br0\nONBOOT=yes\n"),
            (&other, "DEVICE=br1\nTYPE=Bridge\nONBOOT=yes\nBOOTPROTO=dhcp\n"),
        ],
    );
    repository.write(&[(&bridge, "DEVICE=br0\nTYPE=Bridge\nONBOOT=yes\nBOOTPROTO=dhcp\n")]);
    let (printed, success) = repository.commit();
    assert!(!success && !printed.contains("br1"), "{printed}");
    let fixed = "DEVICE=br0\nTYPE=Bridge\nMACADDR=b4:99:ba:00:00:01\nONBOOT=yes\nBOOTPROTO=dhcp\n";
    assert_eq!(repository.read(&bridge), fixed);
    assert_eq!(repository.read(&other), "DEVICE=br1\nTYPE=Bridge\nONBOOT=yes\nBOOTPROTO=dhcp\n");
    assert!(repository.commit().1);
}

/// A folder that pip takes for an index: the wheel, and what pre-commit builds its own placeholder with.
fn index() {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let simple = scratch.join("simple");
    let _ = fs::remove_dir_all(&simple);
    let wheels = simple.join("bridgepin");
    let out = wheels.to_str().unwrap();
    let target = manifest().join("target");
    let build =
        ["build", "--offline", "--compatibility", "linux", "--target-dir", target.to_str().unwrap(), "--out", out];
    must(manifest(), tool("maturin"), &build);
    let packages = walkdir::WalkDir::new(manifest().join("target/venv/lib")).into_iter().map(Result::unwrap);
    for wheel in packages.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "whl")) {
        let name = wheel.file_name().to_str().unwrap();
        let folder = simple.join(name.split('-').next().unwrap());
        fs::create_dir_all(&folder).unwrap();
        fs::copy(wheel.path(), folder.join(name)).unwrap();
    }
    for folder in fs::read_dir(&simple).unwrap().map(|entry| entry.unwrap().path()) {
        let names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let page: String = names.map(|name| format!("<a href=\"{name}\">{name}</a>\n")).collect();
        fs::write(folder.join("index.html"), page).unwrap();
    }
}

/// The hook of docs/integrations.md that needs no Rust: the wheel from an index.
#[test]
fn a_hook_with_the_wheel() {
    if needs::tool("pre-commit").is_none() {
        return;
    }
    let page = fs::read_to_string(manifest().join("docs/integrations.md")).unwrap();
    let block = page.split("```yaml\n").find(|block| block.contains("additional_dependencies")).unwrap();
    let hooks = block.split("```").next().unwrap();
    let ours = fs::read_to_string(manifest().join(".pre-commit-hooks.yaml")).unwrap();
    let files = ours.split("&files ").nth(1).unwrap().lines().next().unwrap();
    assert!(hooks.contains(&format!("files: {files}\n")), "the page has other files than .pre-commit-hooks.yaml");
    index();
    let repository = Repository::new(hooks, &[]);
    repository.write(&[("hosts/web1/etc/network/interfaces", FLOATING)]);
    let (printed, success) = repository.commit();
    assert!(!success && printed.contains(REPORT), "{printed}");
    repository.write(&[("hosts/web1/etc/network/interfaces", PINNED)]);
    let (printed, success) = repository.commit();
    let passed = "bridgepin................................................................Passed\n";
    assert_eq!((printed.as_str(), success), (passed, true));
}
