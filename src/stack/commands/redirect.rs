//! Redirections: which of them fail, and what they take away.

use super::Status;
use super::end::{End, Output};
use super::expand::{FIELDS_IN_A_STEP, Word, expand_here, expand_one};
use super::files;
use super::list::{Redirect, Way};
use super::shell::{READ_IN_A_STEP, Shell};
use bstr::{BStr, ByteSlice};

/// What a command's redirections left open.
pub(super) struct Opened {
    /// What a file feeds it.
    pub(super) input: Option<Output>,
    /// What takes its standard output, and how.
    pub(super) outputs: Vec<(Way, Word)>,
}

impl Shell<'_> {
    /// Opens what a command's redirections name; `None` where one fails, and the command does not run.
    pub(super) fn open(&mut self, text: &[u8], redirects: &[Redirect]) -> Option<Opened> {
        self.steps += redirects.len() / FIELDS_IN_A_STEP;
        let mut opened = Opened { input: None, outputs: Vec::new() };
        for redirect in redirects {
            self.steps += redirect.target.len() / READ_IN_A_STEP;
            let target = match redirect.way {
                Way::HereAsIs => Word::literal(text.get(redirect.target.clone()).unwrap_or_default()),
                Way::Here => expand_here(self, text, &redirect.target),
                _ => expand_one(self, text, &redirect.target),
            };
            if matches!(redirect.way, Way::Here | Way::HereAsIs) {
                opened.input = Some(target.known().map_or(Output::Unknown, |text| Output::Known(text.to_owned())));
                continue;
            }
            let path = target.known().map(ToOwned::to_owned);
            let path = path.as_ref().map(|path| path.as_bstr());
            match redirect.way {
                Way::In => {
                    if path.is_some_and(|path| files::is_there(self, path) == Some(false)) {
                        return None;
                    }
                    opened.input = Some(path.map_or(Output::Unknown, |path| files::output(self, path)));
                }
                Way::Out | Way::OtherOut => {
                    if path.is_some_and(|path| !files::takes_output(self, path)) {
                        return None;
                    }
                    if redirect.way == Way::Out {
                        opened.outputs.push((Way::Out, target));
                    }
                }
                Way::Joined => opened.outputs.push((Way::Joined, target)),
                Way::Here | Way::HereAsIs => {}
            }
        }
        Some(opened)
    }

    /// What is left of a command's end where files take its output.
    pub(super) fn written(&mut self, outputs: Vec<(Way, Word)>, mut end: End) -> End {
        for (way, target) in outputs {
            if let Some(link) = target.known().and_then(files::whose_address) {
                let value = end.output.clone().known().unwrap_or_default();
                let reason = "the kernel lets nobody write that file";
                self.refused(link, &target, value.trim_ascii(), reason);
                end = End::of(Status::Failure);
            }
            if !(way == Way::Joined && target.known() == Some(BStr::new("2"))) {
                end.output = Output::nothing();
            }
        }
        end
    }
}
