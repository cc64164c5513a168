//! Brings the interfaces up (main.c `do_interface`, execute.c): what fails stops the interface there and
//! undoes nothing.

use super::methods::{Method, cleaned, of_stanza};
use crate::bytes::split_once;
use crate::stack::bridge_utils::{BridgeUtils, Release};
use crate::stack::commands::{self, Status};
use crate::stack::eni::Config;
use crate::stack::eni::source::wild;
use crate::stack::ifup::pins::without_dash;
use crate::stack::ifup::template::fill;
use crate::stack::ifup::variables::Variables;
use crate::stack::ifup::{Host, Phase, Stage, Up, shortened};
use crate::stack::kernel::LinkKind;
use crate::stack::scripts::When;
use crate::stack::{Stack, World};
use bstr::{BStr, BString, ByteSlice};
use std::borrow::Cow;
use std::rc::Rc;

/// The interfaces on their way up, and the hook that makes bridges of them.
pub(super) struct Machine<'a> {
    pub(super) ran: Host<'a>,
    hook: BridgeUtils,
}

impl<'a> Machine<'a> {
    pub(super) fn new(world: World<'a>, stack: &Stack, config: &'a Config) -> Self {
        let ran = Host::new(world, stack, config, |variables| variables.sets("IF_BRIDGE_PORTS"));
        Self { ran, hook: BridgeUtils::new(world.host, Release::beside(stack)) }
    }

    /// Brings the interfaces up one after the other.
    pub(super) fn run(&mut self) {
        for (name, logical) in self.ran.started() {
            self.interface(name, logical);
        }
        for (name, logical) in self.ran.others() {
            self.interface(name, logical);
        }
    }

    /// Whether an interface came up, or is none that ifupdown knows.
    fn interface(&mut self, name: BString, logical: BString) -> bool {
        if let Some(up) = self.ran.up.get(&name) {
            return up.stopped.is_none();
        }
        if self.ran.is_exhausted() {
            return false;
        }
        let logical = self.ran.mapped(name.as_bstr(), logical);
        let Some(logical) = logical.filter(|logical| !self.ran.stanzas(logical.as_bstr()).is_empty()) else {
            return true;
        };
        // A VLAN's parent comes first.
        if let Some((parent, _)) = split_once(&name, b'.')
            && !self.interface(parent.into(), parent.into())
        {
            let stopped = Some(format!("its parent {} does not come up", parent.as_bstr()));
            self.ran.up.insert(name, Up { logical, stopped, ..Up::default() });
            return false;
        }
        let mut up = Up { logical, ..Up::default() };
        let mut patterns = self.ran.config.no_scripts.iter();
        up.no_scripts = patterns.any(|pattern| wild(&pattern.token.text, &up.logical));
        up.stopped = self.stanzas(name.as_bstr(), &mut up).err();
        let good = up.stopped.is_none();
        self.ran.up.insert(name, up);
        good
    }

    fn stanzas(&mut self, name: &BStr, up: &mut Up) -> Result<(), String> {
        if !self.vlan(name, up.logical.as_bstr()) {
            return Err("its VLAN link cannot be made".to_owned());
        }
        let config = self.ran.config;
        let logical = up.logical.clone();
        let all = Rc::clone(&self.ran.variables);
        for index in self.ran.stanzas(logical.as_bstr()).to_vec() {
            let (Some(stanza), Some(variables)) = (config.stanzas.get(index), all.get(index)) else { continue };
            self.ran.act_on(variables)?;
            self.stanza(&Stage::new(name, stanza, variables, &[("LOGICAL", logical.as_bstr())]), up)?;
        }
        Ok(())
    }

    /// The `link` family's part (link.defn): `X.N` is made as VLAN N of X where X is there.
    fn vlan(&mut self, name: &BStr, logical: &BStr) -> bool {
        let sets_ports = |variables: &Variables<'_>| variables.sets("IF_BRIDGE_PORTS");
        let is_bridge = |index: &usize| self.ran.variables.get(*index).is_some_and(sets_ports);
        let is_bridge = self.ran.stanzas(logical).iter().any(is_bridge);
        let kernel = &mut self.ran.kernel;
        let link = split_once(name, b':').map_or(name, |(link, _)| link.as_bstr());
        let Some((parent, id)) = split_once(link, b'.') else { return true };
        // A bridge with a dot in its name is not taken for a VLAN of a link that nobody mentions.
        if !is_bridge {
            kernel.meet(parent.as_bstr());
        }
        if kernel.link(parent.as_bstr()).is_none() || kernel.link(link).is_some() {
            return true;
        }
        id.iter().all(u8::is_ascii_digit) && commands::add_vlan(kernel, link, parent.as_bstr()) == Status::Success
    }

