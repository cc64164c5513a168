//! `lshw -json -class network`, and the networks of a whole `lshw -json` (lshw's src/core/network.cc `scan_network`, hw.cc `asJSON`).

use super::json::{mac, object, text, texts};
use super::{LinkFacts, Parsed};
use crate::links::Shape;
use serde_json::{Map, Value};

/// The links, where this is what lshw prints: an object or an array of objects with `class`.
/// Never all links: since 2020 (84f4948) those that software makes are left out.
pub(super) fn parse(value: &Value) -> Option<Parsed> {
    let mut found = Parsed::default();
    let mut known = false;
    let mut todo: Vec<&Value> = vec![value];
    while let Some(value) = todo.pop() {
        match value {
            Value::Array(values) => todo.extend(values.iter().rev()),
            Value::Object(node) => {
                let Some(class) = text(node, "class") else { continue };
                known = true;
                match class {
                    "network" => found.links.extend(links(node)),
                    // The whole machine's node bears the host's name.
                    "system" => found.names.extend(text(node, "id").map(str::to_owned)),
                    _ => {}
                }
                todo.extend(node.get("children"));
            }
            _ => {}
        }
    }
    known.then_some(found)
}

/// The links of a node: several names are one device's that share the address; a node without
/// any is a bus device whose link is another node.
fn links(node: &Map<String, Value>) -> impl Iterator<Item = LinkFacts> {
    let names = text(node, "logicalname").into_iter().chain(texts(node, "logicalname"));
    let driver = object(node, "configuration").and_then(|configuration| text(configuration, "driver"));
    let shape = match driver {
        Some("bridge") => Shape::Bridge,
        Some("bonding") => Shape::Bond(Vec::new()),
        _ => Shape::Plain,
    };
    // The address that the link has now (`SIOCGIFHWADDR`): a bond's port shows the bond's.
    let address = mac(node, "serial").map(|address| (address, "`serial`"));
    // Other devices of the node are shown by their path (`/dev/cdc-wdm0`).
    let names = names.filter(|name| !name.contains('/'));
    names.map(move |name| LinkFacts { name: name.into(), address, shape: shape.clone(), ..LinkFacts::default() })
}
