//! RHEL's network-scripts (initscripts): what a boot (`network start`) makes of the files.

mod boot;
mod files;
mod ifup;
mod ifup_eth;
mod report;
mod settings;

use super::bring_up::{self, udev};
use super::kernel::{Address, Kernel};
use super::{Stack, World, ifcfg};
use crate::host::host_path;
use crate::judgement::{Bridge, Candidate, Judgement, PinValue, Problem};
use crate::span::Place;
use crate::syntax::shell::{Content, Outside};
use boot::{Boot, release};
use bstr::{BStr, BString};
use files::Use;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// What this stack makes of the host's files.
pub(super) fn judge(world: World<'_>, stack: &Stack) -> Judgement {
    let release = release(&stack.version);
    let names = files::names(world.host, release);
    let udev = udev(world, stack);
    let kernel = RefCell::new(Kernel::default());
    let looks = Cell::new(0);
    let outside = Outside::new(|path| content(world, &kernel, &looks, path));
    let boot = Boot::new(world, release, &outside, &kernel, &looks);
    let made = boot.made(&names);
    kernel.replace(bring_up::kernel(world, udev.as_ref(), made));
    let runs = boot.start(&names);
    let report = report::Report { boot: &boot, names: &names, runs: &runs, udev: udev.as_ref() };
    let problems = ifcfg::about_bridges(world.host, problems(&outside, &names));
    Judgement { bridges: report.bridges(), problems, unknown_options: Vec::new() }
}

/// The ways to pin a bridge on this stack, best first.
pub(super) fn candidates(world: World<'_>, _stack: &Stack, bridge: &Bridge, value: &PinValue) -> Vec<Candidate> {
    ifcfg::candidates(world.host, bridge, value)
}

/// What the shell sees of the file system: the tree, and the links' addresses as they are by then.
fn content(world: World<'_>, kernel: &RefCell<Kernel>, looks: &Cell<usize>, path: &BStr) -> Content {
    let link = path.strip_prefix(b"/sys/class/net/").and_then(|rest| rest.strip_suffix(b"/address"));
    let Some(link) = link else { return ifcfg::content(world.host, path) };
    looks.update(|looks| looks + 1);
    match kernel.borrow().address(BStr::new(link)) {
        Some(Address::Known(address)) => Content::Text(Arc::from(format!("{address}\n").as_bytes())),
        Some(Address::Unknown) => Content::Unknown,
        None if world.links.is_complete() => Content::Missing,
        None => Content::Unknown,
    }
}

/// Where bash stops reading a file.
fn problems(outside: &Outside<'_>, names: &[(BString, Use)]) -> Vec<Problem> {
    let directory = ifcfg::DIRECTORY.as_bytes();
    let files = names.iter().map(|(name, _)| [b"/", directory, b"/ifcfg-", name].concat());
    let network = [b"/etc/sysconfig/network".to_vec()];
    let broken = network.into_iter().chain(files).filter_map(|path| {
        let error = outside.source(BStr::new(&path))?.error.clone()?;
        Some(Problem {
            place: Place::new(&Arc::from(host_path(&path)), error.span),
            message: format!("bash: {}; it takes nothing from this command on", error.message),
            help: Some("close the quote or command, or quote the character".to_owned()),
            fatal: true,
        })
    });
    broken.collect()
}

#[cfg(test)]
mod tests;
