//! JUnit's XML, as Jenkins and GitLab read it: a finding is a test case that fails, one that was fixed passes.
//!
//! There is no standard. Jenkins takes what stands behind the last dot of `classname` for the class and the rest for its
//! package (junit-plugin, `CaseResult`), so paths, which have dots, are in `name`. GitLab tells cases apart by
//! `classname`, `name` and `file` (`Gitlab::Ci::Reports::TestCase`), so equal ones are numbered.

use super::{Reported, Repository, Summary, explanation, visible};
use bstr::BString;
use std::collections::HashMap;
use std::fmt::Write;
use std::io;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"bridgepin\">\n";

/// A host's test cases. How many there are and fail stands before them, so a host's are kept until the next one's come.
#[derive(Debug, Default)]
pub(super) struct Suite {
    host: BString,
    cases: String,
    tests: usize,
    failures: usize,
    names: HashMap<String, usize>,
    has_head: bool,
}

impl Suite {
    /// Adds a finding; writes the cases of the host before, if this is another's.
    pub(super) fn finding(
        &mut self,
        out: &mut dyn io::Write,
        reported: &Reported<'_>,
        repository: &Repository,
    ) -> io::Result<()> {
        if reported.tree.host != self.host {
            self.write(out)?;
            self.host.clone_from(&reported.tree.host);
        }
        let finding = reported.finding;
        let source = reported.tree.source(&finding.place.file);
        let at = source.position(finding.place.span.start);
        let path = repository.path(source.path.as_ref());
        let file = visible::text(&path);
        let name = match &finding.bridge {
            Some(bridge) => format!("{file} {}", visible::text(bridge)),
            None => file.to_string(),
        };
        let number = self.names.entry(format!("{} {name}", finding.rule)).or_default();
        *number += 1;
        let name = if *number == 1 { name } else { format!("{name} ({number})") };
        self.tests += 1;
        let cases = &mut self.cases;
        // Writing to a String cannot fail.
        let _ = write!(
            cases,
            "    <testcase classname=\"bridgepin.{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"0\"",
            finding.rule,
            escaped(&name),
            escaped(&file),
            at.line
        );
        let message = visible::text(&finding.message);
        let place = format!("{}:{}:{}", visible::text(&source.path), at.line, at.column);
        let mut lines = vec![format!("{place}: {message}")];
        lines.extend(explanation::lines(reported));
        let text = escaped(&lines.join("\n"));
        let _ = if reported.fixed {
            writeln!(cases, ">\n      <system-out>fixed: {text}</system-out>\n    </testcase>")
        } else {
            self.failures += 1;
            let (severity, message) = (finding.severity.word(), escaped(&message));
            writeln!(
                cases,
                ">\n      <failure type=\"{severity}\" message=\"{message}\">{text}</failure>\n    </testcase>"
            )
        };
        Ok(())
    }

    /// Writes what is left. Jenkins takes a report without any test case for a failed run, so there is always one.
    pub(super) fn end(mut self, out: &mut dyn io::Write, summary: &Summary) -> io::Result<()> {
        self.write(out)?;
        if !self.has_head {
            out.write_all(HEAD.as_bytes())?;
        }
        if summary.incomplete || !self.has_head {
            let failed = usize::from(summary.incomplete);
            writeln!(out, "  <testsuite name=\"bridgepin\" tests=\"1\" failures=\"0\" errors=\"{failed}\">")?;
            out.write_all(b"    <testcase classname=\"bridgepin.run\" name=\"all could be done\" time=\"0\"")?;
            out.write_all(if summary.incomplete {
                b">\n      <error message=\"some of the work could not be done\">The log says what.</error>\n    </testcase>\n"
            } else {
                b"/>\n"
            })?;
            out.write_all(b"  </testsuite>\n")?;
        }
        out.write_all(b"</testsuites>\n")
    }

    /// Writes the host's cases, if there are any.
    fn write(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        if self.tests == 0 {
            return Ok(());
        }
        if !self.has_head {
            out.write_all(HEAD.as_bytes())?;
        }
        let (host, tests, failures) = (escaped(&visible::text(&self.host)), self.tests, self.failures);
        writeln!(out, "  <testsuite name=\"{host}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">")?;
        writeln!(out, "{}  </testsuite>", self.cases)?;
        *self = Self { has_head: true, ..Self::default() };
        Ok(())
    }
}

/// Visible text as XML 1.0 has it. It allows no control characters, which visible text has none of, and not these two.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out
}
