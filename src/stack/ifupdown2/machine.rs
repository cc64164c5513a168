//! Brings the interfaces up as `ifup -a` does on a running host: for each, what it stands on
//! first (`scheduler.run_iface_graph`, post-order), then its modules in the order of addons.conf.

use super::address;
use super::interfaces::{Interface, Interfaces, vlan_parent};
use super::policy::Policy;
use crate::address::MacAddress;
use crate::host::Host;
use crate::judgement::{Effect, Pin};
use crate::span::Place;
use crate::stack::bring_up::{self, Record};
use crate::stack::commands;
use crate::stack::eni::Opt;
use crate::stack::kernel::{Address, Cause, Errno, Kernel, LinkKind};
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
    host: &'a Host,
    version: &'a Version,
    interfaces: &'a Interfaces<'a>,
    policy: Policy,
    /// The ports of each bridge of the configuration, in its order.
    pub(super) ports: BTreeMap<BString, Vec<BString>>,
    pub(super) kernel: Kernel,
    pub(super) record: Record,
    pub(super) remarks: BTreeMap<BString, Remark>,
    /// What the policy chose for the first bridge: before 3.1.0 all later ones get it too.
    chosen: Option<(Mac, Place)>,
}

/// An address that the policy takes over: as text, as the program has it.
#[derive(Clone)]
enum Mac {
    Text(BString),
    /// The address of a link that nothing tells.
    Unknown,
}

impl<'a> Machine<'a> {
    pub(super) fn new(world: World<'a>, stack: &'a Stack, interfaces: &'a Interfaces<'a>) -> Self {
        let known: Vec<&BStr> = world.links.iter().map(|(name, _)| name.as_bstr()).collect();
        let names = || known.iter().copied().chain(interfaces.names());
        let bridges = interfaces.iter().filter(|interface| interface.bridge_option().is_some());
        let ports: BTreeMap<BString, Vec<BString>> =
            bridges.map(|bridge| (bridge.name.clone(), bridge.ports(names()))).collect();
        let below = interfaces.iter().flat_map(|interface| {
            interface.bond_ports(names()).unwrap_or_default().into_iter().chain(interface.vlan_parent())
        });
        let mut below: Vec<BString> = below.chain(ports.values().flatten().cloned()).collect();
        let parents: Vec<BString> =
            below.iter().filter_map(|name| Some(vlan_parent(name.as_bstr())?.to_owned())).collect();
        below.extend(parents);
        let made = interfaces.iter().filter(|interface| interface.is_made()).map(|interface| &interface.name);
        let vlans = below
            .iter()
            .filter(|name| interfaces.get(name.as_bstr()).is_none() && vlan_parent(name.as_bstr()).is_some());
        let made = made.chain(vlans).cloned().collect();
        let udev = bring_up::udev(world, stack);
        Self {
            host: world.host,
            version: &stack.version,
            interfaces,
            policy: Policy::read(world.host),
            kernel: bring_up::kernel(world, udev.as_ref(), made),
            ports,
            record: Record::new(udev),
            remarks: BTreeMap::new(),
            chosen: None,
        }
    }