    fn stanza(&mut self, stage: &Stage<'_>, up: &mut Up) -> Result<(), String> {
        let method = of_stanza(stage.stanza);
        if let Some(lacks) = method.and_then(|method| method.lacks(|name| stage.variables.get(name).is_some())) {
            return Err(format!("a stanza of it lacks `{lacks}`, which makes `ifup` give up on it"));
        }
        self.commands(stage, "pre-up")?;
        if !up.no_scripts {
            self.other_hooks(stage);
            self.ran.scripts(stage, When::BeforeBridge, true)?;
            let given = |name: &str| stage.variables.given(name);
            let hooked = self.hook.run(&mut self.ran.kernel, stage.interface, given, || stage.environment());
            self.ran.hooked(stage, hooked, up)?;
            self.ran.scripts(stage, When::AfterBridge, true)?;
        }
        if let Some(method) = method {
            self.method(stage, method)?;
        }
        self.commands(stage, "up")?;
        if up.no_scripts { Ok(()) } else { self.ran.scripts(stage, When::Up, true) }
    }

    /// The stanza's own command lines for a phase.
    fn commands(&mut self, stage: &Stage<'_>, phase: &str) -> Result<(), String> {
        let phase = Phase::new(stage, phase);
        for opt in phase.lines() {
            let (line, may_fail) = without_dash(&opt.value);
            if self.ran.command(stage, &phase, opt, &line) == Status::Failure && !may_fail {
                return Err(format!("its command `{} {}` fails", opt.spelled(), shortened(&opt.value.text)));
            }
        }
        Ok(())
    }

    /// The hooks of ifenslave and vlan in `if-pre-up.d`, which make their links.
    fn other_hooks(&mut self, stage: &Stage<'_>) {
        let (kernel, name) = (&mut self.ran.kernel, stage.interface);
        if kernel.link(name).is_some() {
            return;
        }
        if ["IF_BOND_SLAVES", "IF_BOND_MODE", "IF_SLAVES"].iter().any(|sign| stage.variables.sets(sign)) {
            let _ = kernel.add(name, LinkKind::Virtual, None, None);
            // Its address is its first port's.
            if let Some(first) = commands::fields(stage.environment().get("IF_BOND_SLAVES")).next() {
                kernel.meet(BStr::new(first));
                kernel.inherit(name, BStr::new(first));
            }
        } else if stage.variables.sets("IF_VLAN_RAW_DEVICE") {
            let _ = commands::add_vlan(kernel, name, stage.environment().get("IF_VLAN_RAW_DEVICE"));
        }
    }

    fn method(&mut self, stage: &Stage<'_>, method: &Method) -> Result<(), String> {
        for command in method.commands {
            let line = fill(command, |name| value(stage, name)).unwrap_or_default();
            let hwaddress = stage.variables.get("hwaddress").filter(|_| command.contains("%hwaddress%"));
            let end = match hwaddress {
                _ if line.is_empty() => Status::Success,
                Some(variable) if *variable.value == "random" => self.ran.random(stage.interface, &variable.lines),
                Some(variable) => self.ran.hwaddress(stage, line, &variable.lines),
                None => self.ran.plain(stage, line),
            };
            if end == Status::Failure {
                let at = if hwaddress.is_some() { "hwaddress" } else { command.trim_matches(['[', ']']) };
                return Err(format!("its method fails at `{at}`"));
            }
        }
        Ok(())
    }
}

/// An option as methods see it, after its conversions.
fn value<'s>(stage: &'s Stage<'_>, name: &str) -> Option<Cow<'s, BStr>> {
    if name == "iface" {
        return Some(stage.interface.into());
    }
    let value = &*stage.variables.get(name)?.value;
    Some(match name {
        "hwaddress" => cleaned(value).into(),
        // compute_v4_addr, get_token: what stands before the first slash.
        "address" => BStr::new(value.split(|&byte| byte == b'/').next().unwrap_or_default()).into(),
        _ => value.into(),
    })
}
