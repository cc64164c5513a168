//! The stacks whose programs Debian's archive serves, and how each brings its bridges up.

use crate::machine::Machine;
use crate::roots;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A stack as the measured tables spell it, and the packages that make it.
pub struct Stack {
    pub key: &'static str,
    suite: &'static str,
    packages: &'static [&'static str],
    /// The package whose version the key names.
    versioned: &'static str,
}

const fn stack(
    key: &'static str,
    suite: &'static str,
    versioned: &'static str,
    packages: &'static [&'static str],
) -> Stack {
    Stack { key, suite, packages, versioned }
}

const BUSYBOX: &[&str] = &["busybox-static", "bridge-utils"];
const IFUPDOWN: &[&str] = &["ifupdown", "bridge-utils"];
const IFUPDOWN2: &[&str] = &["ifupdown2"];
const IFUPDOWN2_UTILS: &[&str] = &["ifupdown2", "bridge-utils"];
const IFUPDOWN_NG: &[&str] = &["ifupdown-ng"];
const IFUPDOWN_NG_UTILS: &[&str] = &["ifupdown-ng", "bridge-utils"];
const IFUPDOWN_NG_13: &[&str] = &["ifupdown-ng", "ifupdown-ng-compat"];
const IFUPDOWN_NG_13_UTILS: &[&str] = &["ifupdown-ng", "ifupdown-ng-compat", "bridge-utils"];

/// Where `+udev` or networkd runs, it comes from these.
const SYSTEMD: &[&str] = &["systemd", "udev"];

/// Every stack that can be measured here. CI takes those of bookworm.
pub const STACKS: &[Stack] = &[
    stack("busybox@1.35.0+bridge-utils", "bookworm", "busybox-static", BUSYBOX),
    stack("ifupdown@0.8.41", "bookworm", "ifupdown", IFUPDOWN),
    stack("ifupdown@0.8.41+udev", "bookworm", "ifupdown", IFUPDOWN),
    stack("ifupdown2@3.0.0-1.1", "bookworm", "ifupdown2", IFUPDOWN2),
    stack("ifupdown2@3.0.0-1.1+bridge-utils", "bookworm", "ifupdown2", IFUPDOWN2_UTILS),
    stack("ifupdown2@3.0.0-1.1+bridge-utils+udev", "bookworm", "ifupdown2", IFUPDOWN2_UTILS),
    stack("ifupdown-ng@0.11.4~rc1", "bookworm", "ifupdown-ng", IFUPDOWN_NG),
    stack("ifupdown-ng@0.11.4~rc1+bridge-utils", "bookworm", "ifupdown-ng", IFUPDOWN_NG_UTILS),
    stack("networkd@252", "bookworm", "systemd", &[]),
    stack("networkd@252+udev", "bookworm", "systemd", &[]),
    stack("ifupdown@0.8.44", "trixie", "ifupdown", IFUPDOWN),
    stack("ifupdown@0.8.44+udev", "trixie", "ifupdown", IFUPDOWN),
    stack("ifupdown2@3.0.0-1.3+bridge-utils", "trixie", "ifupdown2", IFUPDOWN2_UTILS),
    stack("ifupdown-ng@0.12.1", "trixie", "ifupdown-ng", IFUPDOWN_NG_13),
    stack("ifupdown-ng@0.12.1+udev", "trixie", "ifupdown-ng", IFUPDOWN_NG_13),
    stack("ifupdown-ng@0.12.1+bridge-utils", "trixie", "ifupdown-ng", IFUPDOWN_NG_13_UTILS),
    stack("networkd@257", "trixie", "systemd", &[]),
    stack("networkd@257+udev", "trixie", "systemd", &[]),
];

impl Stack {
    /// The stack of this key.
    pub fn named(key: &str) -> &'static Self {
        STACKS.iter().find(|stack| stack.key == key).unwrap()
    }

    /// Whether its packages are of the release that CI measures.
    pub fn is_in_ci(&self) -> bool {
        self.suite == "bookworm"
    }

    /// Whether networkd makes its bridges.
    pub fn is_networkd(&self) -> bool {
        self.key.starts_with("networkd")
    }

    fn has_udev(&self) -> bool {
        self.key.ends_with("+udev")
    }

    /// The roots with its programs, the topmost first; the archive's versions are the ones that were measured.
    pub fn layers(&self) -> Vec<PathBuf> {
        let needs_systemd = self.is_networkd() || self.has_udev();
        let systemd = needs_systemd.then(|| roots::layer(self.suite, SYSTEMD));
        let own = (!self.packages.is_empty()).then(|| roots::layer(self.suite, self.packages));
        let layers: Vec<PathBuf> = systemd.into_iter().chain(own).chain([roots::base(self.suite)]).collect();
        let version = roots::version(&layers, self.versioned);
        let measured = self.key.split(['@', '+']).nth(1).unwrap();
        assert!(
            version.starts_with(measured),
            "{} {version} is what the archive serves, {measured} is what was measured",
            self.versioned
        );
        layers
    }

    /// What `[Match]` conditions meet in its machines, as answers to `--assume`.
    pub fn answers(&self) -> Vec<String> {
        static KNOWN: Mutex<BTreeMap<&str, Vec<String>>> = Mutex::new(BTreeMap::new());
        if !self.is_networkd() {
            return Vec::new();
        }
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = known.entry(self.key).or_insert_with(|| {
            let machine = Machine::boot(&self.layers(), tempfile::tempdir().unwrap().path());
            let kernel = machine.ok("uname -r");
            let virtualization = machine.ok("systemd-detect-virt || true"); // `none` is a failure to it
            vec![format!("kernel-version={}", kernel.trim()), format!("virtualization={}", virtualization.trim())]
        });
        answers.clone()
    }

    /// Brings a machine's bridges up: with this `ifup` command, where it is not networkd that does it. Waits for one of them.
    pub fn bring_up(&self, machine: &Machine, ifup: &str, bridge: &str) {
        if self.has_udev() {
            machine.ok("/lib/systemd/systemd-udevd --daemon && udevadm control --ping");
        }
        if self.is_networkd() {
            self.start_networkd(machine);
        } else {
            machine.run(&format!("timeout 60 {ifup} >/run/ifup.log 2>&1")); // a refusal is a result
        }
        if self.has_udev() {
            machine.ok("udevadm settle --timeout=20");
        }
        settle(machine, bridge, if self.is_networkd() || self.has_udev() { 600 } else { 0 });
    }

    fn start_networkd(&self, machine: &Machine) {
        if !self.has_udev() {
            machine.ok("mount -o remount,ro /sys"); // networkd takes that for a system without udevd
        }
        machine.ok(
            "SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console /lib/systemd/systemd-networkd >/run/networkd.log 2>&1 &",
        );
        // The netdevs are made before it looks at what is there (networkd.c: manager_load_config, manager_enumerate).
        machine.wait_for("networkd", || machine.read("run/networkd.log").contains("Enumeration completed"));
    }
}

/// Waits until a bridge's address has stayed the same for some milliseconds: daemons work on by themselves.
fn settle(machine: &Machine, bridge: &str, quiet: u64) {
    let mut since = Instant::now();
    let mut seen = machine.address(bridge);
    while since.elapsed() < Duration::from_millis(quiet) {
        std::thread::sleep(Duration::from_millis(50));
        let now = machine.address(bridge);
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
    }
}
