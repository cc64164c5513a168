//! What Ansible's `setup` tells: as `ansible -m setup --tree` writes it and as fact caches do
//! (lib/ansible/module_utils/facts/network/linux.py `get_interfaces_info`, facts/namespace.py).

use super::json::{mac, text, texts};
use super::{LinkFacts, Parsed};
use crate::links::Shape;
use serde_json::{Map, Value};

/// The facts, where these are a host's; an error where Ansible could not gather them.
pub(super) fn parse(value: &Value) -> Result<Option<Parsed>, String> {
    let Some(top) = value.as_object() else { return Ok(None) };
    let flag = |key| top.get(key) == Some(&Value::Bool(true));
    if !top.contains_key("ansible_facts") && (flag("unreachable") || flag("failed")) {
        return Err("Ansible wrote that it could not gather this host's facts; gather them again".to_owned());
    }
    // Since 2.19 a cache's file holds the JSON as a text (lib/ansible/_internal/_plugins/_cache.py).
    if let Some(payload) = text(top, "__payload__") {
        let inner: Value = serde_json::from_str(payload)
            .map_err(|error| format!("its `__payload__` is no JSON ({error}); gather the facts again"))?;
        return Ok(inner.as_object().and_then(read));
    }
    Ok(read(top.get("ansible_facts").and_then(Value::as_object).unwrap_or(top)))
}

fn read(facts: &Map<String, Value>) -> Option<Parsed> {
    // `{{ ansible_facts | to_json }}` has the same keys without the prefix.
    let prefix = if facts.keys().any(|key| key.starts_with("ansible_")) { "ansible_" } else { "" };
    let key = |name: &str| format!("{prefix}{name}");
    let interfaces = texts(facts, &key("interfaces"));
    if prefix.is_empty() && (interfaces.is_empty() || !facts.contains_key("nodename")) {
        return None;
    }
    let names = ["fqdn", "nodename", "hostname"].iter().filter_map(|name| text(facts, &key(name)));
    // Keys have `_` for `-` and `:`: `device` is the name.
    let devices = facts.iter().filter(|(name, _)| name.starts_with(prefix)).filter_map(|(_, value)| {
        let device = value.as_object()?;
        Some((text(device, "device")?, device))
    });
    let mut links: Vec<LinkFacts> = devices.map(|(name, device)| link(name, device)).collect();
    let unknown = |name: &&str| !links.iter().any(|link| link.name == *name);
    let bare: Vec<LinkFacts> = interfaces
        .iter()
        .copied()
        .filter(unknown)
        .map(|name| LinkFacts { name: name.into(), ..LinkFacts::default() })
        .collect();
    links.extend(bare);
    Some(Parsed { names: names.map(str::to_owned).collect(), links, complete: interfaces.contains(&"lo") })
}

/// One interface. `perm_macaddress` is only there for a bond's ports, in the order of `slaves`.
fn link(name: &str, device: &Map<String, Value>) -> LinkFacts {
    let shape = match text(device, "type") {
        Some("bridge") => Shape::Bridge,
        Some("bonding") => Shape::Bond(texts(device, "slaves").into_iter().map(Into::into).collect()),
        _ => Shape::Plain,
    };
    let address = ["perm_macaddress", "macaddress"].into_iter().find_map(|key| Some((mac(device, key)?, key)));
    let address = address
        .map(|(address, key)| (address, if key == "perm_macaddress" { "`perm_macaddress`" } else { "`macaddress`" }));
    LinkFacts { name: name.into(), address, shape, ..LinkFacts::default() }
}
