//! What the kernel does with a request of `ip link`.

use super::super::end::End;
use super::super::expand::Word;
use super::super::shell::Shell;
use super::super::{Attempt, Status, guess, lladdr, without_label};
use super::kinds::{KINDS, bridge_options};
use super::link::Request;
use super::{Command, valid_name};
use crate::address::MacAddress;
use crate::span::Place;
use crate::stack::kernel::{Address, Cause, Errno, Kernel, LinkKind};
use bstr::{BStr, BString, ByteSlice};

/// Why a request came to nothing, as a clause.
enum Refusal {
    /// The command or the links do not allow it.
    Command(String),
    /// The address is none.
    Value(String),
}

/// Does what a request asks for.
pub(super) fn apply(shell: &mut Shell<'_>, command: Command, mut request: Request) -> End {
    bridge_options(&mut request);
    if !matches!(command, Command::Add | Command::Replace) {
        drop_label(&mut request);
    }
    if request.flaw.is_none() && request.is_unknown() {
        return End::unknown();
    }
    if request.bad_mtu {
        // do_setlink (net/core/rtnetlink.c) has set the address when it comes to the mtu, and stops there.
        (request.master, request.no_master) = (None, false);
    }
    let result = match command {
        Command::Add if request.bad_mtu => Err(Refusal::Command("the kernel takes no such mtu".to_owned())),
        _ if request.flaw.is_some() => Err(Refusal::Command(request.flaw.unwrap_or_default().to_owned())),
        // rtnl_newlink knows `replace` for links that are not there yet (EOPNOTSUPP else).
        Command::Add | Command::Replace => add(shell, &request),
        Command::Delete => delete(shell, &request),
        _ => set(shell, &request),
    };
    note(shell, &request, result.as_ref().err());
    End::of(Status::of(result.is_ok() && !request.bad_mtu))
}

/// The link that a request names is looked up with `if_nametoindex` (lib/ll_map.c).
fn drop_label(request: &mut Request) {
    if let Some(word) = request.device.as_mut().or(request.name.as_mut()) {
        let link = without_label(word.text.as_bstr()).len();
        word.text.truncate(link);
    }
}

/// Reports a request that is refused whatever it says.
pub(super) fn refuse(shell: &mut Shell<'_>, request: &Request, why: &str) {
    note(shell, request, Some(&Refusal::Command(why.to_owned())));
}

/// Reports what became of the address in a request.
fn note(shell: &mut Shell<'_>, request: &Request, refusal: Option<&Refusal>) {
    let (Some(target), Some(word)) = (request.target().and_then(Word::known), &request.address) else { return };
    let read = lladdr::iproute2(&word.text).and_then(|octets| octets.try_into().ok()).map(MacAddress);
    let (failed, bad_value) = match refusal {
        None => (None, false),
        Some(Refusal::Command(why)) => (Some(why.clone()), false),
        Some(Refusal::Value(why)) => (Some(why.clone()), true),
    };
    let meant = if word.unknown {
        word.about.as_ref().and_then(|link| shell.kernel.address(link.as_bstr())).and_then(Address::known)
    } else if failed.is_none() {
        read
    } else {
        guess(&word.text)
    };
    shell.attempts.push(Attempt {
        link: target.to_owned(),
        place: shell.origin.place(&word.raw),
        value: word.text.clone(),
        meant,
        failed,
        bad_value,
    });
}

/// The address that a request gives.
fn address(shell: &mut Shell<'_>, request: &Request) -> Result<Option<(Address, Cause)>, Refusal> {
    let Some(word) = &request.address else { return Ok(None) };
    let cause = Cause::stated(shell.origin.place(&word.raw));
    if word.unknown {
        let about = word.about.as_ref().and_then(|link| shell.kernel.address(link.as_bstr()));
        return Ok(Some((about.unwrap_or(Address::Unknown), cause)));
    }
    let text = &word.text;
    let Some(octets) = lladdr::iproute2(text) else {
        return Err(Refusal::Value(format!("`ip` refuses it (`\"{text}\" is invalid lladdr`)")));
    };
    let count = octets.len();
    match octets.try_into() {
        Ok(octets) => Ok(Some((Address::Known(MacAddress(octets)), cause))),
        Err(_) => Err(Refusal::Value(format!("`ip` refuses it (`Invalid address length {count} - must be 6 bytes`)"))),
    }
}

fn refused(errno: Errno, target: &BStr) -> Refusal {
    match errno {
        Errno::Exists => Refusal::Command(format!("{target} exists already then (`File exists`)")),
        Errno::NoDevice => Refusal::Command(format!("{target} does not exist then (`Cannot find device`)")),
        Errno::AddressNotAvailable => {
            Refusal::Value("the kernel refuses a group or all-zero address (`Cannot assign requested address`)".into())
        }
        Errno::Invalid => Refusal::Command("the kernel refuses it (`Invalid argument`)".into()),
    }
}

