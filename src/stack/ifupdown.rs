//! Debian's ifupdown with bridge-utils.

mod machine;
mod methods;
mod names;
mod pins;
mod report;
mod variables;

use super::eni::ifupdown::read;
use super::{Stack, World};
use crate::judgement::{Bridge, Candidate, Judgement, PinValue};
use machine::Machine;

/// What this stack makes of the host's files.
pub(super) fn judge(world: World<'_>, stack: &Stack) -> Judgement {
    let config = read(world.host);
    let mut machine = Machine::new(world, stack, &config);
    if !config.refused {
        let targets = names::targets(&config, &machine.kernel);
        machine.run(targets);
    }
    let bridges = report::bridges(&mut machine, &config);
    Judgement { bridges, problems: config.problems.clone(), unknown_options: Vec::new() }
}

/// The ways to pin a bridge on this stack, best first.
pub(super) fn candidates(world: World<'_>, stack: &Stack, bridge: &Bridge, value: &PinValue) -> Vec<Candidate> {
    let _ = (world, stack, bridge, value);
    Vec::new()
}
