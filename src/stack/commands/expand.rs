//! Words after expansion: quotes removed, variables and commands substituted, split into fields.

use super::end::Output;
use super::list::Raw;
use super::parameter;
use super::parse;
use super::scan::brace_end;
use super::shell::{READ_IN_A_STEP, Shell};
use bstr::{BStr, BString, ByteSlice};

/// As long as a word of a hook line may grow; what is longer is no link's name or address.
pub(super) const LONGEST: usize = 4096;

/// As many fields as a command may have; what has more is not known.
pub(super) const MOST_FIELDS: usize = 4096;
/// As many fields are made in the time of a command.
pub(super) const FIELDS_IN_A_STEP: usize = 16;

/// What an unquoted word does not hold as it stands.
const SPECIAL: &[u8] = b"'\"\\$`";

/// A field of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// The text, as far as it is known.
    pub(super) text: BString,
    /// Some of it only the running system can tell.
    pub(super) unknown: bool,
    /// All of it is what a command says about this link (`ip link show eth0 | awk ...`).
    pub(super) about: Option<BString>,
    /// Where it stands in the text that the shell runs.
    pub(super) raw: Raw,
}

impl Word {
    /// A word that no text holds.
    pub(super) fn literal(text: impl AsRef<[u8]>) -> Self {
        Self { text: BString::from(text.as_ref()), ..Self::default() }
    }

    /// A word that only the running system can tell.
    pub(super) fn unknown() -> Self {
        Self { unknown: true, ..Self::default() }
    }

    /// A word with a text that may be too long to be kept.
    pub(super) fn bounded(text: &[u8]) -> Self {
        if text.len() > LONGEST { Self::unknown() } else { Self::literal(text) }
    }

    /// A variable's value.
    pub(super) fn value(text: &BString) -> Self {
        let mut word = Self::default();
        word.append(text);
        word
    }

    /// The text, where it is known.
    pub(super) fn known(&self) -> Option<&BStr> {
        (!self.unknown).then_some(self.text.as_bstr())
    }

    /// Whether it is known to be this text.
    pub(super) fn is(&self, text: &[u8]) -> bool {
        !self.unknown && self.text == text
    }

    fn append(&mut self, text: &[u8]) {
        self.about.take_if(|_| !text.is_empty());
        if self.text.len() + text.len() > LONGEST {
            self.unknown = true;
        } else {
            self.text.extend_from_slice(text);
        }
    }

    fn append_word(&mut self, value: &Word) {
        self.about = value.about.clone().filter(|_| self.text.is_empty() && !self.unknown);
        self.unknown |= value.unknown;
        self.append(&value.text);
    }
}

/// The fields of a text that stands unquoted (`IFS` as it is by default).
pub(in crate::stack) fn fields(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| b" \t\n".contains(byte)).filter(|field| !field.is_empty())
}

/// Expands words to fields; to one that is not known where those are too many.
pub(super) fn expand(shell: &mut Shell<'_>, text: &[u8], words: &[Raw]) -> Vec<Word> {
    let mut done = Vec::new();
    for raw in words {
        if done.len() > MOST_FIELDS || shell.is_exhausted() {
            break;
        }
        shell.steps += raw.len() / READ_IN_A_STEP;
        let plain = text.get(raw.clone()).filter(|word| !word.iter().any(|byte| SPECIAL.contains(byte)));
        if let Some(plain) = plain.filter(|plain| plain.len() <= LONGEST) {
            done.push(Word { raw: raw.clone(), ..Word::literal(plain) });
            continue;
        }
        let mut expansion = Expansion { text, at: raw.start, end: raw.end, fields: Vec::new(), open: None };
        expansion.run(shell);
        let bytes: usize = expansion.fields.iter().map(|word| word.text.len()).sum();
        shell.steps += bytes / READ_IN_A_STEP;
        done.extend(expansion.fields.into_iter().map(|word| Word { raw: raw.clone(), ..word }));
    }
    shell.steps += done.len() / FIELDS_IN_A_STEP;
    if done.len() > MOST_FIELDS || shell.is_exhausted() {
        return vec![Word { raw: words.first().cloned().unwrap_or_default(), ..Word::unknown() }];
    }
    done
}

/// Expands a word where no fields are split (an assignment, a pattern).
pub(super) fn expand_one(shell: &mut Shell<'_>, text: &[u8], raw: &Raw) -> Word {
    let mut whole = Word { raw: raw.clone(), ..Word::default() };
    for (index, word) in expand(shell, text, std::slice::from_ref(raw)).into_iter().enumerate() {
        if index > 0 {
            whole.append(b" ");
        }
        whole.append_word(&word);
    }
    whole
}

/// Expands a here-document, where quotes are plain.
pub(super) fn expand_here(shell: &mut Shell<'_>, text: &[u8], raw: &Raw) -> Word {
    let mut expansion = Expansion { text, at: raw.start, end: raw.end, fields: Vec::new(), open: None };
    while expansion.at < expansion.end {
        expansion.double_quoted(shell);
        if text.get(expansion.at.saturating_sub(1)) == Some(&b'"') {
            expansion.push(b"\"");
        }
    }
    expansion.open.unwrap_or_default()
}

pub(super) struct Expansion<'t> {
    pub(super) text: &'t [u8],
    at: usize,
    end: usize,
    fields: Vec<Word>,
    open: Option<Word>,
}

