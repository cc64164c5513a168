//! bash's compound commands (manual, "Compound Commands").

use super::lex::Lexeme;
use super::parse::{Command, List, Parsed, Parser};
use crate::span::Span;
use std::rc::Rc;

impl Parser<'_> {
    pub(super) fn command_within(&mut self) -> Parsed<Command> {
        let command = match self.text() {
            b"if" => self.if_clause()?,
            b"while" | b"until" => {
                self.at += 1;
                let condition = self.body(&["do"])?;
                Command::Loop(None, condition, self.do_group()?)
            }
            b"for" | b"select" => self.for_clause()?,
            b"case" => self.case_clause()?,
            b"{" => {
                self.at += 1;
                let list = self.body(&["}"])?;
                self.expect("}")?;
                Command::Group(list)
            }
            b"(" if self.skip_arithmetic() => Command::Arithmetic,
            b"(" => {
                self.at += 1;
                let list = self.body(&[")"])?;
                self.expect(")")?;
                Command::Subshell(list)
            }
            b"[[" => self.condition()?,
            b"function" => {
                self.at += 1;
                let name = self.word()?;
                if self.accept("(") {
                    self.expect(")")?;
                }
                self.function(name)?
            }
            b"then" | b"elif" | b"else" | b"fi" | b"do" | b"done" | b"esac" | b"}" => return Err(self.unexpected()),
            _ => return self.simple(),
        };
        while self.redirect()?.is_some() {}
        Ok(command)
    }

    /// Takes `(( ... ))`. What starts so and does not end with `))` is a subshell in a subshell.
    fn skip_arithmetic(&mut self) -> bool {
        let raw = |lexeme: &Lexeme| lexeme.span.of(self.bytes);
        let rest = self.lexemes.get(self.at..).unwrap_or_default();
        let starts = matches!(rest, [a, b, ..] if raw(a) == b"(" && raw(b) == b"(" && a.span.end == b.span.start);
        let mut depth = 0_usize;
        for (index, lexeme) in rest.iter().enumerate().take_while(|_| starts) {
            match raw(lexeme) {
                b"(" => depth += 1,
                b")" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let ends =
                    rest.get(index - 1).is_some_and(|last| raw(last) == b")" && last.span.end == lexeme.span.start);
                self.at += if ends { index + 1 } else { 0 };
                return ends;
            }
        }
        false
    }

    fn if_clause(&mut self) -> Parsed<Command> {
        let mut arms = Vec::new();
        let mut otherwise = List::new();
        loop {
            // `if` or `elif`
            self.at += 1;
            let condition = self.body(&["then"])?;
            self.expect("then")?;
            arms.push((condition, self.body(&["elif", "else", "fi"])?));
            if self.accept("else") {
                otherwise = self.body(&["fi"])?;
            }
            if self.accept("fi") {
                return Ok(Command::If(arms, otherwise));
            }
        }
    }

    fn for_clause(&mut self) -> Parsed<Command> {
        let asks = self.is("select");
        self.at += 1;
        let mut name = None;
        let mut words = None;
        if !self.skip_arithmetic() {
            name = Some(self.word()?);
            self.skip_newlines();
            if self.accept("in") {
                words = Some(std::iter::from_fn(|| self.take_word()).collect());
            }
        }
        self.accept(";");
        self.skip_newlines();
        let body = self.do_group()?;
        Ok(match (name, words) {
            (Some(name), Some(words)) if !asks => Command::For(name, words, body),
            _ => Command::Loop(name, List::new(), body),
        })
    }

    fn do_group(&mut self) -> Parsed<List> {
        self.expect("do")?;
        let body = self.body(&["done"])?;
        self.expect("done")?;
        Ok(body)
    }

    fn case_clause(&mut self) -> Parsed<Command> {
        self.at += 1;
        let word = self.word()?;
        self.skip_newlines();
        self.expect("in")?;
        let mut arms = Vec::new();
        loop {
            self.skip_newlines();
            if self.accept("esac") {
                return Ok(Command::Case(word, arms));
            }
            self.accept("(");
            let mut patterns = vec![self.word()?];
            while self.accept("|") {
                patterns.push(self.word()?);
            }
            self.expect(")")?;
            self.skip_newlines();
            let ends = [";;", ";&", ";;&", "esac"];
            let empty = ends.iter().any(|end| self.is(end));
            arms.push((patterns, if empty { List::new() } else { self.body(&ends)? }));
            for end in [";;", ";&", ";;&"] {
                self.accept(end);
            }
        }
    }

    fn condition(&mut self) -> Parsed<Command> {
        self.at += 1;
        let mut words = Vec::new();
        while !self.is("]]") {
            match self.peek() {
                Some(lexeme) => words.push(lexeme.span),
                None => return Err(self.unexpected()),
            }
            self.at += 1;
        }
        self.at += 1;
        Ok(Command::Condition(words))
    }

    pub(super) fn function(&mut self, name: Span) -> Parsed<Command> {
        self.skip_newlines();
        Ok(Command::Function(name, Rc::new(self.command()?)))
    }
}
