//! What NetworkManager does with each bridge's profile, and what is told of it.

use super::config::{Config, Setting};
use super::profile::{Cloned, Kind, Profile, cloned};
use crate::judgement::{Bridge, Effect, Outcome};
use crate::stack::World;
use crate::stack::kernel::{Address, Cause, Kernel, LinkKind};
use crate::stack::udev::Udev;
use bstr::{BStr, BString, ByteSlice};

pub(super) struct Report<'a> {
    pub(super) world: World<'a>,
    pub(super) config: &'a Config,
    pub(super) profiles: &'a [Profile],
    pub(super) kernel: Kernel,
    pub(super) udev: Option<&'a Udev>,
}

/// What comes of activating a bridge's profile.
pub(super) struct Activated<'a> {
    pub(super) profile: &'a Profile,
    pub(super) kernel: Kernel,
    /// Why NetworkManager leaves it alone, as a clause: what it would do all the same is there.
    pub(super) left_alone: Option<String>,
    /// Why no bridge would come of it, as a clause.
    pub(super) failed: Option<String>,
    /// The default from the configuration that decided.
    pub(super) default: Option<Setting>,
}

impl<'a> Report<'a> {
    /// The bridges that profiles are for, and those that only ports name.
    pub(super) fn bridges(&self) -> Vec<Bridge> {
        let mut bridges: Vec<Bridge> = Vec::new();
        for profile in self.profiles.iter().filter(|profile| profile.kind == Kind::Bridge && !profile.device.is_empty())
        {
            if !bridges.iter().any(|bridge| bridge.name == profile.device) {
                bridges.extend(self.bridge(profile.device.as_bstr()));
            }
        }
        for port in self.profiles {
            let Some(("BRIDGE", name)) = port.controller() else { continue };
            let by_uuid = self.profiles.iter().any(|profile| profile.get("UUID") == Some(name));
            if !by_uuid && !bridges.iter().any(|bridge| bridge.name == name) {
                bridges.extend(self.never_made(name, port));
            }
        }
        bridges.sort_by(|a, b| a.origin.cmp(&b.origin));
        bridges
    }

    /// A bridge that a port names and no profile makes.
    fn never_made(&self, name: &BStr, port: &Profile) -> Option<Bridge> {
        let why = match self.config.reads_ifcfg() {
            Err(why) => why,
            Ok(()) => {
                format!("no profile with `TYPE=Bridge` and `DEVICE={name}` makes it, so its ports are not brought up")
            }
        };
        let own = self.profiles.iter().find(|profile| profile.device == name);
        Some(Bridge {
            name: name.to_owned(),
            ports: self.ports(name).iter().map(|port| port.device.clone()).collect(),
            origin: own.and_then(|profile| profile.place("DEVICE")).or(port.place("BRIDGE"))?,
            implicit: own.is_none().then(|| format!("only `BRIDGE=` of the port {} names it", port.device)),
            outcome: Outcome::Absent,
            address: None,
            pins: self.pins(name, None, Some(&why)),
            reason: why,
            carries_ip: false,
            unset_on_purpose: Vec::new(),
            note: None,
        })
    }

    fn bridge(&self, name: &BStr) -> Option<Bridge> {
        let own = self.profiles.iter().filter(|profile| profile.kind == Kind::Bridge && profile.device == name);
        let tried: Vec<Activated<'a>> = own.map(|profile| self.activate(profile)).collect();
        // Of several profiles for one link the one with the highest priority is activated; where
        // that does not tell, any of them may be.
        let works = |activated: &&Activated<'a>| activated.failed.is_none() && activated.left_alone.is_none();
        let first = tried.iter().filter(works).map(|activated| activated.profile.priority()).max();
        let equal = tried.iter().filter(works).filter(|activated| Some(activated.profile.priority()) == first);
        let several = equal.clone().count() > 1;
        let worst = equal.max_by_key(|activated| activated.kernel.outcome(name));
        let chosen = worst.or(tried.first())?;
        let profile = chosen.profile;
        let mut bridge = Bridge {
            name: name.to_owned(),
            ports: self.ports(name).iter().map(|port| port.device.clone()).collect(),
            origin: profile.place("DEVICE")?,
            implicit: None,
            outcome: worst.map_or(Outcome::Absent, |activated| activated.kernel.outcome(name)),
            address: worst.and_then(|activated| activated.kernel.address(name)).and_then(Address::known),
            reason: String::new(),
            pins: self.pins(name, Some(chosen), chosen.failed.as_deref()),
            carries_ip: tried.iter().any(|activated| activated.profile.carries_ip()),
            unset_on_purpose: self.udev.map(|udev| udev.unset_on_purpose(name)).unwrap_or_default(),
            note: several
                .then(|| format!("several profiles are for {name}, and NetworkManager may activate any of them")),
        };
        if let Some(place) =
            profile.place("MACADDR").filter(|_| profile.get("MACADDR").is_some_and(|value| value == "preserve"))
        {
            let how = "`MACADDR=preserve` leaves the bridge's address to the kernel";
            bridge.unset_on_purpose.push((place, how.to_owned()));
        }
        bridge.reason = self.reason(&bridge, chosen);
        Some(bridge)
    }

