//! busybox `ifup`, with Debian's bridge-utils or Alpine's package `bridge` beside it.

mod machine;
mod methods;

use super::eni::busybox::read;
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
    let no_bridge = match (stack.bridge_utils, stack.alpine_bridge) {
        (false, false) => "busybox itself makes no bridges, and no hook that does is installed",
        (true, _) => "no `bridge_ports` makes it a bridge",
        (false, true) => "no option whose name begins with `bridge` makes it a bridge",
    };
    let words = Words { no_bridge, no_hwaddress: methods::no_hwaddress };
    let unknown_options = unknown::options(&config, &unknown::hooks(stack));
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
    // The first word of `hwaddress` is dropped, whatever it is.
    let takes =
        Takes { bridge_hw: stack.bridge_utils, before_hwaddress: "ether ", no_hwaddress: methods::no_hwaddress };
    ways::first(world.host, &read(world.host), bridge, value, &takes, works)
}
