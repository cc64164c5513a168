//! An address that the user names is one host's: before anything is told or written, a run over many looks who would get it.

use super::judged::asked;
use super::list::host_name;
use super::setup::Setup;
use crate::address::MacAddress;
use crate::check::{Options, Subject, View, check, each_subject};
use crate::cli::CheckArgs;
use crate::discover::Found;
use crate::judgement::{Bridge, Outcome};
use crate::links::Named;
use bstr::BString;
use std::collections::{BTreeMap, BTreeSet};

/// A bridge that has or would get an address that the user names.
struct Taker {
    host: String,
    bridge: BString,
    named: Named,
    /// It would get it in this run.
    gets: bool,
}

/// Refuses addresses that would go to bridges of several hosts: nothing tells whose is meant.
///
/// # Errors
/// The first such address, with what to do.
pub(super) fn refuse_shared(arguments: &CheckArgs, setup: &Setup<'_>) -> anyhow::Result<()> {
    let is_named = !arguments.mac.is_empty()
        || ((arguments.fix || arguments.diff) && setup.config.hosts.name_addresses_of_bridges());
    if setup.names_one_host() || !is_named {
        return Ok(());
    }
    let mut takers: BTreeMap<MacAddress, Vec<Taker>> = BTreeMap::new();
    // What cannot be walked is told by the run itself.
    setup.discover(None, &|found| takers_of(setup, &found), &mut |some| {
        some.into_iter().for_each(|taker| takers.entry(taker.named.address).or_default().push(taker));
        Ok(())
    })?;
    let refusal = takers.into_values().find_map(|takers| refusal(&takers));
    refusal.map_or(Ok(()), |refusal| Err(anyhow::Error::msg(refusal)))
}

/// Which of a host's bridges take the addresses that the user names.
fn takers_of(setup: &Setup<'_>, found: &Found) -> Vec<Taker> {
    let options = setup.options(found);
    if options.wanted.is_empty() {
        return Vec::new();
    }
    let named = |view: &View<'_>| {
        let named = options.wanted.get(view.name)?.clone();
        let has = |bridge: &Bridge| bridge.outcome == Outcome::Pinned && bridge.address == Some(named.address);
        let has = view.on.iter().any(|(_, bridge)| has(bridge));
        Some((view.name.to_owned(), named, has))
    };
    let named = |subject: &Subject<'_>| subject.bridges.iter().filter_map(named).collect::<Vec<_>>();
    let named: Vec<_> = each_subject(&found.host, &options, named).into_iter().flatten().collect();
    // Planning fixes takes longer than judging.
    let gets =
        if named.iter().all(|(.., has)| *has) { BTreeSet::new() } else { fixed_as_named(setup, found, &options) };
    let taker = |(bridge, named, has)| {
        let gets = gets.contains(&bridge);
        (has || gets).then(|| Taker { host: host_name(found), bridge, named, gets })
    };
    named.into_iter().filter_map(taker).collect()
}

/// The bridges of a host whose fixes write the addresses that the user names.
fn fixed_as_named(setup: &Setup<'_>, found: &Found, options: &Options) -> BTreeSet<BString> {
    let mut findings = asked(setup, found, check(&found.host, options).findings);
    findings.retain(|finding| {
        let named = finding.bridge.as_ref().and_then(|bridge| options.wanted.get(bridge));
        finding.fix.as_ref().zip(named).is_some_and(|(fix, named)| fix.source == named.by)
    });
    findings.into_iter().filter_map(|finding| finding.bridge).collect()
}

/// What is said where the takers of one address are on several hosts.
fn refusal(takers: &[Taker]) -> Option<String> {
    let first = takers.iter().find(|taker| taker.gets)?;
    let other = takers.iter().find(|taker| taker.host != first.host)?;
    let hosts = format!("{} of {} and {} of {}", first.bridge, first.host, other.bridge, other.host);
    let Named { address, by } = &first.named;
    Some(if by == "--mac" {
        format!(
            "--mac {}={address} would give one address to the bridges of several hosts ({hosts}); name one host (its folder, or `--root DIR`), or tell each its own with [hosts.\"NAME\"] in bridgepin.toml",
            first.bridge
        )
    } else {
        format!(
            "{by}: {address} would go to the bridges of several hosts ({hosts}); check one of them at a time, or give their folders different names"
        )
    })
}
