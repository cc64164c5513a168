//! Comments that silence findings: `# bridgepin: ignore[rule] reason` at the end of a line or above it, and
//! `# bridgepin: ignore-file[rule]` anywhere in a file.

mod comments;
mod directive;
mod entries;

use crate::finding::Finding;
use crate::rules;
use crate::span::Place;
use bstr::Finder;
pub use comments::Style;
use entries::Entries;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// A file whose comments are read.
pub struct Text {
    /// Its path in the host, links followed.
    pub file: Arc<Path>,
    /// Its text.
    pub bytes: Arc<[u8]>,
    /// How it writes comments.
    pub style: Style,
}

/// A comment to us that silences nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Useless {
    /// The rule's name in it, or the comment where that cannot be read.
    pub place: Place,
    /// What is wrong with it.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// What comments leave of a host's findings.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Filtered {
    /// What no comment silences.
    pub kept: Vec<Finding>,
    /// What a comment silences.
    pub silenced: Vec<Finding>,
    /// The comments that silence nothing.
    pub useless: Vec<Useless>,
}

/// Whether a text may have comments to us.
#[must_use]
pub fn speaks_to_us(text: &[u8]) -> bool {
    static NAME: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(directive::NAME));
    NAME.find(text).is_some()
}

/// Parts the findings of a host by its files' comments. `canonical` gives a file's path with its links followed.
#[must_use]
pub fn filter(findings: Vec<Finding>, texts: &[Text], canonical: impl Fn(&Path) -> Arc<Path>) -> Filtered {
    let mut entries = Entries::default();
    let mut useless: Vec<Useless> = texts.iter().flat_map(|text| entries.read(text)).collect();
    let (silenced, kept) = findings.into_iter().partition(|finding| {
        let place = Place { file: canonical(&finding.place.file), span: finding.place.span };
        entries.silences(&place, finding.rule)
    });
    useless.extend(entries.unused(|rule| rule != rules::UNUSED_IGNORE));
    useless.retain(|useless| !entries.silences(&useless.place, rules::UNUSED_IGNORE));
    useless.extend(entries.unused(|rule| rule == rules::UNUSED_IGNORE));
    Filtered { kept, silenced, useless }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::span::{Span, line_column};
    use bstr::ByteSlice;
    use pretty_assertions::assert_eq;

    /// What is left of findings of `unpinned-bridge` at each `X`, and of `syntax` at each `Y`, as `line: message`.
    fn left(text: &str, style: Style) -> Vec<String> {
        let file: Arc<Path> = Arc::from(Path::new("etc/file"));
        let bytes = text.as_bytes();
        let line = |place: &Place| line_column(bytes, place.span.start).0;
        let finding = |rule: &'static str, at: usize| Finding {
            rule,
            severity: Severity::Warning,
            place: Place::new(&file, Span::new(at, at + 1)),
            message: rule.to_owned(),
            label: String::new(),
            notes: Vec::new(),
            help: Vec::new(),
            bridge: None,
            stack: None,
            fix: None,
        };
        let unpinned = bytes.find_iter("X").map(|at| finding("unpinned-bridge", at));
        let findings = unpinned.chain(bytes.find_iter("Y").map(|at| finding("syntax", at))).collect();
        let texts = [Text { file: Arc::clone(&file), bytes: Arc::from(bytes), style }];
        let filtered = filter(findings, &texts, |file| Arc::from(file));
        let kept = filtered.kept.iter().map(|finding| format!("{}: {}", line(&finding.place), finding.message));
        kept.chain(filtered.useless.iter().map(|useless| format!("{}: {}", line(&useless.place), useless.message)))
            .collect()
    }

    #[test]
    fn the_line_above_and_the_same_line() {
        let none: [&str; 0] = [];
        let above = "# bridgepin: ignore[unpinned-bridge] lab\n# note\niface X\nX\n";
        assert_eq!(left(above, Style::Interfaces), ["4: unpinned-bridge"]);
        let continued = "# bridgepin: ignore[syntax]\n a \\\n Y\n Y\n";
        assert_eq!(left(continued, Style::Interfaces), ["4: syntax"]);
        let same = "X=1 # bridgepin: ignore[unpinned-bridge, syntax]\n";
        assert_eq!(left(same, Style::Shell), ["1: nothing on this line is found by `syntax`"]);
        assert_eq!(left("a X \\\n b # bridgepin: ignore[unpinned-bridge]\n", Style::InterfacesNg), none);
        assert_eq!(left("X=a\\\n; bridgepin: ignore[unpinned-bridge]\nb", Style::Unit), none);
        assert_eq!(
            left("# bridgepin: ignore[syntax]\n\nY", Style::Unit),
            ["3: syntax", "1: nothing on this line is found by `syntax`"]
        );
    }

    #[test]
    fn where_a_comment_cannot_stand() {
        let text = "iface X # bridgepin: ignore[unpinned-bridge]\n";
        let complaint = "1: this is no comment here: it is read as part of the line";
        assert_eq!(left(text, Style::Interfaces), ["1: unpinned-bridge", complaint]);
        assert_eq!(left(text, Style::Unit), ["1: unpinned-bridge", complaint]);
        assert_eq!(left(text, Style::InterfacesNg), [""; 0]);
    }

    #[test]
    fn whole_files() {
        let text =
            "X\n# x # bridgepin: ignore-file[unpinned-bridge] y\nX Y\n# bridgepin: ignore-file[syntax,unpined-bridge]";
        let unknown = "4: no rule is called `unpined-bridge`; did you mean `unpinned-bridge`?";
        assert_eq!(left(text, Style::Interfaces), [unknown]);
        assert_eq!(
            left("# bridgepin: ignore-file[syntax]", Style::Interfaces),
            ["1: nothing in this file is found by `syntax`"]
        );
    }

    #[test]
    fn what_is_useless_can_be_ignored_too() {
        let none: [&str; 0] = [];
        for text in [
            "# bridgepin: ignore[syntax, unused-ignore]\na\n",
            "# bridgepin: ignore[unused-ignore]\n# bridgepin: ignore[syntax]\n",
            "# bridgepin: ignore[foo]\n# bridgepin: ignore-file[unused-ignore]\n",
        ] {
            assert_eq!(left(text, Style::Interfaces), none, "{text}");
        }
        assert_eq!(
            left("# bridgepin: ignore[unused-ignore]\nX", Style::Unit),
            ["2: unpinned-bridge", "1: nothing on this line is found by `unused-ignore`"]
        );
    }

    #[test]
    fn many_of_both_take_no_longer() {
        let text = "# bridgepin: ignore[syntax]\n".repeat(100_000) + &"Y".repeat(100_000);
        assert_eq!(left(&text, Style::Interfaces), [""; 0]);
    }
}
