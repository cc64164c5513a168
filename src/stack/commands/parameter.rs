//! `${...}` and the parameters without a name.

use super::expand::{Expansion, LONGEST, Word, expand_one, name_at};
use super::list::Raw;
use super::shell::Shell;
use crate::stack::eni::source::wild;

/// As long as a value may be that a pattern is cut off from (`${IFACE%.*}`).
const LONGEST_STRIPPED: usize = 256;

impl Expansion<'_> {
    /// The value of `${...}`.
    pub(super) fn parameter(&mut self, shell: &mut Shell<'_>, inside: Raw) -> Word {
        let name = name_at(&self.text[..inside.end], inside.start);
        let operator = self.text.get(inside.start + name.len()..inside.end).unwrap_or_default();
        if name.is_empty() {
            return match operator {
                [special @ (b'@' | b'*' | b'#' | b'1'..=b'9')] => positional(shell, *special),
                [b'@' | b'*' | b'#' | b'?' | b'$' | b'!' | b'-' | b'0'..=b'9', ..] => Word::unknown(),
                // `Bad substitution` ends the shell.
                _ => {
                    shell.exited = true;
                    Word::default()
                }
            };
        }
        let value = shell.variable(name);
        let (colon, operator) = operator.strip_prefix(b":").map_or((false, operator), |rest| (true, rest));
        let Some((&sign, argument)) = operator.split_first() else { return value };
        // `${A:3}`, `${A/b/c}`, `${A^^}`: bash's alone, and `Bad substitution` elsewhere.
        if !b"-=?+%#".contains(&sign) || (colon && b"%#".contains(&sign)) {
            shell.exited |= !shell.bash;
            return Word::unknown();
        }
        let twice = argument.first() == Some(&sign) && b"%#".contains(&sign);
        let start = inside.end - argument.len() + usize::from(twice);
        let argument = shell.deeper(|shell| expand_one(shell, self.text, &(start..inside.end)));
        let argument = argument.unwrap_or_else(Word::unknown);
        let set = value.unknown || if colon { !value.text.is_empty() } else { shell.is_set(name) };
        match sign {
            b'=' if !set => {
                shell.set(name, argument.clone());
                argument
            }
            b'?' if !set => {
                shell.exited = true;
                Word::default()
            }
            b'-' | b'=' | b'?' => {
                if set {
                    value
                } else {
                    argument
                }
            }
            b'+' => {
                if set {
                    argument
                } else {
                    Word::default()
                }
            }
            b'%' | b'#' if !value.unknown && !argument.unknown && value.text.len() <= LONGEST_STRIPPED => {
                Word::literal(strip(&value.text, &argument.text, sign == b'#', twice))
            }
            _ => Word::unknown(),
        }
    }
}

/// `$1`, `$@`, `$#`. A line of a stanza has none.
pub(super) fn positional(shell: &Shell<'_>, special: u8) -> Word {
    match special {
        b'1'..=b'9' => shell.positional.get(usize::from(special - b'1')).cloned().unwrap_or_default(),
        b'#' => Word::literal(shell.positional.len().to_string()),
        _ if shell.positional.iter().map(|word| word.text.len() + 1).sum::<usize>() > LONGEST => Word::unknown(),
        _ => Word {
            unknown: shell.positional.iter().any(|word| word.unknown),
            ..Word::literal(bstr::join(" ", shell.positional.iter().map(|word| &word.text)))
        },
    }
}

/// Removes the shortest (or longest) part that a pattern matches, from the front or the end.
fn strip<'v>(value: &'v [u8], pattern: &[u8], front: bool, longest: bool) -> &'v [u8] {
    let cut = |len: usize| {
        let at = if front { len } else { value.len() - len };
        let (before, after) = value.split_at(at);
        let (part, rest) = if front { (before, after) } else { (after, before) };
        wild(pattern, part).then_some(rest)
    };
    let found = if longest { (0..=value.len()).rev().find_map(cut) } else { (0..=value.len()).find_map(cut) };
    found.unwrap_or(value)
}
