//! Shell text to lists of commands: the grammar of POSIX sh as dash reads it. Words stay ranges of the text; what they expand to is the shell's business.

use super::list::{Command, Flaw, List, Pipeline, Raw, Redirect, Then};
use super::scan::ends_word;

/// How deep commands may nest. Hook lines nest once or twice.
const DEPTH_LIMIT: usize = 24;
/// As much text as is read. Hook lines are far shorter.
const LONGEST: usize = 64 * 1024;

/// Words that end a list, where a command could begin.
const CLOSERS: &[&[u8]] = &[b"then", b"elif", b"else", b"fi", b"do", b"done", b"esac", b"}"];

/// Reads the whole of a text.
pub(super) fn parse(text: &[u8]) -> Result<List, Flaw> {
    if text.len() > LONGEST {
        return Err(Flaw::Beyond);
    }
    let mut parser = Parser { text, at: 0, depth: 0, here: None };
    let list = parser.list()?;
    if parser.at < text.len() { Err(Flaw::Syntax) } else { Ok(list) }
}

/// The end of the substitution whose inside begins at `at` (after `$(`): the offset of its `)`.
pub(super) fn substitution_end(text: &[u8], at: usize) -> Result<usize, Flaw> {
    let mut parser = Parser { text, at, depth: 0, here: None };
    parser.list()?;
    if parser.peek() == Some(b')') { Ok(parser.at) } else { Err(Flaw::Syntax) }
}

