//! Which files are profiles (nms-ifcfg-rh-utils.c `utils_should_ignore_file`, `utils_detect_ifcfg_path`).

use crate::bytes::rsplit_once;
use crate::host::{Host, Kind};
use crate::stack::ifcfg::{self, DIRECTORY};
use bstr::{BStr, BString, ByteSlice};
use std::path::Path;

/// What editors, patch, rpm and augeas leave behind; in any case.
const IGNORED: &[&str] = &[".augnew", ".augtmp", ".bak", ".orig", ".rej", ".rpmnew", "~"];

/// The names behind `ifcfg-` of all profiles, sorted.
pub(super) fn names(host: &Host) -> Vec<BString> {
    let entries = host.entries(Path::new(DIRECTORY));
    let names = entries.iter().filter(|entry| !is_ignored(entry)).filter_map(|entry| entry.strip_prefix(b"ifcfg-"));
    names.filter(|name| !name.is_empty() && !is_alias(host, name.as_bstr())).map(BString::from).collect()
}

fn is_ignored(name: &[u8]) -> bool {
    let ends_with = |suffix: &&str| {
        let at = name.len().checked_sub(suffix.len()).filter(|&at| at > 0);
        at.is_some_and(|at| name[at..].eq_ignore_ascii_case(suffix.as_bytes()))
    };
    // rpm's temporary names: `;` and eight hexadecimal digits.
    let temporary =
        rsplit_once(name, b';').is_some_and(|(_, id)| id.len() == 8 && id.iter().all(u8::is_ascii_hexdigit));
    temporary || IGNORED.iter().any(ends_with)
}

/// A name with a colon is an alias where the file before the colon exists.
fn is_alias(host: &Host, name: &BStr) -> bool {
    let base = rsplit_once(name, b':');
    base.is_some_and(|(base, _)| {
        !matches!(host.kind(&ifcfg::path("ifcfg-", base.as_bstr())), Kind::Missing | Kind::Dangling)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn leaves_out_what_the_plugin_leaves_out() {
        let dir = tempfile::tempdir().unwrap();
        let all = [
            "b0",
            "b0:0",
            "b1:0",
            "b2.bak",
            "b2.BAK",
            "b2~",
            "b2.orig",
            "b2.rej",
            "b2.rpmnew",
            "b2.augnew",
            "b2.augtmp",
            "b2;5f3a2b1c",
            "b3.rpmsave",
            "b4.rpmorig",
            "b5.old",
            "b6.swp",
            "b7.disabled",
            "b8;5f3a2b1",
            "b 9",
            "",
        ];
        let host = all.iter().fold(Host::new(dir.path()), |host, name| {
            host.with_file(&Path::new(DIRECTORY).join(format!("ifcfg-{name}")), Vec::new())
        });
        assert_eq!(
            names(&host),
            ["b 9", "b0", "b1:0", "b3.rpmsave", "b4.rpmorig", "b5.old", "b6.swp", "b7.disabled", "b8;5f3a2b1"]
        );
    }
}
