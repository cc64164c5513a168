//! Where a report goes. Reports are written in colour; where nobody sees it, its escape sequences are left out.

use bstr::ByteSlice;
use std::io::{self, BufWriter, Write};

const ESCAPE: u8 = 0x1b;

/// Writes in blocks, in colour or without.
pub(super) struct Stream {
    out: BufWriter<Box<dyn Write>>,
    in_colour: bool,
    in_sequence: bool,
}

impl Stream {
    pub(super) fn new(out: impl Write + 'static, in_colour: bool) -> Self {
        Self { out: BufWriter::new(Box::new(out)), in_colour, in_sequence: false }
    }

    /// For what is copied byte by byte: texts of files, and patches of them.
    pub(super) fn exactly(&mut self) -> &mut dyn Write {
        &mut self.out
    }
}

/// Without colour, what starts with an escape character is left out, to its `m`. Nothing else in a report has one: what comes
/// from files is made visible first (`report::visible`). So a report is copied in large pieces, not parsed as a terminal would.
impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.in_colour {
            return self.out.write(bytes);
        }
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
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn sequences_are_left_out_wherever_a_write_ends() {
        let text = b"\x1b[1m\x1b[91merror\x1b[0m: 5 m\n";
        for size in 1..=text.len() {
            let written = Written::default();
            let mut stream = Stream::new(written.clone(), false);
            text.chunks(size).for_each(|piece| stream.write_all(piece).unwrap());
            stream.flush().unwrap();
            assert_eq!(String::from_utf8_lossy(&written.0.lock().unwrap()), "error: 5 m\n", "in pieces of {size}");
        }
    }
}
