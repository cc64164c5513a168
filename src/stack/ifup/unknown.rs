//! Options of bridges that nothing reads.

use super::Host;
use super::report::is_meant;
use super::variables::{Variables, is_command};
use crate::judgement::UnknownOption;
use crate::stack::bring_up::is_known_to_none;
use crate::stack::eni::Opt;
use crate::stack::hook::variable_name;
use crate::stack::networkd::nearest;
use bstr::ByteSlice;

/// The options that Debian's hook reads (bridge-utils-interfaces(5)).
pub(in crate::stack) const BRIDGE_UTILS: &[&str] = &[
    "bridge_ageing",
    "bridge_bridgeprio",
    "bridge_fd",
    "bridge_gcint",
    "bridge_hello",
    "bridge_hw",
    "bridge_maxage",
    "bridge_maxwait",
    "bridge_pathcost",
    "bridge_portprio",
    "bridge_ports",
    "bridge_stp",
    "bridge_token",
    "bridge_vlan_aware",
    "bridge_waitport",
];

/// The options of bridges' stanzas that look like a bridge's and that nothing reads.
pub(in crate::stack) fn options(ran: &Host<'_>) -> Vec<UnknownOption> {
    let mut unknown = Vec::new();
    for (index, stanza) in ran.config.stanzas.iter().enumerate() {
        if is_meant(&Variables::of(ran.config, index)) {
            unknown.extend(stanza.options.iter().filter_map(judge));
        }
    }
    unknown
}

fn judge(opt: &Opt) -> Option<UnknownOption> {
    let key = opt.key.token.as_bstr();
    let name = variable_name(key).strip_prefix(b"IF_").unwrap_or_default().to_ascii_lowercase();
    let nearest = if name.starts_with(b"bridge_") {
        if BRIDGE_UTILS.iter().any(|known| name == known.as_bytes()) {
            return None;
        }
        let address = [&b"hw"[..], b"mac", b"addr"].iter().any(|part| name.contains_str(part));
        if address { Some("bridge_hw") } else { nearest(&name, BRIDGE_UTILS.iter().copied()) }
    } else if name == b"hwaddress" && key != "hwaddress" {
        // Methods look for the exact name.
        Some("hwaddress")
    } else if is_known_to_none(key) && !is_command(opt) {
        Some("hwaddress")
    } else {
        return None;
    };
    Some(UnknownOption { place: opt.key.place(), name: key.to_owned(), nearest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;
    use crate::stack::eni::Word;
    use crate::syntax::Token;
    use pretty_assertions::assert_eq;
    use std::path::Path;
    use std::sync::Arc;

    #[test]
    fn tells_what_nothing_reads() {
        let judged = |name: &str| {
            let token = |text: &str| Token { text: text.into(), span: Span::default() };
            let key = Word { token: token(name), file: Arc::from(Path::new("etc/network/interfaces")) };
            judge(&Opt { key, value: token("x"), line: Span::default() }).map(|unknown| unknown.nearest)
        };
        for name in ["bridge_ports", "bridge-ports", "Bridge_FD", "hwaddress", "address", "ports", "mtu"] {
            assert_eq!(judged(name), None, "{name}");
        }
        for (name, nearest) in [
            ("bridge_maxwiat", Some("bridge_maxwait")),
            ("bridge-fe", Some("bridge_fd")),
            ("bridge_hwaddr", Some("bridge_hw")),
            ("bridge_mac", Some("bridge_hw")),
            ("bridge_vids", None),
            ("Hwaddress", Some("hwaddress")),
            ("macaddress", Some("hwaddress")),
            ("hw", Some("hwaddress")),
        ] {
            assert_eq!(judged(name), Some(nearest), "{name}");
        }
    }
}
