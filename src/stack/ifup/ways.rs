//! The ways to pin a bridge in the stanzas of ifupdown and busybox: a line that was meant to is
//! rewritten before another is added. Which of them works, the stack's judgement of each tells.

use super::variables::{Variables, is_command};
use crate::edit::{Edit, FileEdit};
use crate::host::Host;
use crate::judgement::{Bridge, Candidate, Effect, Outcome, Pin, PinValue};
use crate::span::{Place, Span};
use crate::stack::bring_up::fix::TRIED;
use crate::stack::commands;
use crate::stack::eni::{Config, Opt, Stanza, write};
use bstr::{BString, ByteSlice};

/// What a stack's options take.
pub(in crate::stack) struct Takes {
    /// Whether `bridge_hw` takes the value.
    pub(in crate::stack) bridge_hw: bool,
    /// What stands before the shell's word in `hwaddress`.
    pub(in crate::stack) before_hwaddress: &'static str,
    /// Why a stanza's method does not look at `hwaddress`, as a clause.
    pub(in crate::stack) no_hwaddress: fn(&Stanza) -> Option<String>,
}

/// What is written for one value.
struct Values {
    /// For `bridge_hw`, where it takes the value.
    bridge_hw: Option<String>,
    /// For `hwaddress`.
    hwaddress: String,
    /// For a command line: the shell's word for the address.
    shell: String,
}

/// The shell's word for a value.
fn shell_word(value: &PinValue) -> Option<String> {
    match value {
        PinValue::Address(address) => Some(address.to_string()),
        PinValue::LinkName(name) => {
            let plain = name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-@".contains(byte));
            plain.then(|| format!("$(cat /sys/class/net/{name}/address)"))
        }
    }
}

/// The first way for a bridge that `works`.
pub(in crate::stack) fn first<'w>(
    host: &'w Host,
    config: &'w Config,
    bridge: &'w Bridge,
    value: &PinValue,
    takes: &Takes,
    works: &mut dyn FnMut(&Candidate) -> bool,
) -> Option<Candidate> {
    let shell = shell_word(value)?;
    let name = || match value {
        PinValue::Address(address) => address.to_string(),
        PinValue::LinkName(name) => name.to_string(),
    };
    let bridge_hw = takes.bridge_hw.then(name);
    let values = Values { bridge_hw, hwaddress: format!("{}{shell}", takes.before_hwaddress), shell };
    let own =
        config.stanzas.iter().find(|stanza| stanza.place() == bridge.origin).map(|stanza| &stanza.name.token.text);
    let named = |stanza: &Stanza| Some(&stanza.name.token.text) == own;
    let stanzas = config.stanzas.iter().enumerate().filter(|(_, stanza)| named(stanza));
    let mut own: Vec<_> = stanzas.map(|(index, stanza)| Own { stanza, ports: ports_line(config, index) }).collect();
    own.sort_by_key(|own| own.ports.is_none());
    let ways = Ways { host, config, bridge, values, no_hwaddress: takes.no_hwaddress, own };
    let best_first: [fn(&Ways<'w>) -> Vec<Candidate>; 5] = [
        Ways::rewritten,
        |ways| ways.bridge_hw().into_iter().collect(),
        Ways::hwaddress,
        Ways::made_with_it,
        Ways::command,
    ];
    best_first.iter().flat_map(|kind| kind(&ways)).find(works)
}

struct Ways<'w> {
    host: &'w Host,
    config: &'w Config,
    bridge: &'w Bridge,
    values: Values,
    no_hwaddress: fn(&Stanza) -> Option<String>,
    /// Those with ports first.
    own: Vec<Own<'w>>,
}

/// One of the bridge's own stanzas.
struct Own<'w> {
    stanza: &'w Stanza,
    /// The line that makes it a bridge.
    ports: Option<&'w Opt>,
}

fn ports_line(config: &Config, stanza: usize) -> Option<&Opt> {
    let variables = Variables::of(config, stanza);
    variables.for_hook("IF_BRIDGE_PORTS").last()?.lines.last().copied()
}

impl<'w> Ways<'w> {
    /// Every option line, those of other interfaces too: their commands may make or meet the bridge.
    fn options(&self) -> impl Iterator<Item = (&'w Stanza, &'w Opt)> {
        let stanzas = self.config.stanzas.iter();
        stanzas.flat_map(|stanza| stanza.options.iter().chain(&stanza.dropped).map(move |opt| (stanza, opt)))
    }

