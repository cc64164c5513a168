//! Brings the interfaces up as `ifup -a` does on a running host: for each, what it stands on
//! first (`scheduler.run_iface_graph`, post-order), then its modules in the order of addons.conf.

use super::bridge::Mac;
use super::interfaces::{Interface, Interfaces, vlan_parent};
use super::modules::Modules;
use super::policy::Policy;
use super::ports::Names;
use crate::address::MacAddress;
use crate::host::Host;
use crate::span::Place;
use crate::stack::bring_up::{self, Record, made_by_commands};
use crate::stack::commands;
use crate::stack::eni::Opt;
use crate::stack::hook::Environment;
use crate::stack::kernel::{Kernel, LinkKind};
use crate::stack::scripts::{self, Scripts, When};
use crate::stack::{Stack, Version, World};
use bstr::{BStr, BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};

/// What a bridge's report says beside its pins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Remark {
    /// `hwaddress` is what the bridge has already: not written, but for the boot command.
    Skipped(MacAddress),
    /// `hwaddress` may be what the bridge has already: nothing tells its ports' addresses.
    MaySkip,
    /// The policy is not applied, because the bridge has the port's address already.
    PolicySkipped,
}

/// The interfaces on their way up.
pub(super) struct Machine<'a> {
    pub(super) host: &'a Host,
    pub(super) version: &'a Version,
    pub(super) interfaces: &'a Interfaces<'a>,
    pub(super) policy: Policy,
    /// The ports of each bridge of the configuration, in its order.
    pub(super) ports: BTreeMap<BString, Vec<BString>>,
    /// All of these ports.
    pub(super) enslaved: BTreeSet<BString>,
    /// The links of each bond.
    bonds: BTreeMap<BString, Vec<BString>>,
    pub(super) kernel: Kernel,
    pub(super) record: Record,
    scripts: Scripts,
    modules: Modules,
    /// Interfaces that failed: what stands on them is not brought up.
    pub(super) failed: BTreeSet<BString>,
    pub(super) remarks: BTreeMap<BString, Remark>,
    /// What the policy chose for the first bridge: before 3.1.0 all later ones get it too.
    pub(super) chosen: Option<(Mac, Place)>,
}

impl<'a> Machine<'a> {
    pub(super) fn new(world: World<'a>, stack: &'a Stack, interfaces: &'a Interfaces<'a>) -> Self {
        let links = world.links.iter().map(|(name, _)| name.as_bstr());
        let names = Names::new(links.chain(interfaces.names()));
        let bridges = interfaces.iter().filter(|interface| interface.bridge_option().is_some());
        let ports: BTreeMap<BString, Vec<BString>> =
            bridges.map(|bridge| (bridge.name.clone(), names.list(bridge.port_words().into_iter()))).collect();
        let bond = |interface: &Interface<'a>| Some((interface.name.clone(), names.list(interface.bond_words()?)));
        let bonds: BTreeMap<BString, Vec<BString>> = interfaces.iter().filter_map(bond).collect();
        // A VLAN that only its name tells is made where something stands on it.
        let below = ports.values().chain(bonds.values()).flatten();
        let vlans =
            below.filter(|name| interfaces.get(name.as_bstr()).is_none() && vlan_parent(name.as_bstr()).is_some());
        let made = interfaces.iter().filter(|interface| interface.is_made()).map(|interface| &interface.name);
        let hooked =
            interfaces.iter().flat_map(|interface| made_by_commands(interface.name.as_bstr(), interface.options()));
        let made = made.chain(vlans).cloned().chain(hooked).collect();
        let udev = bring_up::udev(world, stack);
        Self {
            host: world.host,
            version: &stack.version,
            interfaces,
            policy: Policy::read(world.host),
            kernel: bring_up::native_kernel(world, stack, udev.as_ref(), made),
            enslaved: ports.values().flatten().cloned().collect(),
            ports,
            bonds,
            record: Record::new(udev),
            scripts: Scripts::read(world.host, scripts::Names::All),
            modules: Modules::read(world.host),
            failed: BTreeSet::new(),
            remarks: BTreeMap::new(),
            chosen: None,
        }
    }

    /// Brings all up.
    pub(super) fn run(&mut self) {
        for name in self.order() {
            // scheduler.py `run_iface_graph`: no interface whose lower device failed.
            let is_up = !self.lower(name.as_bstr()).iter().any(|lower| self.failed.contains(lower))
                && match self.interfaces.get(name.as_bstr()) {
                    Some(interface) => self.bring_up(interface),
                    None => self.bring_up_bare(name.as_bstr()),
                };
            if !is_up {
                self.failed.insert(name);
            }
        }
    }

    /// Every interface after those that it stands on.
    fn order(&self) -> Vec<BString> {
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        for root in self.interfaces.names() {
            let mut todo = vec![(root.to_owned(), false)];
            while let Some((name, ready)) = todo.pop() {
                if ready {
                    order.push(name);
                } else if seen.insert(name.clone()) {
                    let lower = self.lower(name.as_bstr());
                    todo.push((name, true));
                    todo.extend(lower.into_iter().rev().map(|lower| (lower, false)));
                }
            }
        }
        order
    }

