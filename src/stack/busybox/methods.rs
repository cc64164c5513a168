//! What each method does when an interface is brought up (networking/ifupdown.c with
//! FEATURE_IFUPDOWN_IP, `methods[]` and `methods6[]`).

use crate::stack::eni::Stanza;
use crate::stack::ifup::Stage;
use crate::stack::ifup::template::fill;
use bstr::{BStr, BString, ByteSlice};
use std::borrow::Cow;
use std::net::Ipv4Addr;

/// A method of an address family.
pub(super) struct Method {
    family: &'static str,
    name: &'static str,
    /// Its commands in their order.
    pub(super) commands: &'static [&'static str],
    /// It ends at the first that fails; else all are run, and then it has failed.
    pub(super) ends_at_failure: bool,
}

const METHODS: &[Method] = &[
    Method {
        family: "inet",
        name: "dhcp",
        // The DHCP client that follows fails where the interface is not there.
        commands: &["ip link set[[ addr %hwaddress%]] %iface% up", "ip link show dev %iface%"],
        ends_at_failure: true,
    },
    Method {
        family: "inet",
        name: "loopback",
        commands: &["ip addr add 127.0.0.1/8 dev %iface%", "ip link set %iface% up"],
        ends_at_failure: false,
    },
    Method {
        family: "inet",
        name: "static",
        commands: &[
            "ip addr add %address%/%bnmask% dev %iface%",
            "ip link set[[ mtu %mtu%]][[ addr %hwaddress%]] %iface% up",
        ],
        ends_at_failure: false,
    },
    Method {
        family: "inet6",
        name: "loopback",
        commands: &["ip addr add ::1 dev %iface%", "ip link set %iface% up"],
        ends_at_failure: false,
    },
    Method {
        family: "inet6",
        name: "static",
        commands: &[
            "ip addr add %address%/%netmask% dev %iface%",
            "ip link set[[ mtu %mtu%]][[ addr %hwaddress%]] %iface% up",
        ],
        ends_at_failure: false,
    },
    Method {
        family: "inet6",
        name: "v4tunnel",
        commands: &[
            "ip tunnel add %iface% mode sit remote %endpoint%",
            "ip link set %iface% up",
            "ip addr add %address%/%netmask% dev %iface%",
        ],
        ends_at_failure: false,
    },
];

/// The method of a stanza; none for one that does nothing to links (`manual`, `ppp`).
pub(super) fn of_stanza(stanza: &Stanza) -> Option<&'static Method> {
    let (family, name) = (stanza.family.as_ref()?, stanza.method.as_ref()?);
    METHODS.iter().find(|method| family.text == method.family && name.text == method.name)
}

/// Why a stanza's method does not look at `hwaddress`.
pub(super) fn no_hwaddress(stanza: &Stanza) -> Option<String> {
    if of_stanza(stanza).is_some_and(|method| method.commands.iter().any(|command| command.contains("%hwaddress%"))) {
        return None;
    }
    let method = stanza.method.as_ref().map_or(BStr::new(""), |method| method.as_bstr());
    Some(format!("busybox's method `{method}` knows no `hwaddress`"))
}

impl Method {
    /// Whether something is missing that one of its commands needs (`don't have all variables`).
    pub(super) fn lacks(&self, stage: &Stage<'_>) -> bool {
        self.commands.iter().any(|command| fill(command, |name| value(stage, name)).is_none())
    }
}

/// An option as a method's commands get it (`parse`).
pub(super) fn value<'s>(stage: &'s Stage<'_>, name: &str) -> Option<Cow<'s, BStr>> {
    let option = |name: &str| stage.variables.get(name).map(|variable| &*variable.value);
    match name {
        "iface" | "label" => Some(stage.interface.into()),
        "bnmask" => Some(mask_bits(option("netmask")?)?.into()),
        // `hwaddress CLASS ADDRESS`: the first word is dropped, whatever it is.
        "hwaddress" => {
            let value = option(name)?;
            let class = value.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
            Some(BStr::new(value.get(class..).unwrap_or_default().trim_ascii_start()).into())
        }
        _ => option(name).map(Cow::Borrowed),
    }
}

/// `count_netmask_bits` as an unsigned number: what is no mask becomes 4294967295, which `ip`
/// refuses; `0.0.0.0` counts as missing.
fn mask_bits(netmask: &BStr) -> Option<BString> {
    let quad = netmask.to_str().ok().and_then(|text| text.parse::<Ipv4Addr>().ok());
    // inet_aton takes a single number as the whole address, which is no mask then.
    let mask = u32::from(quad.unwrap_or(Ipv4Addr::new(0, 0, 0, 1)));
    let bits = if mask.leading_ones() + mask.trailing_zeros() == 32 { mask.leading_ones() } else { u32::MAX };
    (bits > 0).then(|| bits.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn masks_count_their_bits() {
        for (mask, bits) in [
            ("255.255.255.0", Some("24")),
            ("255.255.255.255", Some("32")),
            ("0.0.0.0", None),
            ("255.0.255.0", Some("4294967295")),
            ("24", Some("4294967295")),
        ] {
            assert_eq!(mask_bits(BStr::new(mask)), bits.map(BString::from), "{mask}");
        }
    }
}
