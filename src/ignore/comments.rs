//! Where a file has comments: its logical lines, as far as comments need them.

use crate::span::Span;
use crate::stack::Software;
use crate::syntax::physical_lines;
use std::path::Path;

/// How a format writes comments. Other readers of a family differ in what they make of a line, not in this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `#` at the start of a line that continues no other; elsewhere it is part of the value (ifupdown, ifupdown2, busybox).
    Interfaces,
    /// As above, and `#` anywhere in a line unless a backslash stands before it (ifupdown-ng, `lif_interface_file_parse`).
    InterfacesNg,
    /// `#` or `;` at the start of any physical line, between those of a continued one too (systemd, `config_parse`).
    Unit,
    /// `#` at the start of a word outside quotes (bash, and `shvar.c` of NetworkManager).
    Shell,
}

impl Style {
    /// The style of a host's file, of whose `interfaces` these programs are the readers. Where they
    /// disagree, a comment is what all of them take for one.
    #[must_use]
    pub fn of(file: &Path, readers: &[Software]) -> Self {
        let lies_in = |folder: &str| file.components().any(|component| component.as_os_str() == folder);
        if lies_in("systemd") {
            Self::Unit
        } else if lies_in("sysconfig") {
            Self::Shell
        } else if !readers.is_empty() && readers.iter().all(|software| *software == Software::IfupdownNg) {
            Self::InterfacesNg
        } else {
            Self::Interfaces
        }
    }
}

/// A logical line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// With its line ending.
    pub(super) span: Span,
    /// From the mark up to the line ending.
    pub(super) comments: Vec<Span>,
    /// There is nothing but a comment on it.
    pub(super) is_comment: bool,
}

/// The logical lines of a file: together they are the file.
pub(super) fn lines(bytes: &[u8], style: Style) -> Vec<Line> {
    match style {
        Style::Interfaces | Style::InterfacesNg => interfaces(bytes, style == Style::InterfacesNg),
        Style::Unit => unit(bytes),
        Style::Shell => shell(bytes),
    }
}

/// A physical line without its line ending.
fn content(bytes: &[u8], line: Span) -> Span {
    let text = line.of(bytes);
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    Span::new(line.start, line.start + text.len())
}

/// Where the first byte that is no blank stands, if it is one of `marks`.
fn mark(bytes: &[u8], content: Span, marks: &[u8]) -> Option<usize> {
    let text = content.of(bytes);
    let blanks = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    text.get(blanks).filter(|byte| marks.contains(byte)).map(|_| content.start + blanks)
}

/// Whether a backslash that none stands before ends the text.
fn continues(text: &[u8]) -> bool {
    text.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

fn interfaces(bytes: &[u8], trailing: bool) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut joined = false;
    for span in physical_lines(bytes) {
        let content = content(bytes, span);
        let own = mark(bytes, content, b"#").filter(|_| !joined);
        let text = content.of(bytes);
        let unescaped = |at: &usize| at.checked_sub(1).and_then(|before| text.get(before)) != Some(&b'\\');
        let hashes = text.iter().enumerate().filter(|(_, byte)| **byte == b'#').map(|(at, _)| at);
        let inside = || hashes.into_iter().find(unescaped).map(|at| content.start + at).filter(|_| trailing);
        let comment = own.or_else(inside).map(|start| Span::new(start, content.end));
        match lines.last_mut().filter(|_| joined) {
            Some(line) => {
                line.span.end = span.end;
                line.comments.extend(comment);
            }
            None => {
                lines.push(Line { span, comments: comment.into_iter().collect(), is_comment: own.is_some() });
            }
        }
        joined = comment.is_none() && continues(text);
    }
    lines
}

fn unit(bytes: &[u8]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut joined = false;
    for span in physical_lines(bytes) {
        let content = content(bytes, span);
        let comment = mark(bytes, content, b"#;").map(|start| Span::new(start, content.end));
        match lines.last_mut().filter(|_| joined) {
            Some(line) => {
                line.span.end = span.end;
                line.comments.extend(comment);
            }
            None => {
                let is_comment = comment.is_some();
                lines.push(Line { span, comments: comment.into_iter().collect(), is_comment });
            }
        }
        joined = if comment.is_some() { joined } else { continues(content.of(bytes)) };
    }
    lines
}

