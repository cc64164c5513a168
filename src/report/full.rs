//! For people, as rustc writes it: the message, the source line with the span marked, notes, and
//! the fix as the lines that it changes.

use super::snippet::{self, Line, LineKind};
use super::wrap::{push_blanks, wrap};
use super::{Reported, Source, explanation, visible};
use crate::finding::Severity;
use crate::span::Span;
use anstyle::{AnsiColor, Style};

const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const FIXED: Style = AnsiColor::BrightGreen.on_default().bold();
const FRAME: Style = AnsiColor::BrightBlue.on_default().bold();
const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const BOLD: Style = Style::new().bold();

/// Writes a finding and a blank line.
pub(super) fn finding(out: &mut String, reported: &Reported<'_>, in_colour: bool) {
    write_finding(out, reported, in_colour);
    out.push('\n');
}

/// Writes beside a column of line numbers.
struct Frame<'a> {
    out: &'a mut String,
    in_colour: bool,
    /// The columns of the largest line number.
    digits: usize,
}

fn write_finding(out: &mut String, reported: &Reported<'_>, in_colour: bool) {
    let finding = reported.finding;
    let source = reported.tree.source(&finding.place.file);
    let fix = finding.fix.as_ref();
    let changes: Vec<_> = fix
        .into_iter()
        .flat_map(|fix| &fix.edits)
        .map(|file| {
            let changed = reported.tree.source(&file.file);
            let lines = snippet::changes(&changed, file);
            (changed, lines)
        })
        .collect();

    let at = source.position(finding.place.span.start);
    let numbers = changes.iter().flat_map(|(_, lines)| lines).map(|line| line.number);
    let digits = numbers.fold(at.line, usize::max).to_string().len();
    let mut frame = Frame { out, in_colour, digits };

    let (style, word) = match (reported.fixed, finding.severity) {
        (true, _) => (FIXED, "fixed"),
        (false, Severity::Error) => (ERROR, finding.severity.word()),
        (false, Severity::Warning) => (WARNING, finding.severity.word()),
    };
    frame.styled(style, &[word, "[", finding.rule, "]"]);
    frame.styled(BOLD, &[": ", &visible::text(&finding.message)]);
    frame.out.push('\n');
    frame.arrow(&[&visible::text(&source.path), ":", &at.line.to_string(), ":", &at.column.to_string()]);
    if !reported.fixed {
        frame.mark(&source, finding.place.span, &finding.label, style);
        if fix.is_some() || !finding.notes.is_empty() || !finding.help.is_empty() {
            frame.bar();
        }
        finding.notes.iter().for_each(|note| frame.remark("note", note));
        finding.help.iter().for_each(|help| frame.remark("help", help));
    }
    let Some(fix) = fix else { return };
    frame.remark("fix", &explanation::title(reported, fix));
    for (changed, lines) in &changes {
        if changed.is_new() {
            frame.arrow(&[&visible::text(&changed.path), " (new file)"]);
        } else if changed.path != source.path {
            frame.arrow(&[&visible::text(&changed.path)]);
        }
        frame.changes(lines);
    }
    if !fix.source.is_empty() {
        frame.remark("note", &format!("the address is known from {}", fix.source));
    }
    fix.remarks.iter().for_each(|remark| frame.remark("note", remark));
    if reported.fixed && !fix.takes_effect.is_empty() {
        frame.remark("note", &fix.takes_effect);
    }
}

impl Frame<'_> {
    fn styled(&mut self, style: Style, pieces: &[&str]) {
        if self.in_colour {
            self.out.push_str(&style.render().to_string());
        }
        pieces.iter().for_each(|piece| self.out.push_str(piece));
        if self.in_colour {
            self.out.push_str(&style.render_reset().to_string());
        }
    }

    fn blanks(&mut self, count: usize) {
        push_blanks(self.out, count);
    }

    /// ` --> where`
    fn arrow(&mut self, place: &[&str]) {
        self.blanks(self.digits);
        self.styled(FRAME, &["-->"]);
        self.out.push(' ');
        place.iter().for_each(|piece| self.out.push_str(piece));
        self.out.push('\n');
    }

    /// The column of line numbers with nothing in it, and a sign beside it.
    fn margin(&mut self, sign: &str) {
        self.blanks(self.digits + 1);
        self.styled(FRAME, &[sign]);
    }

    /// A line with nothing in it.
    fn bar(&mut self) {
        self.margin("|");
        self.out.push('\n');
    }

    /// The first line of the span, and under it the mark with the label.
    fn mark(&mut self, source: &Source, span: Span, label: &str, style: Style) {
        let shown = snippet::marked(source, span);
        let number = source.line_of(span.start);
        let last = source.line_of(span.end.saturating_sub(1));
        let mut mark = "^".repeat(shown.width) + " " + &visible::text(label);
        if last > number {
            mark.push_str(&format!(" (up to line {last})"));
        }
        self.bar();
        self.line(&number.to_string(), "|", &shown.text, FRAME);
        self.margin("|");
        self.blanks(1 + shown.before);
        self.styled(style, &[mark.trim_end()]);
        self.out.push('\n');
    }

    /// A numbered line.
    fn line(&mut self, number: &str, sign: &str, text: &str, style: Style) {
        let padding = " ".repeat(self.digits.saturating_sub(number.len()));
        self.styled(FRAME, &[&padding, number]);
        self.out.push(' ');
        self.styled(style, &[sign]);
        if !text.is_empty() {
            self.out.push(' ');
        }
        match sign {
            "|" => self.out.push_str(text),
            _ => self.styled(style, &[text]),
        }
        self.out.push('\n');
    }

    fn changes(&mut self, lines: &[Line]) {
        self.bar();
        for line in lines {
            let (number, sign, style) = match line.kind {
                LineKind::Kept => (line.number.to_string(), "|", FRAME),
                LineKind::Removed => (line.number.to_string(), "-", REMOVED),
                LineKind::Added => (line.number.to_string(), "+", ADDED),
                LineKind::Gap => (String::new(), "...", FRAME),
            };
            self.line(&number, sign, &line.text, style);
        }
        self.bar();
    }

    /// ` = note: text`, in lines of [`snippet::WIDTH`] columns.
    fn remark(&mut self, word: &str, text: &str) {
        self.margin("=");
        self.out.push(' ');
        self.styled(BOLD, &[word]);
        self.out.push_str(": ");
        let indent = self.digits + 1 + "= : ".len() + word.len();
        wrap(self.out, &visible::text(text), indent);
        self.out.push('\n');
    }
}
