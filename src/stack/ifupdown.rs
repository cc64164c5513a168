//! Debian's ifupdown with bridge-utils.

mod machine;
mod methods;

use super::bridge_utils::Release;
use super::eni::ifupdown::read;
use super::eni::unknown;
use super::ifup::report::{Words, judged};
use super::ifup::ways::{self, Takes};
use super::{Stack, World};
use crate::judgement::{Bridge, Candidate, Judgement, PinValue};
use machine::Machine;

/// What this stack makes of the host's files; with `both`, the bridges beside a udevd too, unless the first settles
/// it or the way up is another then.
pub(super) fn judge(world: World<'_>, stack: &Stack, both: bool) -> (Judgement, Option<Vec<Bridge>>) {
    let config = read(world.host);
    let mut machine = Machine::new(world, stack, &config);
    machine.run();
    let words = Words { no_bridge: "no `bridge_ports` makes it a bridge", no_hwaddress: methods::no_hwaddress };
    let unknown_options = unknown::options(&config, &[&unknown::BRIDGE_UTILS]);
    judged(&mut machine.ran, &words, unknown_options, both.then_some(stack))
}

/// The first way to pin a bridge on this stack that `works`.
pub(super) fn candidate(
    world: World<'_>,
    stack: &Stack,
    bridge: &Bridge,
    value: &PinValue,
    works: &mut dyn FnMut(&Candidate) -> bool,
) -> Option<Candidate> {
    let bridge_hw = matches!(value, PinValue::Address(_)) || Release::beside(stack) >= Release::Names;
    let takes = Takes { bridge_hw, before_hwaddress: "", no_hwaddress: methods::no_hwaddress };
    ways::first(world.host, &read(world.host), bridge, value, &takes, works)
}
