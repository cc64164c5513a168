//! `network start` (`etc/rc.d/init.d/network`): ordinary interfaces first, then VLANs, then bridges.

use super::files::Use;
use super::ifup::{Ifup, Sourced};
use super::settings::{is_false, is_true, text};
use crate::links::Shape;
use crate::stack::kernel::{Address, Cause, Kernel, LinkKind};
use crate::stack::{Version, World, ifcfg};
use crate::syntax::shell::{Outside, Shell};
use bstr::{BStr, BString, ByteSlice, Finder};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

/// What all runs of `ifup` share.
pub(super) struct Boot<'a> {
    pub(super) world: World<'a>,
    pub(super) release: u32,
    pub(super) outside: &'a Outside<'a>,
    pub(super) kernel: &'a RefCell<Kernel>,
    /// How often a file's commands looked at what changes while the host boots: the links and their addresses.
    pub(super) looks: &'a Cell<usize>,
    /// `/etc/sysconfig/network`
    pub(super) network_file: Arc<Path>,
    bonds: RefCell<BTreeSet<BString>>,
    /// What comes of files that do not look at it, for a shell that inherits nothing.
    pub(super) sourced: RefCell<BTreeMap<BString, Rc<Sourced<'a>>>>,
}

/// The RHEL release whose initscripts a version is: `rhel7`, or initscripts' own number. `main`
/// and no version are the newest.
pub(super) fn release(version: &Version) -> u32 {
    let numbers = version.numbers().unwrap_or_default();
    let own = version.text().starts_with(|c: char| c.is_ascii_digit());
    match numbers[..] {
        // 9.03 is RHEL 6's, 9.49 RHEL 7's, 10.00 RHEL 8's, 10.11 RHEL 9's.
        [9, minor, ..] if own => {
            if minor < 40 {
                6
            } else {
                7
            }
        }
        [10, minor, ..] if own => {
            if minor == 0 {
                8
            } else {
                9
            }
        }
        [major, ..] => major,
        [] => u32::MAX,
    }
}

/// Where in the order of a boot a file has its turn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Ordinary,
    Vlan,
    Bridge,
    Xdsl,
    Vpn,
    /// The bond's `ifup` runs it.
    WithBond,
}

impl<'a> Boot<'a> {
    pub(super) fn new(
        world: World<'a>,
        release: u32,
        outside: &'a Outside<'a>,
        kernel: &'a RefCell<Kernel>,
        looks: &'a Cell<usize>,
    ) -> Self {
        let network_file = Arc::from(Path::new("etc/sysconfig/network"));
        let (bonds, sourced) = (RefCell::default(), RefCell::default());
        Self { world, release, outside, kernel, looks, network_file, bonds, sourced }
    }

    /// The links that the files make themselves, so that they are not there before.
    pub(super) fn made(&self, names: &[(BString, Use)]) -> BTreeSet<BString> {
        let mut made = BTreeSet::new();
        for (name, _) in names.iter().filter(|(_, used)| *used == Use::Interface) {
            let sourced = self.source(name.as_bstr(), BTreeMap::new());
            let get = |key| text(&sourced.shell, key);
            let kind = get("TYPE").to_ascii_lowercase();
            if matches!(&kind[..], b"bridge" | b"bond" | b"team" | b"veth" | b"tap") || is_true(get("VLAN")) {
                made.insert(sourced.device.clone());
            }
            if kind == b"bond" || !get("BONDING_OPTS").is_empty() {
                self.bonds.borrow_mut().insert(sourced.device.clone());
            }
            self.bonds.borrow_mut().insert(get("MASTER").to_owned());
            made.insert(get("BRIDGE").to_owned());
        }
        made.extend(self.bonds.borrow().iter().cloned());
        made.remove(BStr::new(""));
        made
    }

    /// Boots; what became of each file, in the order in which they had their turn.
    pub(super) fn start(&self, names: &[(BString, Use)]) -> Vec<Ifup> {
        let mut init = Shell::new(self.outside, BTreeMap::new());
        init.source_file(BStr::new("/etc/sysconfig/network"));
        let networking = text(&init, "NETWORKING").to_owned();
        // Without /etc/sysconfig/network the service does nothing either (`exit 6`); a copied tree that lacks
        // it is judged all the same.
        let is_missing = self.world.host.is_live() && !self.world.host.is_file(&self.network_file);
        if is_missing {
            let why = "the network service does nothing without /etc/sysconfig/network";
            let interfaces = names.iter().filter(|(_, used)| *used == Use::Interface);
            return interfaces.map(|(name, _)| self.not_run(name.as_bstr(), why)).collect();
        }
        if if self.release >= 9 { is_false(&networking) } else { networking == "no" } {
            let why = format!("the network service does nothing (`NETWORKING={networking}`)");
            let interfaces = names.iter().filter(|(_, used)| *used == Use::Interface);
            return interfaces.map(|(name, _)| self.not_run(name.as_bstr(), &why)).collect();
        }
        let mut runs = Vec::new();
        let mut later: Vec<(Turn, &BStr)> = Vec::new();
        for (name, _) in names.iter().filter(|(_, used)| *used == Use::Interface) {
            match self.turn(&mut init, name.as_bstr()) {
                Turn::Ordinary => runs.push(self.run(name.as_bstr())),
                Turn::WithBond => runs.push(self.not_run(name.as_bstr(), "its bond brings it up")),
                turn => later.push((turn, name.as_bstr())),
            }
        }
        // Before RHEL 7 tunnels came before VLANs.
        later.sort_by_key(|(turn, _)| if *turn == Turn::Vpn && self.release < 7 { Turn::Ordinary } else { *turn });
        runs.extend(later.into_iter().map(|(_, name)| self.run(name)));
        runs
    }

