//! Filters: `awk`, `cut`, `grep`, `head`, `sed`, `tail`, `tr`, in the forms with which people pick an address out of a
//! text. What else they can do is not looked into.

mod awk;
mod sed;

use super::expand::{Word, fields};
use bstr::{BStr, BString, ByteSlice};
use regex_lite::{Regex, RegexBuilder};

/// As much text as is filtered.
pub(super) const LONGEST: usize = 1024;

/// What a filter makes of a text.
type Filter = Box<dyn Fn(&str) -> Option<String>>;
/// Whether `grep` finds something in a text.
type Finds = Box<dyn Fn(&str) -> bool>;

/// A filter and the file that it reads, where it names one.
pub(super) struct Call<'w> {
    filter: Filter,
    /// What its status tells.
    finds: Option<Finds>,
    pub(super) file: Option<&'w BStr>,
}

impl Call<'_> {
    /// What becomes of a text; `None` where that is not known.
    pub(super) fn of(&self, text: &BStr) -> Option<BString> {
        let text = text.to_str().ok().filter(|text| text.len() <= LONGEST)?;
        (self.filter)(text).map(BString::from)
    }

    /// Whether it finds something in a text; `None` where that is not known, or not what its status tells.
    pub(super) fn finds(&self, text: &BStr) -> Option<bool> {
        let text = text.to_str().ok().filter(|text| text.len() <= LONGEST)?;
        self.finds.as_ref().map(|finds| finds(text))
    }
}

/// Reads a filter's words, its name first; `None` where they are not understood.
pub(super) fn read(words: &[Word]) -> Option<Call<'_>> {
    let words: Vec<&BStr> = words.iter().map(Word::known).collect::<Option<_>>()?;
    let (name, words) = words.split_first()?;
    let name = name.rsplit(|&byte| byte == b'/').next()?;
    let mut options = Options { flags: BString::default(), values: Vec::new(), rest: Vec::new() };
    let with_value: &[u8] = match name {
        b"awk" | b"gawk" | b"mawk" => b"F",
        b"cut" => b"bcdf",
        b"grep" => b"em",
        b"egrep" => b"em",
        b"head" | b"tail" => b"n",
        b"sed" => b"e",
        _ => b"",
    };
    options.read(words, with_value)?;
    match name {
        b"awk" | b"gawk" | b"mawk" => awk::read(&options),
        b"cut" => cut(&options),
        b"grep" => grep(&options, false),
        b"egrep" => grep(&options, true),
        b"head" => head(&options, false),
        b"tail" => head(&options, true),
        b"sed" => sed::read(&options),
        b"tr" => tr(&options),
        _ => None,
    }
}

/// A program's words by what they are.
struct Options<'w> {
    flags: BString,
    values: Vec<(u8, &'w BStr)>,
    rest: Vec<&'w BStr>,
}

impl<'w> Options<'w> {
    /// `None` at a long option.
    fn read(&mut self, words: &[&'w BStr], with_value: &[u8]) -> Option<()> {
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Some(letters) = word.strip_prefix(b"-").filter(|letters| !letters.is_empty()) else {
                self.rest.push(word);
                continue;
            };
            if letters.starts_with(b"-") {
                return None;
            }
            for (at, letter) in letters.iter().enumerate() {
                if !with_value.contains(letter) {
                    self.flags.push(*letter);
                    continue;
                }
                let own = BStr::new(letters.get(at + 1..).unwrap_or_default());
                self.values.push((*letter, if own.is_empty() { words.next()? } else { own }));
                break;
            }
        }
        Some(())
    }

    fn value(&self, letter: u8) -> Option<&'w BStr> {
        self.values.iter().find(|value| value.0 == letter).map(|value| value.1)
    }

    fn has(&self, letter: u8) -> bool {
        self.flags.contains(&letter)
    }

    /// Whether it has no other flags than these.
    fn only(&self, letters: &[u8]) -> Option<()> {
        self.flags.iter().all(|flag| letters.contains(flag)).then_some(())
    }

    /// The filter, with the file that follows `before` words.
    fn call(&self, before: usize, filter: impl Fn(&str) -> Option<String> + 'static) -> Option<Call<'w>> {
        let files = self.rest.get(before..).unwrap_or_default();
        (files.len() <= 1).then(|| Call { filter: Box::new(filter), finds: None, file: files.first().copied() })
    }
}

