//! Simple commands: assignments, bash's own commands (manual, "Shell Builtin Commands") and calls
//! of functions. What other programs do is not known; they cannot set a variable.

use super::expand::LENGTH_LIMIT;
use super::lex::assignment;
use super::parse::Simple;
use super::run::{Flow, Origin, Positional, Status};
use super::{Shell, Source, Value, name_len};
use crate::span::Span;
use bstr::{BStr, BString, ByteSlice};
use std::rc::Rc;

const FOR_ONE_COMMAND: &str = "it stands before a command and holds for that command only";
const BLANKS: &str = "with blanks around `=` the shell takes it for a command";
const LOCAL: &str = "ifup sources the file inside a function, where `declare` and `local` make a variable that is gone \
                     when the function ends";
const ELEMENT: &str = "it sets another element of an array than the first, which is the variable's value";
const NO_FUNCTION: &str = "`local` works only in a function";

/// How an assignment is made.
#[derive(Clone, Copy, Default)]
pub(super) struct Manner {
    local: bool,
    exported: bool,
    /// The variable is an integer, an array or the like: its value is not the text.
    opaque: bool,
}

impl Shell<'_> {
    /// Makes the assignment that a word of the current file is.
    pub(super) fn assign(&mut self, word: Span, manner: &Manner) {
        let source = Rc::clone(&self.source);
        let raw = word.of(&source.bytes);
        let Some((name, head)) = assignment(raw) else { return };
        let key = Span::new(word.start, word.start + name);
        let value = Span::new(word.start + head, word.end);
        let (name, text) = (BStr::new(&raw[..name]), &raw[head..]);
        let element = raw.get(name.len()) == Some(&b'[');
        if element {
            // `$NAME` is element 0.
            let index = raw.get(name.len() + 1..head).and_then(|rest| rest.split(|&byte| byte == b']').next());
            let number = index.filter(|index| !index.is_empty() && index.iter().all(u8::is_ascii_digit));
            if number.is_some_and(|number| number.iter().any(|&digit| digit != b'0')) {
                self.note(key, value, Some(ELEMENT));
                return;
            }
        }
        let appends = raw.get(head.saturating_sub(2)) == Some(&b'+');
        let mut new = self.expand(text);
        if manner.opaque || element || text.starts_with(b"(") {
            new = Value::Unknown;
        }
        if appends {
            let old = self.variable(name).and_then(|variable| variable.value.text().map(|text| text.len()));
            self.spend(old.unwrap_or_default());
            new = match (self.get(name), new) {
                (Value::Text(old), Value::Text(new)) if old.len() + new.len() <= LENGTH_LIMIT => {
                    Value::from(&[&old[..], &new[..]].concat()[..])
                }
                _ => Value::Unknown,
            };
        }
        if manner.local {
            self.hide(name);
        }
        self.note(key, value, manner.local.then_some(LOCAL));
        let place = if value.start == value.end { word } else { value };
        self.put(name, new, place, manner.exported);
    }

    /// Keeps what a local variable hides.
    fn hide(&mut self, name: &BStr) {
        let outer = self.variable(name).cloned();
        if let Some(hidden) = self.hidden.last_mut() {
            hidden.entry(name.to_owned()).or_insert(outer);
        }
    }

    /// Notes the assignments of a simple command that does not run.
    pub(super) fn skip_simple(&mut self, simple: &Simple, why: &'static str) {
        let source = Rc::clone(&self.source);
        for &word in simple.assignments.iter().chain(&simple.words) {
            if let Some((name, head)) = assignment(word.of(&source.bytes)) {
                let key = Span::new(word.start, word.start + name);
                self.note(key, Span::new(word.start + head, word.end), Some(why));
            }
        }
    }

    /// A simple command that is more than assignments.
    pub(super) fn words(&mut self, simple: &Simple, source: &Source) -> Status {
        let (&first, rest) = simple.words.split_first()?;
        for &word in &simple.assignments {
            let Some((name, head)) = assignment(word.of(&source.bytes)) else { continue };
            let key = Span::new(word.start, word.start + name);
            // `MACADDR= 52:54:00:aa:bb:cc`
            let split = word.start + head == word.end && simple.assignments.len() == 1;
            let (value, why) = match split {
                true => (first, BLANKS),
                false => (Span::new(word.start + head, word.end), FOR_ONE_COMMAND),
            };
            self.note(key, value, Some(why));
        }
        let raw = first.of(&source.bytes);
        if let Some(&next) = rest.first().filter(|next| next.of(&source.bytes).starts_with(b"="))
            && simple.assignments.is_empty()
            && name_len(raw) == raw.len()
        {
            // `MACADDR = 52:54:00:aa:bb:cc`, `MACADDR =52:54:00:aa:bb:cc`
            let after = Span::new(next.start + 1, next.end);
            let value = if after.start == after.end { rest.get(1).copied().unwrap_or(after) } else { after };
            self.note(first, value, Some(BLANKS));
        }
        match self.expand(raw) {
            Value::Text(name) => self.invoke(&name, first, rest, source),
            Value::Unknown => None,
        }
    }

    fn invoke(&mut self, name: &BString, word: Span, arguments: &[Span], source: &Source) -> Status {
        let text = |argument: &Span| argument.of(&source.bytes);
        if let Some(function) = self.functions.get(name).cloned() {
            let given = self.given(arguments, source);
            return self.call(&function, given);
        }
        match &name[..] {
            b"command" | b"builtin" => {
                let (&first, rest) = arguments.split_first()?;
                match self.expand(text(&first)) {
                    Value::Text(name) if name != "command" && name != "builtin" => {
                        self.invoke(&name, first, rest, source)
                    }
                    _ => None,
                }
            }
            b"export" | b"readonly" | b"declare" | b"typeset" | b"local" => self.declare(name, arguments, source),
            b"unset" if arguments.first().is_some_and(|first| text(first) == b"-f") => Some(true),
            b"unset" => {
                for argument in arguments {
                    match self.expand(text(argument)) {
                        Value::Text(name) => drop(self.variables.remove(&name)),
                        Value::Unknown => self.doubt_all(),
                    }
                }
                Some(true)
            }
            b"." | b"source" => match self.expand(text(arguments.first()?)) {
                Value::Text(path) => self.source_file(BStr::new(&Self::absolute(BStr::new(&path)))),
                Value::Unknown => None,
            },
            b"eval" => {
                let mut joined = Vec::new();
                for argument in arguments {
                    match self.expand(text(argument)) {
                        Value::Text(text) => joined.push(text),
                        Value::Unknown => {
                            self.doubt_all();
                            return None;
                        }
                    }
                }
                let joined = bstr::join(" ", joined);
                let end = arguments.last().copied().unwrap_or(word);
                let origin = match self.origin {
                    Origin::Here => Origin::Within(word.to(end)),
                    outer => outer,
                };
                self.evaluate_from(&joined, origin)
            }
            b"return" => {
                self.flow = Flow::Return;
                None
            }
            b"exit" => {
                self.flow = Flow::Exit;
                None
            }
            b"exec" => {
                if !arguments.is_empty() {
                    self.flow = Flow::Exit;
                }
                None
            }
            b"break" | b"continue" if self.in_round => {
                self.flow = if name == "break" { Flow::Break } else { Flow::Continue };
                Some(true)
            }
            b"shift" => {
                let count = match arguments.first().map(|first| self.expand(text(first))) {
                    None => Some(1),
                    Some(count) => count.text().and_then(|count| count.to_str().ok()?.parse::<usize>().ok()),
                };
                match (&mut self.positional, count) {
                    (Some(given), Some(count)) if count <= given.given.len() => drop(given.given.drain(..count)),
                    (Some(given), _) if given.open || count.is_none() => *given = Positional::unknown(),
                    _ => {}
                }
                None
            }
            b"set" if arguments.first().is_some_and(|first| text(first) == b"--" || !starts_option(text(first))) => {
                let dashes = usize::from(arguments.first().is_some_and(|first| text(first) == b"--"));
                self.positional = Some(self.given(arguments.get(dashes..).unwrap_or_default(), source));
                Some(true)
            }
            b"true" => Some(true),
            b":" => {
                // For `: ${NAME:=value}`.
                arguments.iter().for_each(|argument| drop(self.expand(text(argument))));
                Some(true)
            }
            b"false" => Some(false),
            b"test" => self.test(&arguments.iter().map(text).collect::<Vec<_>>()),
            b"[" => {
                let (last, arguments) = arguments.split_last()?;
                if text(last) != b"]" {
                    return None;
                }
                self.test(&arguments.iter().map(text).collect::<Vec<_>>())
            }
            b"read" | b"mapfile" | b"readarray" => {
                let names = arguments.iter().filter(|argument| name_len(text(argument)) == text(argument).len());
                for &name in names {
                    self.put(BStr::new(text(&name)), Value::Unknown, name, false);
                }
                None
            }
            b"printf" => {
                if let [option, name, ..] = arguments
                    && text(option) == b"-v"
                {
                    self.put(BStr::new(text(name)), Value::Unknown, *name, false);
                }
                Some(true)
            }
            _ => None,
        }
    }

    /// Words as arguments. What would be split or names files may be any number of them, and is not followed.
    fn given(&mut self, words: &[Span], source: &Source) -> Positional {
        let mut given = Positional::default();
        for word in words {
            let word = word.of(&source.bytes);
            let value = self.expand(word);
            given.open |= word.iter().any(|byte| b"$`*?[{~<>".contains(byte));
            if !given.open {
                given.given.push(value);
            }
        }
        given
    }

    /// `export`, `readonly`, `declare`, `typeset`, `local`.
    fn declare(&mut self, name: &BString, arguments: &[Span], source: &Source) -> Status {
        let is_option = |word: &&Span| matches!(word.of(&source.bytes), [b'-' | b'+', _, ..]);
        let options: Vec<u8> =
            arguments.iter().filter(is_option).flat_map(|word| word.of(&source.bytes)).copied().collect();
        let has = |option: u8| options.contains(&option);
        let makes_local = name != "export" && name != "readonly" && !has(b'g');
        let manner = Manner {
            local: makes_local && !self.hidden.is_empty(),
            exported: name == "export" || has(b'x'),
            opaque: b"aAilnu".iter().any(|&option| name != "export" && has(option)),
        };
        for &word in arguments.iter().filter(|word| !is_option(word)) {
            let raw = word.of(&source.bytes);
            match assignment(raw) {
                Some((name_len, head)) if name == "local" && self.hidden.is_empty() => {
                    let key = Span::new(word.start, word.start + name_len);
                    self.note(key, Span::new(word.start + head, word.end), Some(NO_FUNCTION));
                }
                Some(_) => self.assign(word, &manner),
                None if manner.local && name_len(raw) == raw.len() => {
                    self.hide(BStr::new(raw));
                    self.variables.remove(BStr::new(raw));
                }
                None => {
                    if let Some(variable) = self.variables.get_mut(BStr::new(raw)) {
                        variable.exported |= manner.exported;
                    }
                }
            }
        }
        Some(true)
    }
}

/// Whether `set` takes a word for an option.
fn starts_option(word: &[u8]) -> bool {
    word.first().is_some_and(|byte| b"-+".contains(byte))
}
