//! Findings that are known and not reported again: `--write-baseline` records them, `--baseline` leaves them out.
//!
//! An entry knows its finding by rule, file, bridge and the text of the line, not by the line's number, so that
//! lines may move. Of findings that are equal in all that, the first so many are known.

use crate::discover::relative;
use crate::finding::Finding;
use crate::host::{Host, path_bytes};
use crate::span::Span;
use bstr::ByteSlice;
use serde::{Deserialize, Deserializer, Serialize};
use siphasher::sip::SipHasher24;
use std::collections::{BTreeSet, HashMap};
use std::hash::Hasher;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Raised when an entry changes its meaning.
const VERSION: u32 = 1;

/// A finding that is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its file, relative to the baseline's folder where it lies there.
    pub file: String,
    /// Its rule.
    pub rule: String,
    /// The bridge that it is about.
    pub bridge: Option<String>,
    /// A checksum of the line where it starts, without the blanks around it.
    pub checksum: String,
    /// Which it is of those that are equal in all else, from 1.
    pub ordinal: usize,
}

/// The known findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The folder that the entries' files are relative to.
    folder: PathBuf,
    entries: BTreeSet<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "version", deserialize_with = "version")]
    _version: u32,
    findings: BTreeSet<Entry>,
}

fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        VERSION => Ok(VERSION),
        other => Err(serde::de::Error::custom(format!("version {other} is not known here, only version {VERSION}"))),
    }
}

impl Baseline {
    /// An empty one whose files are relative to `folder`, an absolute path.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, entries: BTreeSet::new() }
    }

    /// Reads a baseline's text; `shown` is its path in messages.
    ///
    /// # Errors
    /// What is wrong with it, where, and what to do.
    pub fn parse(text: &[u8], shown: &Path, folder: PathBuf) -> Result<Self, String> {
        let file: File = serde_json::from_slice(text).map_err(|error| {
            let message = error.to_string();
            let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
            let (shown, line, column) = (shown.display(), error.line().max(1), error.column().max(1));
            format!("{shown}:{line}:{column}: {message}; mend it or write it anew with --write-baseline")
        })?;
        Ok(Self { folder, entries: file.findings })
    }

    /// Writes it: an entry a line, sorted.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{{\n  \"version\": {VERSION},\n  \"findings\": [")?;
        for (number, entry) in self.entries.iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            write!(out, "{comma}\n    {}", serde_json::to_string(entry)?)?;
        }
        let end = if self.entries.is_empty() { "" } else { "\n  " };
        writeln!(out, "{end}]\n}}")
    }

    /// Adds findings, all that one host has in the files that they are in.
    pub fn record(&mut self, host: &Host, findings: &[Finding]) {
        let entries = entries(host, findings, &self.folder);
        self.entries.extend(entries);
    }

    /// Parts all findings of a host into those that are not known, and the entries of the others.
    #[must_use]
    pub fn filter(&self, host: &Host, findings: Vec<Finding>) -> (Vec<Finding>, Vec<Entry>) {
        let entries = entries(host, &findings, &self.folder);
        let mut known = Vec::new();
        let mut kept = Vec::new();
        for (finding, entry) in findings.into_iter().zip(entries) {
            if self.entries.contains(&entry) { known.push(entry) } else { kept.push(finding) }
        }
        (kept, known)
    }

    /// Its entries, sorted.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// How many findings it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it knows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The folder that the entries' files are relative to.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the file of an entry lies.
    #[must_use]
    pub fn file(&self, entry: &Entry) -> PathBuf {
        self.folder.join(&entry.file)
    }
}

/// The entries for findings, one for each.
fn entries(host: &Host, findings: &[Finding], folder: &Path) -> Vec<Entry> {
    let mut equals: HashMap<Entry, usize> = HashMap::new();
    let mut last = None;
    let mut entries = Vec::with_capacity(findings.len());
    for finding in findings {
        let place = &finding.place;
        // Findings come in order: what is said of one line is together.
        let same = last.take().filter(|(file, line, _): &(_, Span, _)| {
            file == &place.file && (line.start..line.end).contains(&place.span.start)
        });
        let (file, span, line) = same.unwrap_or_else(|| {
            let text = host.read(&place.file).unwrap_or_default();
            let span = line_of(&text, place.span.start);
            (place.file.clone(), span, checksum(span.of(&text).trim_ascii()))
        });
        let real = host.real(&file).unwrap_or_else(|| file.to_path_buf());
        let mut entry = Entry {
            file: path_bytes(&relative(folder, &real)).to_str_lossy().into_owned(),
            rule: finding.rule.to_owned(),
            bridge: finding.bridge.as_ref().map(|bridge| bridge.to_str_lossy().into_owned()),
            checksum: line.clone(),
            ordinal: 0,
        };
        last = Some((file, span, line));
        let ordinal = equals.entry(entry.clone()).or_default();
        *ordinal += 1;
        entry.ordinal = *ordinal;
        entries.push(entry);
    }
    entries
}