    /// The profiles of a bridge's ports.
    fn ports(&self, bridge: &BStr) -> Vec<&'a Profile> {
        let is_own = |profile: &&Profile| profile.kind == Kind::Bridge && profile.device == bridge;
        let own: Vec<&BStr> = self.profiles.iter().filter(is_own).filter_map(|profile| profile.get("UUID")).collect();
        let ports = self.profiles.iter().filter(|profile| {
            profile.controller().is_some_and(|(_, name)| name == bridge || own.contains(&name))
                && !profile.device.is_empty()
        });
        ports.collect()
    }

    /// Activates a bridge's profile and its ports (nm-device-bridge.c `create_and_realize`, then
    /// nm-device.c `nm_device_hw_addr_set_cloned`).
    fn activate(&self, profile: &'a Profile) -> Activated<'a> {
        let name = profile.device.as_bstr();
        let ports: Vec<&Profile> =
            self.ports(name).into_iter().filter(|port| port.usable().is_ok() && port.flag("ONBOOT", true)).collect();
        let mut activated = Activated {
            profile,
            kernel: self.kernel.clone(),
            left_alone: self.left_alone(profile, !ports.is_empty()),
            failed: None,
            default: None,
        };
        activated.failed = profile.usable().and_then(|()| self.make(&mut activated)).err();
        if activated.failed.is_none() {
            for port in ports {
                join(&mut activated.kernel, port, name);
            }
        }
        activated
    }

    /// Why NetworkManager does not bring a profile up by itself, as a clause.
    fn left_alone(&self, profile: &Profile, has_port: bool) -> Option<String> {
        if let Err(why) = self.config.reads_ifcfg() {
            return Some(why);
        }
        if !profile.flag("NM_CONTROLLED", true) {
            return Some("`NM_CONTROLLED=no` keeps NetworkManager away from it".to_owned());
        }
        if let Some(setting) = self.config.unmanaged(profile.device.as_bstr()) {
            return Some(format!("`unmanaged-devices={}` keeps NetworkManager away from it", setting.value));
        }
        // A port that is brought up brings its bridge up.
        let by_hand = !profile.flag("ONBOOT", true) && !has_port;
        by_hand.then(|| "NetworkManager activates it only by hand (`ONBOOT=no`)".to_owned())
    }

    /// Makes the bridge and gives it its address; an error is why there is none in the end.
    fn make(&self, activated: &mut Activated<'_>) -> Result<(), String> {
        let profile = activated.profile;
        let name = profile.device.as_bstr();
        let own = profile.cloned().map(|cloned| (cloned, profile.place("MACADDR")));
        let (asked, place) = match own {
            Some(own) => own,
            None => {
                // A default that is neither address nor word does not count.
                let default = self.config.cloned_address(name);
                let value = default.as_ref().and_then(|setting| cloned(&setting.value));
                activated.default = default.filter(|_| value.is_some());
                (value.unwrap_or(Cloned::Kept), activated.default.as_ref().map(|setting| setting.place.clone()))
            }
        };
        let cause = |generated| Cause { generated, place: place.clone() };
        let wanted = match asked {
            Cloned::Address(address) => Some((Address::Known(address), cause(false))),
            Cloned::Generated => Some((Address::Unknown, cause(true))),
            Cloned::Kept => None,
        };
        let first = profile.get("BRIDGE_MACADDR").and_then(|value| super::verify::address(value)).map(|address| {
            (Address::Known(address), Cause { generated: false, place: profile.place("BRIDGE_MACADDR") })
        });
        let refused =
            |_| "the kernel refuses a group or all-zero address, and NetworkManager makes no bridge".to_owned();
        let made_by = profile.place("DEVICE");
        activated.kernel.add(name, LinkKind::Bridge, first.or(wanted.clone()), made_by).map_err(refused)?;
        if let Some((address, cause)) = wanted {
            activated.kernel.set_address(name, address, cause).map_err(refused)?;
        }
        Ok(())
    }

    fn reason(&self, bridge: &Bridge, activated: &Activated<'_>) -> String {
        let deciding = bridge.deciding().map(|pin| pin.what.clone());
        match bridge.outcome {
            Outcome::Absent => {
                let why = activated.left_alone.clone().or(activated.failed.clone());
                why.unwrap_or_else(|| "nothing makes it".to_owned())
            }
            Outcome::Pinned => {
                let what = deciding.unwrap_or_else(|| "the profile".to_owned());
                format!("NetworkManager gives it the address of {what}, and it stays")
            }
            Outcome::Generated => match deciding {
                Some(what) => format!("{what} makes NetworkManager make an address up"),
                None => {
                    "no `MACADDR=` is set, and systemd-udevd makes an address up when the bridge is made".to_owned()
                }
            },
            Outcome::Floating => {
                let meant =
                    bridge.pins.iter().find(|pin| matches!(pin.effect, Effect::Ineffective(_) | Effect::Invalid(_)));
                let cause = match (bridge.unset_on_purpose.first(), meant) {
                    (_, Some(pin)) => format!("{} has no effect", pin.what),
                    (Some((_, how)), None) => how.clone(),
                    (None, None) => "no `MACADDR=` is set".to_owned(),
                };
                let udev = self
                    .udev
                    .map(|udev| format!(", systemd-udevd gives it none ({})", udev.why_not(bridge.name.as_bstr())));
                format!("{cause}{}, so the bridge takes the lowest address among its ports", udev.unwrap_or_default())
            }
        }
    }
}

/// Brings a port up with the address that its profile gives it.
fn join(kernel: &mut Kernel, port: &Profile, bridge: &BStr) {
    let name: &BString = &port.device;
    kernel.meet(name.as_bstr());
    if port.kind != Kind::Nic {
        // VLANs and bonds, which their own profiles make; one that is there stays.
        let _ = kernel.add(name.as_bstr(), LinkKind::Virtual, None, port.place("DEVICE"));
    }
    if let (Some(Cloned::Address(address)), Some(place)) = (port.cloned(), port.place("MACADDR")) {
        // A port whose address is refused keeps its own.
        let _ = kernel.set_address(name.as_bstr(), Address::Known(address), Cause::stated(place));
    }
    // A port that is not there does not join.
    let _ = kernel.set_master(name.as_bstr(), bridge);
}
