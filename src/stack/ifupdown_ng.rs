//! ifupdown-ng.

use super::{Stack, World};
use crate::judgement::{Bridge, Candidate, Judgement, PinValue};

/// What this stack makes of the host's files.
pub(super) fn judge(world: World<'_>, stack: &Stack) -> Judgement {
    let _ = (world, stack);
    Judgement::default()
}

/// The ways to pin a bridge on this stack, best first.
pub(super) fn candidates(world: World<'_>, stack: &Stack, bridge: &Bridge, value: &PinValue) -> Vec<Candidate> {
    let _ = (world, stack, bridge, value);
    Vec::new()
}