/// The physical line that holds an offset, with its line ending.
fn line_of(text: &[u8], offset: usize) -> Span {
    let offset = offset.min(text.len());
    let (before, after) = text.split_at(offset);
    let start = before.rfind_byte(b'\n').map_or(0, |newline| newline + 1);
    let end = after.find_byte(b'\n').map_or(text.len(), |len| offset + len + 1);
    Span::new(start, end)
}

fn checksum(line: &[u8]) -> String {
    let mut hasher = SipHasher24::new();
    hasher.write(line);
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::span::Place;
    use pretty_assertions::assert_eq;
    use std::sync::Arc;

    /// A host whose one file is `text`, and a finding at each `X` of it.
    fn found(text: &str) -> (tempfile::TempDir, Host, Vec<Finding>) {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("a"), text).unwrap();
        let file: Arc<Path> = Arc::from(Path::new("a"));
        let finding = |at: usize| Finding {
            rule: "syntax",
            severity: Severity::Warning,
            place: Place::new(&file, Span::at(at)),
            message: String::new(),
            label: String::new(),
            notes: Vec::new(),
            help: Vec::new(),
            bridge: Some("br0".into()),
            stack: None,
            fix: None,
        };
        let findings = text.match_indices('X').map(|(at, _)| finding(at)).collect();
        let host = Host::new(root.path());
        (root, host, findings)
    }

    fn recorded(text: &str) -> Vec<u8> {
        let (root, host, findings) = found(text);
        let mut baseline = Baseline::new(root.path().to_owned());
        baseline.record(&host, &findings);
        let mut out = Vec::new();
        baseline.write(&mut out).unwrap();
        out
    }

    #[test]
    fn entries_do_not_know_line_numbers() {
        let baseline = recorded("X a\n  X b\nX a\n");
        assert_eq!(
            baseline.as_bstr(),
            r#"{
  "version": 1,
  "findings": [
    {"file":"a","rule":"syntax","bridge":"br0","checksum":"de7fb877672a0bef","ordinal":1},
    {"file":"a","rule":"syntax","bridge":"br0","checksum":"de7fb877672a0bef","ordinal":2},
    {"file":"a","rule":"syntax","bridge":"br0","checksum":"e9e945b6c0e67170","ordinal":1}
  ]
}
"#
        );
        let (root, host, findings) = found("new\nX b\n\tX a\nX c\nX a\nX a X");
        let baseline = Baseline::parse(&baseline, Path::new("b.json"), root.path().to_owned()).unwrap();
        let (kept, known) = baseline.filter(&host, findings);
        let kept: Vec<usize> = kept.iter().map(|finding| finding.place.span.start).collect();
        assert_eq!(kept, [13, 21, 25]);
        assert_eq!(known.into_iter().collect::<BTreeSet<_>>(), baseline.entries);
    }

    #[test]
    fn what_is_malformed_is_told_with_its_place() {
        let refused = |text: &str| Baseline::parse(text.as_bytes(), Path::new("b.json"), PathBuf::new()).unwrap_err();
        let cure = "; mend it or write it anew with --write-baseline";
        assert_eq!(refused(""), format!("b.json:1:1: EOF while parsing a value{cure}"));
        assert_eq!(
            refused("{\n  \"version\": 2,\n"),
            format!("b.json:2:14: version 2 is not known here, only version 1{cure}")
        );
        assert_eq!(
            refused("{\"version\": 1, \"findings\": 3}"),
            format!("b.json:1:28: invalid type: integer `3`, expected a sequence{cure}")
        );
    }

    #[test]
    fn an_empty_one_is_read_as_it_was_written() {
        let baseline = recorded("");
        assert_eq!(baseline.as_bstr(), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
        assert!(Baseline::parse(&baseline, Path::new(""), PathBuf::new()).unwrap().is_empty());
    }
}
