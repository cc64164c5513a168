//! One run of `ifup NAME boot`: `ifup` and `source_config` of network-functions.
//! Line numbers are those of initscripts' main branch (9d622839).

use super::boot::Boot;
use super::settings::{is_false, is_true, text};
use crate::bytes::rsplit_once;
use crate::span::Place;
use crate::stack::ifcfg;
use crate::stack::kernel::LinkKind;
use crate::syntax::shell::{Assignment, Shell, Value, Variable};
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What became of one file.
pub(super) struct Ifup {
    /// Its name behind `ifcfg-`.
    pub(super) name: BString,
    /// `DEVICE=`.
    pub(super) device: BString,
    pub(super) device_place: Option<Place>,
    /// `TYPE=`.
    pub(super) kind: BString,
    /// `BRIDGE=`.
    pub(super) bridge: BString,
    /// `MACADDR=`, as it is in the end.
    pub(super) address: Option<Variable>,
    /// All assignments in the files that make up its settings.
    pub(super) assignments: Vec<Assignment>,
    pub(super) carries_ip: bool,
    pub(super) end: End,
    /// What `ip link set` said to the address, if it came to that.
    pub(super) refused: Option<String>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It got as far as the address, and on.
    Finished,
    /// Boot does not run it: why, as a clause.
    NotRun(String),
    /// It stopped before it came to the address: why, as a clause.
    GaveUp(String),
}

/// What `source_config` leaves behind.
pub(super) struct Sourced<'a> {
    pub(super) shell: Shell<'a>,
    device_type: BString,
    pub(super) device: BString,
    pub(super) real_device: BString,
}

/// As many files are not run again, and none that costs more: what is kept takes memory.
const KEPT_LIMIT: usize = 256;
const KEPT_COST: usize = 64 * 1024;

/// Scripts that come with initscripts beside `ifup-eth`; none of them makes bridges.
const SCRIPTS: &[&str] = &[
    "aliases", "bnep", "ctc", "ippp", "ipv6", "isdn", "plip", "plusb", "post", "ppp", "routes", "sit", "tunnel",
    "wireless",
];

/// `source_config`: the type of device that a `TYPE=` stands for.
const DEVICE_TYPES: &[(&str, &str)] = &[
    ("Bridge", "eth"),
    ("CIPE", "cipcb"),
    ("CTC", "ctc"),
    ("Ethernet", "eth"),
    ("GRE", "tunnel"),
    ("GRE6", "tunnel"),
    ("IPIP", "tunnel"),
    ("IPIP6", "tunnel"),
    ("IPSEC", "ipsec"),
    ("ISDN", "ippp"),
    ("InfiniBand", "ib"),
    ("Modem", "ppp"),
    ("SIT", "sit"),
    ("Token Ring", "eth"),
    ("Wireless", "eth"),
    ("infiniband", "ib"),
    ("sit", "sit"),
    ("xDSL", "ppp"),
];

