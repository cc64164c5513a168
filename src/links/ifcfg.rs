//! Evidence from ifcfg files: `HWADDR=` tells what a NIC has, `MACADDR=` what it is given.

use super::{Evidence, Links, Shape, Source};
use crate::address::MacAddress;
use crate::bytes::rsplit_once;
use crate::host::{Host, host_path};
use crate::span::Place;
use crate::syntax::shell::{Content, Outside, Shell};
use crate::systemd::interface;
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeMap;
use std::path::Path;

/// Where the files lie.
pub(super) const DIRECTORY: &str = "etc/sysconfig/network-scripts";

/// Leftovers of editors and packages, which neither reader takes.
const IGNORED: &[&str] = &["~", ".bak", ".orig", ".rpmnew"];

pub(super) fn gather(host: &Host, links: &mut Links) {
    let outside = Outside::new(|path| host.read(&host_path(path)).map_or(Content::Unknown, Content::Text));
    let mut bonds: BTreeMap<BString, Vec<BString>> = BTreeMap::new();
    for entry in host.entries(Path::new(DIRECTORY)) {
        let Some(name) = entry.strip_prefix(b"ifcfg-") else { continue };
        if name == b"lo" || name.contains(&b':') || IGNORED.iter().any(|suffix| name.ends_with(suffix.as_bytes())) {
            continue;
        }
        let mut shell = Shell::new(&outside, BTreeMap::new());
        shell.in_function(|shell| {
            shell.source_file(BStr::new(&[b"/etc/sysconfig/network-scripts/", &entry[..]].concat()))
        });
        let settings = Settings { shell, name: name.as_bstr() };
        settings.tell(links, &mut bonds);
    }
    for (bond, ports) in bonds {
        let link = links.entry(bond.as_bstr());
        if matches!(link.shape, Shape::Plain | Shape::Bond(_)) {
            link.shape = Shape::Bond(ports);
        }
    }
}

/// One file's settings.
struct Settings<'a> {
    shell: Shell<'a>,
    name: &'a BStr,
}

