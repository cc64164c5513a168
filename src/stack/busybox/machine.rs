//! Brings the interfaces up (networking/ifupdown.c `ifupdown_main`, `iface_up`). Of several stanzas each is
//! tried, whatever became of the one before.

use super::methods::{Method, of_stanza, value};
use crate::stack::alpine_bridge;
use crate::stack::bridge_utils::{BridgeUtils, Release};
use crate::stack::commands::Status;
use crate::stack::eni::Config;
use crate::stack::hook::Hooked;
use crate::stack::ifup::template::fill;
use crate::stack::ifup::{Host, Phase, Stage, Up, shortened};
use crate::stack::scripts::When;
use crate::stack::{Stack, World};
use bstr::{BString, ByteSlice};
use std::rc::Rc;

/// The interfaces on their way up, and the hooks that make bridges of them.
pub(super) struct Machine<'a> {
    pub(super) ran: Host<'a>,
    bridge_utils: Option<BridgeUtils>,
    alpine_bridge: bool,
}

impl<'a> Machine<'a> {
    pub(super) fn new(world: World<'a>, stack: &Stack, config: &'a Config) -> Self {
        let alpine = stack.alpine_bridge;
        let ran = Host::new(world, stack, config, |variables| {
            // Alpine's hook makes a bridge where any variable of it is set.
            let any = || variables.all.iter().any(|variable| variable.variable().starts_with(b"IF_BRIDGE"));
            variables.sets("IF_BRIDGE_PORTS") || (alpine && any())
        });
        let bridge_utils = stack.bridge_utils.then(|| BridgeUtils::new(world.host, Release::beside(stack)));
        Self { ran, bridge_utils, alpine_bridge: alpine }
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

    fn interface(&mut self, name: BString, logical: BString) {
        if self.ran.up.contains_key(&name) || self.ran.is_exhausted() {
            return;
        }
        // A mapping script that fails leaves the name.
        let mapped = self.ran.mapped(name.as_bstr(), logical.clone());
        let mut up = Up { logical: mapped.unwrap_or(logical), ..Up::default() };
        let config = self.ran.config;
        let all = Rc::clone(&self.ran.variables);
        for index in self.ran.stanzas(up.logical.as_bstr()).to_vec() {
            let (Some(stanza), Some(variables)) = (config.stanzas.get(index), all.get(index)) else { continue };
            let Ok(()) = self.ran.act_on(variables) else { break };
            let stage = Stage::new(name.as_bstr(), stanza, variables, &[]);
            if let Err(stopped) = self.stanza(&stage, &mut up) {
                up.stopped.get_or_insert(stopped);
            }
        }
        self.ran.up.insert(name, up);
    }

    fn stanza(&mut self, stage: &Stage<'_>, up: &mut Up) -> Result<(), String> {
        let method = of_stanza(stage.stanza);
        if method.is_some_and(|method| method.lacks(stage)) {
            return Err("a stanza of it lacks `address` or `netmask`, which makes busybox leave it out".to_owned());
        }
        self.commands(stage, "pre-up")?;
        let before = self.ran.scripts(stage, When::BeforeBridge, false);
        // In the order of their names, were both there.
        if let Some(hook) = &self.bridge_utils {
            let given = |name: &str| stage.variables.given(name);
            let hooked = hook.run(&mut self.ran.kernel, stage.interface, given, || stage.environment());
            self.ran.hooked(stage, hooked, up)?;
        }
        if self.alpine_bridge {
            let hooked: Hooked = alpine_bridge::run(&mut self.ran.kernel, stage.interface, stage.environment());
            self.ran.hooked(stage, hooked, up)?;
        }
        let after = self.ran.scripts(stage, When::AfterBridge, false);
        before.and(after)?;
        if let Some(method) = method {
            self.method(stage, method)?;
        }
        self.commands(stage, "up")?;
        self.ran.scripts(stage, When::Up, false)
    }

    fn commands(&mut self, stage: &Stage<'_>, phase: &str) -> Result<(), String> {
        let phase = Phase::new(stage, phase);
        for opt in phase.lines() {
            // `sh -c -...`: a dash makes it an option.
            let is_option = opt.value.text.starts_with(b"-");
            if is_option || self.ran.command(stage, &phase, opt, &opt.value) == Status::Failure {
                return Err(format!("its command `{} {}` fails", opt.spelled(), shortened(&opt.value.text)));
            }
        }
        Ok(())
    }

    fn method(&mut self, stage: &Stage<'_>, method: &Method) -> Result<(), String> {
        let mut failed = None;
        for command in method.commands {
            let line = fill(command, |name| value(stage, name)).unwrap_or_default();
            let hwaddress = stage.variables.get("hwaddress").filter(|_| command.contains("%hwaddress%"));
            let end = match hwaddress {
                Some(variable) => self.ran.hwaddress(stage, line, &variable.lines),
                None => self.ran.plain(stage, line),
            };
            if end == Status::Failure {
                let at = if hwaddress.is_some() { "hwaddress" } else { command };
                failed.get_or_insert(format!("its method fails at `{at}`"));
                if method.ends_at_failure {
                    break;
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }
}
