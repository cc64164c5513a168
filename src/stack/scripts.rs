//! Scripts that an administrator lays into `/etc/network/if-pre-up.d` and `if-up.d`, where they may set a link's
//! address. All programs of the family run them for each interface, with the options in the environment.

use super::commands::{self, Attempt, Run, Status};
use super::eni::source::wild;
use super::hook::Environment;
use super::kernel::Kernel;
use crate::host::Host;
use crate::span::{Place, Span};
use crate::syntax::{Token, physical_lines};
use bstr::{BString, ByteSlice};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The script that makes bridges, which each stack models itself, and others of packages that make links.
const MODELLED: &[&[u8]] = &[b"bridge", b"ifenslave", b"macchanger", b"openvswitch", b"vlan"];
/// Without one of these a script sets no address.
const SIGNS: &[&str] = &["ip link", "ip l ", "ifconfig", "macchanger", "exit "];
/// As long as a script may be.
pub(super) const LONGEST: usize = 64 * 1024;
/// As many bytes of scripts as are run on one host.
const BUDGET: usize = 8 * 1024 * 1024;

/// One script.
struct Script {
    name: BString,
    file: Arc<Path>,
    text: Arc<[u8]>,
}

/// The scripts of a host.
pub(super) struct Scripts {
    pre_up: Vec<Script>,
    up: Vec<Script>,
    left: Cell<usize>,
}

/// When a script runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// In `if-pre-up.d`, before the hook that makes bridges.
    BeforeBridge,
    /// In `if-pre-up.d`, after it.
    AfterBridge,
    /// In `if-up.d`.
    Up,
}

/// Whose names are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// run-parts (debianutils): letters, digits, `_` and `-`.
    RunParts,
    /// All (ifupdown2's `load_scripts`).
    All,
}

impl Scripts {
    /// Reads those that may matter.
    pub(super) fn read(host: &Host, names: Names) -> Self {
        let wanted = names == Names::RunParts || ifupdown2_runs_them(host);
        let folder = |path| if wanted { folder(host, path, names) } else { Vec::new() };
        Self { pre_up: folder("etc/network/if-pre-up.d"), up: folder("etc/network/if-up.d"), left: Cell::new(BUDGET) }
    }

    /// Whether there is none to run.
    pub(super) fn is_empty(&self, when: When) -> bool {
        self.at(when).is_empty()
    }

    fn at(&self, when: When) -> &[Script] {
        let (before, after) = self.pre_up.split_at(self.pre_up.partition_point(|script| script.name < "bridge"));
        match when {
            When::BeforeBridge => before,
            When::AfterBridge => after,
            When::Up => &self.up,
        }
    }

    /// Runs them one after the other. `tell` is given what each tried, with the line and what that is called. An
    /// error is why the interface fails: at the first script that does (`run-parts --exit-on-error`), or at the
    /// end.
    pub(super) fn run(
        &self,
        when: When,
        kernel: &mut Kernel,
        environment: &Environment,
        exit_on_error: bool,
        mut tell: impl FnMut(Attempt, Place, String),
    ) -> Result<(), String> {
        let mut failed = Ok(());
        for script in self.at(when) {
            let Some(left) = self.left.get().checked_sub(script.text.len()) else { break };
            self.left.set(left);
            let run = script.run(kernel, environment);
            for attempt in run.attempts {
                let (line, what) = script.told(&attempt);
                tell(attempt, line, what);
            }
            if run.status == Status::Failure {
                failed = failed.and_then(|()| Err(format!("the script /{} fails", script.file.display())));
                if exit_on_error {
                    break;
                }
            }
        }
        failed
    }
}

/// `addon_scripts_support`, which Debian's file switches on.
fn ifupdown2_runs_them(host: &Host) -> bool {
    let text = host.read(Path::new("etc/network/ifupdown2/ifupdown2.conf"));
    text.is_none_or(|text| text.lines().any(|line| line.trim_ascii() == b"addon_scripts_support=1"))
}

/// The scripts of one folder, sorted.
fn folder(host: &Host, folder: &str, names: Names) -> Vec<Script> {
    let scripts = host.entries(Path::new(folder)).into_iter().filter_map(|name| {
        let plain = name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte));
        if !(plain || names == Names::All) || MODELLED.contains(&name.as_slice()) {
            return None;
        }
        let path: PathBuf = Path::new(folder).join(name.to_path_lossy());
        let text = shell_script(host, &path)?;
        let matters = SIGNS.iter().any(|sign| text.contains_str(sign));
        matters.then(|| Script { name, file: Arc::from(path), text })
    });
    scripts.collect()
}

/// The text of a file that the kernel hands to a shell of the `sh` kind.
pub(super) fn shell_script(host: &Host, path: &Path) -> Option<Arc<[u8]>> {
    let text = host.is_file(path).then(|| host.read(path)).flatten()?;
    let first = text.lines().next().unwrap_or_default().trim_ascii_end();
    let interpreter = first.strip_prefix(b"#!").map(<[u8]>::trim_ascii_start)?;
    let program = interpreter.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let shell = [&b"*/sh"[..], b"*/dash", b"*/bash", b"*/ash"].iter().any(|shell| wild(shell, program));
    let forbidden = host.mode(path).is_some_and(|mode| mode.bits & 0o111 == 0);
    (shell && !forbidden && text.len() <= LONGEST).then_some(text)
}

impl Script {
    fn run(&self, kernel: &mut Kernel, environment: &Environment) -> Run {
        let token = Token { text: BString::from(&self.text[..]), span: Span::new(0, self.text.len()) };
        commands::run(kernel, &self.file, &token, || &environment.values)
    }

    /// The line in which an attempt stands, and what a report calls it.
    fn told(&self, attempt: &Attempt) -> (Place, String) {
        let line = physical_lines(&self.text)
            .find(|line| line.start <= attempt.place.span.start && attempt.place.span.start < line.end);
        let line = Place::new(&self.file, line.unwrap_or(attempt.place.span));
        (line, format!("the script /{}", self.file.display()))
    }
}
