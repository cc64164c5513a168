//! For people, as rustc writes it: the message, the source line with the span marked, notes, and
//! the fix as the lines that it changes.

use super::snippet::{self, Line, LineKind};
use super::{Reported, Source, explanation, visible};
use crate::finding::Severity;
use crate::span::Span;
use anstyle::{AnsiColor, Style};
use std::io;

const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const FIXED: Style = AnsiColor::BrightGreen.on_default().bold();
const FRAME: Style = AnsiColor::BrightBlue.on_default().bold();
const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const BOLD: Style = Style::new().bold();

/// Writes a finding and a blank line.
pub(super) fn finding(out: &mut dyn io::Write, reported: &Reported<'_>) -> io::Result<()> {
    write_finding(out, reported)?;
    writeln!(out)
}

/// Writes beside a column of line numbers.
struct Frame<'a> {
    out: &'a mut dyn io::Write,
    /// The columns of the largest line number.
    digits: usize,
}

fn write_finding(out: &mut dyn io::Write, reported: &Reported<'_>) -> io::Result<()> {
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
    let mut frame = Frame { out, digits };

    let (style, word) = match (reported.fixed, finding.severity) {
        (true, _) => (FIXED, "fixed"),
        (false, Severity::Error) => (ERROR, finding.severity.word()),
        (false, Severity::Warning) => (WARNING, finding.severity.word()),
    };
    let message = visible::text(&finding.message);
    writeln!(frame.out, "{style}{word}[{}]{style:#}{BOLD}: {message}{BOLD:#}", finding.rule)?;
    frame.arrow(&format!("{}:{}:{}", visible::text(&source.path), at.line, at.column))?;
    if !reported.fixed {
        frame.mark(&source, finding.place.span, &finding.label, style)?;
        if fix.is_some() || !finding.notes.is_empty() || !finding.help.is_empty() {
            frame.bar()?;
        }
        finding.notes.iter().try_for_each(|note| frame.remark("note", note))?;
        finding.help.iter().try_for_each(|help| frame.remark("help", help))?;
    }
    let Some(fix) = fix else { return Ok(()) };
    frame.remark("fix", &explanation::title(reported, fix))?;
    for (changed, lines) in &changes {
        if changed.is_new() {
            frame.arrow(&format!("{} (new file)", visible::text(&changed.path)))?;
        } else if changed.path != source.path {
            frame.arrow(&visible::text(&changed.path))?;
        }
        frame.changes(lines)?;
    }
    if !fix.source.is_empty() {
        frame.remark("note", &format!("the address is known from {}", fix.source))?;
    }
    fix.remarks.iter().try_for_each(|remark| frame.remark("note", remark))?;
    if reported.fixed && !fix.takes_effect.is_empty() {
        frame.remark("note", &fix.takes_effect)?;
    }
    Ok(())
}

impl Frame<'_> {
    /// ` --> where`
    fn arrow(&mut self, place: &str) -> io::Result<()> {
        writeln!(self.out, "{:1$}{FRAME}-->{FRAME:#} {place}", "", self.digits)
    }

    /// The column of line numbers with nothing in it.
    fn bar(&mut self) -> io::Result<()> {
        writeln!(self.out, "{:1$}{FRAME}|{FRAME:#}", "", self.digits + 1)
    }

    /// The first line of the span, and under it the mark with the label.
    fn mark(&mut self, source: &Source, span: Span, label: &str, style: Style) -> io::Result<()> {
        let shown = snippet::marked(source, span);
        let number = source.line_of(span.start);
        let last = source.line_of(span.end.saturating_sub(1));
        let mut label = visible::text(label);
        if last > number {
            label.push_str(&format!(" (up to line {last})"));
        }
        self.bar()?;
        self.line(&number.to_string(), "|", &shown.text, FRAME)?;
        let carets = "^".repeat(shown.width);
        let marked = format!("{:1$}{style}{carets} {label}", "", shown.before);
        writeln!(self.out, "{:1$}{FRAME}|{FRAME:#} {2}{style:#}", "", self.digits + 1, marked.trim_end())
    }

    /// A numbered line.
    fn line(&mut self, number: &str, sign: &str, text: &str, style: Style) -> io::Result<()> {
        let blank = if text.is_empty() { "" } else { " " };
        write!(self.out, "{FRAME}{number:>0$}{FRAME:#} {style}{sign}{style:#}{blank}", self.digits)?;
        match sign {
            "|" => writeln!(self.out, "{text}"),
            _ => writeln!(self.out, "{style}{text}{style:#}"),
        }
    }

    fn changes(&mut self, lines: &[Line]) -> io::Result<()> {
        self.bar()?;
        for line in lines {
            let (number, sign, style) = match line.kind {
                LineKind::Kept => (line.number.to_string(), "|", FRAME),
                LineKind::Removed => (line.number.to_string(), "-", REMOVED),
                LineKind::Added => (line.number.to_string(), "+", ADDED),
                LineKind::Gap => (String::new(), "...", FRAME),
            };
            self.line(&number, sign, &line.text, style)?;
        }
        self.bar()
    }

    /// ` = note: text`, wrapped.
    fn remark(&mut self, word: &str, text: &str) -> io::Result<()> {
        let text = visible::text(text);
        let indent = self.digits + 1 + "= : ".len() + word.len();
        let mut lines = wrapped(&text, snippet::WIDTH.saturating_sub(indent)).into_iter();
        let first = lines.next().unwrap_or_default();
        writeln!(self.out, "{:1$}{FRAME}={FRAME:#} {BOLD}{word}{BOLD:#}: {first}", "", self.digits + 1)?;
        lines.try_for_each(|line| writeln!(self.out, "{:indent$}{line}", ""))
    }
}

/// The text in lines of at most `width` columns, cut at blanks. What stands in backticks stays in
/// one piece, so that it can be copied, and a longer word gets a line of its own. No line begins with `::`, which
/// GitHub's runner would take for a command, as in [`visible::text`].
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut columns = 0;
    let mut quoted = false;
    let words = text.split(|character| {
        quoted ^= character == '`';
        character == ' ' && !quoted
    });
    for word in words.filter(|word| !word.is_empty()) {
        let wide = visible::width(word);
        if !line.is_empty() && columns + 1 + wide > width && !word.starts_with("::") {
            lines.push(std::mem::take(&mut line));
        }
        if line.is_empty() {
            columns = wide;
        } else {
            line.push(' ');
            columns += 1 + wide;
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}
