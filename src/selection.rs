//! Which rules' findings are reported where, and how bad they are.

use crate::finding::{Finding, Severity};
use crate::glob::Glob;
use crate::nearest::nearest;
use crate::rules::RULES;
use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

/// A rule's name that is known to exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleName(pub &'static str);

impl FromStr for RuleName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || RULES.iter().map(|rule| rule.name);
        if let Some(name) = names().find(|name| *name == text) {
            return Ok(Self(name));
        }
        Err(match nearest(text.as_bytes(), names()) {
            Some(name) => format!("no rule is called `{text}`; did you mean `{name}`?"),
            None => format!("no rule is called `{text}`; `bridgepin rule` lists them"),
        })
    }
}

/// What one place says about rules: the configuration file, a table for a path in it, the command line.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// It holds for these paths only.
    pub path: Option<Glob>,
    /// Report these and no others, whatever was said before.
    pub select: Option<Vec<RuleName>>,
    /// Do not report these.
    pub ignore: Vec<RuleName>,
}

/// All that is said about rules, the strongest last.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The folder that the layers' paths are relative to.
    pub folder: PathBuf,
    /// A layer overrides those before it.
    pub layers: Vec<Layer>,
    /// How bad a rule's findings are, where that was said.
    pub severity: BTreeMap<RuleName, Severity>,
}

impl Selection {
    /// Whether a rule's findings are reported in a file, by its path on this machine.
    #[must_use]
    pub fn reports(&self, rule: &str, file: impl FnOnce() -> PathBuf) -> bool {
        let file = LazyCell::new(file);
        let names = |names: &[RuleName]| names.iter().any(|name| name.0 == rule);
        let holds = |layer: &&Layer| layer.path.as_ref().is_none_or(|glob| glob.covers_in(&self.folder, &file));
        self.layers.iter().filter(holds).fold(true, |reported, layer| {
            layer.select.as_ref().map_or(reported, |select| names(select)) && !names(&layer.ignore)
        })
    }

    /// Gives a finding the severity that was said for its rule.
    pub fn grade(&self, finding: &mut Finding) {
        if let Some((_, severity)) = self.severity.iter().find(|(rule, _)| rule.0 == finding.rule) {
            finding.severity = *severity;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn names(text: &str) -> Vec<RuleName> {
        text.split_whitespace().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn a_layer_that_selects_starts_over() {
        let layer = |path: &str, select: &str, ignore: &str| Layer {
            path: (!path.is_empty()).then(|| path.parse().unwrap()),
            select: (!select.is_empty()).then(|| names(select)),
            ignore: names(ignore),
        };
        let reported = |layers: &[Layer], file: &str| -> Vec<&str> {
            let selection = Selection { folder: "/repo".into(), layers: layers.to_vec(), ..Selection::default() };
            let three = ["ineffective-pin", "syntax", "unpinned-bridge"];
            three.into_iter().filter(|rule| selection.reports(rule, || file.into())).collect()
        };
        let file = layer("", "", "syntax");
        assert_eq!(reported(&[], "/repo/a"), ["ineffective-pin", "syntax", "unpinned-bridge"]);
        assert_eq!(reported(std::slice::from_ref(&file), "/repo/a"), ["ineffective-pin", "unpinned-bridge"]);
        let path = layer("old", "syntax ineffective-pin", "ineffective-pin");
        assert_eq!(reported(&[file.clone(), path.clone()], "/repo/old/a"), ["syntax"]);
        assert_eq!(reported(&[file.clone(), path.clone()], "/repo/a"), ["ineffective-pin", "unpinned-bridge"]);
        let command_line = layer("", "unpinned-bridge syntax", "syntax");
        assert_eq!(reported(&[file, path, command_line], "/repo/old/a"), ["unpinned-bridge"]);
    }

    #[test]
    fn names_the_nearest_rule() {
        let refused = |text: &str| text.parse::<RuleName>().unwrap_err();
        assert_eq!(refused("unpined-bridge"), "no rule is called `unpined-bridge`; did you mean `unpinned-bridge`?");
        assert_eq!(refused("bond"), "no rule is called `bond`; `bridgepin rule` lists them");
    }
}
