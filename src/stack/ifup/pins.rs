//! How the places fared that were meant to set a bridge's address.

use super::variables::{Variable, Variables};
use super::{Host, Up};
use crate::host;
use crate::judgement::{Effect, Pin};
use crate::span::{Place, Span};
use crate::stack::bring_up::Record;
use crate::stack::commands::{self, Attempt, guess};
use crate::stack::eni::{Opt, Stanza};
use crate::stack::kernel::{Kernel, LinkKind};
use crate::stack::udev::Udev;
use crate::syntax::{Token, physical_lines};
use bstr::{BStr, BString, ByteSlice};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The places that were meant to set an address, and what they came to.
pub(in crate::stack) struct Pins {
    pub(in crate::stack) record: Record,
    /// Those that were acted on for each interface: values of options, lines of commands.
    seen: BTreeMap<BString, BTreeSet<Place>>,
}

/// An attempt with the value of an option.
pub(super) fn of_option(interface: &BStr, opt: &Opt, failed: Option<String>) -> Attempt {
    Attempt {
        link: interface.to_owned(),
        place: opt.value_place(),
        value: opt.value.text.clone(),
        meant: guess(&opt.value.text),
        failed,
        bad_value: false,
    }
}

fn effect(attempt: &Attempt) -> Effect {
    match &attempt.failed {
        None => Effect::Decides,
        Some(why) if attempt.bad_value => Effect::Invalid(why.clone()),
        Some(why) => Effect::Ineffective(why.clone()),
    }
}

/// Whether a command line runs while an interface comes up.
pub(super) fn runs_up(opt: &Opt) -> bool {
    opt.key.token.text == "up" || opt.key.token.text == "pre-up"
}

impl Pins {
    pub(super) fn new(udev: Option<Udev>) -> Self {
        Self { record: Record::new(udev), seen: BTreeMap::new() }
    }

    fn has_seen(&self, interface: &BStr, place: &Place) -> bool {
        self.seen.get(interface).is_some_and(|places| places.contains(place))
    }

    /// Says whether that is new.
    fn see(&mut self, interface: &BStr, place: Place) -> bool {
        self.seen.entry(interface.to_owned()).or_default().insert(place)
    }

    /// Notes what an option came to, where `attempt` was made with it or with its first line.
    fn note(&mut self, attempt: &Attempt, opt: &Opt, effect: Effect) {
        self.see(attempt.link.as_bstr(), opt.value_place());
        let own = opt.value_place() == attempt.place;
        let pin = Pin {
            place: opt.value_place(),
            line: opt.line_place(),
            what: format!("`{}`", opt.spelled()),
            value: opt.value.text.clone(),
            meant: attempt.meant.filter(|_| own).or_else(|| guess(&opt.value.text)),
            effect,
        };
        self.record.other(attempt.link.as_bstr(), pin);
    }

    /// Notes what a command line tried.
    pub(super) fn command(&mut self, interface: &BStr, opt: &Opt, attempts: Vec<Attempt>) {
        self.see(interface, opt.line_place());
        self.record.command(opt, attempts);
    }

    /// Notes what became of `bridge_hw` under all its names in a stanza.
    pub(super) fn bridge_hw(&mut self, host: &host::Host, variables: &Variables<'_>, attempt: &Attempt) {
        let named: Vec<&Variable<'_>> = variables.for_hook("IF_BRIDGE_HW").collect();
        let own = named.iter().any(|variable| variable.lines.iter().any(|opt| opt.value_place() == attempt.place));
        if !own && self.see(attempt.link.as_bstr(), attempt.place.clone()) {
            self.record.other(attempt.link.as_bstr(), of_defaults(host, attempt));
        }
        for (index, variable) in named.iter().enumerate() {
            let later = named.get(index + 1).and_then(|later| later.lines.first());
            for opt in &variable.lines {
                let effect = match later {
                    _ if !own => Effect::Overridden(format!("/{} sets it anew", attempt.place.file.display())),
                    Some(later) => Effect::Overridden(format!("`{}` after it is the same option", later.spelled())),
                    None if variable.lines.len() > 1 && attempt.failed.is_some() => Effect::Ineffective(
                        "it is given more than once, ifupdown joins the values with a line end, and `ip` refuses that"
                            .to_owned(),
                    ),
                    None => effect(attempt),
                };
                self.note(attempt, opt, effect);
            }
        }
    }

