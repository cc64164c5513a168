//! Edits of `.netdev`, `.network` and `.link` files that set a bridge's address.

use super::super::netdev::Netdev;
use super::Daemon;
use crate::address::MacAddress;
use crate::edit::{Edit, FileEdit};
use crate::judgement::{Candidate, Pin};
use crate::span::Span;
use crate::stack::udev::Udev;
use crate::stack::unit_pins::swallowed_value;
use crate::syntax::indentation;
use crate::syntax::unit::{Assignment, Section, line_ending};
use crate::systemd::files::{Config, File};
use bstr::{BString, ByteSlice};
use std::ffi::OsStr;
use std::path::Path;

/// What is written, and into which files.
pub(super) struct Writer<'a> {
    pub daemon: &'a Daemon<'a>,
    /// The `.netdev` that makes the bridge, or should.
    pub own: &'a Netdev,
    pub address: MacAddress,
}

impl Writer<'_> {
    /// Another value in the same line; a comment that systemd took as part of it gets a line of its own.
    pub fn replace_value(&self, pin: &Pin) -> Option<Candidate> {
        let (file, _, item) = self.find(pin)?;
        let mut edits = Vec::new();
        let value = item.value.as_bstr();
        let on_one_line = value.len() == item.value.span.end - item.value.span.start;
        if let Some(at) = value.find_byteset(b"#;").filter(|_| on_one_line) {
            let comment = value.get(at..).unwrap_or_default();
            let line = [indentation(&file.text, item.line), comment, line_ending(&file.text, item.line)];
            edits.push(Edit { span: Span::at(item.line.start), content: line.concat().into() });
        }
        edits.push(self.value(item.value.span));
        let title = format!("set `{}=` in {} to {}", item.key.text, file.shown(), self.address);
        Some(in_file(file, edits, title))
    }

    /// The `MACAddress=` that counts, where it leaves the address unset.
    pub fn replace_unset(&self) -> Option<Candidate> {
        let (file, item) = self.own.config.last("NetDev", "MACAddress")?;
        let title = format!("set `MACAddress=` in {} to {}", file.shown(), self.address);
        self.is_editable(file).then(|| in_file(file, vec![self.value(item.value.span)], title))
    }

    /// A line that has no effect is made to have one: with the right key, in the right section.
    pub fn put_right(&self, pin: &Pin) -> Option<Candidate> {
        let Some((file, section, item)) = self.find(pin) else { return self.give_equals(pin) };
        if !self.own.config.files.iter().any(|own| own.path == file.path) {
            // Of other files only what counts in none of their sections is taken away.
            return if section.is("Link") { None } else { self.move_here(file, section, item) };
        }
        if let Some(value) = swallowed_value(file, item) {
            // Without the backslash the line stands for itself.
            let before = Span::new(item.line.start, value.start).of(&file.text);
            let backslash = item.line.start + before.rfind_byte(b'\\')?;
            let removal = Edit { span: Span::new(backslash, backslash + 1), content: BString::default() };
            let title = format!("end the line before `MACAddress=` in {}", file.shown());
            return Some(in_file(file, vec![removal, self.value(value)], title));
        }
        if section.is("NetDev") && !item.is("MACAddress") {
            let key = Edit { span: item.key.span, content: "MACAddress".into() };
            let title = format!("make `{}=` in {} `MACAddress={}`", item.key.text, file.shown(), self.address);
            return Some(in_file(file, vec![key, self.value(item.value.span)], title));
        }
        if section.name.is_none() && file.unit.section("NetDev").next().is_none() {
            let header = [b"[NetDev]", line_ending(&file.text, item.line)].concat();
            let header = Edit { span: Span::at(item.line.start), content: header.into() };
            let title = format!("put `MACAddress={}` in {} under `[NetDev]`", self.address, file.shown());
            return Some(in_file(file, vec![header, self.value(item.value.span)], title));
        }
        self.move_here(file, section, item)
    }

    /// A new line after `Kind=`, written as that line is.
    pub fn add_line(&self) -> Option<Candidate> {
        let (file, kind) = self.own.kind_line().filter(|(file, _)| self.is_editable(file))?;
        let between = Span::new(kind.key.span.end, kind.value.span.start).of(&file.text);
        let is_plain = between.iter().all(|byte| b" \t=".contains(byte));
        let separator = if is_plain { between } else { b"=" };
        let ending = line_ending(&file.text, kind.line);
        let missing = if kind.line.of(&file.text).ends_with(ending) { &b""[..] } else { ending };
        let address = self.address.to_string();
        let text = [missing, indentation(&file.text, kind.line), b"MACAddress", separator, address.as_bytes(), ending];
        let edit = Edit { span: Span::at(kind.line.end), content: text.concat().into() };
        Some(in_file(file, vec![edit], format!("add `MACAddress={address}` to {}", file.shown())))
    }

    /// A drop-in in `/etc` that sorts after all others, for files that are not the administrator's.
    pub fn add_drop_in(&self, config: &Config, section: &str) -> Option<Candidate> {
        let last = config.files.iter().skip(1).filter_map(|file| file.path.file_name()).max();
        let names = ["50-bridgepin.conf", "zz-bridgepin.conf", "zzzz-bridgepin.conf"];
        let name = names.into_iter().find(|name| last.is_none_or(|last| last < OsStr::new(name)))?;
        let path = Path::new("etc/systemd/network").join(format!("{}.d", config.name)).join(name);
        let text = format!("[{section}]\nMACAddress={}\n", self.address);
        let title = format!("add {} with `MACAddress={}`", path.display(), self.address);
        Some(Candidate { edits: vec![FileEdit::insert(&path.into(), 0, text)], title })
    }

    /// A line leaves its section, and `[NetDev]` gets the address.
    fn move_here(&self, file: &File, section: &Section, item: &Assignment) -> Option<Candidate> {
        let letters: Vec<u8> = item.key.text.iter().copied().filter(u8::is_ascii_alphabetic).collect();
        if !letters.eq_ignore_ascii_case(b"MACAddress") {
            return None;
        }
        let mut added = self.replace_unset().or_else(|| self.add_line())?;
        let removal = Edit { span: item.line, content: BString::default() };
        match added.edits.iter_mut().find(|edit| edit.file == file.path) {
            Some(edit) => {
                edit.edits.push(removal);
                edit.edits.sort();
            }
            None => added.edits.push(FileEdit { file: file.path.clone(), edits: vec![removal] }),
        }
        let from = section.name.as_ref().map_or("the file's start".to_owned(), |name| format!("`[{}]`", name.text));
        added.title = format!("move `MACAddress={}` from {from} to `[NetDev]`", self.address);
        Some(added)
    }

    /// A line without `=` gets one.
    fn give_equals(&self, pin: &Pin) -> Option<Candidate> {
        let file = self.own.config.files.iter().find(|file| file.path == pin.place.file)?;
        let is_flaw = file.unit.flaws.iter().any(|flaw| flaw.span == pin.place.span);
        let text = format!("MACAddress={}", self.address);
        let title = format!("write `{text}` in {}", file.shown());
        let edit = Edit { span: pin.place.span, content: text.into() };
        (is_flaw && self.is_editable(file)).then(|| in_file(file, vec![edit], title))
    }

    fn value(&self, span: Span) -> Edit {
        Edit { span, content: self.address.to_string().into() }
    }

    /// The assignment that a pin is, in a file that may be edited.
    fn find(&self, pin: &Pin) -> Option<(&File, &Section, &Assignment)> {
        let networks = self.daemon.networks.iter().map(|network| &network.config);
        let links = self.daemon.udev().into_iter().flat_map(Udev::configs);
        let mut configs = std::iter::once(&self.own.config).chain(networks).chain(links);
        let file = configs.find_map(|config| config.files.iter().find(|file| file.path == pin.place.file))?;
        let (section, item) = file.unit.sections.iter().find_map(|section| {
            let item = section.assignments.iter().find(|item| item.line == pin.line.span)?;
            Some((section, item))
        })?;
        self.is_editable(file).then_some((file, section, item))
    }

    /// Only `/etc` is the administrator's: packages and programs write the other directories.
    fn is_editable(&self, file: &File) -> bool {
        let real = self.daemon.world.host.canonical(&file.path).unwrap_or_else(|| file.path.to_path_buf());
        real.starts_with("etc")
    }
}

fn in_file(file: &File, edits: Vec<Edit>, title: String) -> Candidate {
    Candidate { edits: vec![FileEdit { file: file.path.clone(), edits }], title }
}
