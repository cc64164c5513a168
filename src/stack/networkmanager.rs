//! NetworkManager with its ifcfg-rh plugin.

mod config;
mod names;
mod pins;
mod profile;
mod report;
mod verify;

use super::bring_up::{self, udev};
use super::{Stack, World, ifcfg};
use crate::judgement::{Bridge, Candidate, Judgement, PinValue, Problem};
use config::Config;
use profile::Profile;

/// What this stack makes of the host's files.
pub(super) fn judge(world: World<'_>, stack: &Stack) -> Judgement {
    let config = Config::read(world.host);
    let profiles: Vec<Profile> =
        names::names(world.host).iter().filter_map(|name| Profile::read(world.host, name.as_ref())).collect();
    let udev = udev(world, stack);
    let made = profiles.iter().filter(|profile| !profile.is_nic()).map(|profile| profile.device.clone()).collect();
    let kernel = bring_up::kernel(world, udev.as_ref(), made);
    let report = report::Report { world, config: &config, profiles: &profiles, kernel, udev: udev.as_ref() };
    let problems = ifcfg::about_bridges(world.host, problems(&config, &profiles));
    Judgement { bridges: report.bridges(), problems, unknown_options: Vec::new() }
}

/// The ways to pin a bridge on this stack, best first.
pub(super) fn candidates(world: World<'_>, _stack: &Stack, bridge: &Bridge, value: &PinValue) -> Vec<Candidate> {
    ifcfg::candidates(world.host, bridge, value)
}

/// What NetworkManager logs about the files that it reads.
fn problems(config: &Config, profiles: &[Profile]) -> Vec<Problem> {
    match config.reads_ifcfg() {
        Ok(()) => profiles.iter().flat_map(Profile::problems).collect(),
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
