//! Brings the interfaces up (`libifupdown/lifecycle.c`): what an interface depends on first, then its
//! phases, in each the executors, its own command lines, the scripts in `/etc/network/if-*.d`.

use super::environment::{environment, merge_requires, option};
use super::executors::{self, Run};
use super::settings::Settings;
use crate::stack::bridge_utils::{BridgeUtils, Release};
use crate::stack::bring_up::{self, Record, made_by_commands, words};
use crate::stack::commands::{self, Status};
use crate::stack::eni::Opt;
use crate::stack::eni::ifupdown_ng::Interface;
use crate::stack::hook::{Environment, Hooked, Made};
use crate::stack::kernel::Kernel;
use crate::stack::reach::Reach;
use crate::stack::scripts::{Names, Scripts, When};
use crate::stack::{Stack, World, alpine_bridge};
use bstr::{BStr, BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};

/// Why an interface did not come up all the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// It is a template, or something inherits from it.
    Template,
    /// `inherit` without a name.
    Broken,
    /// What it depends on did not come up.
    Dependency(BString),
    /// An executor failed in this phase.
    Executor(&'static str),
    /// One of its own commands failed in this phase.
    Command(&'static str),
}

/// The interfaces on their way up.
pub(super) struct Machine<'a> {
    world: World<'a>,
    stack: &'a Stack,
    pub(super) settings: Settings,
    interfaces: &'a BTreeMap<BString, Interface<'a>>,
    /// What each interface depends on, as its environment has it.
    requires: BTreeMap<BString, BString>,
    pub(super) kernel: Kernel,
    pub(super) record: Record,
    /// What a hook took for the ports of a bridge.
    pub(super) ports: BTreeMap<BString, Vec<BString>>,
    scripts: Scripts,
    /// Those that did not come up.
    pub(super) stopped: BTreeMap<BString, Stopped>,
}

impl<'a> Machine<'a> {
    pub(super) fn new(
        world: World<'a>,
        stack: &'a Stack,
        settings: Settings,
        interfaces: &'a BTreeMap<BString, Interface<'a>>,
        reach: Option<Reach>,
    ) -> Self {
        let made = interfaces.values().filter(|interface| is_made(interface)).map(|interface| interface.name.clone());
        let hooked = interfaces.values().flat_map(|interface| {
            let options = interface.vars.iter().filter_map(|var| var.option);
            made_by_commands(interface.name.as_bstr(), options)
        });
        let udev = bring_up::udev(world, stack);
        let kernel = bring_up::native_kernel(world, stack, udev.as_ref(), made.chain(hooked).collect());
        let mut machine = Self {
            world,
            stack,
            settings,
            interfaces,
            requires: BTreeMap::new(),
            kernel,
            record: Record::new(udev),
            ports: BTreeMap::new(),
            scripts: Scripts::read(world.host, Names::RunParts),
            stopped: BTreeMap::new(),
        };
        machine.kernel.reach = reach;
        for interface in interfaces.values() {
            machine.requires.insert(interface.name.clone(), machine.query_requires(interface));
        }
        machine
    }

    pub(super) fn interface(&self, name: &BStr) -> Option<&'a Interface<'a>> {
        self.interfaces.get(name)
    }

    /// What an interface's executors and commands find.
    pub(super) fn environment(&self, interface: &Interface<'a>) -> Environment {
        environment(interface, self.requires.get(&interface.name).map(|list| list.as_bstr()))
    }

    /// `lif_lifecycle_query_dependents`.
    fn query_requires(&self, interface: &Interface<'a>) -> BString {
        let environment = environment(interface, None);
        let own = interface.vars.iter().find(|var| var.key == "requires").map(|var| var.value.clone());
        let asked = uses(interface).map(|executor| {
            executors::depends(executor, interface.name.as_bstr(), &environment, &self.kernel, self.stack.alpine_bridge)
        });
        let lists: Vec<BString> = own.into_iter().chain(asked).collect();
        merge_requires(lists.iter().map(|list| list.as_bstr()))
    }

    /// Brings up all interfaces, each by itself as `ifup NAME` does: one that fails stops those that
    /// depend on it, no others.
    pub(super) fn run(&mut self, names: &[BString]) {
        for name in self.order(names) {
            if let Err(stopped) = self.bring_up(name.as_bstr()) {
                self.stopped.insert(name, stopped);
            }
        }
    }

    /// Every interface after those that it depends on; a circle is cut where it closes (`is_pending`).
    fn order(&self, names: &[BString]) -> Vec<BString> {
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        for root in names {
            let mut todo = vec![(root.clone(), false)];
            while let Some((name, ready)) = todo.pop() {
                if ready {
                    order.push(name);
                } else if seen.insert(name.clone()) {
                    let below: Vec<BString> = self.requires_of(name.as_bstr());
                    todo.push((name, true));
                    todo.extend(below.into_iter().rev().map(|name| (name, false)));
                }
            }
        }
        order
    }

    fn requires_of(&self, name: &BStr) -> Vec<BString> {
        let list = match self.interfaces.get(name) {
            Some(_) => self.requires.get(name).cloned().unwrap_or_default(),
            // A name without a stanza gets one of its own with the link executor.
            None => self.query_requires(&Interface::named(name.to_owned())),
        };
        words(&list).map(BString::from).collect()
    }

