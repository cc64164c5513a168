//! Where a quoted or expanded piece of a word ends (bash manual, "Quoting", "Shell Expansions").

use bstr::ByteSlice;

/// What is open and waits for its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// `"..."`
    Double,
    /// `$(...)`, `<(...)`, `X=(...)`
    Paren,
    /// `${...}`
    Brace,
    /// `` `...` ``
    Backtick,
}

/// The offset after the construct that starts at `start` (one byte where it is nothing special);
/// `None` where nothing closes it.
pub(super) fn skip(bytes: &[u8], start: usize) -> Option<usize> {
    close(bytes, start, Vec::new())
}

/// The offset after the `)` that belongs to a `(` just before `start`.
pub(super) fn skip_parenthesis(bytes: &[u8], start: usize) -> Option<usize> {
    close(bytes, start, vec![Open::Paren])
}

fn close(bytes: &[u8], start: usize, mut open: Vec<Open>) -> Option<usize> {
    let mut at = start;
    loop {
        at = step(bytes, at, &mut open)?;
        if open.is_empty() {
            return Some(at);
        }
    }
}

/// Past one byte or opener, with the stack of what is open kept up.
fn step(bytes: &[u8], at: usize, open: &mut Vec<Open>) -> Option<usize> {
    let byte = *bytes.get(at)?;
    let next = bytes.get(at + 1).copied();
    let inside = open.last().copied();
    let mut push = |what, len| {
        open.push(what);
        Some(at + len)
    };
    match (byte, inside, next) {
        (b'\\', ..) => return Some((at + 2).min(bytes.len())),
        // Up to the next backtick without a backslash, whatever stands between.
        (b'`', Some(Open::Backtick), _) | (b'"', Some(Open::Double), _) => {}
        (b')', Some(Open::Paren), _) | (b'}', Some(Open::Brace), _) => {}
        (_, Some(Open::Backtick), _) => return Some(at + 1),
        (b'"', ..) => return push(Open::Double, 1),
        (b'`', ..) => return push(Open::Backtick, 1),
        (b'$', _, Some(b'$')) => return Some(at + 2),
        (b'$', _, Some(b'(')) => return push(Open::Paren, 2),
        (b'$', _, Some(b'{')) => return push(Open::Brace, 2),
        (b'<' | b'>', None, Some(b'(')) => return push(Open::Paren, 2),
        (b'(', Some(Open::Paren), _) => return push(Open::Paren, 1),
        // A comment.
        (b'#', Some(Open::Paren), _) if at > 0 && b" \t\n;(".contains(&bytes[at - 1]) => {
            return Some(at + bytes[at..].find_byte(b'\n').unwrap_or(bytes.len() - at));
        }
        (_, Some(Open::Double), _) => return Some(at + 1),
        (b'$', _, Some(b'\'')) => return skip_ansi(bytes, at + 2),
        (b'\'', ..) => return skip_single(bytes, at + 1),
        _ => return Some(at + 1),
    }
    open.pop();
    Some(at + 1)
}

fn skip_single(bytes: &[u8], start: usize) -> Option<usize> {
    let len = bytes.get(start..)?.find_byte(b'\'')?;
    Some(start + len + 1)
}

fn skip_ansi(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        match bytes.get(at)? {
            b'\'' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}
