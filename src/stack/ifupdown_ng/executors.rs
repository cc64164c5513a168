//! The executors that make links and set addresses (`/usr/libexec/ifupdown-ng/*`), as far as that goes.

use super::environment::option;
use crate::address::MacAddress;
use crate::judgement::Effect;
use crate::stack::Version;
use crate::stack::bring_up::{Record, words};
use crate::stack::commands::{self, Attempt, Status};
use crate::stack::eni::Opt;
use crate::stack::eni::ifupdown_ng::Interface;
use crate::stack::hook::{Environment, add_port};
use crate::stack::kernel::{Address, Kernel, LinkKind};
use crate::syntax::Token;
use bstr::{BStr, BString, ByteSlice};
use std::net::Ipv4Addr;

/// Executors that make a link, beside `bridge`, `link` and `bond`, and what they do nothing without.
const MAKERS: &[(&str, &str)] = &[
    ("batman", "IF_BATMAN_IFACES"),
    ("gre", "IF_GRE_LOCAL"),
    ("ppp", "IF_PPP_PROVIDER"),
    ("tunnel", "IF_TUNNEL_MODE"),
    ("vrf", "IF_VRF_TABLE"),
    ("vxlan", "IF_VXLAN_ID"),
    ("wireguard", "IFACE"),
    ("wireguard-quick", "IFACE"),
];

/// One phase of one interface.
pub(super) struct Run<'a, 'k> {
    pub(super) kernel: &'k mut Kernel,
    pub(super) record: &'k mut Record,
    pub(super) version: &'k Version,
    pub(super) interface: &'k Interface<'a>,
    pub(super) environment: &'k Environment,
    /// Alpine's package has its own script do what the native executor does elsewhere.
    pub(super) stub: bool,
}

/// The links that an executor says its interface depends on (the phase `depend`).
pub(super) fn depends(executor: &BStr, name: &BStr, environment: &Environment, kernel: &Kernel, stub: bool) -> BString {
    match executor.as_bytes() {
        b"link" => vlan_parent(name, environment).map(BString::from).unwrap_or_default(),
        b"bridge" if stub && environment.get("IF_BRIDGE_PORTS") != "none" => {
            environment.get("IF_BRIDGE_PORTS").to_owned()
        }
        b"bridge" if !stub => ports(name, environment, kernel),
        b"bond" => environment.get("IF_BOND_MEMBERS").to_owned(),
        _ => BString::default(),
    }
}

/// Whether an executor fails in each phase, that of the dependencies too: `exit 1` at the top of the scripts gre and
/// tunnel. ifup gives up there (`dependency graph is broken`).
pub(super) fn always_fails(executor: &BStr, environment: &Environment) -> bool {
    let lacks = |name: &str| environment.get(name).is_empty();
    match executor.as_bytes() {
        b"gre" => lacks("IF_GRE_LOCAL") || lacks("IF_GRE_REMOTE"),
        b"tunnel" => {
            let local = lacks("IF_TUNNEL_LOCAL") && lacks("IF_TUNNEL_LOCAL_DEV");
            local || lacks("IF_TUNNEL_REMOTE") || lacks("IF_TUNNEL_MODE")
        }
        _ => false,
    }
}

/// The native bridge executor's `PORTS`.
pub(super) fn ports(name: &BStr, environment: &Environment, kernel: &Kernel) -> BString {
    let value = environment.get("IF_BRIDGE_PORTS");
    match value.as_bytes() {
        b"none" => BString::default(),
        b"all" => {
            let others = kernel.names().filter(|link| *link != "lo" && *link != name);
            BString::from(bstr::join(" ", others))
        }
        _ => value.to_owned(),
    }
}

/// The link that a VLAN stands on: `is_vlan` of the link executor, here in the words of its cases.
pub(super) fn vlan_parent<'e>(name: &'e BStr, environment: &'e Environment) -> Option<&'e BStr> {
    let raw = Some(environment.get("IF_VLAN_RAW_DEVICE")).filter(|raw| !raw.is_empty());
    let numbered = name.starts_with(b"vlan");
    if name.contains(&b'#') || name.contains(&b':') || (numbered && name.contains(&b'.')) {
        None
    } else if numbered {
        raw
    } else if let Some(dot) = name.rfind_byte(b'.') {
        name.get(..dot).map(ByteSlice::as_bstr)
    } else {
        raw.filter(|_| !environment.get("IF_VLAN_ID").is_empty())
    }
}

