//! NICs that netplan names by their address: `match:` with `macaddress:`, beside `set-name:`.
//!
//! No YAML is read, only keys and how far they are indented, which is how everybody writes netplan.

use super::{Evidence, Links, Renamer, Source};
use crate::address::MacAddress;
use crate::bytes::split_once;
use crate::host::Host;
use crate::recognise::package_version;
use crate::span::{Place, Span};
use crate::syntax::physical_lines;
use crate::systemd::interface;
use bstr::{BString, ByteSlice};
use std::path::Path;
use std::sync::Arc;

const FOLDER: &str = "etc/netplan";

/// Adds the links that netplan names, and that it renames bridges too where it is old.
pub(super) fn gather(host: &Host, links: &mut Links) {
    let mut is_old = None;
    for name in host.entries(Path::new(FOLDER)).into_iter().filter(|name| name.ends_with(b".yaml")) {
        let path: Arc<Path> = Path::new(FOLDER).join(name.to_path_lossy()).into();
        let Some(text) = host.read(&path) else { continue };
        for Named { address, to, span } in named(&text) {
            let source = Source::File(Place::new(&path, span), "`macaddress:` beside `set-name:`");
            links.entry(to.as_bstr()).evidence.push(Evidence::hardware(address, source.clone()));
            links.rename_by_address(to.as_bstr(), address);
            if *is_old.get_or_insert_with(|| is_before_106(host)) {
                let cure = "match by `driver:` or `name:` there, or install netplan 0.106, which asks for `PermanentMACAddress=`";
                links.add_renamer(Renamer { address, names: Vec::new(), to, source, cure });
            }
        }
    }
}

/// Whether it writes `MACAddress=`, which a bridge matches too, not `PermanentMACAddress=` (`append_match_section`,
/// src/networkd.c, commit 581e1473). Where the tree does not tell, it may.
fn is_before_106(host: &Host) -> bool {
    let numbers = |version: &str| -> Vec<u32> {
        version.split(|c: char| !c.is_ascii_digit()).map_while(|n| n.parse().ok()).collect()
    };
    package_version(host, "netplan.io").is_none_or(|version| numbers(&version) < vec![0, 106])
}

/// A link that is named by its address.
struct Named {
    address: MacAddress,
    to: BString,
    span: Span,
}

/// The keys of one indentation below one key.
struct Block {
    indent: usize,
    under: BString,
    /// What is last seen in it, the key of a block that may follow.
    key: BString,
    address: Option<(MacAddress, Span)>,
    to: Option<BString>,
}

fn named(text: &[u8]) -> Vec<Named> {
    let mut all = Vec::new();
    let mut blocks: Vec<Block> = Vec::new();
    let mut close = |block: Block| {
        if let (Some((address, span)), Some(to)) = (block.address, block.to) {
            all.push(Named { address, to, span });
        }
    };
    for line in physical_lines(text) {
        let content = line.of(text).trim_ascii_end();
        let indent = content.iter().take_while(|byte| **byte == b' ').count();
        let Some((key, value)) = split_once(content.trim_ascii_start(), b':') else { continue };
        if key.starts_with(b"#") {
            continue;
        }
        while blocks.last().is_some_and(|block| block.indent > indent) {
            blocks.pop().into_iter().for_each(&mut close);
        }
        if blocks.last().is_none_or(|block| block.indent < indent) {
            let under = blocks.last().map(|block| block.key.clone()).unwrap_or_default();
            blocks.push(Block { indent, under, key: BString::default(), address: None, to: None });
        }
        let span = Span::new(line.start + indent, line.start + content.len());
        let depth = blocks.len();
        let Some(block) = blocks.last_mut() else { continue };
        block.key = unquoted(key).into();
        match &**block.key {
            b"set-name" => block.to = Some(unquoted(value)).filter(|name| interface::is_valid(name)).map(BString::from),
            b"match" => block.address = in_flow(value).map(|address| (address, span)).or(block.address),
            b"macaddress" if block.under == "match" => {
                let address = address(value).map(|address| (address, span));
                if let Some(parent) = depth.checked_sub(2).and_then(|at| blocks.get_mut(at)) {
                    parent.address = address;
                }
            }
            _ => {}
        }
    }
    blocks.into_iter().rev().for_each(close);
    all
}

/// `{macaddress: "..."}`.
fn in_flow(value: &[u8]) -> Option<MacAddress> {
    let inner = value.trim_ascii().strip_prefix(b"{")?.strip_suffix(b"}")?;
    let pairs = inner.split_str(",").filter_map(|pair| split_once(pair, b':'));
    pairs.filter(|(key, _)| unquoted(key) == b"macaddress").find_map(|(_, value)| address(value))
}

fn address(value: &[u8]) -> Option<MacAddress> {
    MacAddress::parse(unquoted(value)).filter(|address| address.is_usable())
}

/// A value without blanks, comment and quotes.
fn unquoted(value: &[u8]) -> &[u8] {
    let value = value.split_str(" #").next().unwrap_or_default().trim_ascii();
    let inner = |quote: &[u8]| value.strip_prefix(quote)?.strip_suffix(quote);
    inner(b"\"").or_else(|| inner(b"'")).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn finds_names_given_by_address() {
        let found = |text: &str| -> Vec<String> {
            named(text.as_bytes()).iter().map(|named| format!("{} {}", named.address, named.to)).collect()
        };
        let text = "# lan\nnetwork:\n  version: 2\n  ethernets:\n    one:\n      match:\n        macaddress: \"B4:99:ba:00:00:01\" # here\n\
            \n      set-name: lan0\n    two:\n      set-name: 'lan1'\n      match: {driver: igb, macaddress: b4:99:ba:00:00:02}\n    \
            three:\n      match:\n        macaddress: b4:99:ba:00:00:03\n    four:\n      macaddress: b4:99:ba:00:00:04\n      \
            set-name: lan4\n  bridges:\n    br0:\n      macaddress: b4:99:ba:00:00:01\n";
        assert_eq!(found(text), ["b4:99:ba:00:00:01 lan0", "b4:99:ba:00:00:02 lan1"]);
        assert_eq!(found("match:\n  macaddress: b4:99:ba:00:00:01\nset-name: x"), ["b4:99:ba:00:00:01 x"]);
        assert_eq!(found("  macaddress: b4:99:ba:00:00:01\n:\n match: {}\n"), [""; 0]);
    }

    #[test]
    fn a_new_netplan_renames_no_bridge() {
        let yaml = "network:\n  ethernets:\n    a:\n      match:\n        macaddress: b4:99:ba:00:00:01\n      set-name: lan0\n";
        let renames = |version: &str| {
            let status = format!("Package: netplan.io\nStatus: install ok installed\nVersion: {version}\n");
            let host = Host::new("/nonexistent").with_file(Path::new("etc/netplan/50-x.yaml"), yaml.into());
            let host =
                if version.is_empty() { host } else { host.with_file(Path::new("var/lib/dpkg/status"), status.into()) };
            let mut links = Links::default();
            gather(&host, &mut links);
            links.renamer(MacAddress([0xb4, 0x99, 0xba, 0, 0, 1]), "br0".into()).is_some()
        };
        assert_eq!(["", "0.104-0ubuntu2", "0.106-2", "1.1.2-7"].map(renames), [true, true, false, false]);
    }
}
