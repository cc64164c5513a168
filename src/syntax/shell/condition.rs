//! `[ ... ]`, `test ...` and `[[ ... ]]` (bash manual, "Bash Conditional Expressions"). `None` is
//! what only the running system can tell.

use super::{Content, Shell, Value, pattern};
use bstr::{BStr, ByteSlice};

impl Shell<'_> {
    /// `[ ... ]` without the brackets.
    pub(super) fn test(&mut self, words: &[&[u8]]) -> Option<bool> {
        let mut arguments: Vec<Value> = Vec::new();
        for word in words {
            let value = self.expand(word);
            // Without quotes a value is split: an empty one is no argument, blanks make several.
            let splits = !word.starts_with(b"\"") && word.contains(&b'$');
            match &value {
                Value::Text(text) if splits && text.is_empty() => continue,
                Value::Text(text) if splits && text.fields_with(char::is_whitespace).nth(1).is_some() => return None,
                _ => arguments.push(value),
            }
        }
        let texts: Vec<Option<&BStr>> = arguments.iter().map(Value::text).collect();
        // `-o` binds less than `-a`.
        let mut any = Some(false);
        for alternative in texts.split(|text| *text == Some(BStr::new("-o"))) {
            let mut all = Some(true);
            for operand in alternative.split(|text| *text == Some(BStr::new("-a"))) {
                all = and(all, self.expression(operand));
            }
            any = or(any, all);
        }
        any
    }

    fn expression(&mut self, texts: &[Option<&BStr>]) -> Option<bool> {
        match texts {
            [] => Some(false),
            [text] => text.map(|text| !text.is_empty()),
            [Some(not), rest @ ..] if *not == "!" => self.expression(rest).map(|holds| !holds),
            [Some(operator), text] => self.unary(operator, (*text)?),
            [left, Some(operator), right] => match operator.as_bytes() {
                b"=" | b"==" => Some((*left)? == (*right)?),
                b"!=" => Some((*left)? != (*right)?),
                _ => None,
            },
            _ => None,
        }
    }

    fn unary(&mut self, operator: &BStr, text: &BStr) -> Option<bool> {
        let content = || self.outside().content(BStr::new(&Self::absolute(text)));
        match operator.as_bytes() {
            b"-n" => Some(!text.is_empty()),
            b"-z" => Some(text.is_empty()),
            b"-d" | b"-e" if text.strip_prefix(b"/sys/class/net/").is_some_and(|name| !name.contains(&b'/')) => {
                match self.outside().content(BStr::new(&[text.as_bytes(), b"/address"].concat())) {
                    Content::Text(_) => Some(true),
                    Content::Missing => Some(false),
                    Content::Unknown => None,
                }
            }
            b"-e" | b"-f" | b"-r" | b"-s" => match content() {
                Content::Text(bytes) => Some(operator != "-s" || !bytes.is_empty()),
                Content::Missing => Some(false),
                Content::Unknown => None,
            },
            b"-d" | b"-x" | b"-L" | b"-h" => matches!(content(), Content::Missing).then_some(false),
            _ => None,
        }
    }

    /// The words of `[[ ... ]]`.
    pub(super) fn compound_test(&mut self, words: &[&[u8]]) -> Option<bool> {
        if words.iter().any(|word| matches!(*word, b"(" | b")")) {
            return None;
        }
        let mut any = Some(false);
        for alternative in words.split(|word| *word == b"||") {
            let mut all = Some(true);
            for operand in alternative.split(|word| *word == b"&&") {
                all = and(all, self.compound_operand(operand));
            }
            any = or(any, all);
        }
        any
    }

    fn compound_operand(&mut self, words: &[&[u8]]) -> Option<bool> {
        match words {
            [b"!", rest @ ..] => self.compound_operand(rest).map(|holds| !holds),
            [left, operator @ (b"=" | b"==" | b"!="), right] => {
                let (Value::Text(left), Value::Text(right)) = (self.expand(left), self.expand_pattern(right)) else {
                    return None;
                };
                pattern::matches(&right, &left).map(|same| same == (*operator != b"!="))
            }
            [left, b"=~", pattern] if !pattern.contains(&b'"') && !pattern.contains(&b'\'') => {
                let (Value::Text(left), Value::Text(pattern)) = (self.expand(left), self.expand_pattern(pattern))
                else {
                    return None;
                };
                /// As long as an expression may be.
                const LONGEST: usize = 200;
                let pattern = pattern.to_str().ok().filter(|pattern| pattern.len() <= LONGEST)?;
                let regex = regex_lite::RegexBuilder::new(pattern).size_limit(64 * 1024).build().ok()?;
                Some(regex.is_match(left.to_str().ok().filter(|left| left.len() <= LONGEST)?))
            }
            [operator, word] => match self.expand(word) {
                Value::Text(text) => self.unary(BStr::new(operator), BStr::new(&text)),
                Value::Unknown => None,
            },
            [word] => self.expand(word).text().map(|text| !text.is_empty()),
            _ => None,
        }
    }
}

fn and(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    and(left.map(|left| !left), right.map(|right| !right)).map(|neither| !neither)
}