impl<'a, 'k> Run<'a, 'k> {
    fn name(&self) -> &'k BStr {
        self.interface.name.as_bstr()
    }

    fn option(&self, variable: &str) -> Option<&'a Opt> {
        option(self.interface, self.environment, variable)
    }

    /// Runs an executor for a phase; whether its exit status is 0.
    pub(super) fn executor(&mut self, executor: &BStr, phase: &str) -> bool {
        match (executor.as_bytes(), phase) {
            (b"link", "create") => self.create_link(),
            (b"link", "up") => self.link_up(),
            (b"bridge", "create") if !self.stub => self.create_bridge(),
            (b"bridge", "pre-up") if !self.stub => self.add_ports(),
            (b"bond", "create") => self.create_bond(),
            // `[ -n "$IF_VRF_MEMBER" ] && handle_member` is the last command: without one it fails.
            (b"vrf", "pre-up") => {
                let member = self.environment.get("IF_VRF_MEMBER");
                self.kernel.meet(member);
                self.kernel.link(member).is_some()
            }
            (other, "create") if MAKERS.iter().any(|maker| maker.0.as_bytes() == other) => {
                let asked = MAKERS.iter().any(|maker| maker.0.as_bytes() == other && self.is_set(maker.1));
                if asked {
                    let _ = self.kernel.add(self.name(), LinkKind::Virtual, None, None);
                }
                asked || other != b"vrf"
            }
            (b"static", "up") => self.kernel.link(self.name()).is_some() && !self.is_gateway_out_of_reach(),
            // `addr add`, clients and the like: they fail where there is no link.
            (b"dhcp", "up") => self.kernel.link(self.name()).is_some(),
            _ => true,
        }
    }

    fn is_set(&self, variable: &str) -> bool {
        !self.environment.get(variable).is_empty()
    }

    /// The last gateway decides the exit status of the script static, and the kernel refuses one that no address of
    /// the interface reaches (`Nexthop has invalid gateway`).
    fn is_gateway_out_of_reach(&self) -> bool {
        let texts = |key: &'static str| {
            let vars = self.interface.vars.iter().filter(move |var| var.key == key);
            vars.map(|var| var.value.to_str().unwrap_or_default().trim())
        };
        let Some(gateway) = texts("gateway").next_back().and_then(|text| text.parse::<Ipv4Addr>().ok()) else {
            return false;
        };
        let own = self.interface.last("netmask").is_some() || self.interface.last("point-to-point").is_some();
        let is_alone = !own && !self.interface.uses("dhcp") && self.interface.last("pre-up").is_none();
        let reaches = |text: &str| {
            let (address, length) = text.split_once('/').unwrap_or((text, "32"));
            let (address, length) = (address.parse::<Ipv4Addr>().ok()?, length.parse::<u32>().ok()?);
            let mask = u32::MAX.checked_shl(32u32.checked_sub(length)?).unwrap_or(0);
            Some((address.to_bits() ^ gateway.to_bits()) & mask == 0)
        };
        // An address that is none we read may reach it.
        is_alone && texts("address").filter(|text| !text.contains(':')).all(|text| reaches(text) == Some(false))
    }

    fn create_link(&mut self) -> bool {
        let kind = self.environment.get("IF_LINK_TYPE");
        if kind == "dummy" || kind == "veth" {
            let _ = self.kernel.add(self.name(), LinkKind::Virtual, None, None);
            return true;
        }
        let Some(parent) = vlan_parent(self.name(), self.environment) else { return true };
        self.kernel.meet(parent);
        let Some(address) = self.kernel.address(parent) else { return false };
        self.kernel.add_physical(self.name(), address);
        true
    }

    fn create_bond(&mut self) -> bool {
        if self.kernel.add(self.name(), LinkKind::Virtual, None, None).is_ok()
            && let Some(first) = words(self.environment.get("IF_BOND_MEMBERS")).next()
        {
            self.kernel.inherit(self.name(), first.as_bstr());
        }
        true
    }

    fn create_bridge(&mut self) -> bool {
        if self.environment.get("IF_BRIDGE_PORTS").is_empty() || self.kernel.link(self.name()).is_some() {
            return true;
        }
        let place = self.option("IF_BRIDGE_PORTS").map(Opt::value_place);
        self.kernel.add(self.name(), LinkKind::Bridge, None, place).is_ok()
    }

    /// `pre-up` of the bridge executor. Its exit status is that of waiting for the ports: 0.
    fn add_ports(&mut self) -> bool {
        if self.environment.get("IF_BRIDGE_PORTS").is_empty() {
            return true;
        }
        let list = ports(self.name(), self.environment, self.kernel);
        let hw = self.option("IF_BRIDGE_HW");
        // Pull request 253 (after 0.12.1): the bridge's address, and only once the ports are in.
        let on_bridge = self.version.at_least(&[0, 12, 2]);
        for port in words(&list) {
            let port = port.as_bstr();
            if let (Some(opt), false) = (hw, on_bridge) {
                let _ = commands::ip_link_set(self.kernel, port, opt.value.text.as_bstr(), &opt.value_place());
            }
            add_port(self.kernel, self.name(), port);
        }
        match hw {
            Some(opt) if on_bridge => {
                let run = commands::ip_link_set(self.kernel, self.name(), opt.value.text.as_bstr(), &opt.value_place());
                self.tried(opt, run.attempts);
            }
            Some(opt) => {
                let why = "ifupdown-ng 0.12.1 and older set it on the ports instead of the bridge".to_owned();
                self.record.option(self.name(), opt, opt.spelled(), Effect::Ineffective(why));
            }
            None => {}
        }
        true
    }

    /// `up` of the link executor: one `ip link set` for mtu, address and alias. Its words are split
    /// where 0.12.1 and older leave them unquoted, so that `ether` stands where the address should.
    fn link_up(&mut self) -> bool {
        let newer = self.version.at_least(&[0, 12, 2]);
        let set = |name: &str| !self.environment.get(name).is_empty();
        let mut line = String::from("ip link set up dev \"$IFACE\"");
        if !newer {
            line.push_str(" $IF_LINK_OPTIONS");
        }
        for (word, name) in [("mtu", "IF_MTU"), ("address", "IF_HWADDRESS")] {
            if set(name) {
                line.push_str(&if newer { format!(" {word} \"${name}\"") } else { format!(" {word} ${name}") });
            }
        }
        self.kernel.meet(self.name());
        let options = if newer { None } else { self.option("IF_LINK_OPTIONS") };
        let Some(opt) = self.option("IF_HWADDRESS").or(options) else {
            // Since c30ea03 the exit status is that of `ip`, before that of a test after it.
            return self.kernel.link(self.name()).is_some() || !newer;
        };
        // No plain piece of the file: one blank more than the value has bytes, where they are as many.
        if line.len() == opt.value.span.end.saturating_sub(opt.value.span.start) {
            line.push(' ');
        }
        let token = Token { text: line.into(), span: opt.value_place().span };
        let run = commands::run(self.kernel, &opt.key.file, &token, || &self.environment.values);
        self.tried(opt, run.attempts);
        run.status == Status::Success || !newer
    }

    /// What an option was meant to set, by the attempts that its command made.
    fn tried(&mut self, opt: &'a Opt, attempts: Vec<Attempt>) {
        let failed = match attempts.into_iter().rfind(|attempt| attempt.link == self.name()) {
            Some(attempt) => attempt.failed,
            None => Some("`ip link set` cannot read it, and nothing is set".to_owned()),
        };
        let readable = MacAddress::parse(&opt.value.text).is_some_and(MacAddress::is_usable);
        let effect = match failed {
            None => self.effect_of(opt),
            Some(why) if readable => Effect::Ineffective(why),
            Some(why) => Effect::Invalid(why),
        };
        self.record.option(self.name(), opt, opt.spelled(), effect);
    }

    /// An address that was set: the one that is written, or what `ip` makes of it.
    fn effect_of(&self, opt: &Opt) -> Effect {
        match self.kernel.address(self.name()) {
            Some(Address::Known(address)) if commands::guess(&opt.value.text) != Some(address) => {
                Effect::Invalid(format!("`ip` takes it for {address}"))
            }
            _ => Effect::Decides,
        }
    }
}