impl<'a> Boot<'a> {
    /// `source_config` (network-functions:115-196), after `/etc/sysconfig/network`. Boot runs it several times for a file.
    pub(super) fn source(&self, name: &BStr, inherited: BTreeMap<BString, Variable>) -> Rc<Sourced<'a>> {
        if !inherited.is_empty() {
            return Rc::new(self.source_anew(name, inherited));
        }
        if let Some(known) = self.sourced.borrow().get(name) {
            return Rc::clone(known);
        }
        let looks = self.looks.get();
        let sourced = Rc::new(self.source_anew(name, inherited));
        let mut known = self.sourced.borrow_mut();
        if self.looks.get() == looks && sourced.shell.spent() <= KEPT_COST && known.len() < KEPT_LIMIT {
            known.insert(name.to_owned(), Rc::clone(&sourced));
        }
        sourced
    }

    fn source_anew(&self, name: &BStr, inherited: BTreeMap<BString, Variable>) -> Sourced<'a> {
        let mut shell = Shell::new(self.outside, inherited);
        shell.source_file(BStr::new("/etc/sysconfig/network"));
        let config = [b"ifcfg-", name.as_bytes()].concat();
        shell.set(BStr::new("CONFIG"), Value::from(&config[..]));
        shell.set(BStr::new("DEVNAME"), Value::from(name.as_bytes()));
        let (device_type, device, real_device) = shell.in_function(|shell| {
            for prefix in ["ifcfg-", "keys-"] {
                let path = [b"/etc/sysconfig/network-scripts/", prefix.as_bytes(), name].concat();
                shell.source_file(BStr::new(&path));
            }
            let kind = text(shell, "TYPE");
            // `Bridge)` is there since RHEL 8.
            let has_row = |row: &&(&str, &str)| kind == row.0 && (row.0 != "Bridge" || self.release >= 8);
            let row = DEVICE_TYPES.iter().find(has_row);
            let from_kind = if kind.starts_with(b"OVS") { Some("ovs") } else { row.map(|row| row.1) };
            let mut device = text(shell, "DEVICE").to_owned();
            if device.is_empty() {
                device = self.device_with(text(shell, "HWADDR"), name);
            }
            let device_type = from_kind.map_or_else(|| text(shell, "DEVICETYPE").to_owned(), BString::from);
            let parent = text(shell, "PARENTDEVICE");
            let own = device.split(|&byte| byte == b':').next().unwrap_or_default().as_bstr();
            let real = [text(shell, "REALDEVICE"), parent, own].into_iter().find(|name| !name.is_empty());
            let real = real.unwrap_or_default().to_owned();
            (device_type, device, real)
        });
        let device_type = match device_type.is_empty() {
            true => device.trim_end_with(|c| c.is_ascii_digit()).into(),
            false => device_type,
        };
        Sourced { shell, device_type, device, real_device }
    }

    /// Runs a file.
    pub(super) fn ifup(&self, name: &BStr) -> Ifup {
        let first = self.source(name, BTreeMap::new());
        let onboot = text(&first.shell, "ONBOOT");
        // ifup:61; before RHEL 9 only these two words.
        let off = if self.release >= 9 { is_false(onboot) } else { onboot == "no" || onboot == "NO" };
        if first.shell.has_exited() {
            return self.describe(name, &first, End::GaveUp("`exit` in its file ends ifup".to_owned()), None);
        }
        if off {
            return self.not_run(name, &format!("boot leaves it alone (`ONBOOT={onboot}`)"));
        }
        if let Err(why) = self.vlan(&first) {
            return self.describe(name, &first, End::GaveUp(why), None);
        }
        if let Some(script) = self.other_script(&first) {
            if script == "ovs" {
                let made = first.shell.variable(BStr::new("DEVICE")).and_then(|variable| variable.place.clone());
                // What is there already stays.
                let _ = self.kernel.borrow_mut().add(BStr::new(&first.device), LinkKind::Virtual, None, made);
            }
            let why = format!("ifup hands it over to ifup-{script}, which makes no bridge of the kernel");
            return self.describe(name, &first, End::GaveUp(why), None);
        }
        // `exec`: only what is exported goes on.
        let second = self.source(name, first.shell.exported());
        let mut refused = None;
        let end = match self.ifup_eth(&second, &mut refused) {
            Ok(()) => End::Finished,
            Err(why) => End::GaveUp(why),
        };
        self.describe(name, &second, end, refused)
    }

    /// A file that boot does not run, and why.
    pub(super) fn not_run(&self, name: &BStr, why: &str) -> Ifup {
        self.describe(name, &self.source(name, BTreeMap::new()), End::NotRun(why.to_owned()), None)
    }

    fn describe(&self, name: &BStr, sourced: &Sourced<'_>, end: End, refused: Option<String>) -> Ifup {
        let shell = &sourced.shell;
        let place = |key: &str| shell.variable(BStr::new(key)).and_then(|variable| variable.place.clone());
        Ifup {
            name: name.to_owned(),
            device: sourced.device.clone(),
            device_place: place("DEVICE"),
            kind: text(shell, "TYPE").to_owned(),
            bridge: text(shell, "BRIDGE").to_owned(),
            address: shell.variable(BStr::new("MACADDR")).cloned(),
            assignments: shell.assignments.clone(),
            carries_ip: ifcfg::carries_ip(|key| Some(text(shell, key)).filter(|value| !value.is_empty())),
            end,
            refused,
        }
    }

    /// The script that ifup hands over to, where it is not `ifup-eth` (ifup:162-172).
    fn other_script(&self, sourced: &Sourced<'_>) -> Option<BString> {
        let kind = text(&sourced.shell, "TYPE");
        let known =
            |name: &&BStr| *name == "eth" || SCRIPTS.iter().any(|script| name == script) || self.has_script(name);
        let script = [sourced.device_type.as_bstr(), kind].into_iter().find(|name| !name.is_empty() && known(name))?;
        // The scripts of teamd call ifup-eth in the end.
        (script != "eth" && script != "Team" && script != "TeamPort").then(|| script.to_owned())
    }

    /// `VLAN=yes` (ifup:84-139).
    fn vlan(&self, sourced: &Sourced<'_>) -> Result<(), String> {
        let shell = &sourced.shell;
        let asked = text(shell, "VLAN");
        let wanted = if self.release >= 9 { is_true(asked) } else { asked == "yes" };
        let device = BStr::new(&sourced.device);
        if !wanted || device.is_empty() || device.contains(&b':') {
            return Ok(());
        }
        let digits = |id: &[u8]| (1..=4).contains(&id.len()) && id.iter().all(u8::is_ascii_digit);
        let mut parent = text(shell, "PHYSDEV");
        match rsplit_once(device, b'.') {
            Some((base, id)) if digits(id) && text(shell, "VID").is_empty() => parent = base.into(),
            _ if !text(shell, "VID").is_empty() || device.starts_with(b"vlan") => {}
            _ => return Ok(()),
        }
        if parent.is_empty() {
            return Err("`PHYSDEV=` is missing".to_owned());
        }
        if !self.is_available(parent, shell) {
            return Err(format!("its device {parent} is not there"));
        }
        let mut kernel = self.kernel.borrow_mut();
        if kernel.add(device, LinkKind::Virtual, None, None).is_ok() {
            kernel.inherit(device, parent);
        }
        Ok(())
    }
}
