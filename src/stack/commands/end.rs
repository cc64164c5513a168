//! How a command ends: its status and its output, as far as the files tell.

use super::Status;
use super::shown::Shown;
use bstr::BString;

/// As much as is kept of what commands write one after the other.
const LONGEST: usize = 64 * 1024;

/// What a command writes to its standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// This text.
    Known(BString),
    /// Something about this link, its address among it (`ethtool -P`).
    About(BString),
    /// This text about a link.
    Shown(Shown),
    /// What the files do not tell.
    Unknown,
}

impl Output {
    pub(super) fn nothing() -> Self {
        Self::Known(BString::default())
    }

    pub(super) fn known(self) -> Option<BString> {
        match self {
            Self::Known(text) => Some(text),
            Self::About(_) | Self::Shown(_) | Self::Unknown => None,
        }
    }

    /// What two commands one after the other write.
    pub(super) fn then(self, next: Self) -> Self {
        match (self, next) {
            (Self::Known(text), Self::Known(more)) if text.len() + more.len() > LONGEST => Self::Unknown,
            (Self::Known(mut text), Self::Known(more)) => {
                text.extend_from_slice(&more);
                Self::Known(text)
            }
            (Self::Known(text), other) | (other, Self::Known(text)) if text.is_empty() => other,
            _ => Self::Unknown,
        }
    }
}

/// How a command ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) status: Status,
    /// Whether the files tell the status.
    pub(super) certain: bool,
    pub(super) output: Output,
}

impl End {
    /// A known end without output.
    pub(super) fn of(status: Status) -> Self {
        Self { status, certain: true, output: Output::nothing() }
    }

    /// The end of a command of which only the running system knows what it does.
    pub(super) fn unknown() -> Self {
        Self { status: Status::Success, certain: false, output: Output::Unknown }
    }

    pub(super) fn with(self, output: Output) -> Self {
        Self { output, ..self }
    }
}
