//! Every place that was meant to set a bridge's address, and what NetworkManager makes of it.

use super::profile::{Cloned, Profile, cloned};
use super::report::{Activated, Report};
use crate::judgement::{Effect, Pin};
use crate::span::{Place, Span};
use crate::stack::ifcfg::{self, Key};
use crate::syntax::Token;
use crate::syntax::shell::name_len;
use crate::syntax::shell::shvar::{Entry, File, Line, Says};
use bstr::{BStr, ByteSlice};
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Report<'_> {
    /// The pins of a bridge. `chosen` is the profile that is activated, `failed` why that makes
    /// no bridge.
    pub(super) fn pins(&self, bridge: &BStr, chosen: Option<&Activated<'_>>, failed: Option<&str>) -> Vec<Pin> {
        let link = chosen.and_then(|activated| activated.kernel.link(bridge)).filter(|_| failed.is_none());
        let winner = link.and_then(|link| link.set_by.as_ref()?.place.clone());
        let mut pins = Vec::new();
        for profile in self.profiles.iter().filter(|profile| profile.device == bridge) {
            let active = chosen.is_some_and(|activated| std::ptr::eq(activated.profile, profile));
            let first = pins.len();
            for (key, found, line) in meant(&profile.parsed) {
                let Some(effect) = self.effect(profile, key, &found, (active, failed, winner.as_ref())) else {
                    continue;
                };
                pins.push(ifcfg::pin(&profile.file, &found.key, &found.value, line, effect));
            }
            self.understand(pins.get_mut(first..).unwrap_or_default(), &profile.file);
        }
        for path in self.unread(bridge) {
            let file = Arc::from(path);
            let parsed = File::parse(&self.world.host.read(&file).unwrap_or_default());
            for (_, found, line) in meant(&parsed) {
                let why = "NetworkManager does not read it from this file";
                pins.push(ifcfg::pin(&file, &found.key, &found.value, line, Effect::Ineffective(why.to_owned())));
            }
        }
        let default = chosen.and_then(|activated| activated.default.as_ref());
        if let Some(setting) = default.filter(|setting| Some(&setting.place) == winner.as_ref()) {
            let place = setting.place.clone();
            let bytes = self.world.host.read(&place.file).unwrap_or_default();
            let line = crate::syntax::physical_lines(&bytes).find(|line| line.end > place.span.start);
            pins.push(Pin {
                line: Place::new(&place.file, line.unwrap_or(place.span)),
                what: format!("`{}=`", setting.key),
                value: setting.value.clone(),
                meant: super::verify::address(&setting.value),
                effect: Effect::Decides,
                place,
            });
        }
        if link.is_some() {
            pins.extend(self.udev.map(|udev| udev.pins(bridge)).unwrap_or_default());
        }
        for pin in pins.iter_mut().filter(|pin| pin.effect == Effect::Decides && Some(&pin.place) != winner.as_ref()) {
            pin.effect = Effect::Overridden("NetworkManager applies another address after it".to_owned());
        }
        pins.sort_by(|a, b| a.place.cmp(&b.place));
        pins
    }

    /// What bash makes of values that NetworkManager does not understand.
    fn understand(&self, pins: &mut [Pin], file: &Path) {
        if pins.iter().all(|pin| pin.meant.is_some()) {
            return;
        }
        let values = ifcfg::values_in_bash(self.world.host, file);
        for pin in pins.iter_mut().filter(|pin| pin.meant.is_none()) {
            pin.meant = values.iter().find(|(place, _)| *place == pin.place).map(|(_, address)| *address);
        }
    }

    /// The files that belong to a bridge and from which NetworkManager takes no address.
    fn unread(&self, bridge: &BStr) -> Vec<PathBuf> {
        let entries = self.world.host.entries(ifcfg::DIRECTORY.as_ref());
        let alias = [b"ifcfg-", bridge.as_bytes(), b":"].concat();
        let keys = [b"keys-", bridge.as_bytes()].concat();
        let files = entries.iter().filter(|entry| entry.starts_with(&alias) || entry.as_bytes() == keys);
        let mut files: Vec<PathBuf> = files.map(|entry| ifcfg::path("", entry.as_bstr())).collect();
        files.push(PathBuf::from("etc/sysconfig/network"));
        files
    }

    /// What becomes of a place in a profile; `None` where it is no pin.
    fn effect(
        &self,
        profile: &Profile,
        key: Key,
        found: &Found,
        (active, failed, winner): (bool, Option<&str>, Option<&Place>),
    ) -> Option<Effect> {
        let place = ifcfg::place(&profile.file, &found.key, &found.value);
        let ineffective = |why: &str| Some(Effect::Ineffective(why.to_owned()));
        let Some(value) = &found.read else {
            return ineffective(
                "NetworkManager ignores the line: it takes only NAME=value, without `export` and without blanks around `=`",
            );
        };
        if key == Key::Unknown {
            return Some(Effect::Ineffective(format!("NetworkManager reads `MACADDR=`, not `{}=`", found.key.text)));
        }
        if profile.place(&found.key.text.to_string()).as_ref() != Some(&place) {
            return Some(Effect::Overridden(format!("a later `{}=` counts", found.key.text)));
        }
        let Some(value) = value else {
            let why = "NetworkManager calls it badly quoted and takes it for empty, as it is no shell";
            return Some(Effect::Invalid(why.to_owned()));
        };
        if value.is_empty() {
            return ineffective("an empty value sets nothing");
        }
        if profile.refusal.as_ref().is_some_and(|refusal| refusal.place == place) {
            return Some(Effect::Invalid("NetworkManager refuses the whole profile for it".to_owned()));
        }
        let address = match (key, cloned(value)) {
            (Key::HwAddr, _) => {
                return ineffective(
                    "`HWADDR=` tells NetworkManager which device the profile is for; it gives a bridge no address",
                );
            }
            (_, Some(Cloned::Kept)) if value == "preserve" => return None,
            (_, Some(Cloned::Kept)) => {
                return ineffective("a bridge has no permanent address, so NetworkManager leaves it to the kernel");
            }
            (_, Some(Cloned::Address(address))) => Some(address),
            (_, _) => None,
        };
        if address.is_some_and(|address| !address.is_usable()) {
            let why = "the kernel refuses a group or all-zero address, and NetworkManager makes no bridge";
            return Some(Effect::Invalid(why.to_owned()));
        }
        Some(match failed {
            Some(why) => Effect::Ineffective(why.to_owned()),
            None if winner == Some(&place) => Effect::Decides,
            None if !active => {
                Effect::Ineffective("NetworkManager activates another profile for the bridge".to_owned())
            }
            None => Effect::Overridden(match (key, profile.get("MACADDR")) {
                (Key::BridgeMacAddr, Some(_)) => "`MACADDR=` is applied after it".to_owned(),
                _ => "the default `ethernet.cloned-mac-address=` is applied after it".to_owned(),
            }),
        })
    }
}

