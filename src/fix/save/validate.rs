//! `--validate`: a command of the user's that looks at the new text before it takes the old one's place.

use super::error::Cause;
use crate::report::visible;
use bstr::{BString, ByteSlice};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::str::FromStr;

/// What stands for the path of the file.
const PATH: &[u8] = b"%s";
/// As much of what a command says is passed on.
const BYTES: usize = 8 * 1024;
const LINES: usize = 20;

/// A command and its arguments, run as they are: no shell takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validate {
    text: String,
    words: Vec<String>,
}

impl FromStr for Validate {
    type Err = String;

    /// Splits a command into words as a shell does, quotes and backslashes included; nothing is expanded.
    fn from_str(text: &str) -> Result<Self, String> {
        let words = shlex::split(text).ok_or("a quote is not closed, or a backslash ends it")?;
        if !words.iter().skip(1).any(|word| word.as_bytes().contains_str(PATH)) {
            return Err("no argument has %s, which stands for the file, as in `ifquery -i %s br0`".to_owned());
        }
        Ok(Self { text: text.to_owned(), words })
    }
}

impl Validate {
    /// Runs it for the new text of `file`, which lies in `path`.
    pub(super) fn run(&self, path: &Path, file: &Path) -> Result<(), Cause> {
        let (path, file) = (path.as_os_str().as_bytes(), file.as_os_str().as_bytes());
        let mut words = self.words.iter().map(|word| BString::from(word.as_bytes().replace(PATH, path)));
        let program = words.next().unwrap_or_default();
        let mut command = Command::new(OsStr::from_bytes(&program));
        command.args(words.map(|word| OsStr::from_bytes(&word).to_owned())).stdin(Stdio::null());
        let refused = |how: String, said: Vec<String>| Cause::Refused { command: self.text.clone(), how, said };
        let output = command.output().map_err(|error| refused(format!("it cannot be run: {error}"), Vec::new()))?;
        if output.status.success() {
            return Ok(());
        }
        let said = if output.stderr.trim_ascii().is_empty() { output.stdout } else { output.stderr };
        Err(refused(output.status.to_string(), lines(&said.replace(path, file))))
    }

    /// The command as it was given.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// The first lines, safe to show.
fn lines(said: &[u8]) -> Vec<String> {
    let (start, is_cut) = said.get(..BYTES).map_or((said, false), |start| (start, true));
    let mut lines = start.trim_ascii_end().lines();
    let mut shown: Vec<String> = lines.by_ref().take(LINES).map(|line| visible::text(line).into_owned()).collect();
    if is_cut || lines.next().is_some() {
        shown.push("...".to_owned());
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn commands_are_split_into_words() {
        let words = |text: &str| text.parse::<Validate>().map(|validate| validate.words);
        assert_eq!(
            words(r#"sh -c 'test -s "$1"' a\ b "%s" $HOME"#).unwrap(),
            ["sh", "-c", "test -s \"$1\"", "a b", "%s", "$HOME"]
        );
        assert_eq!(words("ifquery --interfaces=%s br0").unwrap(), ["ifquery", "--interfaces=%s", "br0"]);
        for (text, problem) in [
            ("", "no argument has %s"),
            ("%s", "no argument has %s"),
            ("ifquery -i file br0", "no argument has %s"),
            ("ifquery -i '%s", "a quote is not closed"),
        ] {
            assert!(words(text).unwrap_err().starts_with(problem), "{text}");
        }
    }

    #[test]
    fn what_it_says_is_cut() {
        assert_eq!(lines(b"a\x1b\n::error::b\n\n"), ["a\\x1b", "\\x3a:error::b"]);
        assert_eq!(lines(b""), [""; 0]);
        assert_eq!(lines("x\n".repeat(30).as_bytes()).len(), LINES + 1);
        assert_eq!(lines("x".repeat(10_000).as_bytes()).concat().len(), BYTES + 3);
    }
}