/// A quote that nothing closes ends with its line, as NetworkManager has it: bash stops reading there.
fn shell(bytes: &[u8]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut line = Line { is_comment: true, ..Line::default() };
    let mut closes = [true; 2];
    let mut word = false;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = match byte {
            b'\n' => {
                line.span.end = at + 1;
                line.is_comment &= !line.comments.is_empty();
                lines.push(std::mem::replace(
                    &mut line,
                    Line { span: Span::at(at + 1), is_comment: true, ..Line::default() },
                ));
                word = false;
                at += 1;
                continue;
            }
            b'#' if !word => {
                let rest = bytes.get(at..).unwrap_or_default();
                let len = rest.iter().take_while(|byte| **byte != b'\n').count();
                line.comments.push(content(bytes, Span::new(at, at + len)));
                at += len;
                continue;
            }
            b'\\' => at + 2,
            b'\'' | b'"' => {
                let open = &mut closes[usize::from(byte == b'"')];
                let escapes = byte == b'"' || (at > 0 && bytes.get(at - 1) == Some(&b'$'));
                let end = Some(at + 1).filter(|_| *open).and_then(|start| closing(bytes, start, byte, escapes));
                *open = end.is_some();
                end.map_or(at + 1, |end| end + 1)
            }
            _ => at + 1,
        };
        word = !b" \t;&|()<>\r".contains(&byte);
        line.is_comment &= matches!(byte, b' ' | b'\t' | b'\r');
        at = next;
    }
    if line.span.start < bytes.len() {
        line.span.end = bytes.len();
        line.is_comment &= !line.comments.is_empty();
        lines.push(line);
    }
    lines
}

/// Where the quote is that closes what `start` is inside of.
fn closing(bytes: &[u8], start: usize, quote: u8, escapes: bool) -> Option<usize> {
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        if byte == quote {
            return Some(at);
        }
        at += if escapes && byte == b'\\' { 2 } else { 1 };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use bstr::ByteSlice;
    use pretty_assertions::assert_eq;

    /// Each line and its comments.
    fn read(text: &str, style: Style) -> Vec<(String, Vec<String>)> {
        let bytes = text.as_bytes();
        let lines = lines(bytes, style);
        let whole: Vec<u8> = lines.iter().flat_map(|line| line.span.of(bytes)).copied().collect();
        assert_eq!(whole.as_bstr(), text);
        let show = |span: Span| span.of(bytes).as_bstr().to_string();
        lines.iter().map(|line| (show(line.span), line.comments.iter().map(|span| show(*span)).collect())).collect()
    }

    fn comments(text: &str, style: Style) -> Vec<String> {
        read(text, style).into_iter().flat_map(|(_, comments)| comments).collect()
    }

    #[test]
    fn in_interfaces_a_comment_has_its_own_line() {
        let text = "#a\r\n a b # c\n d \\\n # e\n\t# f \\\ng";
        assert_eq!(comments(text, Style::Interfaces), ["#a", "# f \\"]);
        assert_eq!(read(text, Style::Interfaces)[2].0, " d \\\n # e\n");
        assert_eq!(comments("a#b\nc \\# d # e\n", Style::InterfacesNg), ["#b", "# e"]);
    }

    #[test]
    fn in_units_comments_may_stand_inside_a_continued_line() {
        let text = "; a\nB=c # d\nE=f \\\n # g \\\n; h\n i\n#j";
        assert_eq!(comments(text, Style::Unit), ["; a", "# g \\", "; h", "#j"]);
        assert_eq!(read(text, Style::Unit)[2].0, "E=f \\\n # g \\\n; h\n i\n");
    }

    #[test]
    fn in_the_shell_quotes_hide_them() {
        let text = "A=b # c\nB='# d\n# e' #f\nC=\"g\\\" # h\" # i\nD=j#k\nE=$'\\' # l'\n\\\n # m\nF=it's # n\n# o\n";
        assert_eq!(comments(text, Style::Shell), ["# c", "#f", "# i", "# m", "# n", "# o"]);
        assert_eq!(read(text, Style::Shell)[1].0, "B='# d\n# e' #f\n");
        let lines = lines(b" # a\n\nb # c\n", Style::Shell);
        assert_eq!(lines.iter().map(|line| line.is_comment).collect::<Vec<_>>(), [true, false, false]);
    }
}
