//! Brings the interfaces up (main.c `do_interface`, execute.c): the stanzas of an interface one after the
//! other, each through its `pre-up` lines, the hooks of `if-pre-up.d`, its method and its `up` lines.
//! What fails stops the interface there and undoes nothing.

use super::methods::{Method, cleaned, method};
use super::names::{Target, mapped};
use super::pins;
use super::variables::Variables;
use crate::span::Place;
use crate::stack::bridge_utils::{BridgeUtils, Release};
use crate::stack::bring_up::template::fill;
use crate::stack::bring_up::{self, Record};
use crate::stack::commands::{self, Status};
use crate::stack::eni::source::wild;
use crate::stack::eni::{Config, Opt, Stanza};
use crate::stack::hook::{Environment, Made};
use crate::stack::kernel::{Address, Cause, Kernel, LinkKind};
use crate::stack::{Stack, World};
use crate::syntax::Token;
use bstr::{BStr, BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};

/// As many options as are acted on for one host, those of a template once for each heir.
const OPTION_LIMIT: usize = 1_000_000;
/// As many interfaces as are brought up on one host.
const INTERFACE_LIMIT: usize = 20_000;

/// How an interface came up.
#[derive(Clone, Debug, Default)]
pub(super) struct Up {
    /// The name of its stanzas.
    pub(super) logical: BString,
    /// What the hook took for its ports.
    pub(super) ports: Vec<BString>,
    /// What ended its way up too early, as a clause.
    pub(super) stopped: Option<String>,
    /// `no-scripts` keeps the hooks from it.
    pub(super) no_scripts: bool,
    /// The hook made it a bridge, or found it there.
    pub(super) hooked: bool,
}

/// A stanza on its way up: the link, the names, the options, the environment.
struct Stage<'s> {
    interface: &'s BStr,
    variables: &'s Variables<'s>,
    environment: Environment,
}

/// The interfaces on their way up.
pub(super) struct Machine<'a> {
    world: World<'a>,
    config: &'a Config,
    hook: BridgeUtils,
    pub(super) kernel: Kernel,
    pub(super) record: Record,
    /// Places that were meant to set an address and that were acted on.
    pub(super) seen: BTreeSet<Place>,
    stanzas: BTreeMap<&'a BStr, Vec<usize>>,
    pub(super) up: BTreeMap<BString, Up>,
    options: usize,
}

impl<'a> Machine<'a> {
    pub(super) fn new(world: World<'a>, stack: &Stack, config: &'a Config) -> Self {
        let mut stanzas: BTreeMap<&BStr, Vec<usize>> = BTreeMap::new();
        for (index, stanza) in config.stanzas.iter().enumerate() {
            stanzas.entry(stanza.name.token.as_bstr()).or_default().push(index);
        }
        let udev = bring_up::udev(world, stack);
        let mut kernel = bring_up::kernel(world, udev.as_ref(), made(config));
        kernel.add_physical(BStr::new("lo"), Address::Unknown);
        Self {
            world,
            config,
            hook: BridgeUtils::new(world.host, Release::beside(stack)),
            kernel,
            record: Record::new(udev),
            seen: BTreeSet::new(),
            stanzas,
            up: BTreeMap::new(),
            options: 0,
        }
    }

    /// The stanzas of a logical interface.
    pub(super) fn stanzas(&self, logical: &BStr) -> &[usize] {
        self.stanzas.get(logical).map_or(&[], Vec::as_slice)
    }

    /// Brings interfaces up one after the other.
    pub(super) fn run(&mut self, targets: Vec<Target>) {
        for (name, logical) in targets.into_iter().take(INTERFACE_LIMIT) {
            self.interface(name, logical);
        }
    }

    /// Whether an interface came up, or is none that ifupdown knows.
    fn interface(&mut self, name: BString, logical: BString) -> bool {
        if let Some(up) = self.up.get(&name) {
            return up.stopped.is_none();
        }
        let known = |machine: &Self, logical: &BStr| !machine.stanzas(logical).is_empty();
        let logical = mapped(self.world.host, self.config, logical, |logical| known(self, logical));
        let Some(logical) = logical.filter(|logical| known(self, logical.as_bstr())) else { return true };
        // A VLAN's parent comes first.
        if let Some((parent, _)) = name.split_once_str(".")
            && !self.interface(parent.into(), parent.into())
        {
            let stopped = Some(format!("its parent {} does not come up", parent.as_bstr()));
            self.up.insert(name, Up { logical, stopped, ..Up::default() });
            return false;
        }
        let mut up = Up { logical: logical.clone(), ..Up::default() };
        let no_scripts = |word: &crate::stack::eni::Word| wild(&word.token.text, &logical);
        up.no_scripts = self.config.no_scripts.iter().any(no_scripts);
        up.stopped = self.stanzas_of(name.as_bstr(), &mut up).err();
        let good = up.stopped.is_none();
        self.up.insert(name, up);
        good
    }

