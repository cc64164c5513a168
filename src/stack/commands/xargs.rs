//! `xargs`: what a pipe feeds becomes a command's words.

use super::end::{End, Output};
use super::expand::{FIELDS_IN_A_STEP, LONGEST, MOST_FIELDS, Word, fields};
use super::programs;
use super::shell::{READ_IN_A_STEP, Shell};
use bstr::ByteSlice;

/// The words after `xargs`.
pub(super) fn run(shell: &mut Shell<'_>, words: &[Word], input: Option<Output>) -> End {
    let (mut at, mut replaced, mut each) = (0, None, None);
    while let Some(option) = words.get(at).and_then(Word::known).filter(|word| word.starts_with(b"-")) {
        let (letter, value) = option.split_at(option.len().min(2));
        let value = if value.is_empty() {
            words.get(at + 1).and_then(Word::known).map(ToOwned::to_owned)
        } else {
            Some(value.into())
        };
        match letter {
            b"-I" => replaced = value,
            b"-n" | b"-L" => each = value.and_then(|value| value.to_str().ok()?.parse::<usize>().ok()),
            b"-r" | b"-t" => {}
            _ => return End::unknown(),
        }
        at += 1 + usize::from([&b"-I"[..], b"-n", b"-L"].contains(&option.as_bytes()));
    }
    let fed: Vec<Word> = match input {
        Some(Output::Known(text)) if replaced.is_some() => {
            text.lines().map(|line| Word::bounded(line.trim_ascii())).take(MOST_FIELDS + 1).collect()
        }
        Some(Output::Known(text)) => fields(&text).map(Word::bounded).take(MOST_FIELDS + 1).collect(),
        Some(Output::Shown(shown)) => vec![shown.word()],
        Some(Output::About(link)) => vec![Word { unknown: true, about: Some(link), ..Word::default() }],
        _ => return End::unknown(),
    };
    if fed.len() > MOST_FIELDS || replaced.as_ref().is_some_and(|mark| mark.is_empty()) {
        return End::unknown();
    }
    let command = words.get(at..).unwrap_or_default();
    let Some(first) = command.first() else { return End::unknown() };
    let fed = fed.into_iter().map(|word| Word { raw: first.raw.clone(), ..word });
    let fed: Vec<Word> = fed.collect();
    let size = if replaced.is_some() { 1 } else { each.unwrap_or(fed.len()) };
    let mut end = End::unknown();
    for group in fed.chunks(size.max(1)) {
        let words: Vec<Word> = match (&replaced, group) {
            (Some(mark), [word]) => command.iter().map(|part| put(part, mark, word)).collect(),
            _ => command.iter().chain(group).cloned().collect(),
        };
        let bytes: usize = words.iter().map(|word| word.text.len()).sum();
        shell.steps += 1 + words.len() / FIELDS_IN_A_STEP + bytes / READ_IN_A_STEP;
        end = shell.deeper(|shell| programs::run_file(shell, b"", &words, None)).unwrap_or_else(End::unknown);
        if shell.is_exhausted() {
            break;
        }
    }
    end
}

/// A word with `mark` replaced.
fn put(part: &Word, mark: &[u8], word: &Word) -> Word {
    if part.is(mark) {
        return Word { raw: part.raw.clone(), ..word.clone() };
    }
    let marks = part.text.find_iter(mark).count();
    if part.unknown || marks == 0 {
        return part.clone();
    }
    if part.text.len() + marks * word.text.len() > LONGEST {
        return Word { raw: part.raw.clone(), ..Word::unknown() };
    }
    Word { unknown: word.unknown, raw: part.raw.clone(), ..Word::literal(part.text.replace(mark, &word.text)) }
}
