//! What is said in the end of facts and hosts that do not belong together.

use crate::discover::relative;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// As many names as one note lists.
const SHOWN: usize = 20;

/// Hosts without facts and facts without hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unmatched {
    /// Hosts that no file is for.
    pub hosts: Vec<PathBuf>,
    /// Files that no host asked for.
    pub files: Vec<PathBuf>,
    /// Files that were taken for several hosts, with these.
    pub several: Vec<(PathBuf, Vec<PathBuf>)>,
}

impl Unmatched {
    /// As notes, one a line; hosts are shown relative to the current directory.
    #[must_use]
    pub fn notes(&self, here: &Path) -> Vec<String> {
        let shown = |host: &PathBuf| match relative(here, host) {
            path if path.as_os_str().is_empty() => PathBuf::from("."),
            path => path,
        };
        let hosts: Vec<PathBuf> = self.hosts.iter().map(shown).collect();
        let mut notes = Vec::new();
        if !hosts.is_empty() {
            let name = self.hosts.iter().find_map(|host| host.file_name()).unwrap_or(OsStr::new("web1"));
            notes.push(format!(
                "no facts for {}; a file of facts is named after its host, like {}.json",
                counted(&hosts, "host", "hosts"),
                name.display()
            ));
        }
        if !self.files.is_empty() {
            notes.push(format!("no host for {}", counted(&self.files, "file of facts", "files of facts")));
        }
        for (file, hosts) in &self.several {
            let hosts: Vec<PathBuf> = hosts.iter().map(shown).collect();
            notes.push(format!(
                "{} was taken for {}; name files after their hosts in full",
                file.display(),
                counted(&hosts, "host", "hosts")
            ));
        }
        notes
    }
}

/// `2 hosts: a, b`, cut where there are many.
fn counted(paths: &[PathBuf], one: &str, many: &str) -> String {
    let names: Vec<String> = paths.iter().take(SHOWN).map(|path| path.display().to_string()).collect();
    let rest = paths.len().saturating_sub(SHOWN);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{} {}: {}{more}", paths.len(), if paths.len() == 1 { one } else { many }, names.join(", "))
}
