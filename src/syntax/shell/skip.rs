//! What the shell does not come by: its assignments are noted all the same.

use super::Shell;
use super::parse::{AndOr, Command, List, Pipeline};

impl Shell<'_> {
    pub(super) fn skip_lists(&mut self, lists: &[&List], why: &'static str) {
        lists.iter().copied().flatten().for_each(|and_or| self.skip_and_or(and_or, why));
    }

    pub(super) fn skip_and_or(&mut self, and_or: &AndOr, why: &'static str) {
        self.skip_pipeline(&and_or.first, why);
        and_or.rest.iter().for_each(|(_, pipeline)| self.skip_pipeline(pipeline, why));
    }

    pub(super) fn skip_pipeline(&mut self, pipeline: &Pipeline, why: &'static str) {
        pipeline.commands.iter().for_each(|command| self.skip_command(command, why));
    }

    /// Notes the assignments of a command that does not run.
    pub(super) fn skip_command(&mut self, command: &Command, why: &'static str) {
        match command {
            Command::Simple(simple) => self.skip_simple(simple, why),
            Command::If(arms, otherwise) => {
                arms.iter().for_each(|(condition, body)| self.skip_lists(&[condition, body], why));
                self.skip_lists(&[otherwise], why);
            }
            Command::Loop(_, condition, body) => self.skip_lists(&[condition, body], why),
            Command::For(_, _, body) => self.skip_lists(&[body], why),
            Command::Case(_, arms) => arms.iter().for_each(|(_, body)| self.skip_lists(&[body], why)),
            Command::Group(list) | Command::Subshell(list) => self.skip_lists(&[list], why),
            Command::Function(_, body) => self.skip_command(body, why),
            Command::Condition(_) | Command::Arithmetic => {}
        }
    }
}
