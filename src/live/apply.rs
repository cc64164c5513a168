//! Gives a running bridge its address for good, until the next boot.

use super::{Bridge, Kind, Link, assign_type, command, sysfs};
use crate::address::MacAddress;
use crate::bytes::split_once;
use bstr::{BStr, BString, ByteSlice};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;

/// Runs `ip link set dev BRIDGE address ADDRESS`, if the bridge is still as it was seen: between the look and
/// the command it may have been made anew, or taken another port's address.
///
/// # Errors
/// What has changed, what `ip` says, or that the address does not hold.
pub fn apply(sys: &Path, bridge: Bridge<'_>, address: MacAddress) -> Result<(), String> {
    let folder = sys.join("class/net").join(OsStr::from_bytes(bridge.name));
    let now = sysfs::link(&folder);
    let seen = |link: &Link| (link.index, link.address, link.assign_type);
    if !matches!(now.kind, Kind::Bridge(_)) || seen(&now) != seen(bridge.link) {
        return Err("it has changed since it was looked at, and was left alone; run this again".to_owned());
    }
    // /sys shows the network namespace of whoever mounted it, `ip` works in this process's.
    let shown = shown_by_ip(bridge.name)?;
    if shown != (now.index, now.address) {
        return Err(format!(
            "{} and `ip link` show different links, so it was left alone; run this where /sys is of the same network namespace (`ip netns exec` sees to that)",
            sys.display()
        ));
    }
    let name = OsStr::from_bytes(bridge.name);
    let arguments = [OsStr::new("link"), OsStr::new("set"), OsStr::new("dev"), name, OsStr::new("address")];
    ip(arguments.into_iter().chain([OsStr::new(&address.to_string())]))?;
    let after = sysfs::link(&folder);
    if (after.address, after.assign_type) != (Some(address), Some(assign_type::SET)) {
        let command = command(bridge.name, address);
        return Err(format!(
            "`{command}` had no effect; something else sets its address, or {} is not live",
            sys.display()
        ));
    }
    Ok(())
}

/// The number and the address that `ip link` has for a link.
fn shown_by_ip(name: &BStr) -> Result<(Option<u32>, Option<MacAddress>), String> {
    let output = ip([OsStr::new("link"), OsStr::new("show"), OsStr::new("dev"), OsStr::from_bytes(name)])?;
    // `2: br0: <BROADCAST,...> ...`, then `    link/ether b4:99:ba:00:00:01 brd ...`: iproute2's and busybox's.
    let index = split_once(&output, b':').and_then(|(index, _)| index.to_str().ok()?.parse().ok());
    let words = output.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let address = words.skip_while(|word| *word != b"link/ether").nth(1).and_then(MacAddress::parse);
    Ok((index, address))
}

/// Runs `ip`; what it prints.
fn ip<'a>(arguments: impl IntoIterator<Item = &'a OsStr>) -> Result<BString, String> {
    let output = Command::new("ip").args(arguments).output().map_err(|error| {
        format!("`ip` cannot be run: {error}; install iproute2, and have /usr/sbin and /sbin on the PATH")
    })?;
    if !output.status.success() {
        let said = crate::report::visible::text(output.stderr.trim_ascii());
        return Err(if said.is_empty() { format!("`ip` failed: {}", output.status) } else { said.into_owned() });
    }
    Ok(output.stdout.into())
}
