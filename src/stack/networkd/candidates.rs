//! The ways to pin a bridge: the line that was meant to, a new line after `Kind=`, a drop-in.

use super::super::{Stack, World};
use super::Daemon;
use super::netdev::Netdev;
use crate::address::MacAddress;
use crate::edit::{Edit, FileEdit};
use crate::judgement::{Bridge, Candidate, Effect, Pin, PinValue};
use crate::span::Span;
use crate::syntax::indentation;
use crate::syntax::unit::{Assignment, Section, line_ending};
use crate::systemd::files::{Config, File};
use bstr::{BString, ByteSlice};
use std::path::{Path, PathBuf};

/// The ways to pin a bridge on this stack, best first. There is no way to name a link whose address
/// it is to have (systemd#21577).
pub(in crate::stack) fn candidates(
    world: World<'_>,
    stack: &Stack,
    bridge: &Bridge,
    value: &PinValue,
) -> Vec<Candidate> {
    let PinValue::Address(address) = *value else { return Vec::new() };
    let daemon = Daemon::start(world, stack);
    let own = daemon.netdevs.iter().find(|netdev| netdev.origin.as_ref() == Some(&bridge.origin));
    let Some(own) = own else { return Vec::new() };
    let writer = Writer { daemon: &daemon, own, address };
    let with = |wanted: fn(&Effect) -> bool| bridge.pins.iter().rev().filter(move |pin| wanted(&pin.effect));
    let network = daemon.network_of(&bridge.name, bridge.address.map(super::Address::Known));
    let mut found = Vec::new();
    found.extend(with(|effect| *effect == Effect::Decides).filter_map(|pin| writer.replace_value(pin)));
    found.extend(with(|effect| matches!(effect, Effect::Invalid(_))).filter_map(|pin| writer.replace_value(pin)));
    found.extend(with(|effect| matches!(effect, Effect::Ineffective(_))).filter_map(|pin| writer.put_right(pin)));
    found.extend(writer.replace_unset());
    found.extend(writer.add_line());
    found.extend(writer.add_drop_in(&own.config, "NetDev"));
    found.extend(network.and_then(|network| writer.add_drop_in(&network.config, "Link")));
    found
}

struct Writer<'a> {
    daemon: &'a Daemon<'a>,
    own: &'a Netdev,
    address: MacAddress,
}

/// An assignment with the file and section that it stands in.
type Found<'a> = (&'a File, &'a Section, &'a Assignment);

