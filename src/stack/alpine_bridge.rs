//! Alpine's package `bridge`: its hook, `/etc/network/if-pre-up.d/bridge` (main/bridge/bridge.pre-up).

use super::commands::{self, Attempt, Status, fields, guess, ip_link_set};
use super::hook::{Environment, Hooked, Made, add_port};
use super::kernel::{Kernel, LinkKind};
use crate::span::Place;
use bstr::{BStr, BString, ByteSlice};

/// As many ports as are read.
const WORD_LIMIT: usize = 10_000;

/// Runs it for an interface that is being brought up.
pub(super) fn run(kernel: &mut Kernel, interface: &BStr, environment: &Environment) -> Hooked {
    let hw = environment.get("IF_BRIDGE_HW");
    let attempt =
        environment.place("IF_BRIDGE_HW").filter(|_| !hw.is_empty()).map(|place| on_ports(interface, hw, place));
    let ports: Vec<BString> = match environment.get("IF_BRIDGE_PORTS").as_bytes() {
        b"none" => Vec::new(),
        // Every link but the loopback and the bridge itself.
        b"all" => kernel.names().filter(|name| *name != "lo" && *name != interface).cloned().collect(),
        names => fields(names).take(WORD_LIMIT).map(BString::from).collect(),
    };
    // `env | grep -q "^IF_BRIDGE"`: any such variable makes a bridge.
    let asked = environment.values.keys().any(|name| name.starts_with(b"IF_BRIDGE"));
    if ports.is_empty() && !asked {
        return Hooked::nothing(attempt);
    }
    let names = ["IF_BRIDGE_PORTS", "IF_BRIDGE_HW"];
    let origin = names.iter().find_map(|name| environment.place(name)).cloned();
    // `brctl addbr $IFACE || exit 1`, also for a bridge that is there already.
    if !commands::valid_name(interface) || kernel.add(interface, LinkKind::Bridge, None, origin).is_err() {
        return Hooked::failed(attempt);
    }
    for port in &ports {
        kernel.meet(port.as_bstr());
        if let Some(attempt) = &attempt {
            let _ = ip_link_set(kernel, port.as_bstr(), hw, &attempt.place);
        }
        add_port(kernel, interface, port.as_bstr());
    }
    Hooked { status: Status::Success, made: Made::Bridge, ports, hw: attempt }
}

/// `ip link set dev $port addr $IF_BRIDGE_HW`: the bridge's own address stays unset.
fn on_ports(interface: &BStr, value: &BStr, place: &Place) -> Attempt {
    Attempt {
        link: interface.to_owned(),
        place: place.clone(),
        value: value.to_owned(),
        meant: guess(value),
        failed: Some("Alpine's bridge hook gives this address to every port and leaves the bridge's unset".to_owned()),
        bad_value: false,
    }
}