/// A place that was meant to set the address.
pub(super) struct Found {
    pub(super) key: Token,
    value: Token,
    /// What NetworkManager reads: nothing at all, a value, or one that is badly quoted.
    read: Option<Option<bstr::BString>>,
}

/// The places in a file that were meant to set the address, with their lines.
fn meant(parsed: &File) -> Vec<(Key, Found, Span)> {
    let found = |line: &Line| {
        let found = match &line.says {
            Says::Entry(Entry { key, raw, value }) => {
                Found { key: key.clone(), value: raw.clone(), read: Some(value.clone()) }
            }
            Says::Invalid => assignment_in(line)?,
            Says::Nothing => return None,
        };
        Some((ifcfg::key(found.key.as_bstr())?, found, line.span))
    };
    parsed.lines.iter().filter_map(found).collect()
}

/// The assignment that an invalid line was meant to be: with `export`, with blanks around `=`, with `+=`.
pub(super) fn assignment_in(line: &Line) -> Option<Found> {
    let text = line.text.as_bytes();
    let mut at = 0;
    loop {
        at += text[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let len = name_len(&text[at..]);
        if len == 0 {
            return None;
        }
        let rest = text[at + len..].trim_ascii_start();
        let Some(value) = rest.strip_prefix(b"=").or(rest.strip_prefix(b"+=")) else {
            // `export`, or the command of a shell.
            at += len;
            continue;
        };
        let value = value.trim_ascii_start();
        let len_of_value = value.iter().position(u8::is_ascii_whitespace).unwrap_or(value.len());
        let start = text.len() - value.len();
        let token = |start: usize, end: usize| Token {
            text: text[start..end].into(),
            span: Span::new(line.span.start + start, line.span.start + end),
        };
        return Some(Found { key: token(at, at + len), value: token(start, start + len_of_value), read: None });
    }
}