impl Expansion<'_> {
    fn run(&mut self, shell: &mut Shell<'_>) {
        while self.at < self.end && self.fields.len() <= MOST_FIELDS {
            match self.text[self.at] {
                b'\'' => {
                    let rest = self.text.get(self.at + 1..self.end).unwrap_or_default();
                    let len = rest.find_byte(b'\'').unwrap_or(rest.len());
                    self.push(&rest[..len]);
                    self.at += len + 2;
                }
                b'"' => {
                    self.at += 1;
                    self.push(b"");
                    self.double_quoted(shell);
                }
                b'\\' => {
                    let escaped = self.text.get(self.at + 1..self.at + 2).unwrap_or_default();
                    self.push(if escaped == b"\n" { b"" } else { escaped });
                    self.at += 2;
                }
                b'$' | b'`' => {
                    let value = self.substitute(shell);
                    self.push_split(&value);
                }
                _ => self.push_plain(SPECIAL),
            }
        }
        self.fields.extend(self.open.take());
    }

    /// What stands before the next of these bytes.
    fn push_plain(&mut self, special: &[u8]) {
        let rest = self.text.get(self.at..self.end).unwrap_or_default();
        let len = rest.iter().position(|byte| special.contains(byte)).unwrap_or(rest.len());
        self.push(&rest[..len]);
        self.at += len;
    }

    fn push(&mut self, text: &[u8]) {
        self.open.get_or_insert_default().append(text);
    }

    /// An unquoted value: its blanks split fields.
    fn push_split(&mut self, value: &Word) {
        if value.unknown {
            self.open.get_or_insert_default().append_word(value);
            return;
        }
        let blank = |byte: Option<&u8>| byte.is_some_and(|byte| b" \t\n".contains(byte));
        if blank(value.text.first()) {
            self.fields.extend(self.open.take());
        }
        for (index, field) in fields(&value.text).enumerate() {
            if index > 0 {
                self.fields.extend(self.open.take());
            }
            self.push(field);
        }
        if blank(value.text.last()) {
            self.fields.extend(self.open.take());
        }
    }

    fn double_quoted(&mut self, shell: &mut Shell<'_>) {
        while self.at < self.end {
            match self.text[self.at] {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' => {
                    let pair = self.text.get(self.at..self.at + 2).unwrap_or_default();
                    self.push(match pair {
                        b"\\\n" => b"",
                        [_, b'$' | b'`' | b'"' | b'\\'] => &pair[1..],
                        _ => pair,
                    });
                    self.at += 2;
                }
                b'$' | b'`' => {
                    let value = self.substitute(shell);
                    self.open.get_or_insert_default().append_word(&value);
                }
                _ => self.push_plain(b"\"\\$`"),
            }
        }
    }

    /// The value of what begins with `$` or a backquote here.
    fn substitute(&mut self, shell: &mut Shell<'_>) -> Word {
        if shell.is_exhausted() {
            self.at = self.end;
            return Word::unknown();
        }
        let start = self.at;
        let rest = self.text.get(start..self.end).unwrap_or_default();
        let value = self.value(shell, start, rest);
        shell.steps += value.text.len() / READ_IN_A_STEP;
        value
    }

    fn value(&mut self, shell: &mut Shell<'_>, start: usize, rest: &[u8]) -> Word {
        match rest {
            [b'`', ..] => self.backquoted(shell),
            [b'$', b'(', b'(', ..] => {
                self.at += 3 + rest[3..].find(b"))").map_or(rest.len(), |len| len + 2);
                Word::unknown()
            }
            [b'$', b'(', ..] => {
                let inside = start + 2;
                let end = parse::substitution_end(self.text, inside).unwrap_or(self.end).min(self.end);
                self.at = end + 1;
                let script = self.text.get(inside..end).unwrap_or_default();
                value_of(shell.apart(|shell| shell.evaluate(script, Some(inside))).output)
            }
            [b'$', b'{', ..] => {
                let end = brace_end(self.text, start + 2).unwrap_or(self.end).min(self.end);
                self.at = end + 1;
                self.parameter(shell, start + 2..end)
            }
            _ => {
                let name = name_at(self.text, start + 1);
                let special = rest.get(1).filter(|byte| name.is_empty() && b"@*#?$!-0123456789".contains(byte));
                self.at += 1 + name.len() + usize::from(special.is_some());
                match special {
                    _ if !name.is_empty() => shell.variable(name),
                    Some(&special @ (b'@' | b'*' | b'#' | b'1'..=b'9')) => parameter::positional(shell, special),
                    Some(_) => Word::unknown(),
                    None => Word::literal(b"$"),
                }
            }
        }
    }

    fn backquoted(&mut self, shell: &mut Shell<'_>) -> Word {
        let inside = self.at + 1;
        let mut script = Vec::new();
        self.at = inside;
        while self.at < self.end && self.text[self.at] != b'`' {
            let escape =
                self.text[self.at] == b'\\' && self.text.get(self.at + 1).is_some_and(|byte| b"$`\\".contains(byte));
            self.at += usize::from(escape);
            script.extend(self.text.get(self.at));
            self.at += 1;
        }
        let plain = self.at.saturating_sub(inside) == script.len();
        self.at += 1;
        value_of(shell.apart(|shell| shell.evaluate(&script, plain.then_some(inside))).output)
    }
}

/// The variable's name that begins at an offset.
pub(super) fn name_at(text: &[u8], at: usize) -> &[u8] {
    let rest = text.get(at..).unwrap_or_default();
    let len = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    if rest.first().is_some_and(u8::is_ascii_digit) { b"" } else { &rest[..len] }
}

/// What a command substitution leaves: the output without its last line ends.
fn value_of(output: Output) -> Word {
    match output {
        Output::Known(text) if text.len() > LONGEST => Word::unknown(),
        Output::Known(text) => Word::literal(text.trim_end_with(|c| c == '\n')),
        Output::Shown(shown) => shown.word(),
        Output::About(link) => Word { unknown: true, about: Some(link), ..Word::default() },
        Output::Unknown => Word::unknown(),
    }
}