/// As often as an expression is looked for in a line. Each search may look at all that is left of it.
const SEARCHES: usize = 64;

/// Whether an expression is found more often in a line than it is looked for.
fn is_everywhere(pattern: &Regex, line: &str) -> bool {
    pattern.find_iter(line).nth(SEARCHES).is_some()
}

/// A regular expression; a basic one has its signs the other way round.
pub(super) fn regex(pattern: &BStr, extended: bool, ignore_case: bool) -> Option<Regex> {
    const LONGEST: usize = 200;
    let pattern = pattern.to_str().ok().filter(|pattern| pattern.len() <= LONGEST)?;
    // Each line is a pattern of its own to grep.
    if pattern.contains('\n') {
        return None;
    }
    let mut text = String::new();
    let mut signs = pattern.chars().peekable();
    while let Some(sign) = signs.next() {
        let other_way = |sign: char| "(){}+?|".contains(sign);
        match (sign, signs.peek().copied()) {
            ('\\', Some(next)) if !extended && other_way(next) => {
                text.push(next);
                signs.next();
            }
            // `\K` and its like mean something else elsewhere.
            ('\\', Some(next)) if next.is_ascii_alphabetic() => return None,
            ('\\', Some(next)) => {
                text.extend(['\\', next]);
                signs.next();
            }
            (sign, _) if !extended && other_way(sign) => text.extend(['\\', sign]),
            (sign, _) => text.push(sign),
        }
    }
    RegexBuilder::new(&text).case_insensitive(ignore_case).size_limit(4096).build().ok()
}

fn joined(lines: impl Iterator<Item = String>) -> Option<String> {
    Some(lines.map(|line| line + "\n").collect())
}

fn grep<'w>(options: &Options<'w>, extended: bool) -> Option<Call<'w>> {
    options.only(b"Eioqsvw")?;
    let patterns = options.values.iter().filter(|value| value.0 == b'e').count();
    if options.has(b'w') || patterns > 1 {
        return None;
    }
    let first = options.rest.first().copied();
    let (pattern, before) = options.value(b'e').map_or((first, 1), |pattern| (Some(pattern), 0));
    let pattern = regex(pattern?, extended || options.has(b'E'), options.has(b'i'))?;
    let (only, inverted, quiet) = (options.has(b'o'), options.has(b'v'), options.has(b'q'));
    let most = match options.value(b'm') {
        Some(most) => most.to_str().ok()?.parse().ok()?,
        None => usize::MAX,
    };
    let same = pattern.clone();
    let call = options.call(before, move |text| {
        if only && text.lines().any(|line| is_everywhere(&pattern, line)) {
            return None;
        }
        let fits = |line: &&str| pattern.is_match(line) != inverted;
        let lines = text.lines().filter(fits).take(if quiet { 0 } else { most });
        let found = |line: &str| pattern.find_iter(line).map(|found| found.as_str().to_owned()).collect::<Vec<_>>();
        joined(lines.flat_map(|line| if only { found(line) } else { vec![line.to_owned()] }))
    });
    let finds: Finds = Box::new(move |text| most > 0 && text.lines().any(|line| same.is_match(line) != inverted));
    Some(Call { finds: Some(finds), ..call? })
}

/// `1,3-5,7-`: first and last of each range.
fn ranges(list: &BStr) -> Option<Vec<(usize, usize)>> {
    let number = |text: &str, other: usize| if text.is_empty() { Some(other) } else { text.parse().ok() };
    let range = |range: &str| match range.split_once('-') {
        Some((first, last)) => Some((number(first, 1)?, number(last, usize::MAX)?)),
        None => Some((range.parse().ok()?, range.parse().ok()?)),
    };
    list.to_str().ok()?.split(',').map(range).collect()
}

