//! Where the lines of a text lie, found again without counting from its start: a text may have very many findings.

use crate::span::Span;
use bstr::ByteSlice;

/// As much text as is counted again for each question.
const STEP: usize = 4096;

/// An index of a text. It is small, however many lines the text has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// For each step of the text, the line endings before it.
    endings: Vec<usize>,
    /// In lines that are longer than a step: offsets, and the characters of the line before them.
    characters: Vec<(usize, usize)>,
}

impl Lines {
    /// The index of a text.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut lines = Self::default();
        let mut endings = 0;
        for step in bytes.chunks(STEP) {
            lines.endings.push(endings);
            endings += line_endings(step);
        }
        let mut start = 0;
        while start + STEP < bytes.len() {
            let rest = bytes.get(start..).unwrap_or_default();
            let len = rest.find_byte(b'\n').map_or(rest.len(), |newline| newline + 1);
            if len > STEP {
                lines.note_characters(rest.get(..len).unwrap_or_default(), start);
            }
            start += len;
        }
        lines
    }

    fn note_characters(&mut self, line: &[u8], start: usize) {
        let mut next = 0;
        for (number, (at, _, _)) in line.char_indices().enumerate() {
            if at >= next {
                self.characters.push((start + at, number));
                next = at + STEP;
            }
        }
    }

    /// The number of the line that holds an offset, from 1.
    #[must_use]
    pub fn line_of(&self, bytes: &[u8], offset: usize) -> usize {
        let offset = offset.min(bytes.len());
        let step = (offset / STEP).min(self.endings.len().saturating_sub(1));
        let before = self.endings.get(step).copied().unwrap_or_default();
        before + line_endings(Span::new(step * STEP, offset).of(bytes)) + 1
    }

    /// A line with its line ending, by its number. Behind the last line ending there is an empty line.
    #[must_use]
    pub fn line(&self, bytes: &[u8], number: usize) -> Span {
        let start = self.start(bytes, number);
        let rest = bytes.get(start..).unwrap_or_default();
        Span::new(start, start + rest.find_byte(b'\n').map_or(rest.len(), |newline| newline + 1))
    }

    fn start(&self, bytes: &[u8], number: usize) -> usize {
        let Some(ending) = number.checked_sub(2) else { return 0 };
        let step = self.endings.partition_point(|before| *before <= ending).saturating_sub(1);
        let before = self.endings.get(step).copied().unwrap_or_default();
        let from = step * STEP;
        let lines = bytes.get(from..).unwrap_or_default().lines_with_terminator();
        from + lines.take(ending - before + 1).map(<[u8]>::len).sum::<usize>()
    }

    /// The column of an offset, from 1, in characters; a byte that is not UTF-8 counts as one.
    #[must_use]
    pub fn column(&self, bytes: &[u8], offset: usize) -> usize {
        let offset = offset.min(bytes.len());
        let before = Span::new(offset.saturating_sub(STEP), offset).of(bytes);
        if let Some(newline) = before.rfind_byte(b'\n') {
            return before.get(newline + 1..).unwrap_or_default().chars().count() + 1;
        }
        let known = self.characters.partition_point(|(at, _)| *at <= offset).checked_sub(1);
        let (from, counted) = known.and_then(|index| self.characters.get(index)).copied().unwrap_or_default();
        counted + Span::new(from, offset).of(bytes).chars().count() + 1
    }
}

/// How many line endings there are. A counter of one byte lets many bytes be compared at a time; 255 cannot overflow it.
#[must_use]
pub fn line_endings(bytes: &[u8]) -> usize {
    let few = |bytes: &[u8]| bytes.iter().fold(0u8, |count, byte| count + u8::from(*byte == b'\n'));
    bytes.chunks(255).map(|bytes| usize::from(few(bytes))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    /// Counting from the start.
    fn counted(bytes: &[u8], offset: usize) -> (usize, usize) {
        let before = &bytes[..offset];
        let start = before.rfind_byte(b'\n').map_or(0, |newline| newline + 1);
        (line_endings(before) + 1, before[start..].chars().count() + 1)
    }

    #[test]
    fn is_what_counting_from_the_start_gives() {
        let long = "aé\u{1f600}".repeat(3000);
        let short = "x\n".repeat(5000);
        for text in ["", "\n", "a", "a\nb\n", &long, &short, &format!("{short}{long}\n\n{long}{short}{long}")] {
            let bytes = text.as_bytes();
            let lines = Lines::of(bytes);
            let boundaries = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            for offset in boundaries.filter(|at| at % 97 == 0 || *at < 10 || at % STEP < 6 || *at == text.len()) {
                let (line, column) = counted(bytes, offset);
                assert_eq!((lines.line_of(bytes, offset), lines.column(bytes, offset)), (line, column), "at {offset}");
                let span = lines.line(bytes, line);
                assert!(span.start <= offset && offset <= span.end, "line {line} at {offset} is {span:?}");
                assert!(!span.of(bytes).trim_end_with(|end| end == '\n').contains(&b'\n'));
                assert!(span.start == 0 || bytes[span.start - 1] == b'\n');
            }
            assert_eq!(lines.line(bytes, line_endings(bytes) + 2), Span::at(bytes.len()));
        }
    }
}
