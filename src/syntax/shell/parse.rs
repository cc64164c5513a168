//! bash's grammar, as far as it decides which assignments take effect.
//!
//! bash reads and executes one complete command line at a time, a [`Unit`]; a syntax error takes
//! away its own unit and all that follow, nothing before.

use super::SyntaxError;
use super::lex::{Kind, Lexeme, assignment, lex};
use crate::span::Span;
use bstr::BStr;
use smallvec::{SmallVec, smallvec};
use std::rc::Rc;

/// How deep compound commands may stand in each other; files have two or three levels.
const DEPTH_LIMIT: usize = 40;

/// One complete command line, most of which are one command.
pub(super) type Unit = SmallVec<[AndOr; 1]>;

pub(super) type List = Vec<AndOr>;

/// Pipelines with `&&` and `||` between.
#[derive(Debug)]
pub(super) struct AndOr {
    pub(super) first: Pipeline,
    pub(super) rest: Vec<(Link, Pipeline)>,
    /// Ends with `&`: runs in a shell of its own.
    pub(super) background: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    And,
    Or,
}

#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) negated: bool,
    pub(super) commands: SmallVec<[Command; 1]>,
}

#[derive(Debug)]
pub(super) enum Command {
    Simple(Simple),
    /// Conditions with what they guard, and what runs where none holds.
    If(Vec<(List, List)>, List),
    /// `while`, `until`, `select`, `for` without words: the variable, the condition, the body.
    Loop(Option<Span>, List, List),
    /// `for NAME in WORDS`
    For(Span, Vec<Span>, List),
    /// The word, and patterns with what they guard.
    Case(Span, Vec<(Vec<Span>, List)>),
    /// `{ ...; }`
    Group(List),
    /// `( ... )`
    Subshell(List),
    Function(Span, Rc<Command>),
    /// The words of `[[ ... ]]`.
    Condition(Vec<Span>),
    /// `(( ... ))`
    Arithmetic,
}

/// Assignments, then words.
#[derive(Debug, Default)]
pub(super) struct Simple {
    pub(super) assignments: SmallVec<[Span; 1]>,
    pub(super) words: Vec<Span>,
    /// Its input or output is a file.
    pub(super) redirected: bool,
}

pub(super) type Parsed<T> = Result<T, SyntaxError>;

/// The units of a file, and where bash stops reading it.
pub(super) fn parse(bytes: &[u8]) -> (Vec<Unit>, Option<SyntaxError>) {
    let (lexemes, unclosed) = lex(bytes);
    let mut parser = Parser { bytes, lexemes, unclosed, at: 0, depth: 0, too_deep: false };
    let mut units = Vec::new();
    loop {
        parser.skip_newlines();
        if parser.peek().is_none() {
            return (units, parser.unclosed.map(|start| parser.unclosed_error(start)));
        }
        match parser.unit() {
            Ok(unit) => units.push(unit),
            // What only this tool cannot follow is no complaint of bash's.
            Err(error) => return (units, Some(error).filter(|_| !parser.too_deep)),
        }
    }
}

pub(super) struct Parser<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) lexemes: Vec<Lexeme>,
    unclosed: Option<usize>,
    pub(super) at: usize,
    depth: usize,
    too_deep: bool,
}

impl<'a> Parser<'a> {
    pub(super) fn peek(&self) -> Option<Lexeme> {
        self.lexemes.get(self.at).copied()
    }

