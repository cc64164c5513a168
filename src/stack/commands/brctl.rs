//! bridge-utils' `brctl` (and busybox's, which takes the same commands).

use super::Status;
use super::end::End;
use super::expand::Word;
use super::shell::Shell;
use crate::stack::kernel::LinkKind;
use bstr::ByteSlice;

/// The words after `brctl`.
pub(super) fn run(shell: &mut Shell<'_>, words: &[Word]) -> End {
    if words.iter().any(|word| word.unknown) {
        return End::unknown();
    }
    let [command, arguments @ ..] = words else { return End::of(Status::Failure) };
    match (command.text.as_slice(), arguments) {
        (b"addbr", [bridge]) => {
            let place = shell.origin.place(&bridge.raw);
            let name = bridge.text.as_bstr();
            End::of(Status::of(shell.make(name, LinkKind::Bridge, None, place).is_ok()))
        }
        (b"delbr", [bridge]) => {
            let name = bridge.text.as_bstr();
            let is_bridge = shell.kernel.link(name).is_some_and(|link| link.kind == LinkKind::Bridge);
            End::of(Status::of(is_bridge && shell.kernel.delete(name).is_ok()))
        }
        (b"addif", [bridge, ports @ ..]) if !ports.is_empty() => {
            every(shell, ports, |shell, port| join(shell, bridge, port))
        }
        (b"delif", [bridge, ports @ ..]) if !ports.is_empty() => every(shell, ports, |shell, port| {
            let link = shell.kernel.link(port.text.as_bstr());
            let is_port = link.is_some_and(|link| link.master.as_ref() == Some(&bridge.text));
            is_port && shell.kernel.clear_master(port.text.as_bstr()).is_ok()
        }),
        (b"addbr" | b"delbr" | b"addif" | b"delif", _) => End::of(Status::Failure),
        (b"show" | b"showmacs" | b"showstp" | b"--help" | b"--version", _) => End::unknown(),
        (
            b"stp" | b"hairpin" | b"setageing" | b"setbridgeprio" | b"setfd" | b"sethello" | b"setmaxage",
            [bridge, ..],
        )
        | (b"setpathcost" | b"setportprio" | b"setgcint", [bridge, ..]) => {
            End::of(Status::of(shell.kernel.link(bridge.text.as_bstr()).is_some()))
        }
        // `never heard of command [...]`
        _ => End::of(Status::Failure),
    }
}

/// brctl ends at the first port that fails.
fn every(shell: &mut Shell<'_>, ports: &[Word], mut action: impl FnMut(&mut Shell<'_>, &Word) -> bool) -> End {
    End::of(Status::of(ports.iter().all(|port| action(shell, port))))
}

/// `SIOCBRADDIF`: unlike `ip link set ... master` it does not take a port away from another bridge.
fn join(shell: &mut Shell<'_>, bridge: &Word, port: &Word) -> bool {
    shell.kernel.meet(port.text.as_bstr());
    let free = shell.kernel.link(port.text.as_bstr()).is_some_and(|link| link.master.is_none());
    free && shell.kernel.set_master(port.text.as_bstr(), bridge.text.as_bstr()).is_ok()
}