    /// Notes what became of the lines of `hwaddress` in a stanza.
    pub(super) fn hwaddress(&mut self, lines: &[&Opt], attempt: &Attempt) {
        for (index, opt) in lines.iter().enumerate() {
            let effect = if index == 0 {
                effect(attempt)
            } else {
                Effect::Ineffective(
                    "ifupdown joins it to the `hwaddress` before it with a line end, so the shell takes it for a command, which fails"
                        .to_owned(),
                )
            };
            self.note(attempt, opt, effect);
        }
    }
}

/// `IF_BRIDGE_HW=` in the file that the hook sources.
fn of_defaults(host: &host::Host, attempt: &Attempt) -> Pin {
    let place = &attempt.place;
    let text = host.read(&place.file).unwrap_or_default();
    let line = physical_lines(&text).find(|line| line.start <= place.span.start && place.span.start < line.end);
    Pin {
        place: place.clone(),
        line: Place::new(&place.file, line.unwrap_or(Span::new(place.span.start, place.span.end))),
        what: format!("`IF_BRIDGE_HW` in /{}", place.file.display()),
        value: attempt.value.clone(),
        meant: attempt.meant,
        effect: effect(attempt),
    }
}

/// Notes the places of an interface that nothing acted on. `no_hwaddress` tells why a stanza's
/// method does not look at `hwaddress`.
pub(super) fn never_tried(
    ran: &mut Host<'_>,
    interface: &BStr,
    logical: &BStr,
    no_hwaddress: fn(&Stanza) -> Option<String>,
) {
    let why: Cow<'_, str> = match ran.up.get(interface) {
        Some(Up { stopped: Some(stopped), .. }) => format!("it is never reached: {stopped}").into(),
        _ if ran.config.refused => "the configuration is refused, and nothing is brought up".into(),
        Some(up) if up.no_scripts => "`no-scripts` keeps the bridge hook from this interface".into(),
        _ => "nothing here reads it".into(),
    };
    let all = Rc::clone(&ran.variables);
    for index in ran.stanzas(logical).to_vec() {
        let (Some(stanza), Some(variables)) = (ran.config.stanzas.get(index), all.get(index)) else { continue };
        let hw = variables.for_hook("IF_BRIDGE_HW").map(|variable| (variable, None));
        let hwaddress = variables.get("hwaddress").map(|variable| (variable, no_hwaddress(stanza)));
        for (variable, own) in hw.chain(hwaddress) {
            for opt in &variable.lines {
                if !ran.pins.has_seen(interface, &opt.value_place()) {
                    let why = own.clone().unwrap_or_else(|| why.to_string());
                    let attempt = of_option(interface, opt, Some(why));
                    ran.pins.note(&attempt, opt, effect(&attempt));
                }
            }
        }
        for opt in variables.commands.iter().filter(|opt| runs_up(opt)) {
            if !ran.pins.has_seen(interface, &opt.line_place()) {
                let attempts = would_try(&mut ran.kernel, interface, opt, &why);
                ran.pins.command(interface, opt, attempts);
            }
        }
        for opt in stanza.dropped.iter().filter(|opt| opt.key.token.text == "hwaddress") {
            let attempt = of_option(interface, opt, Some("an earlier line sets it already".to_owned()));
            ran.pins.note(&attempt, opt, effect(&attempt));
        }
    }
}

/// What a command line would try with a bridge if it ran.
fn would_try(host: &mut Kernel, interface: &BStr, opt: &Opt, why: &str) -> Vec<Attempt> {
    let mut kernel = Kernel::default();
    let before = host.spent();
    kernel.spend(before);
    kernel.assume_links(BTreeSet::new());
    let _ = kernel.add(interface, LinkKind::Bridge, None, None);
    let environment: BTreeMap<_, _> = [("IFACE".into(), interface.to_owned())].into();
    let run = commands::run(&mut kernel, &opt.key.file, &without_dash(&opt.value).0, || &environment);
    host.spend(kernel.spent() - before);
    let mut attempts = run.attempts;
    for attempt in &mut attempts {
        attempt.failed.get_or_insert(why.to_owned());
    }
    attempts
}

/// A command line of ifupdown and whether it may fail: one that begins with `-` (execute.c `doit`).
pub(in crate::stack) fn without_dash(value: &Token) -> (Token, bool) {
    match value.text.strip_prefix(b"-") {
        Some(rest) => {
            let span = Span::new((value.span.start + 1).min(value.span.end), value.span.end);
            (Token { text: rest.into(), span }, true)
        }
        None => (value.clone(), false),
    }
}