impl Settings<'_> {
    fn get(&self, key: &str) -> BString {
        self.shell.get(BStr::new(key)).text().unwrap_or_default().to_owned()
    }

    fn is_yes(&self, key: &str) -> bool {
        let value = self.get(key);
        ["yes", "y", "true", "t", "on", "1"].iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()))
    }

    fn tell(&self, links: &mut Links, bonds: &mut BTreeMap<BString, Vec<BString>>) {
        let mut device = self.get("DEVICE");
        if device.is_empty() && !self.get("HWADDR").is_empty() {
            // Whatever has that address; people name the file after it.
            device = self.name.to_owned();
        }
        if !interface::is_valid(&device) {
            return;
        }
        let shape = self.shape(device.as_bstr());
        let kind = self.get("TYPE").to_ascii_lowercase();
        let is_bond = kind == b"bond" || !self.get("BONDING_OPTS").is_empty() || self.is_yes("BONDING_MASTER");
        if is_bond {
            bonds.entry(device.clone()).or_default();
        }
        let master = self.get("MASTER");
        if interface::is_valid(&master) {
            bonds.entry(master).or_default().push(device.clone());
        }
        let follows_active_port = is_bond && self.follows_active_port();
        let link = links.entry(device.as_bstr());
        link.follows_active_port |= follows_active_port;
        if shape == Shape::Bridge {
            // Both are about the bridge here, and that is for the stacks to say.
            link.shape = shape;
            return;
        }
        if link.shape == Shape::Plain {
            link.shape = shape;
        }
        // A bond or VLAN has no hardware.
        let hardware = (link.shape == Shape::Plain && !is_bond).then(|| self.address("HWADDR", "`HWADDR=`", false));
        link.evidence.extend(self.address("MACADDR", "`MACADDR=`", true));
        link.evidence.extend(hardware.flatten());
    }

    /// Each `KEY=VALUE` of `BONDING_OPTS=` is written into the bond's sysfs attribute of that name, one after another
    /// (network-scripts' install_bonding_driver); the kernel takes a value's name or its number (bond_options.c).
    fn follows_active_port(&self) -> bool {
        let options = self.get("BONDING_OPTS");
        let mut values =
            options.split(u8::is_ascii_whitespace).filter_map(|option| option.strip_prefix(b"fail_over_mac="));
        values.next_back().is_some_and(|value| matches!(value, b"active" | b"1"))
    }

    fn shape(&self, device: &BStr) -> Shape {
        let kind = self.get("TYPE").to_ascii_lowercase();
        if kind == b"bridge" {
            return Shape::Bridge;
        }
        if !self.is_yes("VLAN") && kind != b"vlan" {
            return Shape::Plain;
        }
        let parent = self.get("PHYSDEV");
        let of_name = rsplit_once(device, b'.').map(|(parent, _)| BString::from(parent));
        let parent = if parent.is_empty() { of_name.unwrap_or_default() } else { parent };
        if interface::is_valid(&parent) { Shape::Vlan(parent) } else { Shape::Plain }
    }

    fn address(&self, key: &str, what: &'static str, assigned: bool) -> Option<Evidence> {
        let place: Place = self.shell.variable(BStr::new(key))?.place.clone()?;
        let value = self.get(key);
        let value = value.trim_ascii();
        let address = MacAddress::parse(value).or_else(|| MacAddress::parse_separated(value, b'-'))?;
        address.is_usable().then_some(Evidence { address, source: Source::File(place, what), assigned })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn tells_what_the_files_tell() {
        let dir = tempfile::tempdir().unwrap();
        let files = [
            ("eth0", "DEVICE=\"eth0\"\nHWADDR=B4:99:BA:00:00:01 # port 1\nBRIDGE=br0\n"),
            ("eth1", "DEVICE=eth1\nHWADDR=b4:99:ba:00:00:02\nMACADDR=52:54:00:00:00:02\nMASTER=bond0\nSLAVE=yes\n"),
            ("eth2", "DEVICE=eth2\nMASTER=bond0\nSLAVE=yes\nHWADDR=$(cat /sys/class/net/eth2/address)\n"),
            (
                "bond0",
                "DEVICE=bond0\nTYPE=Bond\nBONDING_OPTS=\"mode=active-backup fail_over_mac=follow fail_over_mac=1\"\n",
            ),
            ("bond1", "DEVICE=bond1\nBONDING_OPTS='mode=1 fail_over_mac=none'\n"),
            ("bond0.5", "DEVICE=bond0.5\nVLAN=yes\n"),
            ("br0", "DEVICE=br0\nTYPE=Bridge\nHWADDR=b4:99:ba:00:00:09\n"),
            ("eth0.bak", "DEVICE=eth0\nHWADDR=b4:99:ba:00:00:0a\n"),
            ("lan", "HWADDR=b4:99:ba:00:00:03\n"),
        ];
        let host = files.iter().fold(Host::new(dir.path()), |host, (name, text)| {
            host.with_file(&Path::new(DIRECTORY).join(format!("ifcfg-{name}")), text.as_bytes().to_vec())
        });
        let mut links = Links::default();
        gather(&host, &mut links);
        let told: Vec<String> = links
            .iter()
            .map(|(name, link)| {
                let evidence = link
                    .evidence
                    .iter()
                    .map(|found| format!(" {}{}", found.address, if found.assigned { "!" } else { "" }));
                let moves = if link.follows_active_port { " moves" } else { "" };
                format!("{name}{} {:?}{moves}", evidence.collect::<String>(), link.shape)
            })
            .collect();
        assert_eq!(
            told,
            [
                "bond0 Bond([\"eth1\", \"eth2\"]) moves",
                "bond0.5 Vlan(\"bond0\")",
                "bond1 Bond([])",
                "br0 Bridge",
                "eth0 b4:99:ba:00:00:01 Plain",
                "eth1 52:54:00:00:00:02! b4:99:ba:00:00:02 Plain",
                "eth2 Plain",
                "lan b4:99:ba:00:00:03 Plain",
            ]
        );
        assert_eq!(links.address(BStr::new("bond0.5")).unwrap().address.to_string(), "52:54:00:00:00:02");
    }
}