    fn bring_up(&mut self, name: &BStr) -> Result<(), Stopped> {
        let bare = Interface::named(name.to_owned());
        let interface = self.interfaces.get(name).unwrap_or(&bare);
        if interface.template {
            return Err(Stopped::Template);
        }
        if interface.broken {
            return Err(Stopped::Broken);
        }
        let failed = self.requires_of(name).into_iter().find(|below| {
            // A dependency with a configuration error is skipped (handle_dependents).
            self.stopped.get(below).is_some_and(|stopped| *stopped != Stopped::Broken)
        });
        if let Some(below) = failed {
            return Err(Stopped::Dependency(below));
        }
        if uses(interface).any(|executor| executors::always_fails(executor, &self.environment(interface))) {
            return Err(Stopped::Executor("depend"));
        }
        let requires = self.requires.get(name).cloned().unwrap_or_else(|| self.query_requires(interface));
        let environment = environment(interface, Some(requires.as_bstr()));
        for phase in ["create", "pre-up", "up", "post-up"] {
            self.phase(interface, &environment, phase)?;
        }
        Ok(())
    }

    /// `lif_lifecycle_run_phase`.
    fn phase(
        &mut self,
        interface: &Interface<'_>,
        environment: &Environment,
        phase: &'static str,
    ) -> Result<(), Stopped> {
        let version = &self.stack.version;
        let mut failed = false;
        for executor in uses(interface) {
            let mut run = Run {
                kernel: &mut self.kernel,
                record: &mut self.record,
                version,
                interface,
                environment,
                stub: self.stack.alpine_bridge,
            };
            failed |= !run.executor(executor, phase);
            // Commit c42c69e, after 0.12.1: the executors after it do not run.
            if failed && version.at_least(&[0, 12, 2]) {
                break;
            }
        }
        // Commit 6f52157, in 0.12.0: until then nobody looked at an executor's exit status.
        if failed && version.at_least(&[0, 12]) {
            return Err(Stopped::Executor(phase));
        }
        let lines: Vec<&Opt> =
            interface.vars.iter().filter(|var| var.key == phase).filter_map(|var| var.option).collect();
        let mut in_phase = if lines.is_empty() { Environment::default() } else { environment.clone() };
        in_phase.set("PHASE", phase, None);
        for opt in lines {
            let run = commands::run(&mut self.kernel, &opt.key.file, &opt.value, || &in_phase.values);
            self.record.command(opt, run.attempts);
            if run.status == Status::Failure {
                return Err(Stopped::Command(phase));
            }
        }
        if self.settings.addon_scripts && phase == "pre-up" {
            self.scripts(environment, When::BeforeBridge);
            self.hooks(interface, environment);
            self.scripts(environment, When::AfterBridge);
        }
        if self.settings.addon_scripts && phase == "up" {
            self.scripts(environment, When::Up);
        }
        Ok(())
    }

    /// The administrator's scripts; what they return is not looked at (measured).
    fn scripts(&mut self, environment: &Environment, when: When) {
        if self.scripts.is_empty(when) {
            return;
        }
        let mut environment = environment.clone();
        environment.set("PHASE", if when == When::Up { "up" } else { "pre-up" }, None);
        let record = &mut self.record;
        let tell = |attempt, line, what| record.attempt(attempt, line, what);
        let _ = self.scripts.run(when, &mut self.kernel, &environment, false, tell);
    }

    /// `/etc/network/if-pre-up.d/bridge`; what it returns is not looked at.
    fn hooks(&mut self, interface: &Interface<'_>, environment: &Environment) {
        let name = interface.name.as_bstr();
        if self.stack.bridge_utils {
            let hook = BridgeUtils::new(self.world.host, Release::beside(self.stack));
            let hooked = hook.run(&mut self.kernel, name, |name| environment.given(name), || environment);
            self.hooked(interface, environment, hooked);
        }
        if self.stack.alpine_bridge {
            let hooked = alpine_bridge::run(&mut self.kernel, name, environment);
            self.hooked(interface, environment, hooked);
        }
    }

    fn hooked(&mut self, interface: &Interface<'_>, environment: &Environment, hooked: Hooked) {
        if hooked.made != Made::Nothing {
            self.ports.insert(interface.name.clone(), hooked.ports);
        }
        // The native executor has its own say on what it reads itself.
        let native = interface.uses("bridge") && !self.stack.alpine_bridge;
        let Some(attempt) = hooked.hw.filter(|_| !native) else { return };
        match option(interface, environment, "IF_BRIDGE_HW") {
            Some(opt) => self.record.attempt(attempt, opt.line_place(), format!("`{}`", opt.key.token.text)),
            None => {
                let line = attempt.place.clone();
                self.record.attempt(attempt, line, "`IF_BRIDGE_HW`".to_owned());
            }
        }
    }
}

/// The executors of an interface, in the order in which they run.
fn uses<'b>(interface: &'b Interface<'_>) -> impl Iterator<Item = &'b BStr> {
    interface.vars.iter().filter(|var| var.key == "use").map(|var| var.value.as_bstr())
}

/// Whether bring-up makes the link, so that it is not there before.
fn is_made(interface: &Interface<'_>) -> bool {
    let made = ["bridge", "bond", "batman", "gre", "ppp", "tunnel", "vlan", "vrf", "vxlan", "wireguard"];
    let environment = environment(interface, None);
    made.iter().any(|executor| interface.uses(executor))
        || !environment.get("IF_BRIDGE_PORTS").is_empty()
        || !environment.get("IF_LINK_TYPE").is_empty()
        || executors::vlan_parent(interface.name.as_bstr(), &environment).is_some()
}
