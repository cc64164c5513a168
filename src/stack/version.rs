//! Versions of software.

/// A version: its numbers, compared in turn. `head`, `main` and no version are newer than all.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    pub(super) text: String,
}

impl Version {
    /// As it was given; empty for none.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The numbers in it; `None` for `head`, `main`, or no version.
    #[must_use]
    pub fn numbers(&self) -> Option<Vec<u32>> {
        let numbers: Vec<u32> = self.parts().collect();
        (!numbers.is_empty()).then_some(numbers)
    }

    /// Whether it is this version or a later one.
    #[must_use]
    pub fn at_least(&self, wanted: &[u32]) -> bool {
        let mut parts = self.parts().peekable();
        parts.peek().is_none() || parts.cmp(wanted.iter().copied()).is_ge()
    }

    fn parts(&self) -> impl Iterator<Item = u32> {
        let parts = self.text.as_bytes().split(|byte| !byte.is_ascii_digit()).filter(|part| !part.is_empty());
        let digit = |number: u32, digit: &u8| number.checked_mul(10)?.checked_add((digit - b'0').into());
        parts.map_while(move |part| part.iter().try_fold(0, digit))
    }
}
