//! `$(...)` and backticks: the output of commands that only print what is known.

use super::parse::{Command, Simple};
use super::{Content, Shell, Source, Value};
use bstr::{BStr, ByteSlice};
use std::path::Path;
use std::sync::Arc;

impl Shell<'_> {
    /// What a command prints, without the newlines at the end.
    pub(super) fn substitute(&mut self, command: &[u8]) -> Value {
        if !self.enter(command.len()) {
            return Value::Unknown;
        }
        let output = self.output(command.trim_ascii());
        self.leave();
        match output {
            Value::Text(text) => Value::from(text.trim_end_with(|c| c == '\n')),
            Value::Unknown => Value::Unknown,
        }
    }

    fn output(&mut self, command: &[u8]) -> Value {
        if let Some(file) = command.strip_prefix(b"<")
            && !file.starts_with(b"<")
            && !file.starts_with(b"(")
        {
            return self.file(file.trim_ascii());
        }
        let source = Source::parse(&Arc::from(Path::new("")), &Arc::from(command));
        match simple_command(&source) {
            Some(simple) => {
                let words: Vec<&[u8]> = simple.words.iter().map(|word| word.of(&source.bytes)).collect();
                self.printed(&words)
            }
            None if command.is_empty() => Value::from(&b""[..]),
            None => Value::Unknown,
        }
    }

    fn printed(&mut self, words: &[&[u8]]) -> Value {
        match words {
            [b"echo", b"-n", words @ ..] | [b"echo", words @ ..]
                if !words.first().is_some_and(|word| word.starts_with(b"-")) =>
            {
                self.joined(words)
            }
            [b"printf", text] | [b"printf", b"%s" | b"'%s'" | b"\"%s\"" | b"'%s\\n'" | b"\"%s\\n\"", text] => {
                match self.expand(text) {
                    Value::Text(text) if !text.contains_str("%") && !text.contains_str("\\") => Value::Text(text),
                    _ => Value::Unknown,
                }
            }
            [b"cat" | b"/bin/cat" | b"/usr/bin/cat", file] => self.file(file),
            _ => Value::Unknown,
        }
    }

    fn joined(&mut self, words: &[&[u8]]) -> Value {
        let mut text = Vec::new();
        for (index, word) in words.iter().enumerate() {
            if index > 0 {
                text.push(b' ');
            }
            match self.expand(word) {
                Value::Text(word) => text.extend_from_slice(&word),
                Value::Unknown => return Value::Unknown,
            }
        }
        Value::from(&text[..])
    }

    fn file(&mut self, word: &[u8]) -> Value {
        let Value::Text(path) = self.expand(word) else { return Value::Unknown };
        match self.outside().content(BStr::new(&Self::absolute(BStr::new(&path)))) {
            Content::Text(text) => Value::from(&text[..]),
            // `cat` complains and prints nothing.
            Content::Missing => Value::from(&b""[..]),
            Content::Unknown => Value::Unknown,
        }
    }
}

/// The command, if it is but one that neither sets variables nor prints into a file.
fn simple_command(source: &Source) -> Option<&Simple> {
    let [unit] = &source.units[..] else { return None };
    let [and_or] = &unit[..] else { return None };
    match &and_or.first.commands[..] {
        [Command::Simple(simple)] if and_or.rest.is_empty() && simple.assignments.is_empty() && !simple.redirected => {
            Some(simple)
        }
        _ => None,
    }
}