    fn stanzas_of(&mut self, name: &BStr, up: &mut Up) -> Result<(), String> {
        if !self.vlan(name) {
            return Err("its VLAN link cannot be made".to_owned());
        }
        let logical = up.logical.clone();
        for index in self.stanzas(logical.as_bstr()).to_vec() {
            let config = self.config;
            let Some(stanza) = config.stanzas.get(index) else { continue };
            let variables = Variables::of(config, index);
            self.options += variables.all.len() + variables.commands.len();
            if self.options > OPTION_LIMIT {
                return Err("this configuration is too large".to_owned());
            }
            let environment = variables.environment(name, logical.as_bstr());
            self.stanza(&Stage { interface: name, variables: &variables, environment }, stanza, up)?;
        }
        Ok(())
    }

    /// The `link` family's part (link.defn): `X.N` is made as VLAN N of X where X is there.
    fn vlan(&mut self, name: &BStr) -> bool {
        let link = name.split_once_str(":").map_or(name, |(link, _)| link.as_bstr());
        let Some((parent, id)) = link.split_once_str(".") else { return true };
        self.kernel.meet(parent.as_bstr());
        if self.kernel.link(parent.as_bstr()).is_none() || self.kernel.link(link).is_some() {
            return true;
        }
        id.iter().all(u8::is_ascii_digit)
            && commands::add_vlan(&mut self.kernel, link, parent.as_bstr()) == Status::Success
    }

    fn stanza(&mut self, stage: &Stage<'_>, stanza: &Stanza, up: &mut Up) -> Result<(), String> {
        let empty = Token::default();
        let (family, name) = (stanza.family.as_ref().unwrap_or(&empty), stanza.method.as_ref().unwrap_or(&empty));
        let method = method(family.as_bstr(), name.as_bstr());
        let value = |name: &str| stage.value(name);
        if let Some(lacks) = method.and_then(|method| method.lacks(value)) {
            return Err(format!(
                "its `{name}` stanza lacks `{lacks}`, which makes `ifup` leave it out",
                name = name.text
            ));
        }
        self.commands(stage, "pre-up")?;
        if !up.no_scripts {
            self.hooks(stage, up)?;
        }
        match method {
            Some(method) => self.method(stage, method)?,
            None => {}
        }
        self.commands(stage, "up")
    }

    /// The stanza's own command lines for a phase. One that begins with `-` may fail (execute.c `doit`).
    fn commands(&mut self, stage: &Stage<'_>, phase: &str) -> Result<(), String> {
        for opt in stage.variables.commands.iter().filter(|opt| opt.key.token.text == phase) {
            let (line, may_fail) = without_dash(&opt.value);
            let run = commands::run(&mut self.kernel, &opt.key.file, &line, &stage.environment.values);
            self.seen.insert(opt.line_place());
            self.record.command(opt, run.attempts);
            if run.status == Status::Failure && !may_fail {
                return Err(format!("its command `{} {}` fails", opt.spelled(), shortened(&opt.value.text)));
            }
        }
        Ok(())
    }

    /// `run-parts /etc/network/if-pre-up.d`: ifenslave's and vlan's hooks make their links, then bridge-utils'.
    fn hooks(&mut self, stage: &Stage<'_>, up: &mut Up) -> Result<(), String> {
        let (kernel, name) = (&mut self.kernel, stage.interface);
        let set = |name: &str| stage.variables.sets(name);
        if (set("IF_BOND_SLAVES") || set("IF_BOND_MODE") || set("IF_SLAVES")) && kernel.link(name).is_none() {
            // Its address is its first port's.
            let _ = kernel.add(name, LinkKind::Virtual, None, None);
            let slaves = stage.environment.get("IF_BOND_SLAVES");
            if let Some(first) = commands::fields(slaves).next() {
                kernel.meet(BStr::new(first));
                kernel.inherit(name, BStr::new(first));
            }
        }
        if set("IF_VLAN_RAW_DEVICE") && kernel.link(name).is_none() {
            let _ = commands::add_vlan(kernel, name, stage.environment.get("IF_VLAN_RAW_DEVICE"));
        }
        let hooked = self.hook.run(kernel, name, &stage.environment);
        up.hooked |= hooked.made != Made::Nothing;
        for port in hooked.ports {
            if !up.ports.contains(&port) {
                up.ports.push(port);
            }
        }
        if let Some(attempt) = hooked.hw {
            pins::bridge_hw(self.world.host, &mut self.record, &mut self.seen, stage.variables, attempt);
        }
        match hooked.status {
            Status::Success => Ok(()),
            Status::Failure => Err(format!("the kernel makes no bridge called `{}`", shortened(name))),
        }
    }

