//! What each method does when an interface is brought up, as far as links are concerned (the `up`
//! parts of inet.defn, inet6.defn, can.defn, ipx.defn).

use crate::stack::eni::Stanza;
use crate::stack::ifup::template::required;
use crate::syntax::Token;
use bstr::{BStr, BString};

/// A method of an address family.
#[derive(Debug)]
pub(super) struct Method {
    family: &'static str,
    name: &'static str,
    /// Its commands in their order. What never fails and changes no link is left out.
    pub(super) commands: &'static [&'static str],
}

const METHODS: &[Method] = &[
    Method { family: "can", name: "static", commands: &["ip link set %iface% type can bitrate %bitrate%"] },
    Method { family: "inet", name: "bootp", commands: &["ip link show dev %iface%"] },
    Method {
        family: "inet",
        name: "dhcp",
        commands: &["[[ip link set dev %iface% address %hwaddress%]]", "ip link show dev %iface%"],
    },
    Method {
        family: "inet",
        name: "manual",
        commands: &["[[ip link set dev %iface% mtu %mtu%]]", "[[ip link set dev %iface% address %hwaddress%]]"],
    },
    Method {
        family: "inet",
        name: "static",
        commands: &[
            "ip addr add %address% dev %iface%",
            "ip link set dev %iface% [[mtu %mtu%]] [[address %hwaddress%]] up",
        ],
    },
    Method {
        family: "inet",
        name: "tunnel",
        commands: &[
            "ip tunnel add %iface% mode %mode% remote %endpoint%",
            "ip addr add %address%/%netmask% dev %iface%",
        ],
    },
    Method { family: "inet6", name: "6to4", commands: &["ip tunnel add %iface% mode sit remote any local %local%"] },
    Method { family: "inet6", name: "auto", commands: &["ip link set dev %iface% up"] },
    Method { family: "inet6", name: "dhcp", commands: &["ip link set dev %iface% [[address %hwaddress%]] up"] },
    Method { family: "inet6", name: "manual", commands: &["[[ip link set dev %iface% address %hwaddress%]]"] },
    Method {
        family: "inet6",
        name: "static",
        commands: &["ip link set dev %iface% [[address %hwaddress%]] up", "ip -6 addr add %address% dev %iface%"],
    },
    Method { family: "inet6", name: "tunnel", commands: &["ip -6 tunnel add %iface% mode %mode% remote %endpoint%"] },
    Method {
        family: "inet6",
        name: "v4tunnel",
        commands: &["ip tunnel add %iface% mode sit remote %endpoint%", "ip addr add %address% dev %iface%"],
    },
    Method { family: "ipx", name: "dynamic", commands: &["ipx_interface add %iface% %frame%"] },
    Method { family: "ipx", name: "static", commands: &["ipx_interface add %iface% %frame% %netnum%"] },
];

/// The method of a stanza; none for one that does nothing to links (`loopback`, `ppp`).
pub(super) fn of_stanza(stanza: &Stanza) -> Option<&'static Method> {
    let (family, name) = (stanza.family.as_ref()?, stanza.method.as_ref()?);
    METHODS.iter().find(|method| family.text == method.family && name.text == method.name)
}

/// Why a stanza's method does not look at `hwaddress`.
pub(super) fn no_hwaddress(stanza: &Stanza) -> Option<String> {
    if of_stanza(stanza).is_some_and(|method| method.commands.iter().any(|command| command.contains("%hwaddress%"))) {
        return None;
    }
    let text = |token: &Option<Token>| token.as_ref().map_or_else(BString::default, |token| token.text.clone());
    Some(format!("the method `{} {}` knows no `hwaddress`", text(&stanza.family), text(&stanza.method)))
}

impl Method {
    /// An option that it cannot do without and that is not given (`missing required variable`).
    pub(super) fn lacks(&self, value: impl Fn(&str) -> Option<BString>) -> Option<&'static str> {
        let needed = self.commands.iter().flat_map(|command| required(command));
        needed.filter(|name| *name != "iface" && value(name).is_none()).min()
    }
}

/// The value of `hwaddress` as a method uses it (archcommon.c `cleanup_hwaddress`): a class and
/// one space before the address go.
pub(super) fn cleaned(value: &BStr) -> &BStr {
    const CLASSES: &[&str] = &["ether", "ax25", "ARCnet", "netrom"];
    let class = |class: &&str| {
        let (head, rest) = value.split_at_checked(class.len())?;
        head.eq_ignore_ascii_case(class.as_bytes()).then(|| rest.strip_prefix(b" ")).flatten()
    };
    CLASSES.iter().find_map(class).map_or(value, BStr::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_class_before_the_address_goes() {
        for (value, left) in [
            ("ether 52:54:00:aa:bb:cc", "52:54:00:aa:bb:cc"),
            ("ETHER 52:54:00:aa:bb:cc", "52:54:00:aa:bb:cc"),
            ("arcnet 52:54:00:aa:bb:cc", "52:54:00:aa:bb:cc"),
            ("ether\t52:54:00:aa:bb:cc", "ether\t52:54:00:aa:bb:cc"),
            ("ether  52:54:00:aa:bb:cc", " 52:54:00:aa:bb:cc"),
            ("ether", "ether"),
            ("52:54:00:aa:bb:cc # x", "52:54:00:aa:bb:cc # x"),
        ] {
            assert_eq!(cleaned(BStr::new(value)), left, "{value:?}");
        }
    }

    #[test]
    fn methods_tell_what_they_lack() {
        let method = |family, name| METHODS.iter().find(|method| (method.family, method.name) == (family, name));
        let lacks = |family, name| method(family, name).unwrap().lacks(|_| None);
        assert_eq!(lacks("inet", "static"), Some("address"));
        assert_eq!(lacks("inet6", "static"), Some("address"));
        assert_eq!(lacks("inet", "tunnel"), Some("address"));
        assert_eq!(lacks("inet6", "6to4"), Some("local"));
        assert_eq!(lacks("ipx", "static"), Some("frame"));
        assert_eq!(lacks("inet", "dhcp"), None);
        assert_eq!(lacks("inet6", "auto"), None);
    }
}
