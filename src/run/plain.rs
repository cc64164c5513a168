//! Reports are written in colour; where nobody sees it, its escape sequences are left out.

use bstr::ByteSlice;
use std::io::{self, Write};

const ESCAPE: u8 = 0x1b;

/// Leaves out what starts with an escape character, to its `m`. Nothing else of ours writes one: texts from files are
/// made visible first (`report::visible`). So a report is copied in large pieces, not parsed as a terminal would.
pub(super) struct Plain<W> {
    out: W,
    in_sequence: bool,
}

impl<W: Write> Plain<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, in_sequence: false }
    }
}

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = if self.in_sequence { b'm' } else { ESCAPE };
            let at = rest.find_byte(end);
            let (piece, after) = rest.split_at(at.unwrap_or(rest.len()));
            if !self.in_sequence {
                self.out.write_all(piece)?;
            }
            self.in_sequence ^= at.is_some();
            rest = after.get(1..).unwrap_or_default();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn sequences_are_left_out_wherever_a_write_ends() {
        let text = b"\x1b[1m\x1b[91merror\x1b[0m: 5 m\n";
        for size in 1..=text.len() {
            let mut plain = Plain::new(Vec::new());
            text.chunks(size).for_each(|piece| plain.write_all(piece).unwrap());
            assert_eq!(String::from_utf8(plain.out).unwrap(), "error: 5 m\n", "in pieces of {size}");
        }
    }
}
