//! Names of bridges and hosts that the user gave and that nothing in the run has: most are typing mistakes.

use super::Output;
use super::setup::Setup;
use crate::cli::CheckArgs;
use bstr::BString;
use std::collections::BTreeSet;

/// Which of the names that the user gave the run has met.
#[derive(Default)]
pub(super) struct Met {
    /// Bridges for which an address is named.
    pub(super) bridges: BTreeSet<BString>,
    /// Hosts of which the configuration file tells addresses.
    pub(super) hosts: BTreeSet<String>,
}

impl Met {
    /// What a further host has.
    pub(super) fn add(&mut self, other: Self) {
        self.bridges.extend(other.bridges);
        self.hosts.extend(other.hosts);
    }

    /// Tells the names that it has not met, of which it should have.
    pub(super) fn tell_others(
        &self,
        arguments: &CheckArgs,
        setup: &Setup<'_>,
        output: &mut Output,
    ) -> anyhow::Result<()> {
        for (bridge, address) in arguments.mac.iter().filter(|(bridge, _)| !self.bridges.contains(bridge)) {
            let note =
                format!("--mac {bridge}={address}: no bridge is called that; `bridgepin list` shows those there are");
            output.tell("note", &note)?;
        }
        // Other hosts of the repository may not have been looked at.
        let is_whole = setup.is_given(&setup.config.folder) && setup.input.exclude.is_empty();
        for host in setup.config.hosts.names().filter(|host| is_whole && !self.hosts.contains(*host)) {
            let config = setup.config.shown.display();
            let note = format!(
                "{config}: no host is called {host}, as [hosts.\"{host}\"] has it; a host has the name of its folder, or what its etc/hostname says"
            );
            output.tell("note", &note)?;
        }
        Ok(())
    }
}
