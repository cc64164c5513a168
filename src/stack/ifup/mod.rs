//! What ifupdown and busybox's `ifup` share: interfaces come up stanza by stanza, each through its
//! `pre-up` lines, the hooks of `if-pre-up.d`, its method's commands and its `up` lines.

pub(super) mod names;
pub(super) mod pins;
pub(super) mod report;
mod stage;
pub(super) mod template;
#[cfg(test)]
mod tests;
pub(super) mod variables;
pub(super) mod ways;

use super::bring_up;
use super::commands::{self, Attempt, Run, Status};
use super::eni::{Config, Opt};
use super::hook::{Hooked, Made};
use super::kernel::{Address, Cause, Kernel};
use super::reach::Reach;
use super::scripts::{Names, Scripts, When};
use super::udev::Udev;
use super::{Stack, World};
use crate::bytes::split_once;
use crate::syntax::Token;
use bstr::{BStr, BString, ByteSlice};
use pins::Pins;
pub(super) use stage::{Phase, Stage};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use variables::Variables;

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
    /// The same, to be found by name.
    pub(super) known_ports: BTreeSet<BString>,
    /// What ended its way up too early, as a clause.
    pub(super) stopped: Option<String>,
    /// `no-scripts` keeps the hooks from it.
    pub(super) no_scripts: bool,
}

/// The interfaces on their way up.
pub(super) struct Host<'a> {
    pub(super) world: World<'a>,
    pub(super) config: &'a Config,
    pub(super) kernel: Kernel,
    pub(super) pins: Pins,
    stanzas: BTreeMap<&'a BStr, Vec<usize>>,
    /// The options of each stanza; of none where there are too many.
    pub(super) variables: Rc<[Variables<'a>]>,
    pub(super) up: BTreeMap<BString, Up>,
    scripts: Scripts,
    options: usize,
}

