//! Text in lines of a width, cut at blanks.
//!
//! What stands in backticks stays in one piece, so that it can be copied, and a longer word gets a line of its own. No line
//! begins with `::`, which GitHub's runner would take for a command, as in [`visible::text`].

use super::snippet::WIDTH;
use super::visible;
use bstr::ByteSlice;

/// Writes visible text that starts behind `indent` columns, and its further lines behind as many blanks.
pub(super) fn wrap(out: &mut String, text: &str, indent: usize) {
    let is_simple = visible::is_plain(text.as_bytes()) && !visible::has_pair(text.as_bytes(), *b" :");
    if is_simple && !text.starts_with(' ') && !text.ends_with(' ') {
        wrap_lines(out, text, indent);
    } else {
        wrap_words(out, text, indent);
    }
}

/// Text of characters of one column, with one blank between two words, can be cut line by line.
fn wrap_lines(out: &mut String, text: &str, indent: usize) {
    let mut rest = text;
    loop {
        let len = line_len(rest, WIDTH.saturating_sub(indent));
        out.push_str(rest.get(..len).unwrap_or_default());
        let Some(next) = rest.get(len + 1..) else { return };
        rest = next;
        start_line(out, indent);
    }
}

/// How much of a text is one line.
fn line_len(text: &str, width: usize) -> usize {
    if text.len() <= width {
        return text.len();
    }
    let mut head = text.as_bytes().get(..=width).unwrap_or_default();
    while let Some(at) = head.rfind_byte(b' ') {
        head = head.get(..at).unwrap_or_default();
        if head.iter().filter(|byte| **byte == b'`').count() % 2 == 0 {
            return at;
        }
    }
    words(text).next().map_or(text.len(), str::len)
}

fn wrap_words(out: &mut String, text: &str, indent: usize) {
    let mut column = None;
    for word in words(text) {
        let wide = visible::width(word);
        let start = match column {
            None => indent,
            Some(end) if end + 1 + wide <= WIDTH || word.starts_with("::") => {
                out.push(' ');
                end + 1
            }
            Some(_) => {
                start_line(out, indent);
                indent
            }
        };
        out.push_str(word);
        column = Some(start + wide);
    }
}

fn start_line(out: &mut String, indent: usize) {
    out.push('\n');
    push_blanks(out, indent);
}

pub(super) fn push_blanks(out: &mut String, count: usize) {
    const BLANKS: &str = "                ";
    let mut left = count;
    while let Some(blanks) = BLANKS.get(..left.min(BLANKS.len())).filter(|blanks| !blanks.is_empty()) {
        out.push_str(blanks);
        left -= blanks.len();
    }
}

/// The words of a text. A blank between backticks ends none.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    let words = std::iter::from_fn(move || {
        let text = rest?;
        let mut quoted = false;
        let end = text.bytes().position(|byte| {
            quoted ^= byte == b'`';
            byte == b' ' && !quoted
        });
        rest = end.and_then(|end| text.get(end + 1..));
        text.get(..end.unwrap_or(text.len()))
    });
    words.filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn lines_are_cut_as_word_by_word() {
        let text = "On `a host` with `bridge_ports eth0 eth1 eth2` it `is generated: no line sets it, and systemd-udevd makes \
                    one up when the bridge is made and a` line_with_a_very_very_very_very_long_word is_seldom";
        for at in 0..text.len() {
            let (start, end) = text.split_at(at);
            for (text, indent) in [(start, 7), (end, at)] {
                let (mut by_line, mut by_word) = (String::new(), String::new());
                wrap(&mut by_line, text, indent);
                wrap_words(&mut by_word, text, indent);
                assert_eq!(by_line, by_word);
            }
        }
    }
}