    /// The raw text of the next token; empty at the end.
    pub(super) fn text(&self) -> &'a [u8] {
        self.peek().map_or(b"", |lexeme| lexeme.span.of(self.bytes))
    }

    pub(super) fn is(&self, text: &str) -> bool {
        self.text() == text.as_bytes()
    }

    pub(super) fn accept(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, text: &str) -> Parsed<()> {
        if self.accept(text) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(super) fn take_word(&mut self) -> Option<Span> {
        let lexeme = self.peek().filter(|lexeme| lexeme.kind == Kind::Word)?;
        self.at += 1;
        Some(lexeme.span)
    }

    pub(super) fn word(&mut self) -> Parsed<Span> {
        self.take_word().ok_or_else(|| self.unexpected())
    }

    pub(super) fn skip_newlines(&mut self) {
        while self.peek().is_some_and(|lexeme| lexeme.kind == Kind::Newline) {
            self.at += 1;
        }
    }

    pub(super) fn unexpected(&self) -> SyntaxError {
        match (self.peek(), self.unclosed) {
            (Some(lexeme), _) => {
                let text = match lexeme.kind {
                    Kind::Newline => BStr::new("newline"),
                    _ => BStr::new(self.text()),
                };
                SyntaxError { span: lexeme.span, message: format!("syntax error near unexpected token `{text}'") }
            }
            (None, Some(start)) => self.unclosed_error(start),
            (None, None) => {
                let span = self.lexemes.last().map_or(Span::at(0), |last| last.span);
                SyntaxError { span, message: "syntax error: unexpected end of file".to_owned() }
            }
        }
    }

    fn unclosed_error(&self, start: usize) -> SyntaxError {
        let rest = self.bytes.get(start..).unwrap_or_default();
        let len = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        let message = "unexpected EOF while looking for a matching quote or bracket".to_owned();
        SyntaxError { span: Span::new(start, start + len), message }
    }

    /// One complete command line.
    fn unit(&mut self) -> Parsed<Unit> {
        let mut list = Unit::new();
        if let Some(assignment) = self.only_assignment() {
            list.push(assignment);
            return Ok(list);
        }
        loop {
            list.push(self.and_or()?);
            let separated = self.separator(list.last_mut());
            match self.peek() {
                None if self.unclosed.is_some() => return Err(self.unexpected()),
                None => return Ok(list),
                Some(lexeme) if lexeme.kind == Kind::Newline => {
                    self.at += 1;
                    return Ok(list);
                }
                Some(_) if separated => {}
                Some(_) => return Err(self.unexpected()),
            }
        }
    }

    /// Takes a line that is one assignment, as most are; the long way gives the same.
    fn only_assignment(&mut self) -> Option<AndOr> {
        let [word, end, ..] = self.lexemes.get(self.at..)? else { return None };
        let is_it =
            word.kind == Kind::Word && end.kind == Kind::Newline && assignment(word.span.of(self.bytes)).is_some();
        let simple = is_it.then(|| Simple { assignments: smallvec![word.span], ..Simple::default() })?;
        self.at += 2;
        let first = Pipeline { negated: false, commands: smallvec![Command::Simple(simple)] };
        Some(AndOr { first, rest: Vec::new(), background: false })
    }

    /// Takes a `;` or `&` after a command.
    fn separator(&mut self, last: Option<&mut AndOr>) -> bool {
        let background = self.is("&");
        if background && let Some(last) = last {
            last.background = true;
        }
        background && self.accept("&") || self.accept(";")
    }

    /// The body of a compound command, up to one of `ends`, which stays.
    pub(super) fn body(&mut self, ends: &[&str]) -> Parsed<List> {
        let mut list = List::new();
        loop {
            self.skip_newlines();
            if !list.is_empty() && ends.iter().any(|end| self.is(end)) {
                return Ok(list);
            }
            list.push(self.and_or()?);
            let newline = self.peek().is_some_and(|lexeme| lexeme.kind == Kind::Newline);
            if !self.separator(list.last_mut()) && !newline && !ends.iter().any(|end| self.is(end)) {
                return Err(self.unexpected());
            }
        }
    }

    fn and_or(&mut self) -> Parsed<AndOr> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            let link = if self.accept("&&") {
                Link::And
            } else if self.accept("||") {
                Link::Or
            } else {
                return Ok(AndOr { first, rest, background: false });
            };
            self.skip_newlines();
            rest.push((link, self.pipeline()?));
        }
    }

    fn pipeline(&mut self) -> Parsed<Pipeline> {
        let mut negated = false;
        while self.is("!") || self.is("time") {
            negated ^= self.is("!");
            self.at += 1;
        }
        let mut commands = smallvec![self.command()?];
        while self.accept("|") || self.accept("|&") {
            self.skip_newlines();
            commands.push(self.command()?);
        }
        Ok(Pipeline { negated, commands })
    }

    pub(super) fn command(&mut self) -> Parsed<Command> {
        self.depth += 1;
        self.too_deep |= self.depth > DEPTH_LIMIT;
        let command = if self.too_deep { Err(self.unexpected()) } else { self.command_within() };
        self.depth -= 1;
        command
    }

    /// Takes a redirection; tells whether it is one of something else than standard error.
    pub(super) fn redirect(&mut self) -> Parsed<Option<bool>> {
        let operator = self.peek().filter(|lexeme| lexeme.kind == Kind::Operator);
        let Some(operator) = operator.filter(|_| self.text().iter().any(|byte| matches!(byte, b'<' | b'>'))) else {
            return Ok(None);
        };
        self.at += 1;
        self.word()?;
        let before = operator.span.start.checked_sub(1).and_then(|at| self.bytes.get(at));
        Ok(Some(before != Some(&b'2')))
    }

    pub(super) fn simple(&mut self) -> Parsed<Command> {
        let mut simple = Simple::default();
        let start = self.at;
        loop {
            if let Some(redirected) = self.redirect()? {
                simple.redirected |= redirected;
                continue;
            }
            let Some(word) = self.take_word() else { break };
            if simple.words.is_empty() && assignment(word.of(self.bytes)).is_some() {
                simple.assignments.push(word);
            } else {
                simple.words.push(word);
            }
            if self.is("(") && simple.assignments.is_empty() && simple.words.len() == 1 {
                self.at += 1;
                self.expect(")")?;
                return self.function(word);
            }
        }
        if self.at == start { Err(self.unexpected()) } else { Ok(Command::Simple(simple)) }
    }
}
