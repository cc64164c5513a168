//! The links that `ip -j -d link` printed (iproute2's ip/ipaddress.c `print_linkinfo`).

use super::{Kind, Link};
use crate::address::MacAddress;
use bstr::BString;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One object of the array; a link that a filter passed over is an empty one.
#[derive(Deserialize)]
struct Object {
    ifname: Option<String>,
    ifindex: Option<u32>,
    address: Option<String>,
    link_type: Option<String>,
    /// The bridge or bond that it is a port of.
    master: Option<String>,
    /// What a VLAN lies on.
    link: Option<String>,
    linkinfo: Option<Info>,
}

#[derive(Deserialize)]
struct Info {
    info_kind: Option<String>,
}

const WANTED: &str = "give what `ip -j -d link` prints";

/// Every link of the text.
pub(super) fn links(text: &[u8]) -> Result<BTreeMap<BString, Link>, String> {
    let objects: Vec<Object> = serde_json::from_slice(text).map_err(|error| format!("{error}; {WANTED}"))?;
    let named: BTreeMap<&str, &Object> =
        objects.iter().filter_map(|object| Some((object.ifname.as_deref()?, object))).collect();
    if named.is_empty() {
        return Err(format!("no links in it; {WANTED}"));
    }
    let mut ports: BTreeMap<&str, Vec<BString>> = BTreeMap::new();
    for (name, object) in &named {
        let Some(master) = object.master.as_deref() else { continue };
        // With `-d` every bridge and bond has its kind.
        if named.get(master).is_some_and(|master| master.kind().is_none()) {
            return Err(format!("nothing tells what {master} is, of which {name} is a port; {WANTED}, with -d"));
        }
        ports.entry(master).or_default().push((*name).into());
    }
    let link = |(name, object): (&&str, &&Object)| {
        let ports = ports.get(*name).cloned().unwrap_or_default();
        let address = object.address.as_deref().and_then(|text| MacAddress::parse(text.as_bytes()));
        let kind = match object.kind() {
            Some("bridge") => Kind::Bridge(ports),
            Some("bond" | "team") => Kind::Over(ports),
            Some("vlan") => Kind::Over(object.link.iter().map(|parent| parent.as_str().into()).collect()),
            None if object.link_type.as_deref() == Some("ether") => Kind::Card,
            _ => Kind::Other,
        };
        (BString::from(*name), Link { index: object.ifindex, address, assign_type: None, kind })
    };
    Ok(named.iter().map(link).collect())
}

impl Object {
    fn kind(&self) -> Option<&str> {
        self.linkinfo.as_ref()?.info_kind.as_deref()
    }
}
