//! What the user says of the host.

/// Answers to `[Match]` conditions that the tree cannot give (`--assume KEY=VALUE`).
#[derive(Clone, Debug, Default)]
pub struct Assume {
    answers: Vec<(String, String)>,
}

/// The conditions that can be answered, as `--assume` spells them.
pub const CONDITIONS: &[&str] =
    &["architecture", "credential", "firmware", "host", "kernel-command-line", "kernel-version", "virtualization"];

impl Assume {
    /// Adds `KEY=VALUE`.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let Some((key, value)) = text.split_once('=') else {
            return Err(format!("`{text}` is not KEY=VALUE"));
        };
        if !CONDITIONS.contains(&key) {
            return Err(format!("no condition is called `{key}`; the conditions are {}", CONDITIONS.join(", ")));
        }
        self.answers.push((key.to_owned(), value.to_owned()));
        Ok(())
    }

    /// The last answer to a condition, if the user gave one.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.answers.iter().rev().find(|answer| answer.0 == key).map(|answer| answer.1.as_str())
    }

    /// All answers to a condition, for those that may hold several values.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.answers.iter().filter(move |answer| answer.0 == key).map(|answer| answer.1.as_str())
    }
}
