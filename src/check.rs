//! One host from its files to its findings: recognise, judge, apply the rules, plan the fixes.

use crate::baseline::{Baseline, Entry};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::fleet::Summary;
use crate::host::{Host, Unreadable};
use crate::judgement::{Bridge, Judgement};
use crate::links::{Links, Named, Source, Sources};
use crate::recognise::{Signs, recognise, with_vendor_files};
use crate::selection::Selection;
use crate::span::Place;
use crate::stack::{self, Assume, Family, Stack, World};
use crate::systemd::directories::directories;
use crate::{fix, rules, silence};
use bstr::{BStr, BString, ByteSlice};
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the user says beside the files.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The stacks to judge on; where there are none, those that are recognised.
    pub stacks: Vec<Stack>,
    /// Who says so.
    pub stacks_by: String,
    /// Whether udevd gives bridges an address, for recognised stacks; `None` is what the tree tells.
    pub udev: Option<bool>,
    /// Answers to conditions.
    pub assume: Assume,
    /// What stands for `/sys`.
    pub sysfs: Option<PathBuf>,
    /// What an inventory tells of the hosts' links.
    pub facts: Option<Arc<Facts>>,
    /// The addresses that bridges are to have.
    pub wanted: BTreeMap<BString, Named>,
    /// The addresses that links have, as the user says.
    pub links: BTreeMap<BString, Named>,
    /// The uplink's address counts even where the bridge has one of its own.
    pub prefer_uplink: bool,
    /// Where nothing tells an address, one is made up from the host's name and the bridge's.
    pub generate: bool,
    /// Which findings are reported.
    pub selection: Arc<Selection>,
    /// Findings that are known already.
    pub baseline: Option<Arc<Baseline>>,
}

/// What one stack makes of the host's files of one family.
pub struct Reading {
    /// The stack.
    pub stack: Stack,
    /// What it makes of them.
    pub judgement: Judgement,
    /// Why this stack was chosen.
    pub why: String,
    /// Nothing tells whether udevd runs: both were judged, and the worse is here.
    pub udev_unknown: bool,
}

/// The files of one family of a host with all that the rules may know of them.
pub struct Subject<'a> {
    /// The host, its links, the answers to conditions.
    pub world: World<'a>,
    /// What the user says.
    pub options: &'a Options,
    /// One for each stack that reads them.
    pub readings: &'a [Reading],
    /// The bridges, in the order in which the first stack names them.
    pub bridges: Vec<View<'a>>,
}

/// One bridge on every stack that reads its files.
pub struct View<'a> {
    /// Its name.
    pub name: &'a BStr,
    /// What each stack makes of it, those that do not know it left out.
    pub on: Vec<(&'a Reading, &'a Bridge)>,
}

impl<'a> View<'a> {
    /// The stack on which it fares worst: there the bridge is as good as that.
    #[must_use]
    pub fn worst(&self) -> (&'a Reading, &'a Bridge) {
        let rest = self.on.iter().copied();
        let first = self.on[0];
        rest.fold(first, |worst, next| if next.1.outcome > worst.1.outcome { next } else { worst })
    }
}

/// The bridges of some readings, in the order in which the first names them.
fn views(readings: &[Reading]) -> Vec<View<'_>> {
    let mut views: Vec<View<'_>> = Vec::new();
    let mut known: HashMap<&BStr, usize, RandomState> = HashMap::default();
    for reading in readings {
        for bridge in &reading.judgement.bridges {
            let index = *known.entry(bridge.name.as_bstr()).or_insert(views.len());
            match views.get_mut(index) {
                Some(view) => view.on.push((reading, bridge)),
                None => views.push(View { name: bridge.name.as_ref(), on: vec![(reading, bridge)] }),
            }
        }
    }
    views
}

impl Subject<'_> {
    /// The same stacks' readings of the host with other files.
    #[must_use]
    pub fn judged_again(&self, host: &Host) -> Vec<Judgement> {
        let world = World { host, ..self.world };
        self.readings.iter().map(|reading| judge(world, &reading.stack, reading.udev_unknown)).collect()
    }

    /// Where an address is known from, for people.
    #[must_use]
    pub fn told_by(&self, source: &Source) -> String {
        match source {
            Source::Sysfs(file) => file.display().to_string(),
            Source::Facts(file, what) => format!("{what} in {}", file.display()),
            Source::User(by) => by.clone(),
            Source::File(place, what) => format!("{what} in {}", self.shown(place)),
        }
    }

    /// A place as `file:line`.
    #[must_use]
    pub fn shown(&self, place: &Place) -> String {
        format!("{}:{}", place.file.display(), self.world.host.line(place))
    }
}

