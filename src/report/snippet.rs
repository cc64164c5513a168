//! Lines of a file as a report shows them: visible, cut to a width, with the marked part found again.

use super::source::Source;
use super::visible;
use crate::edit::{Edit, FileEdit, apply};
use crate::span::Span;
use bstr::ByteSlice;
use std::borrow::Cow;

/// The columns that a line may take beside its number.
pub(super) const WIDTH: usize = 110;
/// The lines of one fix that are shown.
const LINES: usize = 24;

/// A line and its marked part.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Marked {
    pub text: String,
    /// Columns before the mark.
    pub before: usize,
    /// Columns of the mark, at least one.
    pub width: usize,
}

/// The first line of a span, with the part of the span that lies in it. A long line is cut around the mark.
pub(super) fn marked(source: &Source, span: Span) -> Marked {
    let line = content(source, source.lines_of(Span::at(span.start)));
    let start = span.start.clamp(line.start, line.end);
    let end = span.end.clamp(start, line.end);
    let part = |start, end| Span::new(start, end).of(source.bytes());

    let mark = head(part(start, end), WIDTH / 2);
    let room = WIDTH.saturating_sub(visible::width(&mark));
    let after = visible::width(&head(part(end, line.end), room / 3));
    let before = visible::without_commands(tail(part(line.start, start), room.saturating_sub(after)));
    let after = head(part(end, line.end), room.saturating_sub(visible::width(&before)));
    Marked {
        before: visible::width(&before),
        width: visible::width(&mark).max(1),
        text: visible::without_commands([&*before, &mark, &after].concat()).into_owned(),
    }
}

/// One line of a fix.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number: in the new file where it is added, else in the old one.
    pub number: usize,
    pub kind: LineKind,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineKind {
    Kept,
    Removed,
    Added,
    /// Lines in between, or behind, are not shown.
    Gap,
}

/// What the edits of one file change, with a line before each change. Only the lines that an
/// edit touches are looked at, however large the file is.
pub(super) fn changes(source: &Source, file: &FileEdit) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut edits = file.edits.as_slice();
    // Lines added less lines removed so far.
    let mut shift = 0isize;
    while let Some(first) = edits.first() {
        // Edits of neighbouring lines are one change.
        let top = source.line_of(first.span.start);
        let mut touched = first.span;
        let mut count = 1;
        while let Some(next) = edits.get(count)
            && source.line_of(next.span.start) <= source.line_of(touched.end) + 1
        {
            touched = touched.to(next.span);
            count += 1;
        }
        let (group, rest) = edits.split_at(count);
        if !lines.is_empty() {
            lines.push(gap());
        }
        shift += change(source, top, touched, group, shift, &mut lines);
        edits = rest;
    }
    if lines.len() > LINES {
        lines.truncate(LINES);
        lines.push(gap());
    }
    lines
}

fn gap() -> Line {
    Line { number: 0, kind: LineKind::Gap, text: String::new() }
}

/// Adds the change of the lines from `top` on that are touched, and returns by how much the lines below move.
fn change(source: &Source, top: usize, touched: Span, edits: &[Edit], shift: isize, out: &mut Vec<Line>) -> isize {
    let region = source.lines_of(touched);
    let old = region.of(source.bytes());
    let inside = |offset: usize| offset.saturating_sub(region.start);
    let edits: Vec<_> = edits
        .iter()
        .map(|edit| Edit {
            span: Span::new(inside(edit.span.start), inside(edit.span.end)),
            content: edit.content.clone(),
        })
        .collect();
    let new = apply(old, &edits);
    let (old, new) = (split(old), split(&new));
    let same_start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let most = old.len().min(new.len()) - same_start;
    let tails = old.iter().rev().zip(new.iter().rev()).take(most);
    let same_end = tails.take_while(|(old, new)| old == new).count();

    let first = top + same_start;
    if first > 1 {
        let text = content(source, source.line(first - 1)).of(source.bytes());
        out.push(Line { number: first - 1, kind: LineKind::Kept, text: head(text, WIDTH).into_owned() });
    }
    let part = |lines: &[&[u8]], start: usize, kind: LineKind| -> Vec<Line> {
        let changed = lines.get(same_start..lines.len() - same_end).unwrap_or_default();
        let number =
            |(index, text): (usize, &&[u8])| Line { number: start + index, kind, text: head(text, WIDTH).into_owned() };
        changed.iter().enumerate().map(number).collect()
    };
    out.extend(part(&old, first, LineKind::Removed));
    out.extend(part(&new, first.saturating_add_signed(shift), LineKind::Added));
    new.len() as isize - old.len() as isize
}

/// The lines without their endings.
fn split(text: &[u8]) -> Vec<&[u8]> {
    text.lines().collect()
}

/// A line without its ending.
fn content(source: &Source, line: Span) -> Span {
    let text = line.of(source.bytes());
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    Span::new(line.start, line.start + text.len())
}

/// The visible text up to `width` columns, with dots where it goes on.
fn head(text: &[u8], width: usize) -> Cow<'_, str> {
    if text.len() <= width
        && let Some(text) = visible::as_it_is(text)
    {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut room = width;
    for (start, end, _) in text.char_indices() {
        let shown = visible::source(text.get(start..end).unwrap_or_default());
        match room.checked_sub(visible::width(&shown)) {
            Some(rest) => room = rest,
            None => return visible::without_commands(out) + "...",
        }
        out.push_str(&shown);
    }
    visible::without_commands(out)
}

/// The visible text's last `width` columns, with dots where it starts earlier.
fn tail(text: &[u8], width: usize) -> Cow<'_, str> {
    if text.len() <= width
        && let Some(text) = visible::as_it_is(text)
    {
        return Cow::Borrowed(text);
    }
    let mut shown = Vec::new();
    let mut room = width;
    for (start, end, _) in text.char_indices().rev() {
        let character = visible::source(text.get(start..end).unwrap_or_default());
        match room.checked_sub(visible::width(&character)) {
            Some(rest) => room = rest,
            None => {
                shown.push("...".into());
                break;
            }
        }
        shown.push(character);
    }
    shown.into_iter().rev().collect::<String>().into()
}
