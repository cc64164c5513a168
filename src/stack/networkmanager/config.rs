//! NetworkManager.conf and its drop-ins, as far as they decide about bridges
//! (nm-config.c `read_entire_config`, nm-config-data.c; NetworkManager.conf(5)).

use crate::bytes::split_once;
use crate::fnmatch::fnmatch;
use crate::host::Host;
use crate::span::{Place, Span};
use crate::syntax::physical_lines;
use bstr::{BStr, BString, ByteSlice};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const MAIN: &str = "etc/NetworkManager/NetworkManager.conf";
/// Lowest priority first; a file hides those of the same name in the directories before. The main
/// file is read before the last one.
const DIRECTORIES: [&str; 3] =
    ["usr/lib/NetworkManager/conf.d", "run/NetworkManager/conf.d", "etc/NetworkManager/conf.d"];

/// All sections of all files, in the order in which they are read.
pub(super) struct Config {
    sections: Vec<Section>,
}

struct Section {
    name: BString,
    /// Counts the files.
    file: usize,
    settings: Vec<Setting>,
}

/// One `key=value`.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) key: BString,
    pub(super) value: BString,
    pub(super) place: Place,
}

impl Config {
    pub(super) fn read(host: &Host) -> Self {
        let mut sections = Vec::new();
        for (index, path) in files(host).into_iter().enumerate() {
            if let Some(bytes) = host.read(&path) {
                parse(&bytes, &Arc::from(path), index, &mut sections);
            }
        }
        Self { sections }
    }

    /// Whether the ifcfg-rh plugin runs; if not, why, as a clause. Built with it, NetworkManager
    /// loads it unless `plugins=` lists others.
    pub(super) fn reads_ifcfg(&self) -> Result<(), String> {
        let mut on = true;
        let main = self.sections.iter().filter(|section| section.name == "main");
        for setting in main.flat_map(|section| &section.settings) {
            let listed = words(&setting.value).any(|word| word == b"ifcfg-rh");
            match &setting.key[..] {
                b"plugins" => on = listed,
                b"plugins+" => on |= listed,
                b"plugins-" => on &= !listed,
                _ => {}
            }
        }
        if on {
            Ok(())
        } else {
            Err("`plugins=` in its configuration leaves out ifcfg-rh, so NetworkManager does not read the file"
                .to_owned())
        }
    }

    /// The default for profiles that set no `MACADDR=` (`_match_section_infos_lookup`): of the
    /// sections that match the bridge the one read last, within a file the first; `[connection]`
    /// comes after all others.
    pub(super) fn cloned_address(&self, bridge: &BStr) -> Option<Setting> {
        let mut sections: Vec<&Section> =
            self.sections.iter().filter(|section| section.name.starts_with(b"connection")).collect();
        sections.sort_by_key(|section| (section.name == "connection", std::cmp::Reverse(section.file)));
        sections.into_iter().find_map(|section| {
            let setting = section.last("ethernet.cloned-mac-address")?;
            section.matches(bridge).then(|| setting.clone())
        })
    }

    /// Whether NetworkManager is told to leave the bridge alone.
    pub(super) fn unmanaged(&self, bridge: &BStr) -> Option<Setting> {
        let keyfile = self.sections.iter().rev().filter(|section| section.name == "keyfile");
        let setting = keyfile.into_iter().find_map(|section| section.last("unmanaged-devices"))?;
        matches(&setting.value, bridge).then(|| setting.clone())
    }
}

impl Section {
    fn last(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().rev().find(|setting| setting.key == key)
    }

    fn matches(&self, bridge: &BStr) -> bool {
        self.last("match-device").is_none_or(|setting| matches(&setting.value, bridge))
    }
}

fn files(host: &Host) -> Vec<PathBuf> {
    let confs = |directory: &str| {
        let names = host.entries(Path::new(directory)).into_iter();
        names.filter(|name| name.ends_with(b".conf")).collect::<Vec<BString>>()
    };
    let [vendor, run, etc] = DIRECTORIES.map(confs);
    let path = |directory: &str, name: &BString| Path::new(directory).join(crate::host::host_path(name));
    let mut files: Vec<PathBuf> = Vec::new();
    let shown = |name: &&BString| !etc.contains(name);
    files.extend(vendor.iter().filter(shown).filter(|name| !run.contains(name)).map(|name| path(DIRECTORIES[0], name)));
    files.extend(run.iter().filter(shown).map(|name| path(DIRECTORIES[1], name)));
    files.push(PathBuf::from(MAIN));
    files.extend(etc.iter().map(|name| path(DIRECTORIES[2], name)));
    files
}