/// What was found on one host.
#[derive(Default)]
pub struct Report {
    /// The findings, in the order of their places.
    pub findings: Vec<Finding>,
    /// What is left out because the baseline has it.
    pub known: Vec<Entry>,
    /// How many bridges the host has.
    pub bridges: usize,
    /// Those of them for which the user names an address.
    pub named: BTreeSet<BString>,
    /// What the rules over all hosts want to know.
    pub summary: Summary,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// Judges a host and calls `visit` with each family of its files.
pub fn each_subject<R>(host: &Host, options: &Options, mut visit: impl FnMut(&Subject<'_>) -> R) -> Vec<R> {
    let sources =
        Sources { named: Some(&options.links), sys: options.sysfs.as_deref(), facts: options.facts.as_deref() };
    let host = &with_vendor_files(host);
    let links = Links::gather(host, sources);
    let world = World { host, links: &links, assume: &options.assume };
    let mut results = Vec::new();
    for readings in readings(world, options) {
        results.push(visit(&Subject { world, options, readings: &readings, bridges: views(&readings) }));
    }
    results
}

/// All findings on a host.
#[must_use]
pub fn check(host: &Host, options: &Options) -> Report {
    let mut report = Report::default();
    let mut readers = Vec::new();
    each_subject(host, options, |subject| {
        let mut found: Vec<Finding> = rules::RULES.iter().flat_map(|rule| (rule.check)(subject)).collect();
        fix::plan::attach(subject, &mut found);
        report.findings.extend(found);
        report.bridges += subject.bridges.len();
        let names = subject.bridges.iter().map(|view| view.name.to_owned());
        report.named.extend(names.filter(|name| options.wanted.contains_key(name)));
        report.summary.add(subject);
        readers.extend(subject.readings.iter().map(|reading| reading.stack.software));
    });
    report.findings.extend(report.summary.candidates());
    let findings = silence::commented(host, std::mem::take(&mut report.findings), &readers);
    report.findings = silence::selected(host, findings, &options.selection);
    report.summary.take_back(host, &mut report.findings);
    report.findings.sort_by(|a, b| (&a.place, a.rule).cmp(&(&b.place, b.rule)));
    if let Some(baseline) = &options.baseline {
        (report.findings, report.known) = baseline.filter(host, report.findings);
    }
    report.unreadable = host.unreadable();
    report
}

/// The readings of each family, those families left out that the host has no files of.
fn readings(world: World<'_>, options: &Options) -> Vec<Vec<Reading>> {
    let families = [Family::Interfaces, Family::Systemd, Family::Ifcfg];
    if !options.stacks.is_empty() {
        let given = |family: Family| options.stacks.iter().filter(move |stack| stack.software.family() == family);
        let read = |stack: &Stack| Reading {
            stack: stack.clone(),
            judgement: judge(world, stack, false),
            why: format!("{} says so", options.stacks_by),
            udev_unknown: false,
        };
        return families
            .map(|family| given(family).map(read).collect())
            .into_iter()
            .filter(|readings: &Vec<_>| !readings.is_empty())
            .collect();
    }
    let mut signs = None;
    let mut all = Vec::new();
    for family in families.into_iter().filter(|family| has_files(world.host, *family)) {
        let signs = signs.get_or_insert_with(|| Signs::read(world.host));
        let recognised = recognise(world.host, signs, family);
        let why = recognised.why.join("; ");
        let udev_unknown = options.udev.is_none() && recognised.udev.is_none();
        let read = |stack: Stack| {
            let stack = stack.with_udev(options.udev.or(recognised.udev) == Some(true));
            let judgement = judge(world, &stack, udev_unknown);
            Reading { stack, judgement, why: why.clone(), udev_unknown }
        };
        all.push(recognised.stacks.into_iter().map(read).collect());
    }
    all
}

/// What a stack makes of a host; where nothing tells whether udevd runs, the worse of both for
/// each bridge, with a note that names the better one.
fn judge(world: World<'_>, stack: &Stack, udev_unknown: bool) -> Judgement {
    if !udev_unknown {
        return stack::judge(world, stack);
    }
    let (mut judgement, with) = stack::judge_both(world, stack);
    let Some(with) = with else { return judgement };
    let others: HashMap<&BStr, &Bridge> = with.iter().rev().map(|bridge| (bridge.name.as_bstr(), bridge)).collect();
    for bridge in &mut judgement.bridges {
        let Some(other) = others.get(bridge.name.as_bstr()).copied() else { continue };
        if other.outcome == bridge.outcome {
            continue;
        }
        let (worse, better) =
            if other.outcome > bridge.outcome { (other.clone(), &*bridge) } else { (bridge.clone(), other) };
        let beside = if better.outcome == other.outcome {
            "Where udevd runs with its default policy"
        } else {
            "Where no udevd runs"
        };
        let note = format!("{beside}, its address is {}: {}", better.outcome.word(), better.reason);
        *bridge =
            Bridge { note: Some(worse.note.clone().map_or(note.clone(), |own| format!("{own}. {note}"))), ..worse };
    }
    judgement
}

/// Whether a host has files of a family that can make a bridge.
fn has_files(host: &Host, family: Family) -> bool {
    match family {
        Family::Interfaces => host.is_file(Path::new("etc/network/interfaces")),
        Family::Systemd => {
            let is_netdev = |name: &[u8]| name.ends_with(b".netdev");
            directories(host).iter().any(|directory| host.has_entry(directory.path, is_netdev))
        }
        Family::Ifcfg => host.has_entry(Path::new(IFCFG), |name| name.starts_with(b"ifcfg-")) && !is_suse(host),
    }
}

/// Where RHEL's software looks for ifcfg files. SUSE's wicked reads others of that name, of
/// another grammar, in `etc/sysconfig/network`.
const IFCFG: &str = "etc/sysconfig/network-scripts";

/// Whether loose ifcfg files are SUSE's: only wicked knows `STARTMODE=` (ifcfg(5) of wicked).
fn is_suse(host: &Host) -> bool {
    let is_its = |name: &BString| {
        let text = host.read(&Path::new(IFCFG).join(name.to_path_lossy())).unwrap_or_default();
        text.lines().any(|line| line.trim_ascii_start().starts_with(b"STARTMODE="))
    };
    host.is_loose() && host.entries(Path::new(IFCFG)).iter().filter(|name| name.starts_with(b"ifcfg-")).any(is_its)
}