fn add(shell: &mut Shell<'_>, request: &Request) -> Result<(), Refusal> {
    let Some(kind) = &request.kind else {
        return Err(Refusal::Command("`ip link add` needs a `type`".into()));
    };
    let is_bridge = kind.is(b"bridge");
    if !is_bridge && !KINDS.iter().any(|name| kind.is(name.as_bytes())) {
        return Err(Refusal::Command(format!("the kernel knows no link of type `{}`", kind.text)));
    }
    let address = address(shell, request)?;
    // Without a name the kernel counts (`bridge0`).
    let Some(word) = request.target() else { return Ok(()) };
    let name = word.text.as_bstr();
    if !valid_name(name) {
        return Err(no_name(name));
    }
    let parent = match &request.parent {
        Some(parent) if shell.has_link(parent) == Some(false) => {
            return Err(Refusal::Command(format!("{} does not exist then", parent.text)));
        }
        parent => parent.as_ref().map(|parent| parent.text.clone()),
    };
    let place = shell.origin.place(&word.raw);
    let link = if is_bridge { LinkKind::Bridge } else { LinkKind::Virtual };
    let made = shell.make(name, link, address, place.clone());
    made.map_err(|errno| refused(errno, name))?;
    if let Some(parent) = parent.filter(|_| kind.is(b"vlan")) {
        shell.kernel.inherit(name, parent.as_bstr());
    }
    if kind.is(b"veth") {
        peer(shell, &request.options, place);
    }
    if let Some(master) = &request.master {
        let joined = shell.kernel.set_master(name, master.text.as_bstr());
        joined.map_err(|errno| refused(errno, name))?;
    }
    Ok(())
}

/// The other end of a veth pair: `peer [name] NAME`.
fn peer(shell: &mut Shell<'_>, options: &[Word], place: Place) {
    let mut words = options.iter().skip_while(|word| !word.is(b"peer")).skip(1);
    let name = words.find(|word| !(word.is(b"name") || word.is(b"dev"))).and_then(Word::known);
    if let Some(name) = name {
        // A second end that exists already makes the whole command fail; the first one shows it.
        let _ = shell.make(name, LinkKind::Virtual, None, place);
    }
}

fn delete(shell: &mut Shell<'_>, request: &Request) -> Result<(), Refusal> {
    let name = existing(shell, request)?;
    match shell.kernel.link(name.as_bstr()).map(|link| link.kind) {
        Some(LinkKind::Physical) => Err(Refusal::Command("it is no link that can be removed".into())),
        _ => shell.kernel.delete(name.as_bstr()).map_err(|errno| refused(errno, name.as_bstr())),
    }
}

fn set(shell: &mut Shell<'_>, request: &Request) -> Result<(), Refusal> {
    // The address is read before the device is looked up, its length is checked after that.
    let address = match address(shell, request) {
        Err(refusal)
            if shell.kernel.link(request.target().map_or(BStr::new(""), |word| word.text.as_bstr())).is_some() =>
        {
            return Err(refusal);
        }
        Err(_) => None,
        Ok(address) => address,
    };
    let name = existing(shell, request)?;
    let name = name.as_bstr();
    let is_bridge = shell.kernel.link(name).is_some_and(|link| link.kind == LinkKind::Bridge);
    if is_bridge
        && !request.options.is_empty()
        && request.kind.as_ref().is_some_and(|kind| !kind.text.starts_with(b"bridge"))
    {
        return Err(Refusal::Command("a bridge is of another type (`Operation not supported`)".into()));
    }
    if let Some((address, cause)) = address {
        shell.kernel.set_address(name, address, cause).map_err(|errno| refused(errno, name))?;
    }
    if request.no_master {
        shell.kernel.clear_master(name).map_err(|errno| refused(errno, name))?;
    }
    if let Some(master) = &request.master {
        let joined = shell.kernel.set_master(name, master.text.as_bstr());
        joined.map_err(|errno| refused(errno, name))?;
    }
    match (&request.device, &request.name) {
        (Some(device), Some(new)) if device.text != new.text => {
            if !valid_name(new.text.as_bstr()) {
                return Err(no_name(new.text.as_bstr()));
            }
            if let Some(made) = &mut shell.survey {
                made.insert(new.text.clone());
            }
            shell.kernel.rename(name, new.text.as_bstr()).map_err(|errno| refused(errno, new.text.as_bstr()))
        }
        _ => Ok(()),
    }
}

/// The name of the link that a request is about; it must be there.
fn existing(shell: &mut Shell<'_>, request: &Request) -> Result<BString, Refusal> {
    let Some(target) = request.target() else {
        return Err(Refusal::Command("the command names no link".into()));
    };
    if shell.has_link(target) == Some(false) {
        return Err(refused(Errno::NoDevice, target.text.as_bstr()));
    }
    Ok(target.text.clone())
}

fn no_name(name: &BStr) -> Refusal {
    Refusal::Command(format!("`{name}` is no name that a link can have"))
}

/// Makes a VLAN link on its parent.
pub(in crate::stack) fn add_vlan(kernel: &mut Kernel, name: &BStr, parent: &BStr) -> Status {
    kernel.meet(parent);
    if kernel.link(parent).is_none() || !valid_name(name) || kernel.add(name, LinkKind::Virtual, None, None).is_err() {
        return Status::Failure;
    }
    kernel.inherit(name, parent);
    Status::Success
}
