//! ifupdown2 (Cumulus Linux, Proxmox VE): its modules one after the other, `hwaddress` written only
//! where it differs, the policies that give a bridge an address.

mod address;
mod bridge;
mod fix;
mod hwaddress;
mod interfaces;
mod machine;
mod modules;
mod policy;
mod ports;
mod report;
#[cfg(test)]
mod tests;

use super::bring_up;
use super::eni::ifupdown2::read;
use super::eni::unknown::IFUPDOWN2;
use super::{Stack, World};
use crate::judgement::{Bridge, Candidate, Judgement, PinValue};
use interfaces::Interfaces;
use machine::Machine;

/// What this stack makes of the host's files.
pub(super) fn judge(world: World<'_>, stack: &Stack) -> Judgement {
    let config = read(world.host, &stack.version);
    let interfaces = Interfaces::squash(&config);
    let mut machine = Machine::new(world, stack, &interfaces);
    if !config.refused {
        machine.run();
    }
    let bridges = report::bridges(&mut machine, &config, &interfaces);
    let unknown_options = bring_up::unknown_options(&config, &[&IFUPDOWN2], &bridges);
    Judgement { bridges, problems: config.problems.clone(), unknown_options }
}

/// The ways to pin a bridge on this stack, best first.
pub(super) fn candidates(world: World<'_>, stack: &Stack, bridge: &Bridge, value: &PinValue) -> Vec<Candidate> {
    let PinValue::Address(address) = value else { return Vec::new() };
    let config = read(world.host, &stack.version);
    fix::candidates(world.host, &Interfaces::squash(&config), bridge, *address)
}
