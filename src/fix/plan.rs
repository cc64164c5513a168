//! One bridge, one fix: the stacks offer candidates, each is judged again on its own result, and
//! the first that pins the bridge is the fix.

use super::template::{self, Template};
use super::wanted::{Wanted, generated, wanted};
use crate::address::MacAddress;
use crate::check::{Subject, View};
use crate::edit::FileEdit;
use crate::finding::{Applicability, Finding, Fix};
use crate::judgement::{Bridge, Candidate, Judgement, Outcome, PinValue};
use crate::lines::line_endings;
use crate::provenance::{Provenance, provenance_of};
use crate::stack::{self, Software, Stack};
use crate::{check::Reading, rules};
use bstr::{BStr, ByteSlice};
use foldhash::fast::RandomState;
use std::cell::Cell;
use std::collections::HashMap;

/// As much text as is judged again to try the fixes of one host, a line counting as a hundred bytes more. It is enough
/// for three hundred bridges of five lines each, and as many again in each further run or round.
const TRIED_LIMIT: usize = 64 * 1024 * 1024;
const LINE_COST: usize = 100;

/// An address is one host's.
const SEVERAL: &str = "for several hosts [hosts.NAME] in bridgepin.toml";

/// How much text may still be judged again, and how much one try takes.
pub(super) struct Budget {
    left: Cell<usize>,
    each: usize,
}

impl Budget {
    fn of(subject: &Subject<'_>) -> Self {
        let size = subject.world.host.size_of_texts(|text| text.len() + LINE_COST * line_endings(text));
        Self { left: Cell::new(TRIED_LIMIT), each: size.max(1) }
    }

    /// Whether one more may be tried.
    fn takes(&self) -> bool {
        let left = self.left.get().checked_sub(self.each);
        self.left.set(left.unwrap_or_default());
        left.is_some()
    }

    fn is_used_up(&self) -> bool {
        self.left.get() < self.each
    }
}

/// Gives each bridge's main finding its fix, or says what would give one.
pub fn attach(subject: &Subject<'_>, findings: &mut [Finding]) {
    if findings.is_empty() {
        return;
    }
    let budget = Budget::of(subject);
    let known = findings.iter().enumerate().rev().filter_map(|(index, finding)| Some((about(finding)?, index)));
    let main: HashMap<(&str, &BStr), usize, RandomState> = known.collect();
    let main = |view: &View<'_>| main.get(&(rules::main_rule(view)?, view.name)).copied();
    let main: Vec<Option<usize>> = subject.bridges.iter().map(main).collect();
    for (view, index) in subject.bridges.iter().zip(main) {
        let Some(finding) = index.and_then(|index| findings.get_mut(index)) else { continue };
        match fix(subject, view, &budget) {
            Ok(fix) => finding.fix = Some(fix),
            Err(help) => finding.help.push(help),
        }
    }
}

/// The rule that a finding is of, and its bridge.
fn about(finding: &Finding) -> Option<(&str, &BStr)> {
    Some((finding.rule, finding.bridge.as_ref()?.as_bstr()))
}

/// The fix of a bridge, or what the user can do where there is none.
fn fix(subject: &Subject<'_>, view: &View<'_>, budget: &Budget) -> Result<Fix, String> {
    let name = view.name;
    let origins = view.on.iter().map(|(_, bridge)| &*bridge.origin.file);
    if let Some(template) = template::find(subject, origins) {
        return template::fix(subject, view, &template, budget);
    }
    let nameless =
        if subject.options.generate { "; for --generate the host needs a name, as in etc/hostname" } else { "" };
    let Some(mut wanted) = wanted(subject, view) else {
        return Err(format!(
            "tell the address to write: --mac {name}=ADDRESS ({SEVERAL}), or --sysfs DIR or --facts PATH for what the host has{nameless}"
        ));
    };
    let mut offer = candidate(subject, view, &wanted.value, budget);
    if let (None, PinValue::LinkName(_), Some(made_up)) = (&offer, &wanted.value, generated(subject, view)) {
        offer = candidate(subject, view, &made_up.value, budget);
        wanted = made_up;
    }
    let Some(candidate) = offer else {
        if budget.is_used_up() {
            return Err(
                "no fix was looked for: trying those of so many bridges in so much text takes too long; fix the others first and run again"
            .to_owned());
        }
        return Err(match &wanted.value {
            PinValue::LinkName(port) => format!(
                "the address of {port} is not known: tell it with --mac {name}=ADDRESS ({SEVERAL}), or what the host has with --sysfs DIR or --facts PATH{nameless}"
            ),
            PinValue::Address(address) => format!(
                "no single edit of these files pins {name} to {address}; the reasons above say what stands in the way"
            ),
        });
    };
    for FileEdit { file, .. } in &candidate.edits {
        match provenance_of(subject.world.host, file) {
            Provenance::Plain => {}
            Provenance::Template(engine) => return template::fix(subject, view, &Template { file, engine }, budget),
            Provenance::Generated(generator) => {
                wanted.applicability = wanted.applicability.min(Applicability::Unsafe);
                wanted.remarks.push(format!("{} says that a program writes it ({generator}): what is changed by hand may be gone with its next run.", file.display()));
            }
        }
    }
    Ok(finish(view, candidate, wanted))
}

