//! How the options that were meant to set a bridge's address fared.

use super::machine::{Machine, without_dash};
use super::methods::method;
use super::variables::{Variable, Variables};
use crate::host::Host;
use crate::judgement::{Effect, Pin};
use crate::span::{Place, Span};
use crate::stack::bring_up::Record;
use crate::stack::commands::{self, Attempt, guess};
use crate::stack::eni::{Config, Opt};
use crate::stack::kernel::{Kernel, LinkKind};
use crate::syntax::physical_lines;
use bstr::{BStr, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};

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

/// Notes what an option came to; `meant` is better known than from its text.
fn note(record: &mut Record, seen: &mut BTreeSet<Place>, attempt: &Attempt, opt: &Opt, effect: Effect) {
    seen.insert(opt.value_place());
    let own = opt.value_place() == attempt.place;
    let meant = if own { attempt.meant.or(guess(&opt.value.text)) } else { guess(&opt.value.text) };
    let pin = Pin {
        place: opt.value_place(),
        line: opt.line_place(),
        what: format!("`{}`", opt.spelled()),
        value: opt.value.text.clone(),
        meant,
        effect,
    };
    record.other(attempt.link.as_bstr(), pin);
}

/// Notes what became of `bridge_hw` under all its names in a stanza.
pub(super) fn bridge_hw(
    host: &Host,
    record: &mut Record,
    seen: &mut BTreeSet<Place>,
    variables: &Variables<'_>,
    attempt: Attempt,
) {
    let named: Vec<&Variable<'_>> = variables.for_hook("IF_BRIDGE_HW").collect();
    let own = named.iter().any(|variable| variable.lines.iter().any(|opt| opt.value_place() == attempt.place));
    if !own && seen.insert(attempt.place.clone()) {
        record.other(attempt.link.as_bstr(), of_defaults(host, &attempt));
    }
    for (index, variable) in named.iter().enumerate() {
        let later = named.get(index + 1).and_then(|later| later.lines.first());
        for opt in &variable.lines {
            let effect = match later {
                _ if !own => Effect::Overridden(format!("/{} sets it anew", attempt.place.file.display())),
                Some(later) => Effect::Overridden(format!("`{}` after it is the same option", later.spelled())),
                None if variable.lines.len() > 1 && attempt.failed.is_some() => Effect::Ineffective(
                    "it is given more than once, ifupdown joins the values with a line end, and `ip` refuses that"
                        .into(),
                ),
                None => effect(&attempt),
            };
            note(record, seen, &attempt, opt, effect);
        }
    }
}

/// `IF_BRIDGE_HW=` in the file that the hook sources.
fn of_defaults(host: &Host, attempt: &Attempt) -> Pin {
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

/// Notes what became of the lines of `hwaddress` in a stanza.
pub(super) fn hwaddress(record: &mut Record, seen: &mut BTreeSet<Place>, lines: &[&Opt], attempt: Attempt) {
    for (index, opt) in lines.iter().enumerate() {
        let effect = if index == 0 {
            effect(&attempt)
        } else {
            Effect::Ineffective("ifupdown joins it to the `hwaddress` before it with a line end, so the shell takes it for a command, which fails".into())
        };
        note(record, seen, &attempt, opt, effect);
    }
}

/// Notes the places of an interface that nothing acted on.
pub(super) fn never_tried(machine: &mut Machine<'_>, config: &Config, interface: &BStr, logical: &BStr) {
    let up = machine.up.get(interface).cloned().unwrap_or_default();
    let why = match &up.stopped {
        Some(stopped) => format!("it is never reached: {stopped}"),
        None if config.refused => "ifup refuses the configuration and brings up nothing".to_owned(),
        None if up.no_scripts => "`no-scripts` keeps bridge-utils' hook from this interface".to_owned(),
        None => "nothing here reads it".to_owned(),
    };
    for index in machine.stanzas(logical).to_vec() {
        let Some(stanza) = config.stanzas.get(index) else { continue };
        let name = |token: &Option<crate::syntax::Token>| token.clone().unwrap_or_default().text;
        let (family, own) = (name(&stanza.family), name(&stanza.method));
        let takes = method(family.as_bstr(), own.as_bstr()).is_some_and(|method| method.takes_hwaddress());
        let variables = Variables::of(config, index);
        let hw = variables.for_hook("IF_BRIDGE_HW").map(|variable| (variable, why.clone()));
        let ignored = format!("the method `{own}` of `{family}` has no `hwaddress`");
        let hwaddress =
            variables.get("hwaddress").map(|variable| (variable, if takes { why.clone() } else { ignored }));
        for (variable, why) in hw.chain(hwaddress) {
            for opt in variable.lines.iter().filter(|opt| !machine.seen.contains(&opt.value_place())) {
                let attempt = of_option(interface, opt, Some(why.clone()));
                note(&mut machine.record, &mut BTreeSet::new(), &attempt, opt, effect(&attempt));
            }
        }
        for opt in &variables.commands {
            let up = opt.key.token.text == "up" || opt.key.token.text == "pre-up";
            if up && !machine.seen.contains(&opt.line_place()) {
                let attempts = would_try(interface, opt, &why);
                machine.record.command(opt, attempts);
            }
        }
        for opt in stanza.dropped.iter().filter(|opt| opt.key.token.text == "hwaddress") {
            let attempt = of_option(interface, opt, Some("an earlier line sets it already".to_owned()));
            note(&mut machine.record, &mut BTreeSet::new(), &attempt, opt, effect(&attempt));
        }
    }
}

/// What a command line would try with a bridge if it ran.
fn would_try(interface: &BStr, opt: &Opt, why: &str) -> Vec<Attempt> {
    let mut kernel = Kernel::default();
    kernel.assume_links(BTreeSet::new());
    let _ = kernel.add(interface, LinkKind::Bridge, None, None);
    let environment: BTreeMap<_, _> = [("IFACE".into(), interface.to_owned())].into();
    let run = commands::run(&mut kernel, &opt.key.file, &without_dash(&opt.value).0, &environment);
    let mut attempts = run.attempts;
    for attempt in &mut attempts {
        if attempt.failed.is_none() {
            attempt.failed = Some(why.to_owned());
        }
    }
    attempts
}
