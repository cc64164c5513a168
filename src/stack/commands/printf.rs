//! `printf`, with the conversions that make addresses.

use super::Status;
use super::end::{End, Output};
use super::expand::Word;
use bstr::{BString, ByteSlice};

/// The words after `printf`.
pub(super) fn run(words: &[Word]) -> End {
    let text = words.iter().map(Word::known).collect::<Option<Vec<_>>>();
    let text = text.and_then(|words| {
        let (format, arguments) = words.split_first()?;
        let arguments = arguments.iter().map(|word| word.to_str().ok()).collect::<Option<Vec<_>>>()?;
        made(format.to_str().ok()?, arguments.into_iter())
    });
    End::of(Status::Success).with(text.map_or(Output::Unknown, Output::Known))
}

/// `None` where something is left over or not understood.
fn made<'a>(format: &str, mut arguments: impl Iterator<Item = &'a str>) -> Option<BString> {
    let mut text = String::new();
    let mut signs = format.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => text.push(match signs.next()? {
                'n' => '\n',
                't' => '\t',
                '\\' => '\\',
                _ => return None,
            }),
            '%' => {
                let mut kind = signs.next()?;
                let zeros = kind == '0';
                let mut width = 0;
                while let Some(digit) = kind.to_digit(10) {
                    width = (width * 10 + digit as usize).min(64);
                    kind = signs.next()?;
                }
                let argument = if kind == '%' { "" } else { arguments.next().unwrap_or_default() };
                let piece = match kind {
                    '%' => "%".to_owned(),
                    's' => argument.to_owned(),
                    'd' | 'i' | 'u' => number(argument)?.to_string(),
                    'x' => format!("{:x}", number(argument)?),
                    'X' => format!("{:X}", number(argument)?),
                    _ => return None,
                };
                let fill = if zeros && kind != 's' { '0' } else { ' ' };
                (piece.len()..width).for_each(|_| text.push(fill));
                text.push_str(&piece);
            }
            sign => text.push(sign),
        }
    }
    arguments.next().is_none().then(|| text.into())
}

fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok().filter(|_| text == "0" || !text.starts_with('0')),
    }
}