/// Where the reading of a text is.
pub(super) struct Parser<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    depth: usize,
    /// Where a line ends after which here-documents begin, and where those end.
    pub(super) here: Option<(usize, usize)>,
}

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn eat(&mut self, text: &[u8]) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Blanks, joined lines and a comment.
    pub(super) fn blanks(&mut self) {
        loop {
            match self.rest() {
                [b' ' | b'\t', ..] => self.at += 1,
                [b'\\', b'\n', ..] => self.at += 2,
                [b'#', comment @ ..] => {
                    self.at += 1 + comment.iter().position(|&byte| byte == b'\n').unwrap_or(comment.len());
                }
                _ => return,
            }
        }
    }

    fn newlines(&mut self) {
        self.blanks();
        while self.newline() {
            self.blanks();
        }
    }

    /// A reserved word that stands here, as a word of its own.
    fn keyword(&self, word: &[u8]) -> bool {
        let rest = self.rest();
        rest.starts_with(word) && rest.get(word.len()).is_none_or(|byte| ends_word(*byte))
    }

    fn expect(&mut self, word: &[u8]) -> Result<(), Flaw> {
        self.newlines();
        if !self.keyword(word) {
            return Err(Flaw::Syntax);
        }
        self.at += word.len();
        Ok(())
    }

    /// Commands up to the end, a `)`, a `;;` or a word that closes something.
    pub(super) fn list(&mut self) -> Result<List, Flaw> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(Flaw::Beyond);
        }
        let mut list = List::new();
        let mut joined = false;
        loop {
            self.newlines();
            let closed = self.peek().is_none_or(|byte| byte == b')')
                || self.rest().starts_with(b";;")
                || CLOSERS.iter().any(|word| self.keyword(word));
            if closed {
                self.depth -= 1;
                return if joined { Err(Flaw::Syntax) } else { Ok(list) };
            }
            let mut pipeline = self.pipeline()?;
            self.blanks();
            pipeline.then = if self.eat(b"&&") {
                Then::And
            } else if self.eat(b"||") {
                Then::Or
            } else if self.eat(b"&") {
                Then::Background
            } else if self.rest().starts_with(b";;") || !(self.eat(b";") || self.newline()) {
                if !self.peek().is_none_or(|byte| b");".contains(&byte)) {
                    return Err(Flaw::Syntax);
                }
                Then::Next
            } else {
                Then::Next
            };
            joined = matches!(pipeline.then, Then::And | Then::Or);
            list.push(pipeline);
        }
    }

    fn pipeline(&mut self) -> Result<Pipeline, Flaw> {
        let negated = self.keyword(b"!");
        self.at += usize::from(negated);
        let mut commands = Vec::new();
        loop {
            self.newlines();
            commands.push(self.command()?);
            self.blanks();
            if self.rest().starts_with(b"||") || !self.eat(b"|") {
                return Ok(Pipeline { negated, commands, then: Then::Next });
            }
        }
    }

    fn command(&mut self) -> Result<Command, Flaw> {
        if self.eat(b"(") {
            let list = self.list()?;
            return self.group(list, b")", true);
        }
        if self.keyword(b"{") {
            self.at += 1;
            let list = self.list()?;
            return self.group(list, b"}", false);
        }
        let word: &[u8] = self.rest().split(|byte| ends_word(*byte)).next().unwrap_or_default();
        let command = match word {
            b"if" => self.branches()?,
            b"for" => self.for_loop()?,
            b"while" | b"until" => {
                let until = word == b"until";
                self.at += b"while".len();
                Command::Loop { until, condition: self.list()?, body: self.body()? }
            }
            b"case" => self.case()?,
            _ => return self.simple(),
        };
        let redirects = self.redirects()?;
        if redirects.is_empty() {
            return Ok(command);
        }
        let list = vec![Pipeline { negated: false, commands: vec![command], then: Then::Next }];
        Ok(Command::Group { list, subshell: false, redirects })
    }

    fn group(&mut self, list: List, close: &[u8], subshell: bool) -> Result<Command, Flaw> {
        if list.is_empty() || !self.eat(close) {
            return Err(Flaw::Syntax);
        }
        Ok(Command::Group { list, subshell, redirects: self.redirects()? })
    }

    /// What stands after a compound command; each holds for all of it.
    fn redirects(&mut self) -> Result<Vec<Redirect>, Flaw> {
        let mut redirects = Vec::new();
        self.blanks();
        while let Some(redirect) = self.redirect()? {
            redirects.extend(redirect);
            self.blanks();
        }
        Ok(redirects)
    }

    fn branches(&mut self) -> Result<Command, Flaw> {
        let mut arms = Vec::new();
        let mut otherwise = List::new();
        self.at += b"if".len();
        loop {
            let condition = self.list()?;
            self.expect(b"then")?;
            arms.push((condition, self.list()?));
            if self.keyword(b"elif") {
                self.at += b"elif".len();
                continue;
            }
            if self.keyword(b"else") {
                self.at += b"else".len();
                otherwise = self.list()?;
            }
            self.expect(b"fi")?;
            return Ok(Command::If { arms, otherwise });
        }
    }

    fn for_loop(&mut self) -> Result<Command, Flaw> {
        self.at += b"for".len();
        self.blanks();
        let name = self.word()?;
        self.newlines();
        let mut words = None;
        if self.keyword(b"in") {
            self.at += b"in".len();
            let words = words.insert(Vec::new());
            loop {
                self.blanks();
                match self.peek() {
                    Some(b';' | b'\n') | None => break,
                    _ => words.push(self.word()?),
                }
            }
        }
        self.eat(b";");
        Ok(Command::For { name, words, body: self.body()? })
    }

    /// `do LIST; done`
    fn body(&mut self) -> Result<List, Flaw> {
        self.expect(b"do")?;
        let list = self.list()?;
        self.expect(b"done")?;
        Ok(list)
    }

    fn case(&mut self) -> Result<Command, Flaw> {
        self.at += b"case".len();
        self.blanks();
        let word = self.word()?;
        self.expect(b"in")?;
        let mut arms = Vec::new();
        loop {
            self.newlines();
            if self.keyword(b"esac") {
                self.at += b"esac".len();
                return Ok(Command::Case { word, arms });
            }
            self.eat(b"(");
            let mut patterns = Vec::new();
            loop {
                self.blanks();
                patterns.push(self.word()?);
                self.blanks();
                if !self.eat(b"|") {
                    break;
                }
            }
            if !self.eat(b")") {
                return Err(Flaw::Syntax);
            }
            arms.push((patterns, self.list()?));
            self.newlines();
            self.eat(b";;");
        }
    }

    fn simple(&mut self) -> Result<Command, Flaw> {
        let (mut words, mut redirects) = (Vec::new(), Vec::new());
        loop {
            self.blanks();
            if let Some(redirect) = self.redirect()? {
                redirects.extend(redirect);
                continue;
            }
            match self.peek() {
                None | Some(b';' | b'&' | b'|' | b'\n' | b')') if words.is_empty() && redirects.is_empty() => {
                    return Err(Flaw::Syntax);
                }
                None | Some(b';' | b'&' | b'|' | b'\n' | b')') => return Ok(Command::Simple { words, redirects }),
                Some(b'(') => return self.function(&words, &redirects),
                Some(_) => words.push(self.word()?),
            }
        }
    }

    /// `NAME()` and the command that it stands for.
    fn function(&mut self, words: &[Raw], redirects: &[Redirect]) -> Result<Command, Flaw> {
        // `NAME=(...)`: bash's arrays.
        if words.last().and_then(|word| self.text.get(word.clone())).is_some_and(|word| word.contains(&b'=')) {
            return Err(Flaw::Beyond);
        }
        let ([name], []) = (words, redirects) else { return Err(Flaw::Syntax) };
        self.at += 1;
        self.blanks();
        if !self.eat(b")") {
            return Err(Flaw::Syntax);
        }
        self.newlines();
        let start = self.at;
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(Flaw::Beyond);
        }
        self.command()?;
        self.depth -= 1;
        Ok(Command::Function { name: name.clone(), body: start..self.at })
    }
}