impl Writer<'_> {
    /// Another value in the same line; a comment that networkd took as part of it gets a line of its own.
    fn replace_value(&self, pin: &Pin) -> Option<Candidate> {
        let (file, _, item) = self.find(pin)?;
        let mut edits = Vec::new();
        let value = item.value.as_bstr();
        if let (Some(at), true) =
            (value.find_byteset(b"#;"), value.len() == item.value.span.end - item.value.span.start)
        {
            let comment = value.get(at..).unwrap_or_default();
            let text = [indentation(&file.text, item.line), comment, line_ending(&file.text, item.line)].concat();
            edits.push(Edit { span: Span::at(item.line.start), content: text.into() });
        }
        edits.push(Edit { span: item.value.span, content: self.address.to_string().into() });
        let edits = vec![FileEdit { file: file.path.clone(), edits }];
        Some(Candidate { edits, title: format!("set `{}=` in {} to {}", item.key.text, file.shown(), self.address) })
    }

    /// A line with the wrong key gets the right one; one in the wrong section goes to the right one.
    fn put_right(&self, pin: &Pin) -> Option<Candidate> {
        let (file, section, item) = self.find(pin)?;
        let right = if file.path.extension().is_some_and(|extension| extension == "link") { "Link" } else { "NetDev" };
        let is_own = self.own.config.files.iter().any(|own| own.path == file.path);
        if section.is(right) && is_own && !item.is("MACAddress") && !item.value.text.contains_str("MACAddress=") {
            let edits = vec![
                Edit { span: item.key.span, content: "MACAddress".into() },
                Edit { span: item.value.span, content: self.address.to_string().into() },
            ];
            let edits = vec![FileEdit { file: file.path.clone(), edits }];
            return Some(Candidate {
                edits,
                title: format!("make `MACAddress={}` of `{}=` in {}", self.address, item.key.text, file.shown()),
            });
        }
        let misplaced = !section.is("Link") && !section.is(right) || is_own && !section.is(right);
        let mut added = self.add_line().filter(|_| misplaced && item.key.text.eq_ignore_ascii_case(b"MACAddress"))?;
        let removal = Edit { span: item.line, content: BString::default() };
        match added.edits.iter_mut().find(|edit| edit.file == file.path) {
            Some(edit) => {
                edit.edits.push(removal);
                edit.edits.sort();
            }
            None => added.edits.push(FileEdit { file: file.path.clone(), edits: vec![removal] }),
        }
        let section = section.name.as_ref().map_or("the file's start".to_owned(), |name| format!("`[{}]`", name.text));
        added.title = format!("move `MACAddress={}` from {section} to `[NetDev]`", self.address);
        Some(added)
    }

    /// The `MACAddress=` that counts, where it leaves the address unset.
    fn replace_unset(&self) -> Option<Candidate> {
        let (file, item) = self.own.config.last("NetDev", "MACAddress")?;
        if !self.is_editable(&file.path) {
            return None;
        }
        let edits = vec![FileEdit::replace(&file.path, item.value.span, self.address.to_string())];
        Some(Candidate { edits, title: format!("set `MACAddress=` in {} to {}", file.shown(), self.address) })
    }

    /// A new line after `Kind=`, written as that line is.
    fn add_line(&self) -> Option<Candidate> {
        let (file, kind) = self.own.kind_line().filter(|(file, _)| self.is_editable(&file.path))?;
        let between = Span::new(kind.key.span.end, kind.value.span.start).of(&file.text);
        let is_plain = between.iter().all(|byte| b" \t=".contains(byte));
        let separator = if is_plain { between } else { b"=" };
        let ending = line_ending(&file.text, kind.line);
        let line = kind.line.of(&file.text);
        let missing = if line.ends_with(ending) { &b""[..] } else { ending };
        let address = self.address.to_string();
        let text = [missing, indentation(&file.text, kind.line), b"MACAddress", separator, address.as_bytes(), ending];
        let edits = vec![FileEdit::insert(&file.path, kind.line.end, text.concat())];
        Some(Candidate { edits, title: format!("add `MACAddress={address}` to {}", file.shown()) })
    }

    /// A drop-in in `/etc` that sorts after all others, for files that are not the administrator's.
    fn add_drop_in(&self, config: &Config, section: &str) -> Option<Candidate> {
        let folder = Path::new("etc/systemd/network").join(PathBuf::from(format!("{}.d", config.name)));
        let last = config.files.iter().skip(1).filter_map(|file| file.path.file_name()).max();
        let names = ["50-bridgepin.conf", "zz-bridgepin.conf", "zzzz-bridgepin.conf"];
        let name = names.into_iter().find(|name| last.is_none_or(|last| last < std::ffi::OsStr::new(name)))?;
        let path = folder.join(name);
        let text = format!("[{section}]\nMACAddress={}\n", self.address);
        let title = format!("add {} with `MACAddress={}`", path.display(), self.address);
        Some(Candidate { edits: vec![FileEdit::insert(&path.into(), 0, text)], title })
    }

    /// The assignment that a pin is, in a file that may be edited.
    fn find(&self, pin: &Pin) -> Option<Found<'_>> {
        let netdevs = std::iter::once(&self.own.config);
        let configs = netdevs.chain(self.daemon.networks.iter().map(|network| &network.config));
        let file = configs.flat_map(|config| &config.files).find(|file| file.path == pin.place.file)?;
        let items =
            file.unit.sections.iter().flat_map(|section| section.assignments.iter().map(move |item| (section, item)));
        let (section, item) = items.into_iter().find(|(_, item)| item.line == pin.line.span)?;
        self.is_editable(&file.path).then_some((file, section, item))
    }

    /// Only `/etc` is the administrator's: packages and programs write the other directories.
    fn is_editable(&self, path: &Path) -> bool {
        let real = self.daemon.world.host.canonical(path).unwrap_or_else(|| path.to_owned());
        real.starts_with("etc")
    }
}