fn cut<'w>(options: &Options<'w>) -> Option<Call<'w>> {
    options.only(b"")?;
    let delimiter = options.value(b'd').unwrap_or(BStr::new("\t")).to_str().ok()?.to_owned();
    let by_field = options.value(b'f').map(ranges);
    let by_byte = options.value(b'c').or(options.value(b'b')).map(ranges);
    let (taken, by_field) = match (by_field, by_byte) {
        (Some(taken), None) => (taken?, true),
        (None, Some(taken)) => (taken?, false),
        _ => return None,
    };
    options.call(0, move |text| {
        let wanted = |at: &usize| taken.iter().any(|range| range.0 <= at + 1 && *at < range.1);
        let picked = |line: &str| -> String {
            let kept = |(at, part)| Some(part).filter(|_| wanted(&at));
            if !by_field {
                return line.chars().enumerate().filter_map(kept).collect();
            }
            if !line.contains(&delimiter) {
                return line.to_owned();
            }
            line.split(&*delimiter)
                .enumerate()
                .filter_map(|(at, part)| Some(part).filter(|_| wanted(&at)))
                .collect::<Vec<_>>()
                .join(&delimiter)
        };
        joined(text.lines().map(picked))
    })
}

/// `head`, or `tail`.
fn head<'w>(options: &Options<'w>, last: bool) -> Option<Call<'w>> {
    let count = options.value(b'n').or((!options.flags.is_empty()).then(|| options.flags.as_bstr()));
    let count = count.map_or(Some("10"), |count| count.to_str().ok())?;
    // `tail -n +2` counts from the first line, 1.
    let (from_first, digits) = count.strip_prefix('+').map_or((false, count), |digits| (last, digits));
    let number: usize = digits.parse().ok()?;
    let count = if from_first { usize::MAX } else { number };
    options.call(0, move |text| {
        let skipped = match (last, from_first) {
            (true, true) => number.saturating_sub(1),
            (true, false) => text.lines().count().saturating_sub(count),
            (false, _) => 0,
        };
        joined(text.lines().skip(skipped).take(count).map(str::to_owned))
    })
}

/// The characters of a set: itself, ranges, and the classes that matter here.
fn set(text: &BStr) -> Option<Vec<char>> {
    let text = match text.to_str().ok()? {
        "[:upper:]" => "A-Z",
        "[:lower:]" => "a-z",
        "[:space:]" | "[:blank:]" => " \t\n",
        "\\n" => "\n",
        plain if plain.contains(['\\', '[']) => return None,
        plain => plain,
    };
    let signs: Vec<char> = text.chars().collect();
    let mut set = Vec::new();
    let mut at = 0;
    while let Some(&sign) = signs.get(at) {
        match (signs.get(at + 1), signs.get(at + 2)) {
            (Some('-'), Some(&last)) => {
                if (sign..=last).take(LONGEST + 1).count() + set.len() > LONGEST {
                    return None;
                }
                set.extend(sign..=last);
                at += 3;
            }
            _ => {
                set.push(sign);
                at += 1;
            }
        }
    }
    (set.len() <= LONGEST).then_some(set)
}

fn tr<'w>(options: &Options<'w>) -> Option<Call<'w>> {
    options.only(b"d")?;
    if options.has(b'd') {
        let [gone] = options.rest.as_slice() else { return None };
        let gone = set(gone)?;
        return options.call(1, move |text| Some(text.chars().filter(|sign| !gone.contains(sign)).collect()));
    }
    let [from, to] = options.rest.as_slice() else { return None };
    let (from, to) = (set(from)?, set(to)?);
    let last = *to.last()?;
    options.call(2, move |text| {
        let new = |sign: char| from.iter().position(|from| *from == sign).map(|at| to.get(at).copied().unwrap_or(last));
        Some(text.chars().map(|sign| new(sign).unwrap_or(sign)).collect())
    })
}

/// A text's only word, as a command substitution leaves it.
pub(super) fn only_word(text: &BStr) -> Option<&[u8]> {
    let mut words = fields(text);
    words.next().filter(|_| words.next().is_none())
}