    /// The first line that names the ports.
    fn ports(&self) -> Option<&'w Opt> {
        self.own.first()?.ports
    }

    /// `bridge_hw`, or `bridge-hw` where the stanza writes `bridge-ports`.
    fn hw_key(&self) -> &'static str {
        if self.ports().is_some_and(|opt| opt.key.token.text.contains(&b'-')) { "bridge-hw" } else { "bridge_hw" }
    }

    fn command_line(&self) -> String {
        format!("ip link set dev $IFACE address {}", self.values.shell)
    }

    /// The lines that were meant to set the address and do not, or set another one.
    fn rewritten(&self) -> Vec<Candidate> {
        let meant = |pin: &&Pin| match pin.effect {
            Effect::Ineffective(_) | Effect::Invalid(_) => true,
            Effect::Decides => self.bridge.outcome != Outcome::Floating,
            Effect::Overridden(_) => false,
        };
        let mut candidates = Vec::new();
        for pin in self.bridge.pins.iter().filter(meant).take(TRIED) {
            match self.options().find(|(_, opt)| opt.line_place() == pin.line) {
                Some((stanza, opt)) if opt.value_place() == pin.place && !is_command(opt) => {
                    candidates.extend(self.rewritten_option(stanza, opt));
                }
                Some((_, opt)) => candidates.extend(self.rewritten_command(opt, pin)),
                // /etc/default/bridge-utils; a command of a file that is no stanza's.
                None if pin.line.file != self.bridge.origin.file => {
                    candidates.extend(self.values.bridge_hw.as_ref().map(|value| replaced(pin, value)));
                }
                None => {}
            }
        }
        candidates
    }

    /// An option: the same with another value, then other options in its place. Lines that repeat
    /// it in the stanza go.
    fn rewritten_option(&self, stanza: &Stanza, opt: &Opt) -> Vec<Candidate> {
        let Values { bridge_hw, hwaddress, .. } = &self.values;
        let own = opt.spelled().to_str_lossy();
        let is_hwaddress = own == "hwaddress";
        let hw_key = if is_hwaddress { self.hw_key().into() } else { own.trim_end_matches('?').to_owned().into() };
        let hw = bridge_hw.as_ref().map(|value| (hw_key, value.clone()));
        let hwaddress = Some(("hwaddress".into(), hwaddress.clone()));
        let mut lines: Vec<(std::borrow::Cow<'_, str>, String)> =
            if is_hwaddress { [hwaddress, hw] } else { [hw, hwaddress] }.into_iter().flatten().collect();
        lines.push(("post-up".into(), self.command_line()));
        let again = |other: &&Opt| other.key.token.text == opt.key.token.text && other.line != opt.line;
        let surplus: Vec<&Opt> = stanza.options.iter().filter(again).collect();
        let rewrite = |(key, value): (std::borrow::Cow<'_, str>, String)| {
            let mut candidate = write::rewrite(self.host, opt, &key, &value)?;
            if !surplus.is_empty() {
                remove_lines(&mut candidate, &surplus);
                candidate.title.push_str(" and remove the line that repeats it");
            }
            Some(candidate)
        };
        let mut candidates: Vec<Candidate> = lines.into_iter().filter_map(rewrite).collect();
        candidates.extend(self.moved(opt, &surplus));
        candidates
    }

    /// An option that stands in the wrong stanza goes, and `bridge_hw` stands where it counts.
    fn moved(&self, opt: &Opt, surplus: &[&Opt]) -> Option<Candidate> {
        let mut candidate = self.bridge_hw()?;
        remove_lines(&mut candidate, &[&[opt], surplus].concat());
        candidate.title.push_str(" and remove the line that has no effect");
        Some(candidate)
    }

    /// A command: another address in it; the address moved to where `ip link add` takes it; the
    /// whole command, where it is a single one.
    fn rewritten_command(&self, opt: &Opt, pin: &Pin) -> Vec<Candidate> {
        let is_part = pin.place != opt.value_place();
        let mut candidates = Vec::new();
        if is_part {
            let option = pin.value.starts_with(b"-");
            let text = if option { format!("--mac={}", self.values.shell) } else { self.values.shell.clone() };
            candidates.push(replaced(pin, &text));
            candidates.extend(self.before_type(opt, pin));
        }
        if !opt.value.text.iter().any(|byte| b";&|\n".contains(byte)) {
            // Before the hooks the bridge is not there.
            let later = if opt.spelled() == "pre-up" { "post-up".into() } else { opt.spelled().to_str_lossy() };
            candidates.extend(write::rewrite(self.host, opt, &later, &self.command_line()));
        }
        candidates
    }

    /// `ip link add ... type bridge address MAC` with the address before `type`.
    fn before_type(&self, opt: &Opt, pin: &Pin) -> Option<Candidate> {
        let bytes = self.host.read(&opt.key.file)?;
        let before = Span::new(opt.value.span.start, pin.place.span.start);
        let kind = before.start + before.of(&bytes).rfind(b" type ")? + 1;
        // The word `address`, with the blanks before it.
        let keyword = before.of(&bytes).trim_ascii_end().rfind_byteset(b" \t")?;
        let keyword = before.start + before.of(&bytes)[..keyword].trim_ascii_end().len();
        let edits = vec![
            Edit { span: Span::at(kind), content: format!("address {} ", self.values.shell).into() },
            Edit { span: Span::new(keyword, pin.place.span.end), content: BString::default() },
        ];
        let title = "put the address before `type`, where `ip link` takes it".to_owned();
        Some(Candidate { edits: vec![FileEdit { file: opt.key.file.clone(), edits }], title })
    }

    /// A line after the one that names the ports, in the first stanza that has one.
    fn bridge_hw(&self) -> Option<Candidate> {
        write::add_after(self.host, self.ports()?, self.hw_key(), self.values.bridge_hw.as_ref()?)
    }

    /// A line in each stanza whose method takes it, that with the ports first.
    fn hwaddress(&self) -> Vec<Candidate> {
        let takes = |own: &&Own<'_>| (self.no_hwaddress)(own.stanza).is_none();
        self.own.iter().filter(takes).filter_map(|own| self.add(own, "hwaddress", &self.values.hwaddress)).collect()
    }

    /// The address in the command that makes the bridge.
    fn made_with_it(&self) -> Vec<Candidate> {
        let name = self.bridge.name.as_bstr();
        let environment = [("IFACE".into(), name.to_owned())].into();
        let makers = self
            .options()
            .filter(|(_, opt)| is_command(opt) && commands::makes(opt.value.as_bstr(), &environment).contains(name));
        let insert = |(_, opt): (&Stanza, &Opt)| {
            let bytes = self.host.read(&opt.key.file)?;
            let at = opt.value.span.start + opt.value.span.of(&bytes).find(b"type bridge")?;
            let text = format!("address {} ", self.values.shell);
            let title = format!("put `address {}` into the command that makes the bridge", self.values.shell);
            Some(Candidate { edits: vec![FileEdit::insert(&opt.key.file, at, text)], title })
        };
        makers.filter_map(insert).collect()
    }

    /// A command line in the bridge's first stanza; for a bridge that another interface's command
    /// makes, after that command.
    fn command(&self) -> Vec<Candidate> {
        let line = self.command_line();
        let mut candidates: Vec<Candidate> =
            self.own.iter().filter_map(|own| self.add(own, "post-up", &line)).collect();
        if self.own.is_empty() {
            let file = &self.bridge.origin.file;
            let holds = |opt: &Opt| {
                opt.key.file == *file
                    && opt.value.span.start <= self.bridge.origin.span.start
                    && self.bridge.origin.span.end <= opt.value.span.end
            };
            if let Some((_, opt)) = self.options().find(|(_, opt)| is_command(opt) && holds(opt)) {
                let line = format!("ip link set dev {} address {}", self.bridge.name, self.values.shell);
                candidates.extend(write::add_after(self.host, opt, &opt.spelled().to_str_lossy(), &line));
            }
        }
        candidates
    }

    /// A new line beside the ports, else after the stanza's last option, else under its `iface` line.
    fn add(&self, Own { stanza, ports }: &Own<'_>, key: &str, value: &str) -> Option<Candidate> {
        let ports = ports.filter(|opt| stanza.options.iter().any(|own| own == *opt));
        match ports.or(stanza.options.last()) {
            Some(opt) => write::add_after(self.host, opt, key, value),
            None => write::add_below(self.host, &Place::new(&stanza.name.file, stanza.line), key, value),
        }
    }
}

fn replaced(pin: &Pin, text: &str) -> Candidate {
    let edit = FileEdit::replace(&pin.place.file, pin.place.span, text);
    Candidate { edits: vec![edit], title: format!("change the address of {} to `{text}`", pin.what) }
}

/// Adds to a candidate that lines go.
fn remove_lines(candidate: &mut Candidate, surplus: &[&Opt]) {
    for opt in surplus {
        let removal = Edit { span: opt.line, content: BString::default() };
        match candidate.edits.iter_mut().find(|edit| edit.file == opt.key.file) {
            Some(edit) => edit.edits.push(removal),
            None => candidate.edits.push(FileEdit { file: opt.key.file.clone(), edits: vec![removal] }),
        }
    }
    candidate.edits.iter_mut().for_each(|edit| edit.edits.sort());
}