/// A GLib key file.
fn parse(bytes: &[u8], file: &Arc<Path>, index: usize, sections: &mut Vec<Section>) {
    let mut inside = false;
    for span in physical_lines(bytes) {
        let text = span.of(bytes).trim_ascii();
        if let Some(name) = text.strip_prefix(b"[").and_then(|text| text.strip_suffix(b"]")) {
            sections.push(Section { name: name.into(), file: index, settings: Vec::new() });
            inside = true;
        } else if let (Some((key, value)), Some(section)) =
            (split_once(text, b'='), sections.last_mut().filter(|_| inside))
            && !text.starts_with(b"#")
        {
            let start = span.start + span.of(bytes).find_byte(b'=').unwrap_or(0) + 1;
            let blanks =
                Span::new(start, span.end).of(bytes).iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let value = value.trim_ascii();
            let place = Place::new(file, Span::new(start + blanks, start + blanks + value.len()));
            let setting = Setting { key: key.trim_ascii().into(), value: value.into(), place };
            section.settings.push(setting);
        }
    }
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b';')).filter(|word| !word.is_empty())
}

/// A list of device specs (NetworkManager.conf(5), "Device List Format") against a bridge's name;
/// what asks for more than name and type does not match.
fn matches(list: &[u8], bridge: &BStr) -> bool {
    let mut matched = false;
    for word in words(list) {
        let (spec, except) = word.strip_prefix(b"except:").map_or((word, false), |spec| (spec, true));
        let hit = match split_once(spec, b':') {
            None => spec == b"*" || spec == bridge.as_bytes(),
            Some((b"type", kind)) => kind == b"bridge",
            Some((b"interface-name", name)) => match name.strip_prefix(b"=") {
                Some(name) => name == bridge.as_bytes(),
                None => fnmatch(name, bridge, false),
            },
            Some(_) => false,
        };
        match (hit, except) {
            (true, true) => return false,
            (true, false) => matched = true,
            (false, _) => {}
        }
    }
    matched
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn config(files: &[(&str, &str)]) -> Config {
        let dir = tempfile::tempdir().unwrap();
        let host = files.iter().fold(Host::new(dir.path()), |host, (path, text)| {
            host.with_file(Path::new(path), text.as_bytes().to_vec())
        });
        Config::read(&host)
    }

    fn cloned(files: &[(&str, &str)]) -> Option<String> {
        config(files).cloned_address(BStr::new("br0")).map(|setting| setting.value.to_string())
    }

    #[test]
    fn the_default_is_that_of_the_section_that_counts() {
        let set = "[connection]\nethernet.cloned-mac-address = stable\n";
        assert_eq!(cloned(&[]), None);
        assert_eq!(cloned(&[(MAIN, set)]).as_deref(), Some("stable"));
        assert_eq!(cloned(&[(MAIN, "# [connection]\nethernet.cloned-mac-address=x\n")]), None);
        let first = "[connection-a]\nmatch-device=interface-name:br*\nethernet.cloned-mac-address=a\n[connection-b]\nethernet.cloned-mac-address=b\n";
        assert_eq!(cloned(&[(MAIN, &format!("{set}{first}"))]).as_deref(), Some("a"));
        assert_eq!(cloned(&[(MAIN, first), ("etc/NetworkManager/conf.d/x.conf", set)]).as_deref(), Some("a"));
        let later = ("etc/NetworkManager/conf.d/x.conf", "[connection-z]\nethernet.cloned-mac-address=z\n");
        assert_eq!(cloned(&[(MAIN, first), later]).as_deref(), Some("z"));
        let vendor = ("usr/lib/NetworkManager/conf.d/x.conf", "[connection]\nethernet.cloned-mac-address=v\n");
        assert_eq!(cloned(&[vendor]).as_deref(), Some("v"));
        assert_eq!(cloned(&[vendor, ("etc/NetworkManager/conf.d/x.conf", "")]), None);
    }

    #[test]
    fn matches_plain_device_lists() {
        for (list, wanted) in [
            ("*", true),
            ("br0", true),
            ("type:bridge,interface-name:eth0", true),
            ("interface-name:=br0", true),
            ("interface-name:br?", true),
            ("*;except:interface-name:br0", false),
            ("type:wifi", false),
            ("mac:52:54:00:aa:bb:cc", false),
        ] {
            assert_eq!(matches(list.as_bytes(), BStr::new("br0")), wanted, "{list}");
        }
    }

    #[test]
    fn plugins_may_leave_the_files_out() {
        assert_eq!(config(&[]).reads_ifcfg(), Ok(()));
        assert_eq!(config(&[(MAIN, "[main]\nplugins=ifcfg-rh,keyfile\n")]).reads_ifcfg(), Ok(()));
        assert!(config(&[(MAIN, "[main]\nplugins=keyfile\n")]).reads_ifcfg().is_err());
        assert_eq!(config(&[(MAIN, "[main]\nplugins=keyfile\nplugins+=ifcfg-rh\n")]).reads_ifcfg(), Ok(()));
    }
}