impl<'a> Host<'a> {
    /// Nothing is up yet. `is_made` tells of a stanza's options whether they make its link.
    pub(super) fn new(
        world: World<'a>,
        stack: &Stack,
        config: &'a Config,
        is_made: impl Fn(&Variables<'_>) -> bool,
    ) -> Self {
        let mut stanzas: BTreeMap<&BStr, Vec<usize>> = BTreeMap::new();
        for (index, stanza) in config.stanzas.iter().enumerate() {
            stanzas.entry(stanza.name.token.as_bstr()).or_default().push(index);
        }
        let udev = bring_up::udev(world, stack);
        let options = if is_too_large(config) { OPTION_LIMIT } else { 0 };
        let acted_on = if options == 0 { config.stanzas.len() } else { 0 };
        let variables: Rc<[Variables<'_>]> = (0..acted_on).map(|index| Variables::of(config, index)).collect();
        let made = made(config, &variables, is_made);
        let mut kernel = bring_up::kernel(world, udev.as_ref(), made);
        kernel.add_physical(BStr::new("lo"), Address::Unknown);
        kernel.reach = Reach::of(config);
        Self {
            world,
            config,
            kernel,
            pins: Pins::new(udev),
            stanzas,
            variables,
            up: BTreeMap::new(),
            scripts: Scripts::read(world.host, Names::RunParts),
            options,
        }
    }

    /// What there is once everything is up becomes what there is where the stack's udevd ran all the time.
    fn let_udevd_have_run(&mut self, stack: &Stack) {
        let udev = Udev::read(self.world.host, self.world.assume, stack.systemd_release());
        self.kernel.let_udevd_have_run(&udev);
        self.pins.record.udev = Some(udev);
    }

    /// Whether as much was acted on as ever is: nothing more is brought up then.
    pub(super) fn is_exhausted(&self) -> bool {
        self.options >= OPTION_LIMIT
    }

    /// The stanzas of a logical interface.
    pub(super) fn stanzas(&self, logical: &BStr) -> &[usize] {
        self.stanzas.get(logical).map_or(&[], Vec::as_slice)
    }

    /// The interfaces that come up by themselves, unless the configuration is refused.
    pub(super) fn started(&self) -> Vec<names::Target> {
        self.limited(names::started(self.config, &self.kernel))
    }

    /// The others, once those are up.
    pub(super) fn others(&self) -> Vec<names::Target> {
        if self.config.stanzas.iter().all(|stanza| self.up.contains_key(&stanza.name.token.text)) {
            return Vec::new();
        }
        let taken = self.up.iter().flat_map(|(name, up)| [name.as_bstr(), up.logical.as_bstr()]);
        self.limited(names::others(self.config, taken.collect()))
    }

    fn limited(&self, mut targets: Vec<names::Target>) -> Vec<names::Target> {
        targets.truncate(if self.config.refused || self.is_exhausted() { 0 } else { INTERFACE_LIMIT });
        targets
    }

    /// The logical name that mapping scripts give an interface; none where they fail.
    pub(super) fn mapped(&mut self, interface: &BStr, logical: BString) -> Option<BString> {
        let stanzas = &self.stanzas;
        let known = |logical: &BStr| stanzas.contains_key(logical);
        names::mapped(&mut self.kernel, self.world.host, self.config, interface, logical, known)
    }

    /// Counts the options of a stanza that is acted on now; an error once too many were.
    pub(super) fn act_on(&mut self, stanza: &Variables<'_>) -> Result<(), String> {
        self.options += stanza.all.len() + stanza.commands.len();
        if self.is_exhausted() { Err("this configuration is too large".to_owned()) } else { Ok(()) }
    }

    /// Runs a command line of a stanza.
    pub(super) fn command(&mut self, stage: &Stage<'_>, phase: &Phase<'_>, opt: &Opt, line: &Token) -> Status {
        let run = commands::run(&mut self.kernel, &opt.key.file, line, || &phase.environment().values);
        self.pins.command(stage.interface, opt, run.attempts);
        run.status
    }

    /// Runs a command of a method.
    pub(super) fn plain(&mut self, stage: &Stage<'_>, line: BString) -> Status {
        self.run_at(stage, line, &stage.stanza.name.token).status
    }

    /// Runs a method's command that sets the address from `hwaddress`.
    pub(super) fn hwaddress(&mut self, stage: &Stage<'_>, line: BString, lines: &[&Opt]) -> Status {
        let Some(opt) = lines.first() else { return Status::Success };
        let value = Token { text: BString::default(), span: opt.value_place().span };
        let run = self.run_at(stage, line, &value);
        // The stanza of an alias (`br0:1`) sets the address of the link itself.
        let link = commands::without_label(stage.interface);
        let tried = run.attempts.into_iter().find(|attempt| attempt.link == link);
        let nothing = || {
            let failed = "`ip` makes nothing of it".to_owned();
            Attempt { bad_value: true, ..pins::of_option(link, opt, Some(failed)) }
        };
        let attempt = Attempt { value: opt.value.text.clone(), ..tried.unwrap_or_else(nothing) };
        self.pins.hwaddress(lines, &attempt);
        run.status
    }

    /// `hwaddress random`: another address at each `ifup`.
    pub(super) fn random(&mut self, interface: &BStr, lines: &[&Opt]) -> Status {
        let Some(opt) = lines.first() else { return Status::Success };
        let cause = Cause { generated: true, place: Some(opt.value_place()) };
        let set = self.kernel.set_address(interface, Address::Unknown, cause);
        let failed = set.is_err().then(|| format!("{interface} does not exist then"));
        self.pins.hwaddress(lines, &pins::of_option(interface, opt, failed));
        Status::of(set.is_ok())
    }

    fn run_at(&mut self, stage: &Stage<'_>, line: BString, at: &Token) -> Run {
        let line = Token { text: line, span: at.span };
        commands::run(&mut self.kernel, &stage.stanza.name.file, &line, || &stage.environment().values)
    }

    /// Runs the administrator's scripts.
    pub(super) fn scripts(&mut self, stage: &Stage<'_>, when: When, exit_on_error: bool) -> Result<(), String> {
        if self.scripts.is_empty(when) {
            return Ok(());
        }
        let environment = stage.in_phase(if when == When::Up { "post-up" } else { "pre-up" });
        let record = &mut self.pins.record;
        let tell = |attempt, line, what| record.attempt(attempt, line, what);
        self.scripts.run(when, &mut self.kernel, &environment, exit_on_error, tell)
    }

    /// Notes what a bridge hook did.
    pub(super) fn hooked(&mut self, stage: &Stage<'_>, hooked: Hooked, up: &mut Up) -> Result<(), String> {
        up.ports.extend(hooked.ports.into_iter().filter(|port| up.known_ports.insert(port.clone())));
        if let Some(attempt) = hooked.hw {
            self.pins.bridge_hw(self.world.host, stage.variables, &attempt);
        }
        match (hooked.status, hooked.made) {
            (Status::Success, _) => Ok(()),
            (Status::Failure, Made::Nothing) if self.kernel.link(stage.interface).is_some() => {
                Err(format!("the bridge hook fails, because {} exists already", stage.interface))
            }
            (Status::Failure, _) => Err(format!("the kernel makes no bridge called `{}`", shortened(stage.interface))),
        }
    }
}

/// Whether its templates lend more options than are acted on.
fn is_too_large(config: &Config) -> bool {
    let mut total = 0usize;
    let mut counts: Vec<usize> = Vec::with_capacity(config.stanzas.len());
    for stanza in &config.stanzas {
        let inherited = stanza.parent.and_then(|parent| counts.get(parent)).copied().unwrap_or_default();
        counts.push(stanza.options.len() + inherited);
        total += stanza.options.len() + inherited;
    }
    total >= OPTION_LIMIT
}

/// The links that the configuration makes itself.
fn made(config: &Config, all: &[Variables<'_>], is_made: impl Fn(&Variables<'_>) -> bool) -> BTreeSet<BString> {
    let mut made = BTreeSet::new();
    let mut own: BTreeSet<&BStr> = BTreeSet::new();
    for (stanza, variables) in config.stanzas.iter().zip(all) {
        let name = stanza.name.token.as_bstr();
        if is_made(variables) {
            own.insert(name);
        }
        if !variables.commands.is_empty() {
            let environment = [("IFACE".into(), name.to_owned())].into();
            let lines = variables.commands.iter().map(|opt| opt.value.as_bstr());
            made.extend(lines.flat_map(|line| commands::makes(line, &environment)));
        }
    }
    for start in &config.starts {
        if let Some((name, logical)) = split_once(&start.name.token.text, b'=')
            && own.contains(logical.as_bstr())
        {
            made.insert(name.into());
        }
    }
    made.extend(own.into_iter().map(ToOwned::to_owned));
    made
}

/// A text for a message.
pub(super) fn shortened(text: &[u8]) -> BString {
    const LONGEST: usize = 60;
    match text.get(..LONGEST) {
        Some(start) => [start, b"..."].concat().into(),
        None => text.into(),
    }
}
