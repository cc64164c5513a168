//! The ways to pin a bridge: the line that was meant to, a new line after `Kind=`, a drop-in.

mod writer;

use super::super::{Stack, World};
use super::{Address, Daemon};
use crate::judgement::{Bridge, Candidate, Effect, PinValue};
use writer::Writer;

/// Of many wrong lines the last ones are tried.
const TRIED: usize = 8;

/// The ways to pin a bridge on this stack, best first. There is no way to name a link whose address
/// it is to have (systemd#21577).
pub(in crate::stack) fn candidates(
    world: World<'_>,
    stack: &Stack,
    bridge: &Bridge,
    value: &PinValue,
) -> Vec<Candidate> {
    let PinValue::Address(address) = *value else { return Vec::new() };
    let daemon = Daemon::start(world, stack);
    let own = daemon.netdevs.iter().find(|netdev| netdev.origin.as_ref() == Some(&bridge.origin));
    let Some(own) = own else { return Vec::new() };
    let writer = Writer { daemon: &daemon, own, address };
    let with =
        |wanted: fn(&Effect) -> bool| bridge.pins.iter().rev().filter(move |pin| wanted(&pin.effect)).take(TRIED);
    let network = daemon.network_of(&bridge.name, bridge.address.map(Address::Known));
    let mut found = Vec::new();
    found.extend(with(|effect| *effect == Effect::Decides).filter_map(|pin| writer.replace_value(pin)));
    found.extend(with(|effect| matches!(effect, Effect::Invalid(_))).filter_map(|pin| writer.replace_value(pin)));
    found.extend(with(|effect| matches!(effect, Effect::Ineffective(_))).filter_map(|pin| writer.put_right(pin)));
    found.extend(writer.replace_unset());
    found.extend(writer.add_line());
    found.extend(writer.add_drop_in(&own.config, "NetDev"));
    found.extend(network.and_then(|network| writer.add_drop_in(&network.config, "Link")));
    found
}
