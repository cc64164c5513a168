//! Words of shell text: where they end, with all that is quoted or substituted in them.

use super::list::{Flaw, Raw, Redirect, Way};
use super::parse::Parser;
use bstr::ByteSlice;

impl Parser<'_> {
    /// A redirection, if one stands here; the inner value is none where it neither feeds nor takes anything away.
    pub(super) fn redirect(&mut self) -> Result<Option<Option<Redirect>>, Flaw> {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, after) = self.rest().split_at(digits);
        let stdout = matches!(number, b"" | b"1");
        let output = match after {
            [b'<', b'<', b'<', ..] => return Err(Flaw::Beyond),
            [b'<', b'<', ..] => {
                self.at += digits + 2;
                return self.here_document().map(|redirect| Some(Some(redirect)));
            }
            [b'<', ..] => false,
            [b'>', ..] => true,
            _ => return Ok(None),
        };
        self.at += digits + 1;
        let doubled = output && (self.eat(b">") || self.eat(b"|"));
        let to_number = !doubled && self.eat(b"&");
        self.blanks();
        let target = self.word()?;
        let way = match (output, to_number) {
            (true, true) if stdout => Way::Joined,
            (_, true) => return Ok(Some(None)),
            (true, false) if stdout => Way::Out,
            (true, false) => Way::OtherOut,
            (false, false) => Way::In,
        };
        Ok(Some(Some(Redirect { way, target })))
    }

    /// What follows `<<`: the word that ends the document, which begins on the next line.
    fn here_document(&mut self) -> Result<Redirect, Flaw> {
        let tabs = self.eat(b"-");
        self.blanks();
        let word = self.word()?;
        let word = self.text.get(word).unwrap_or_default();
        let quoted = word.iter().any(|byte| b"'\"\\".contains(byte));
        let end: Vec<u8> = word.iter().copied().filter(|byte| !b"'\"\\".contains(byte)).collect();
        // Another one on this line begins where the one before it ends.
        let (line, start) = match self.here.filter(|here| here.0 >= self.at) {
            Some(here) => here,
            None => {
                let len = self.rest().iter().position(|&byte| byte == b'\n').ok_or(Flaw::Beyond)?;
                (self.at + len, self.at + len + 1)
            }
        };
        let mut at = start;
        while let Some(rest) = self.text.get(at..).filter(|rest| !rest.is_empty()) {
            let len = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
            let text = &rest[..len];
            let text = if tabs { text.trim_start_with(|c| c == '\t') } else { text };
            let next = (at + len + 1).min(self.text.len());
            if text == end {
                self.here = Some((line, next));
                let way = if quoted { Way::HereAsIs } else { Way::Here };
                return Ok(Redirect { way, target: start..at });
            }
            at = next;
        }
        Err(Flaw::Beyond)
    }

    /// The end of a line, and the here-documents that begin after it.
    pub(super) fn newline(&mut self) -> bool {
        let found = self.peek() == Some(b'\n');
        match self.here {
            Some((line, next)) if found && line == self.at => {
                self.at = next;
                self.here = None;
            }
            _ => self.at += usize::from(found),
        }
        found
    }

    /// A word, with all that is quoted or substituted in it.
    pub(super) fn word(&mut self) -> Result<Raw, Flaw> {
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'\'' => self.single_quoted()?,
                b'"' => self.double_quoted()?,
                b'`' => self.backquoted()?,
                b'$' => self.dollar()?,
                b'\\' => self.at = (self.at + 2).min(self.text.len()),
                _ if ends_word(byte) => break,
                _ => self.at += 1,
            }
        }
        if self.at == start { Err(Flaw::Syntax) } else { Ok(start..self.at) }
    }

    /// Just after the next `byte`.
    fn after(&mut self, byte: u8) -> Result<(), Flaw> {
        let len = self.rest().iter().position(|&found| found == byte).ok_or(Flaw::Syntax)?;
        self.at += len + 1;
        Ok(())
    }

    fn single_quoted(&mut self) -> Result<(), Flaw> {
        self.at += 1;
        self.after(b'\'')
    }

    fn backquoted(&mut self) -> Result<(), Flaw> {
        self.at += 1;
        loop {
            match self.peek().ok_or(Flaw::Syntax)? {
                b'`' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    fn double_quoted(&mut self) -> Result<(), Flaw> {
        self.at += 1;
        loop {
            match self.peek().ok_or(Flaw::Syntax)? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.at += 2,
                b'`' => self.backquoted()?,
                b'$' => self.dollar()?,
                _ => self.at += 1,
            }
        }
    }

    fn dollar(&mut self) -> Result<(), Flaw> {
        if self.eat(b"$((") {
            let len = self.rest().windows(2).position(|pair| pair == b"))").ok_or(Flaw::Beyond)?;
            self.at += len + 2;
        } else if self.eat(b"$(") {
            self.list()?;
            if !self.eat(b")") {
                return Err(Flaw::Syntax);
            }
        } else if self.eat(b"${") {
            self.at = brace_end(self.text, self.at).ok_or(Flaw::Syntax)? + 1;
        } else {
            self.at += 1;
        }
        Ok(())
    }
}

/// Whether an unquoted byte ends a word.
pub(super) fn ends_word(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')')
}

/// The offset of the `}` that ends a `${` whose inside begins at `at`.
pub(super) fn brace_end(text: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = at;
    loop {
        match text.get(at..)? {
            [b'}', ..] if depth == 0 => return Some(at),
            [b'}', ..] => depth -= 1,
            [b'$', b'{', ..] => depth += 1,
            [b'\\', ..] => at += 1,
            [] => return None,
            _ => {}
        }
        at += 1;
    }
}
