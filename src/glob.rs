//! Patterns for paths, on bytes: `*` and `?` do not cross a slash, `**` as a whole component does,
//! `[...]` is one byte of a set, and a backslash takes the next byte literally.

use crate::fnmatch::{fnmatch, has_open_bracket};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};
use std::str::FromStr;

/// A pattern for paths below a folder. Without a slash it is one for any name in a path; with one it is for the
/// whole path. What it matches it matches with everything below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    text: String,
    /// The pattern's components where it has a slash.
    components: Option<Vec<String>>,
}

impl FromStr for Glob {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let inner = text.trim_end_matches('/');
        if inner.is_empty() {
            return Err(format!("the pattern `{text}` is empty; write one like `vendor` or `hosts/old-*`"));
        }
        let components: Vec<String> =
            inner.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect();
        if let Some(open) = components.iter().find(|part| has_open_bracket(part.as_bytes())) {
            return Err(format!("a `[` without `]` in the pattern `{open}`; write `\\[` for a bracket"));
        }
        let components = inner.contains('/').then_some(components);
        Ok(Self { text: inner.to_owned(), components })
    }
}

impl Glob {
    /// Whether a path, relative to the pattern's folder, or a folder above it matches.
    #[must_use]
    pub fn covers(&self, path: &Path) -> bool {
        let names: Vec<&OsStr> = path
            .components()
            .filter_map(|component| match component {
                Component::Normal(name) => Some(name),
                Component::ParentDir => Some(OsStr::new("..")),
                Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
            })
            .collect();
        match &self.components {
            None => names.iter().any(|name| self.matches_name(name.as_bytes())),
            Some(pattern) => matches_path(pattern, &names),
        }
    }

    /// Whether it covers an absolute path where the pattern is written in `folder`. For what lies
    /// outside that folder only a pattern for names can hold.
    #[must_use]
    pub fn covers_in(&self, folder: &Path, path: &Path) -> bool {
        match path.strip_prefix(folder) {
            Ok(path) => self.covers(path),
            Err(_) => !self.is_for_paths() && self.covers(path),
        }
    }

    /// Whether it has a slash, so that it is for whole paths.
    #[must_use]
    pub fn is_for_paths(&self) -> bool {
        self.components.is_some()
    }

    /// Whether a name matches the pattern as a whole.
    #[must_use]
    pub fn matches_name(&self, name: &[u8]) -> bool {
        fnmatch(self.text.as_bytes(), name, false)
    }
}

/// Whether the path or one above it matches the components. Only the last `**` has to be tried
/// again, as with a star among letters.
fn matches_path(pattern: &[String], names: &[&OsStr]) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(at).map(String::as_str), names.get(read)) {
            (None, _) => return true,
            // `a/**` is what lies in `a`, not `a` itself.
            (Some("**"), name) if at + 1 == pattern.len() => return name.is_some(),
            (Some("**"), _) => {
                at += 1;
                retry = Some((at, read));
            }
            (Some(part), Some(name)) if fnmatch(part.as_bytes(), name.as_bytes(), false) => {
                at += 1;
                read += 1;
            }
            (Some(_), None) => return false,
            (Some(_), Some(_)) => {
                let Some((after, from)) = retry else { return false };
                retry = Some((after, from + 1));
                (at, read) = (after, from + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn covers(pattern: &str, path: &str) -> bool {
        Glob::from_str(pattern).unwrap().covers(Path::new(path))
    }

    #[test]
    fn a_pattern_without_slash_is_for_any_name() {
        for (pattern, path, expected) in [
            ("vendor", "a/vendor/b", true),
            ("vendor/", "vendor", true),
            ("vendor", "vendored", false),
            ("*.netdev", "x/br0.netdev", true),
            ("web?", "hosts/web1/etc", true),
            ("web[0-9]", "web1", true),
            ("web[!0-9]", "web1", false),
            ("[]x]", "]", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
        ] {
            assert_eq!(covers(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn a_pattern_with_slash_is_for_the_path_and_what_lies_below() {
        for (pattern, path, expected) in [
            ("hosts/old-*", "hosts/old-1/etc/network/interfaces", true),
            ("hosts/*", "hosts", false),
            ("./hosts/a", "hosts/a", true),
            ("/a", "a/b", true),
            ("/a", "b/a", false),
            ("hosts/*/c", "hosts/a/b/c", false),
            ("hosts/**/c", "hosts/a/b/c/d", true),
            ("hosts/**/c", "hosts/c", true),
            ("**/x/*", "a/x/b/x/c", true),
            ("a/**", "a", false),
            ("a/**", "a/b", true),
            ("**/a/**/b", "a/c/a/d/b", true),
            ("**/a/**/b", "b/a/c", false),
        ] {
            assert_eq!(covers(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn a_path_outside_the_folder_has_only_names() {
        let in_folder =
            |pattern: &str, path: &str| Glob::from_str(pattern).unwrap().covers_in(Path::new("/repo"), Path::new(path));
        assert!(in_folder("etc/network", "/repo/etc/network/interfaces"));
        assert!(!in_folder("etc/network", "/etc/network/interfaces"));
        assert!(in_folder("interfaces", "/etc/network/interfaces"));
    }

    #[test]
    fn a_pattern_that_means_nothing_is_refused() {
        let refused = |text: &str| Glob::from_str(text).unwrap_err();
        assert_eq!(refused("/"), "the pattern `/` is empty; write one like `vendor` or `hosts/old-*`");
        assert_eq!(refused("a/[b"), "a `[` without `]` in the pattern `[b`; write `\\[` for a bracket");
    }

    #[test]
    fn stars_do_not_explode() {
        let name = "a".repeat(20_000);
        assert!(!covers(&format!("{}b", "a*".repeat(200)), &name));
        let path = "a/".repeat(5_000);
        assert!(!covers(&format!("{}b", "**/a/".repeat(200)), &path));
    }
}
