//! `ethtool -P NAME` tells a link's permanent address.

use super::end::{End, Output};
use super::expand::Word;
use super::shell::Shell;

/// The words after `ethtool`.
pub(super) fn run(_: &mut Shell<'_>, words: &[Word]) -> End {
    match words {
        [option, link] if option.is(b"-P") || option.is(b"--show-permaddr") => {
            End::unknown().with(link.known().map_or(Output::Unknown, |link| Output::About(link.to_owned())))
        }
        _ => End::unknown(),
    }
}