    /// Sorts a file as the service does: it evaluates the lines that hold a few settings, without
    /// sourcing the file.
    fn turn(&self, init: &mut Shell<'_>, name: &BStr) -> Turn {
        let bytes = self.world.host.read(&ifcfg::path("ifcfg-", name)).unwrap_or_default();
        for key in ["DEVICE", "TYPE", "SLAVE", "NM_CONTROLLED"] {
            init.unset(BStr::new(key));
        }
        for key in &*EVALUATED {
            if key.find(&bytes).is_none() {
                continue;
            }
            // `eval $(grep -F KEY= FILE)`: all in one line, so that a comment takes away the rest.
            let lines = bytes.split(|&byte| byte == b'\n').filter(|line| key.find(line).is_some());
            let words = lines.flat_map(|line| line.split(|byte| b" \t".contains(byte))).filter(|word| !word.is_empty());
            init.evaluate(&bstr::join(" ", words));
        }
        let (mut device, kind, slave) = (text(init, "DEVICE"), text(init, "TYPE"), text(init, "SLAVE"));
        if device.is_empty() {
            device = name;
        }
        let is_slave = if self.release >= 9 { is_true(slave) } else { slave == "yes" };
        match kind.as_bytes() {
            _ if is_slave => Turn::WithBond,
            _ if device.starts_with(b"cipcb") => Turn::Vpn,
            b"xDSL" | b"Modem" => Turn::Xdsl,
            b"Bridge" => Turn::Bridge,
            b"IPSEC" | b"IPIP" | b"GRE" => Turn::Vpn,
            _ if device.contains(&b'.') || device.starts_with(b"vlan") => Turn::Vlan,
            _ => Turn::Ordinary,
        }
    }

    /// Runs a file, unless its `ONBOOT=` keeps the service from it.
    fn run(&self, name: &BStr) -> Ifup {
        let off = if self.release >= 8 {
            is_false(text(&self.source(name, BTreeMap::new()).shell, "ONBOOT"))
        } else {
            let bytes = self.world.host.read(&ifcfg::path("ifcfg-", name)).unwrap_or_default();
            bytes.lines().any(says_no)
        };
        if off { self.not_run(name, "boot leaves it alone (`ONBOOT=no`)") } else { self.ifup(name) }
    }

    /// Whether a link is there, or comes when it is asked for (`is_available`).
    pub(super) fn is_available(&self, name: &BStr, shell: &Shell<'_>) -> bool {
        let mut kernel = self.kernel.borrow_mut();
        kernel.meet(name);
        if kernel.link(name).is_some() {
            return true;
        }
        if text(shell, "BONDING_OPTS").is_empty() && !self.bonds.borrow().contains(name) {
            return false;
        }
        // A bond has its first port's address once the port has joined.
        let links = self.world.links;
        let ports = links.get(name).map(|link| &link.shape);
        let first = match ports {
            Some(Shape::Bond(ports)) => ports.first().and_then(|port| links.address(port.as_bstr())),
            _ => None,
        };
        let address = first.map_or(Address::Unknown, |evidence| Address::Known(evidence.address));
        let cause = Cause { generated: false, place: None };
        kernel.add(name, LinkKind::Virtual, Some((address, cause)), None).is_ok()
    }

    /// `get_device_by_hwaddr`; where nothing tells which links there are, the one that the file is
    /// named after.
    pub(super) fn device_with(&self, address: &BStr, name: &BStr) -> BString {
        if address.is_empty() {
            return BString::default();
        }
        self.looks.update(|looks| looks + 1);
        let kernel = self.kernel.borrow();
        let has = |link: &&BString| {
            let found = kernel.address(link.as_bstr()).and_then(Address::known);
            found.is_some_and(|found| found.to_string().as_bytes().eq_ignore_ascii_case(address))
        };
        let found = kernel.names().find(has).cloned();
        found.unwrap_or_else(|| if self.world.links.is_complete() { BString::default() } else { name.to_owned() })
    }

    /// Whether the tree has a script `ifup-NAME`.
    pub(super) fn has_script(&self, name: &BStr) -> bool {
        self.world.host.is_file(&ifcfg::path("ifup-", name))
    }
}

/// What the service looks for in a file before it runs it.
static EVALUATED: LazyLock<[Finder<'static>; 4]> =
    LazyLock::new(|| ["DEVICE=", "TYPE=", "SLAVE=", "NM_CONTROLLED="].map(Finder::new));

/// `^ONBOOT=['"]?[Nn][Oo]['"]?`
fn says_no(line: &[u8]) -> bool {
    let Some(value) = line.strip_prefix(b"ONBOOT=") else { return false };
    let value = value.strip_prefix(b"'").or(value.strip_prefix(b"\"")).unwrap_or(value);
    value.get(..2).is_some_and(|word| word.eq_ignore_ascii_case(b"no"))
}