    fn lower(&self, name: &BStr) -> Vec<BString> {
        let Some(interface) = self.interfaces.get(name) else {
            return vlan_parent(name).map(BStr::to_owned).into_iter().collect();
        };
        let ports = self.ports.get(name).cloned().unwrap_or_default();
        let bonded = self.bonds.get(name).cloned().unwrap_or_default();
        ports.into_iter().chain(bonded).chain(interface.vlan_parent()).collect()
    }

    /// `pre-up`, `up` and `post-up` with their modules in turn; a script that fails ends it.
    fn bring_up(&mut self, interface: &Interface<'a>) -> bool {
        let name = interface.name.as_bstr();
        self.make_link(interface);
        self.commands(interface, "pre-up");
        self.bridge(interface);
        // In its `up` the module only adds IP addresses (measured).
        if self.modules.has("pre-up,address") {
            self.address(interface);
        }
        if !self.scripts(name, Some(interface), &[When::BeforeBridge, When::AfterBridge]) {
            return false;
        }
        self.commands(interface, "up");
        if !self.scripts(name, Some(interface), &[When::Up]) {
            return false;
        }
        self.commands(interface, "post-up");
        true
    }

    /// A port without a stanza: only a VLAN by its name is made, but scripts run for each.
    fn bring_up_bare(&mut self, name: &BStr) -> bool {
        self.make_vlan(name, vlan_parent(name));
        self.scripts(name, None, &[When::BeforeBridge, When::AfterBridge, When::Up])
    }

    /// The modules link, bond, vlan, vxlan: what is made before the user's commands run.
    fn make_link(&mut self, interface: &Interface<'a>) {
        let name = interface.name.as_bstr();
        let place = interface.stanzas.first().map(|stanza| stanza.place());
        if let Some(parent) = interface.vlan_parent() {
            self.make_vlan(name, Some(parent.as_bstr()));
        } else if let Some(bonded) = self.bonds.get(name) {
            // A bond that udevd gives no address takes its first link's.
            if let (Ok(()), Some(first)) = (self.kernel.add(name, LinkKind::Virtual, None, place), bonded.first()) {
                self.kernel.meet(first.as_bstr());
                self.kernel.inherit(name, first.as_bstr());
            }
        } else if interface.is_made() && interface.bridge_option().is_none() {
            // What its address is, software decides.
            let _ = self.kernel.add(name, LinkKind::Virtual, None, place);
        }
    }

    /// A VLAN has its parent's address, and udevd leaves it (`addr_assign_type` is "stolen").
    fn make_vlan(&mut self, name: &BStr, parent: Option<&BStr>) {
        let Some(parent) = parent else { return };
        self.kernel.meet(parent);
        if let Some(address) = self.kernel.address(parent) {
            self.kernel.add_physical(name, address);
        }
    }

    /// The module usercmds. A command that fails is a warning (`_run_command`).
    fn commands(&mut self, interface: &Interface<'a>, phase: &str) {
        if !self.modules.has(&format!("{phase},usercmds")) {
            return;
        }
        let environment = environment(interface);
        for opt in interface.all(phase) {
            let run = commands::run(&mut self.kernel, &opt.key.file, &opt.value, || &environment);
            self.record.command(opt, run.attempts);
        }
    }

    /// The administrator's scripts, after the modules of their phase (ifupdown/scheduler.py `run_iface_op`).
    fn scripts(&mut self, name: &BStr, interface: Option<&Interface<'a>>, phases: &[When]) -> bool {
        if phases.iter().all(|when| self.scripts.is_empty(*when)) {
            return true;
        }
        let mut found = Environment::default();
        let environment = interface.map(environment).unwrap_or_default();
        environment.into_iter().for_each(|(name, value)| found.set(name, value, None));
        for variable in ["IFACE", "LOGICAL"] {
            found.set(variable, name, None);
        }
        let record = &mut self.record;
        found.set("MODE", "start", None);
        phases.iter().all(|when| {
            found.set("PHASE", if *when == When::Up { "up" } else { "pre-up" }, None);
            let tell = |attempt, line, what| record.attempt(attempt, line, what);
            self.scripts.run(*when, &mut self.kernel, &found, false, tell).is_ok()
        })
    }

    /// An option's name as it stands in the file.
    pub(super) fn spelled(&self, opt: &Opt) -> BString {
        let bytes = self.host.read(&opt.key.file).unwrap_or_default();
        BString::from(opt.key.token.span.of(&bytes))
    }
}

/// What the user's commands find in their environment (`usercmds._run_command`, `iface.generate_env`).
fn environment(interface: &Interface<'_>) -> BTreeMap<BString, BString> {
    let mut environment = BTreeMap::from([
        (BString::from("IFACE"), interface.name.clone()),
        (BString::from("LOGICAL"), interface.name.clone()),
    ]);
    let stanza = interface.stanzas.first();
    if let Some(method) = stanza.and_then(|stanza| stanza.method.as_ref()) {
        environment.insert("METHOD".into(), method.text.clone());
    }
    if let Some(family) = stanza.and_then(|stanza| stanza.family.as_ref()) {
        environment.insert("ADDRFAM".into(), family.text.clone());
    }
    for opt in interface.options() {
        let name = [b"IF_", &opt.key.token.text.to_ascii_uppercase().replace("-", "_")[..]].concat();
        environment.entry(name.into()).or_insert_with(|| opt.value.text.clone());
    }
    environment
}