    fn method(&mut self, stage: &Stage<'_>, method: &Method) -> Result<(), String> {
        for command in method.commands {
            let Some(line) = fill(command, |name| stage.value(name)) else { continue };
            if line.is_empty() {
                continue;
            }
            let hwaddress = stage.variables.get("hwaddress").filter(|_| command.contains("%hwaddress%"));
            let end = match hwaddress {
                Some(variable) if variable.value == "random" => self.random(stage.interface, &variable.lines),
                Some(variable) => self.hwaddress(stage, &line, &variable.lines),
                None => self.plain(stage, line),
            };
            if end == Status::Failure {
                let given = hwaddress.map_or(*command, |_| "`hwaddress`");
                return Err(format!("its method fails at {given}"));
            }
        }
        Ok(())
    }

    fn plain(&mut self, stage: &Stage<'_>, line: BString) -> Status {
        let Some(stanza) = self.config.stanzas.first() else { return Status::Success };
        let token = Token { text: line, span: stanza.name.token.span };
        commands::run(&mut self.kernel, &stanza.name.file, &token, &stage.environment.values).status
    }

    /// A new address at each `ifup` (archcommon.c `cleanup_hwaddress`).
    fn random(&mut self, interface: &BStr, lines: &[&Opt]) -> Status {
        let Some(opt) = lines.first() else { return Status::Success };
        let cause = Cause { generated: true, place: Some(opt.value_place()) };
        let set = self.kernel.set_address(interface, Address::Unknown, cause);
        let attempt = pins::of_option(interface, opt, set.is_err().then(|| "the link is not there yet".to_owned()));
        pins::hwaddress(&mut self.record, &mut self.seen, lines, attempt);
        Status::of(set.is_ok())
    }

    /// A command with the address in it, as `/bin/sh -c` runs it.
    fn hwaddress(&mut self, stage: &Stage<'_>, line: &BString, lines: &[&Opt]) -> Status {
        let Some(opt) = lines.first() else { return Status::Success };
        let token = Token { text: line.clone(), span: opt.value_place().span };
        let run = commands::run(&mut self.kernel, &opt.key.file, &token, &stage.environment.values);
        let tried = run.attempts.into_iter().find(|attempt| attempt.link == stage.interface);
        let nothing = || {
            let failed = "`ip` makes nothing of it".to_owned();
            commands::Attempt { bad_value: true, ..pins::of_option(stage.interface, opt, Some(failed)) }
        };
        let attempt = commands::Attempt { value: opt.value.text.clone(), ..tried.unwrap_or_else(nothing) };
        pins::hwaddress(&mut self.record, &mut self.seen, lines, attempt);
        run.status
    }
}

impl Stage<'_> {
    /// An option as methods see it, after its conversions.
    fn value(&self, name: &str) -> Option<BString> {
        if name == "iface" {
            return Some(self.interface.to_owned());
        }
        let value = self.variables.get(name)?.value.as_bstr();
        match name {
            "hwaddress" => Some(cleaned(value).to_owned()),
            // compute_v4_addr, get_token: what stands before the first slash.
            "address" => Some(value.split(|&byte| byte == b'/').next().unwrap_or_default().into()),
            _ => Some(value.to_owned()),
        }
    }
}

/// The links that the configuration makes itself.
fn made(config: &Config) -> BTreeSet<BString> {
    let mut made = BTreeSet::new();
    let mut bridges: BTreeSet<&BStr> = BTreeSet::new();
    for (index, stanza) in config.stanzas.iter().enumerate() {
        let name = stanza.name.token.as_bstr();
        let variables = Variables::of(config, index);
        if variables.sets("IF_BRIDGE_PORTS") {
            bridges.insert(name);
        }
        let environment = [("IFACE".into(), name.to_owned())].into();
        for opt in &variables.commands {
            made.extend(commands::makes(opt.value.as_bstr(), &environment));
        }
    }
    for start in &config.starts {
        if let Some((name, logical)) = start.name.token.text.split_once_str("=")
            && bridges.contains(logical.as_bstr())
        {
            made.insert(name.into());
        }
    }
    made.extend(bridges.into_iter().map(ToOwned::to_owned));
    made
}

/// A command line and whether it may fail.
pub(super) fn without_dash(value: &Token) -> (Token, bool) {
    match value.text.strip_prefix(b"-") {
        Some(rest) => {
            let mut span = value.span;
            span.start = (span.start + 1).min(span.end);
            (Token { text: rest.into(), span }, true)
        }
        None => (value.clone(), false),
    }
}

/// A text for a message.
fn shortened(text: &[u8]) -> BString {
    const LONGEST: usize = 60;
    match text.get(..LONGEST) {
        Some(start) => [start, b"..."].concat().into(),
        None => text.into(),
    }
}
