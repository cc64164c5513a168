//! The policy files: JSON that sets what stanzas leave open (`ifupdown/policymanager.py`).

use crate::host::Host;
use crate::span::{Place, Span};
use bstr::{BStr, BString, ByteSlice};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The user's files win over the system's, whatever their names.
const USER: &str = "etc/network/ifupdown2/policy.d";
/// Where packages put theirs (Proxmox: `proxmox-bridge-mac-from-port.json`).
const SYSTEM: &str = "var/lib/ifupdown2/policy.d";

/// What the policy files say.
pub(super) struct Policy {
    user: Layer,
    system: Layer,
}

#[derive(Default)]
struct Layer {
    modules: Map<String, Value>,
    files: Vec<(Arc<Path>, Arc<[u8]>)>,
}

impl Policy {
    pub(super) fn read(host: &Host) -> Self {
        let mut policy = Self { user: Layer::default(), system: Layer::default() };
        policy.user.add_dir(host, USER);
        policy.system.add_dir(host, SYSTEM);
        policy
    }

    /// `get_module_globals`.
    fn global(&self, module: &str, attribute: &str) -> Option<(&Layer, &Value)> {
        [&self.user, &self.system].into_iter().find_map(|layer| {
            let value = layer.modules.get(module)?.get("module_globals")?.get(attribute)?;
            Some((layer, value))
        })
    }

    /// Where `bridge_set_static_mac_from_port` is switched on.
    pub(super) fn static_mac_from_port(&self) -> Option<Place> {
        let attribute = "bridge_set_static_mac_from_port";
        let (layer, value) = self.global("bridge", attribute)?;
        is_true(value).then(|| layer.place(attribute)).flatten()
    }

    /// The links of `bridge_mac_iface`, the first existing of which gives all bridges their
    /// address, and where it stands. An empty list is none.
    pub(super) fn mac_interfaces(&self) -> Option<(Vec<BString>, Place)> {
        let attribute = "bridge_mac_iface";
        let (layer, value) = self.global("bridge", attribute)?;
        let names: Vec<BString> = match value {
            Value::Array(names) => names.iter().filter_map(Value::as_str).map(BString::from).collect(),
            // Python walks a string letter by letter.
            Value::String(text) => text.chars().map(|letter| BString::from(letter.to_string())).collect(),
            _ => Vec::new(),
        };
        Some((names, layer.place(attribute)?)).filter(|(names, _)| !names.is_empty())
    }

    /// The address that a link without `hwaddress` gets (`get_iface_defaults("address")`).
    pub(super) fn default_hwaddress(&self, link: &BStr) -> Option<(BString, Place)> {
        let link = link.to_str().ok()?;
        [&self.user, &self.system].into_iter().find_map(|layer| {
            let defaults = layer.modules.get("address")?.get("iface_defaults")?.get(link)?;
            let text = defaults.get("hwaddress")?.as_str()?;
            Some((BString::from(text), layer.place("hwaddress")?))
        })
    }
}

impl Layer {
    /// Python's `glob` has no order; sorted by name, a later file's module replaces what an
    /// earlier one set key by key (`dict.update`).
    fn add_dir(&mut self, host: &Host, dir: &str) {
        for name in host.entries(Path::new(dir)) {
            if !name.ends_with(b".json") || name.starts_with(b".") {
                continue;
            }
            let file = PathBuf::from(dir).join(name.to_path_lossy());
            let Some(text) = host.read(&file) else { continue };
            let Ok(Value::Object(modules)) = serde_json::from_slice(&text) else { continue };
            for (module, settings) in modules {
                match (self.modules.get_mut(&module), settings) {
                    (Some(Value::Object(known)), Value::Object(settings)) => known.extend(settings),
                    (None, settings @ Value::Object(_)) => _ = self.modules.insert(module, settings),
                    _ => {}
                }
            }
            self.files.push((Arc::from(file), text));
        }
    }

    /// Where the files name an attribute last.
    fn place(&self, attribute: &str) -> Option<Place> {
        let quoted = format!("\"{attribute}\"");
        self.files.iter().rev().find_map(|(file, text)| {
            let start = text.find(&quoted)?;
            Some(Place::new(file, Span::new(start, start + quoted.len())))
        })
    }
}

/// `utils.get_boolean_from_string`; Python finds 1 under `True`.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() == Some(1.0),
        Value::String(text) => matches!(text.as_str(), "on" | "yes" | "1" | "fast"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn policy(files: &[(&str, &str)]) -> Policy {
        let dir = tempfile::tempdir().unwrap();
        let host = files.iter().fold(Host::new(dir.path()), |host, (path, text)| {
            host.with_file(Path::new(path), text.as_bytes().to_vec())
        });
        Policy::read(&host)
    }

    #[test]
    fn the_user_wins_and_garbage_is_skipped() {
        let on = r#"{"bridge":{"module_globals":{"bridge_set_static_mac_from_port":"yes"}}}"#;
        let off = on.replace("yes", "no");
        let (system, user) = ("var/lib/ifupdown2/policy.d/a.json", "etc/network/ifupdown2/policy.d/z.json");
        let place = policy(&[(system, on), ("var/lib/ifupdown2/policy.d/b.json", "[1")]).static_mac_from_port();
        assert_eq!(place.map(|place| place.span), Some(Span::new(29, 62)));
        assert_eq!(policy(&[(system, on), (user, &off)]).static_mac_from_port(), None);
        assert!(policy(&[(system, &off), (user, on)]).static_mac_from_port().is_some());
        assert_eq!(policy(&[(system, r#"{"bridge":[]}"#), (user, "7")]).static_mac_from_port(), None);
    }

    #[test]
    fn names_of_links() {
        let of = |value: &str| {
            let text = format!(r#"{{"bridge":{{"module_globals":{{"bridge_mac_iface":{value}}}}}}}"#);
            policy(&[("var/lib/ifupdown2/policy.d/a.json", &text)]).mac_interfaces().map(|found| found.0)
        };
        assert_eq!(of(r#"["lan1", "eth0"]"#), Some(vec!["lan1".into(), "eth0".into()]));
        assert_eq!(of(r#""ab""#), Some(vec!["a".into(), "b".into()]));
        assert_eq!(of("[]"), None);
    }
}