    /// Brings all up.
    pub(super) fn run(&mut self) {
        for name in self.order() {
            match self.interfaces.get(name.as_bstr()) {
                Some(interface) => self.bring_up(interface),
                // A port without a stanza: only a VLAN by its name is made.
                None => self.make_vlan(name.as_bstr(), vlan_parent(name.as_bstr())),
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
        let bonded = interface.bond_ports(self.interfaces.names()).unwrap_or_default();
        ports.into_iter().chain(bonded).chain(interface.vlan_parent()).collect()
    }

    /// `pre-up`, `up` and `post-up` with their modules in turn (etc/network/ifupdown2/addons.conf).
    fn bring_up(&mut self, interface: &Interface<'a>) {
        self.make_link(interface);
        self.commands(interface, "pre-up");
        self.bridge(interface);
        self.address(interface);
        self.commands(interface, "up");
        self.commands(interface, "post-up");
    }

    /// The modules link, bond, vlan, vxlan: what is made before the user's commands run.
    fn make_link(&mut self, interface: &Interface<'a>) {
        let name = interface.name.as_bstr();
        let place = interface.stanzas.first().map(|stanza| stanza.place());
        if let Some(parent) = interface.vlan_parent() {
            self.make_vlan(name, Some(parent.as_bstr()));
        } else if let Some(ports) = interface.bond_ports(self.interfaces.names()) {
            if self.kernel.add(name, LinkKind::Virtual, None, place).is_ok()
                && self.kernel.link(name).is_some_and(|link| link.set_by.is_none())
            {
                if let Some(first) = ports.first() {
                    self.kernel.meet(first.as_bstr());
                    self.kernel.inherit(name, first.as_bstr());
                }
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
        let environment = environment(interface);
        for opt in interface.all(phase) {
            let run = commands::run(&mut self.kernel, &opt.key.file, &opt.value, &environment);
            self.record.command(opt, run.attempts);
        }
    }

    /// The module bridge (`up_bridge`); mstpctl does the same for `mstpctl-ports`.
    fn bridge(&mut self, interface: &Interface<'a>) {
        let name = interface.name.as_bstr();
        let is_port = self.ports.values().any(|ports| ports.contains(&interface.name));
        let other_kind = self.kernel.link(name).is_some_and(|link| link.kind != LinkKind::Bridge);
        // `_up`: a bridge's port is no bridge; check_valid_bridge: nor is what exists as something else.
        if interface.bridge_option().is_none() || is_port || other_kind {
            return;
        }
        let place = interface.stanzas.first().map(|stanza| stanza.place());
        let created = self.kernel.add(name, LinkKind::Bridge, None, place).is_ok();
        self.add_ports(interface);
        // `if not running_ports: return`.
        if self.kernel.ports(name).next().is_some() {
            self.bridge_mac(interface, created);
        }
    }

    /// `_add_ports`: links that hooks made ports and that are not in the list are put out first.
    fn add_ports(&mut self, interface: &Interface<'a>) {
        let name = interface.name.as_bstr();
        let wanted = self.ports.get(name).cloned().unwrap_or_default();
        if interface.first("bridge-ports-condone-regex").is_none() {
            let others: Vec<BString> = self.kernel.ports(name).filter(|port| !wanted.contains(port)).cloned().collect();
            for port in others {
                let _ = self.kernel.clear_master(port.as_bstr());
            }
        }
        for port in &wanted {
            self.kernel.meet(port.as_bstr());
            let _ = self.kernel.set_master(port.as_bstr(), name);
        }
    }

    /// `_up_bridge_mac`: the policy, where the stanza has no `hwaddress`.
    fn bridge_mac(&mut self, interface: &Interface<'a>, created: bool) {
        let name = interface.name.as_bstr();
        if interface.first("hwaddress").is_some() {
            return;
        }
        // One for all bridges until 3.1.0 ("each bridge should have it's own tuple").
        let shared = self.chosen.clone().filter(|_| !self.version.at_least(&[3, 1]));
        let Some((mac, place)) = shared.or_else(|| self.chosen_mac(interface, created)) else { return };
        self.chosen = Some((mac.clone(), place.clone()));
        let (number, address) = match &mac {
            Mac::Text(text) => {
                let Some(number) = address::number(text) else { return };
                (Some(number), address::encode(text).map(Address::Known))
            }
            Mac::Unknown => (None, Some(Address::Unknown)),
        };
        let running = self.kernel.address(name).and_then(Address::known).map(address::number_of);
        // Commit 46be3845, in 3.2.0: written whatever the bridge has, when it was just made.
        let forced = created && self.version.at_least(&[3, 2]);
        if !forced && running == number {
            self.remarks.insert(name.to_owned(), Remark::PolicySkipped);
            return;
        }
        let Some(address) = address else { return };
        if self.kernel.set_address(name, address, Cause::stated(place.clone())).is_ok() {
            self.record.other(name, policy_pin(self.host, &place, address.known()));
        }
    }

    /// `_get_bridge_mac`.
    fn chosen_mac(&mut self, interface: &Interface<'a>, created: bool) -> Option<(Mac, Place)> {
        if let Some((links, place)) = self.policy.mac_interfaces() {
            links.iter().for_each(|link| self.kernel.meet(link.as_bstr()));
            return Some((links.iter().find_map(|link| self.mac_of(link.as_bstr()))?, place));
        }
        let place = self.policy.static_mac_from_port()?;
        let bridge = interface.name.as_bstr();
        let is_vxlan = |port: &BString| self.interfaces.get(port.as_bstr()).is_some_and(Interface::is_vxlan);
        let ports = || self.ports.get(bridge).into_iter().flatten().filter(|port| !is_vxlan(port));
        let current = self.kernel.address(bridge).and_then(Address::known);
        // Since 3.1.0 the port whose address the bridge has already comes first, where it was not just made.
        if let Some(current) = current
            && self.version.at_least(&[3, 1])
            && !(created && self.version.at_least(&[3, 2]))
            && ports().any(|port| self.kernel.address(port.as_bstr()) == Some(Address::Known(current)))
        {
            return Some((Mac::Text(current.to_string().into()), place));
        }
        Some((ports().find_map(|port| self.mac_of(port.as_bstr()))?, place))
    }

    /// The `hwaddress` of a link's stanza, else the address that it has.
    fn mac_of(&self, link: &BStr) -> Option<Mac> {
        let opt = self.interfaces.get(link).and_then(|interface| interface.first("hwaddress"));
        let written = opt.map(|opt| address::strip(opt.value.text.as_bstr())).filter(|text| !text.is_empty());
        written.map(Mac::Text).or_else(|| {
            Some(match self.kernel.address(link)? {
                Address::Known(address) => Mac::Text(address.to_string().into()),
                Address::Unknown => Mac::Unknown,
            })
        })
    }

    /// The module address, as far as `hwaddress` goes (`process_hwaddress`).
    fn address(&mut self, interface: &Interface<'a>) {
        let name = interface.name.as_bstr();
        self.kernel.meet(name);
        let Some(running) = self.kernel.address(name) else { return };
        let opt = interface.first("hwaddress");
        let text = opt.map(|opt| address::strip(opt.value.text.as_bstr())).filter(|text| !text.is_empty());
        let (text, place, opt) = match (text, opt) {
            (Some(text), Some(opt)) => (text, opt.value_place(), Some(opt)),
            _ => match self.policy.default_hwaddress(name).filter(|_| self.version.at_least(&[3, 4])) {
                Some((text, place)) => (text, place, None),
                None => return,
            },
        };
        let effect = self.write_address(name, text.as_bstr(), running, &place);
        match (opt, effect) {
            (Some(opt), effect) => {
                let spelled = self.spelled(opt);
                self.record.option(name, opt, spelled.as_bstr(), effect);
            }
            (None, Effect::Decides) => {
                self.record.other(name, policy_pin(self.host, &place, address::encode(&text)));
            }
            (None, _) => {}
        }
    }

    fn write_address(&mut self, name: &BStr, text: &BStr, running: Address, place: &Place) -> Effect {
        let refused = || Effect::Invalid("ifupdown2 cannot read it as an address, and `ifup` fails".to_owned());
        let Some(number) = address::number(text) else { return refused() };
        if running.known().is_some_and(|running| address::number_of(running) == number) {
            return self.skip(name, running);
        }
        let Some(address) = address::encode(text) else { return refused() };
        let unsure = running == Address::Unknown && self.floats(name) && self.kernel.ports(name).next().is_some();
        match self.kernel.set_address(name, Address::Known(address), Cause::stated(place.clone())) {
            Err(Errno::AddressNotAvailable) => {
                return Effect::Invalid(
                    "the kernel refuses a multicast or all-zero address, and `ifup` fails".to_owned(),
                );
            }
            Err(_) => return refused(),
            Ok(()) => {}
        }
        if unsure {
            self.remarks.insert(name.to_owned(), Remark::MaySkip);
        }
        if commands::guess(text) == Some(address) {
            return Effect::Decides;
        }
        Effect::Invalid(format!("ifupdown2 takes it for {address}"))
    }

    /// The write is left out where the address is the running one already. A race with the netlink
    /// cache rarely lets it through; at boot (`--perfmode`) nothing is compared.
    fn skip(&mut self, name: &BStr, running: Address) -> Effect {
        if !self.floats(name) {
            return Effect::Overridden("the same address is set before".to_owned());
        }
        if let Some(address) = running.known() {
            self.remarks.insert(name.to_owned(), Remark::Skipped(address));
        }
        Effect::Ineffective(format!(
            "{name} has this address from its port already, so `ifup` and `ifreload` do not write it and it keeps following the ports; only the boot command `ifup -a --perfmode` writes it"
        ))
    }

    fn floats(&self, name: &BStr) -> bool {
        self.kernel.link(name).is_some_and(|link| link.kind == LinkKind::Bridge && link.set_by.is_none())
    }

    /// An option's name as it stands in the file.
    pub(super) fn spelled(&self, opt: &Opt) -> BString {
        let bytes = self.host.read(&opt.key.file).unwrap_or_default();
        BString::from(opt.key.token.span.of(&bytes))
    }
}

fn policy_pin(host: &Host, place: &Place, address: Option<MacAddress>) -> Pin {
    let bytes = host.read(&place.file).unwrap_or_default();
    let name = place.span.of(&bytes).trim_with(|c| c == '"').as_bstr();
    Pin {
        place: place.clone(),
        line: place.clone(),
        what: format!("the policy `{name}`"),
        value: name.to_owned(),
        meant: address,
        effect: Effect::Decides,
    }
}

/// What the user's commands find in their environment (`usercmds._run_command`, `iface.generate_env`).
fn environment(interface: &Interface<'_>) -> BTreeMap<BString, BString> {
    let mut environment = BTreeMap::from([
        (BString::from("IFACE"), interface.name.clone()),
        (BString::from("LOGICAL"), interface.name.clone()),
    ]);
    if let Some(method) = interface.stanzas.first().and_then(|stanza| stanza.method.as_ref()) {
        environment.insert("METHOD".into(), method.text.clone());
    }
    for opt in interface.options() {
        let name = [b"IF_", &opt.key.token.text.to_ascii_uppercase().replace("-", "_")[..]].concat();
        environment.entry(name.into()).or_insert_with(|| opt.value.text.clone());
    }
    environment
}