/// The first candidate of the stacks that pins the bridge.
pub(super) fn candidate(
    subject: &Subject<'_>,
    view: &View<'_>,
    value: &PinValue,
    budget: &Budget,
) -> Option<Candidate> {
    if budget.is_used_up() {
        return None;
    }
    let works = |candidate: &Candidate| budget.takes() && pins(subject, view.name, candidate, value);
    let on =
        |(reading, bridge): &(&Reading, &Bridge)| stack::candidate(subject.world, &reading.stack, bridge, value, works);
    view.on.iter().find_map(on)
}

pub(super) fn finish(view: &View<'_>, candidate: Candidate, wanted: Wanted) -> Fix {
    let address = match wanted.value {
        PinValue::Address(address) => Some(address),
        PinValue::LinkName(_) => None,
    };
    Fix {
        title: candidate.title,
        edits: candidate.edits,
        applicability: wanted.applicability,
        remarks: wanted.remarks,
        address,
        source: wanted.source,
        takes_effect: takes_effect(&view.worst().0.stack, view.name, address),
    }
}

/// Whether the bridge is pinned after the edits on every stack that makes it, on one that did not pin it before too,
/// and nothing else got worse.
fn pins(subject: &Subject<'_>, name: &BStr, candidate: &Candidate, value: &PinValue) -> bool {
    let after = subject.judged_again(&subject.world.host.with(&candidate.edits));
    let outcome = |outcomes: &HashMap<&BStr, Outcome, RandomState>, name: &BStr| {
        outcomes.get(name).copied().unwrap_or(Outcome::Absent)
    };
    let holds = |(reading, after): (&Reading, &Judgement)| {
        let before = &reading.judgement;
        let outcomes = outcomes(after);
        let others = before.bridges.iter().filter(|bridge| bridge.name != name);
        let unharmed = others.into_iter().all(|bridge| outcome(&outcomes, bridge.name.as_ref()) == bridge.outcome)
            && after.problems.len() <= before.problems.len();
        let pinned = after
            .bridges
            .iter()
            .any(|bridge| bridge.name == name && bridge.outcome == Outcome::Pinned && has(bridge.address, value));
        let was_made = before.bridges.iter().find(|bridge| bridge.name == name);
        let never_made = was_made.is_none_or(|bridge| bridge.outcome == Outcome::Absent)
            && outcome(&outcomes, name) == Outcome::Absent;
        let was_pinned = was_made.is_some_and(|bridge| bridge.outcome == Outcome::Pinned);
        (unharmed && (pinned || never_made), pinned && !was_pinned)
    };
    let results: Vec<(bool, bool)> = subject.readings.iter().zip(&after).map(holds).collect();
    results.iter().all(|(holds, _)| *holds) && results.iter().any(|(_, cured)| *cured)
}

/// What becomes of each bridge.
fn outcomes(judgement: &Judgement) -> HashMap<&BStr, Outcome, RandomState> {
    judgement.bridges.iter().rev().map(|bridge| (bridge.name.as_bstr(), bridge.outcome)).collect()
}

fn has(address: Option<MacAddress>, value: &PinValue) -> bool {
    match value {
        PinValue::Address(wanted) => address == Some(*wanted),
        PinValue::LinkName(_) => true,
    }
}

/// What makes the pin take effect on a host that runs.
fn takes_effect(stack: &Stack, name: &BStr, address: Option<MacAddress>) -> String {
    let address = address.map_or_else(|| "ADDRESS".to_owned(), |address| address.to_string());
    let now = format!("`ip link set dev {name} address {address}` does it now");
    match stack.software {
        Software::Ifupdown | Software::Ifupdown2 | Software::IfupdownNg | Software::Busybox => {
            format!("takes effect when {name} is next brought up (`ifdown {name}; ifup {name}`, or boot); {now}")
        }
        // Measured: networkd before 257 never touches a bridge that exists already.
        Software::Networkd if !stack.version.at_least(&[257]) => {
            format!(
                "takes effect when {name} is next made (a boot): restarting networkd does nothing to a running bridge; {now}"
            )
        }
        Software::Networkd => {
            format!("takes effect when networkd is restarted or at boot; where {name} has that address already, {now}")
        }
        Software::NetworkScripts => format!("takes effect at the next `ifdown {name}; ifup {name}` or boot; {now}"),
        Software::NetworkManager => format!(
            "takes effect when its connection is next activated (`nmcli connection reload`, then `nmcli connection up`, or boot); {now}"
        ),
    }
}
