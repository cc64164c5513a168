//! Meaning: what each stack makes of a host's files. One file a stack, each behaviour beside
//! the source that forces it.

mod alpine_bridge;
mod assume;
mod bridge_utils;
mod bring_up;
mod busybox;
pub mod commands;
mod condition;
pub mod eni;
mod hook;
mod ifcfg;
mod ifup;
mod ifupdown;
mod ifupdown2;
mod ifupdown_ng;
pub mod kernel;
mod network_scripts;
mod networkd;
mod networkmanager;
mod reach;
mod scripts;
pub mod udev;
mod unit_pins;
mod version;

use crate::host::Host;
use crate::judgement::{Bridge, Candidate, Judgement, PinValue};
use crate::links::Links;
use crate::nearest::nearest;
use crate::template;
pub use assume::{Assume, CONDITIONS};
use std::fmt;
use std::str::FromStr;
pub use version::Version;

/// The software that reads a file and makes the bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Software {
    /// Debian's ifupdown with bridge-utils.
    Ifupdown,
    /// ifupdown2 (Cumulus Linux, Proxmox VE).
    Ifupdown2,
    /// ifupdown-ng (Alpine Linux, Debian).
    IfupdownNg,
    /// busybox `ifup`.
    Busybox,
    /// systemd-networkd.
    Networkd,
    /// RHEL's initscripts.
    NetworkScripts,
    /// NetworkManager with its ifcfg-rh plugin.
    NetworkManager,
}

/// The kind of files that a stack reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// `/etc/network/interfaces`.
    Interfaces,
    /// `.netdev`, `.network`, `.link`.
    Systemd,
    /// `ifcfg-*`.
    Ifcfg,
}

/// The stacks' names, a line each.
const SOFTWARE: &[(&str, Software, Family)] = &[
    ("busybox", Software::Busybox, Family::Interfaces),
    ("ifupdown", Software::Ifupdown, Family::Interfaces),
    ("ifupdown-ng", Software::IfupdownNg, Family::Interfaces),
    ("ifupdown2", Software::Ifupdown2, Family::Interfaces),
    ("network-scripts", Software::NetworkScripts, Family::Ifcfg),
    ("networkd", Software::Networkd, Family::Systemd),
    ("networkmanager", Software::NetworkManager, Family::Ifcfg),
];

impl Software {
    /// Its name on the command line and in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        SOFTWARE.iter().find(|row| row.1 == self).map_or("", |row| row.0)
    }

    /// The names of all, sorted.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SOFTWARE.iter().map(|row| row.0)
    }

    /// The files that it reads.
    #[must_use]
    pub fn family(self) -> Family {
        SOFTWARE.iter().find(|row| row.1 == self).map_or(Family::Interfaces, |row| row.2)
    }
}

/// A stack, with its version and what stands beside it: `ifupdown-ng@0.12.1+bridge-utils`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stack {
    /// As it was given.
    spelled: String,
    /// Which software.
    pub software: Software,
    /// Its version; none is the newest.
    pub version: Version,
    /// Debian's bridge-utils is installed, with its hook in `if-pre-up.d`. Always so for ifupdown.
    pub bridge_utils: bool,
    /// Alpine's package `bridge` is installed, with its hook in `if-pre-up.d`.
    pub alpine_bridge: bool,
    /// A systemd-udevd of the same release runs.
    pub udev: bool,
}

impl Stack {
    /// The newest version of a stack, with nothing beside it but what always is.
    #[must_use]
    pub fn plain(software: Software) -> Self {
        Self {
            spelled: software.name().to_owned(),
            software,
            version: Version::default(),
            bridge_utils: software == Software::Ifupdown,
            alpine_bridge: false,
            udev: false,
        }
    }

    /// The same stack in a version.
    #[must_use]
    pub fn at(mut self, version: &str) -> Self {
        let beside = self.spelled.find('+').and_then(|at| self.spelled.get(at..)).unwrap_or_default();
        self.spelled = [self.software.name(), "@", version, beside].concat();
        self.version = Version { text: version.to_owned() };
        self
    }

    /// The same stack with `bridge-utils` or `alpine-bridge` beside it.
    #[must_use]
    pub fn beside(mut self, package: &str) -> Self {
        self.spelled.extend(["+", package]);
        self.bridge_utils |= package == "bridge-utils";
        self.alpine_bridge |= package == "alpine-bridge";
        self
    }

    /// The same stack with or without a running udevd.
    #[must_use]
    pub fn with_udev(mut self, udev: bool) -> Self {
        if udev != self.udev {
            self.spelled = self.spelled.replace("+udev", "") + if udev { "+udev" } else { "" };
            self.udev = udev;
        }
        self
    }

