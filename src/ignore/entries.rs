//! What the comments of files name, looked up by line.

use super::comments::{Line, lines};
use super::directive::{Directive, NAME, parse};
use super::{Text, Useless};
use crate::selection::RuleName;
use crate::span::{Place, Span};
use bstr::{BStr, ByteSlice};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// The comments of all files.
#[derive(Default)]
pub(super) struct Entries {
    files: HashMap<Arc<Path>, File>,
    entries: Vec<Entry>,
}

/// One rule in one comment.
struct Entry {
    rule: &'static str,
    place: Place,
    whole_file: bool,
    used: bool,
}

struct File {
    lines: Vec<Line>,
    /// The entries for a rule on a line, by the line's number; for the whole file without one.
    on: HashMap<(Option<usize>, &'static str), Vec<usize>>,
}

impl Entries {
    /// Adds a file's comments; returns those that cannot be read.
    pub(super) fn read(&mut self, text: &Text) -> Vec<Useless> {
        let bytes = &*text.bytes;
        let mut useless = Vec::new();
        let mut names = bytes.find_iter(NAME).peekable();
        if names.peek().is_none() {
            return useless;
        }
        let lines = lines(bytes, text.style);
        let targets = targets(&lines);
        let mut file = File { lines, on: HashMap::new() };
        let mut complain = |span: Span, message: String, help: Option<String>| {
            useless.push(Useless { place: Place::new(&text.file, span), message, help });
        };
        for name in names {
            let after = name + NAME.len();
            let Some(mark) = mark_before(bytes, name) else { continue };
            let number = file.line_at(mark);
            let Some(line) = file.lines.get(number) else { continue };
            let Some(comment) = line.comments.iter().find(|comment| comment.start <= mark && mark < comment.end) else {
                if matches!(parse(bytes, after, line_end(bytes, after)), Directive::Ignore { .. }) {
                    let message = "this is no comment here: it is read as part of the line".to_owned();
                    let help = "put it on a line of its own above this one".to_owned();
                    complain(Span::new(mark, after), message, Some(help));
                }
                continue;
            };
            let (whole_file, rules) = match parse(bytes, after, comment.end) {
                Directive::None => continue,
                Directive::Malformed(span, message) => {
                    complain(span, message, None);
                    continue;
                }
                Directive::Ignore { whole_file, rules } => (whole_file, rules),
            };
            let target = targets.get(number).copied().unwrap_or(number);
            let reach = reach(whole_file, number, target);
            for (name, span) in rules {
                match known(name.as_bstr()) {
                    Ok(rule) => {
                        reach.iter().for_each(|at| file.on.entry((*at, rule)).or_default().push(self.entries.len()));
                        self.entries.push(Entry { rule, place: Place::new(&text.file, span), whole_file, used: false });
                    }
                    Err(message) => complain(span, message, None),
                }
            }
        }
        self.files.insert(Arc::clone(&text.file), file);
        useless
    }

    /// Whether a comment silences what a rule finds at a place; such comments are of use.
    pub(super) fn silences(&mut self, place: &Place, rule: &'static str) -> bool {
        let Some(file) = self.files.get_mut(&place.file) else { return false };
        let line = file.line_at(place.span.start);
        let mut silenced = false;
        for at in [Some(line), None] {
            let Some(entries) = file.on.get_mut(&(at, rule)) else { continue };
            silenced = true;
            // To be of use once is enough: with many findings on one line this is looked at once.
            for entry in std::mem::take(entries) {
                if let Some(entry) = self.entries.get_mut(entry) {
                    entry.used = true;
                }
            }
        }
        silenced
    }

    /// The comments for such rules that were of no use so far.
    pub(super) fn unused(&self, is_meant: impl Fn(&str) -> bool) -> Vec<Useless> {
        let unused = self.entries.iter().filter(|entry| !entry.used && is_meant(entry.rule));
        let useless = |entry: &Entry| Useless {
            place: entry.place.clone(),
            message: format!(
                "nothing {} is found by `{}`",
                if entry.whole_file { "in this file" } else { "on this line" },
                entry.rule
            ),
            help: Some("take it out".to_owned()),
        };
        unused.map(useless).collect()
    }
}

impl File {
    /// The number of the line that holds an offset.
    fn line_at(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.span.start <= offset).saturating_sub(1)
    }
}

/// Where the mark stands that makes a comment of what follows, with only blanks between.
fn mark_before(bytes: &[u8], name: usize) -> Option<usize> {
    let before = Span::new(0, name).of(bytes);
    let mark = before.iter().rposition(|byte| !matches!(byte, b' ' | b'\t'))?;
    before.get(mark).filter(|byte| b"#;".contains(byte)).map(|_| mark)
}

fn line_end(bytes: &[u8], start: usize) -> usize {
    bytes.get(start..).and_then(|rest| rest.find_byte(b'\n')).map_or(bytes.len(), |len| start + len)
}

/// The lines on which a comment silences: that of the comment itself, the next, which may be a comment
/// about which something is found, and the line that it is about.
fn reach(whole_file: bool, number: usize, target: usize) -> Vec<Option<usize>> {
    if whole_file {
        return vec![None];
    }
    let mut reach = vec![Some(number), Some(target)];
    if target > number {
        reach.push(Some(number + 1));
    }
    reach.sort_unstable();
    reach.dedup();
    reach
}

/// For each line the one that a comment on it is about: itself, or for a line that is only a
/// comment the first below that is not.
fn targets(lines: &[Line]) -> Vec<usize> {
    let mut targets = vec![0; lines.len()];
    let mut next = lines.len();
    for ((number, line), target) in lines.iter().enumerate().zip(&mut targets).rev() {
        if !line.is_comment {
            next = number;
        }
        *target = next;
    }
    targets
}

fn known(name: &BStr) -> Result<&'static str, String> {
    name.to_str_lossy().parse().map(|name: RuleName| name.0)
}