    /// The systemd release whose udevd stands beside it under `+udev`; the newest
    /// known where the version does not tell.
    #[must_use]
    pub fn systemd_release(&self) -> u32 {
        /// Which systemd a distribution release that ships this version has (Debian 11, 12, 13).
        const BESIDE: &[(Software, &[u32], u32)] = &[
            (Software::Ifupdown, &[0, 8, 44], 257),
            (Software::Ifupdown, &[0, 8, 41], 252),
            (Software::Ifupdown, &[0], 247),
            (Software::Ifupdown2, &[3, 4], 257),
            (Software::Ifupdown2, &[3, 1], 252),
            (Software::Ifupdown2, &[3, 0, 0, 1, 3], 257),
            (Software::Ifupdown2, &[0], 252),
            (Software::IfupdownNg, &[0, 12], 257),
            (Software::IfupdownNg, &[0], 252),
        ];
        let numbers = self.version.numbers();
        match (self.software, numbers) {
            (Software::Networkd, Some(numbers)) => numbers.first().copied().unwrap_or(u32::MAX),
            (software, Some(numbers)) => {
                BESIDE.iter().find(|row| row.0 == software && numbers.as_slice() >= row.1).map_or(257, |row| row.2)
            }
            (Software::Networkd, None) => u32::MAX,
            _ => 257,
        }
    }
}

impl fmt::Display for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled)
    }
}

impl FromStr for Stack {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('+');
        let head = parts.next().unwrap_or_default();
        let (name, version) = head.split_once('@').unwrap_or((head, ""));
        let Some(row) = SOFTWARE.iter().find(|row| row.0 == name) else {
            let names: Vec<&str> = Software::names().collect();
            return Err(match nearest(name.as_bytes(), Software::names()) {
                Some(near) => format!("no stack is called `{name}`; did you mean `{near}`?"),
                None => format!("no stack is called `{name}`; the stacks are {}", names.join(", ")),
            });
        };
        let mut stack =
            Self { spelled: text.to_owned(), version: Version { text: version.to_owned() }, ..Self::plain(row.1) };
        for beside in parts {
            match beside {
                "bridge-utils" => stack.bridge_utils = true,
                "alpine-bridge" => stack.alpine_bridge = true,
                "udev" => stack.udev = true,
                _ => {
                    return Err(format!(
                        "`+{beside}` is not known; what may stand beside a stack is bridge-utils, alpine-bridge, udev"
                    ));
                }
            }
        }
        Ok(stack)
    }
}

/// All that a judgement depends on beside the stack.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The host's files.
    pub host: &'a Host,
    /// The links that are there and their addresses.
    pub links: &'a Links,
    /// Answers to conditions.
    pub assume: &'a Assume,
}

/// What a stack makes of a host's files.
#[must_use]
pub fn judge(world: World<'_>, stack: &Stack) -> Judgement {
    let mut judgement = match stack.software {
        Software::Ifupdown => ifupdown::judge(world, stack, false).0,
        Software::Ifupdown2 => ifupdown2::judge(world, stack),
        Software::IfupdownNg => ifupdown_ng::judge(world, stack),
        Software::Busybox => busybox::judge(world, stack, false).0,
        Software::Networkd => networkd::judge(world, stack),
        Software::NetworkScripts => network_scripts::judge(world, stack),
        Software::NetworkManager => networkmanager::judge(world, stack),
    };
    template::count_as_pins(world.host, &mut judgement.bridges);
    judgement
}

/// What a stack makes of a host's files where no udevd runs, and unless that settles it, the bridges beside one.
#[must_use]
pub fn judge_both(world: World<'_>, stack: &Stack) -> (Judgement, Option<Vec<Bridge>>) {
    let (mut without, with) = match stack.software {
        Software::Ifupdown => ifupdown::judge(world, stack, true),
        Software::Busybox => busybox::judge(world, stack, true),
        _ => (judge(world, stack), None),
    };
    template::count_as_pins(world.host, &mut without.bridges);
    if without.is_settled() {
        return (without, None);
    }
    let with = match with {
        Some(mut with) => {
            template::count_as_pins(world.host, &mut with);
            with
        }
        None => judge(world, &stack.clone().with_udev(true)).bridges,
    };
    (without, Some(with))
}

/// The first way to pin a bridge on a stack that `works`; they are tried best first, and that one nearly always does.
pub fn candidate(
    world: World<'_>,
    stack: &Stack,
    bridge: &Bridge,
    value: &PinValue,
    mut works: impl FnMut(&Candidate) -> bool,
) -> Option<Candidate> {
    let all = match stack.software {
        Software::Ifupdown => return ifupdown::candidate(world, stack, bridge, value, &mut works),
        Software::Ifupdown2 => ifupdown2::candidates(world, stack, bridge, value),
        Software::IfupdownNg => ifupdown_ng::candidates(world, stack, bridge, value),
        Software::Busybox => return busybox::candidate(world, stack, bridge, value, &mut works),
        Software::Networkd => networkd::candidates(world, stack, bridge, value),
        Software::NetworkScripts => network_scripts::candidates(world, stack, bridge, value),
        Software::NetworkManager => networkmanager::candidates(world, stack, bridge, value),
    };
    all.into_iter().find(works)
}
