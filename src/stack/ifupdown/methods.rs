//! What each method does when an interface is brought up, as far as links are concerned (the `up`
//! parts of inet.defn, inet6.defn, can.defn, ipx.defn).

use crate::stack::eni::Stanza;
use crate::syntax::Token;
use bstr::{BStr, BString};

/// A method of an address family.
#[derive(Debug)]
pub(super) struct Method {
    family: &'static str,
    name: &'static str,
    /// The options that it cannot do without, sorted: those that stand in its commands outside brackets.
    needs: &'static [&'static str],
    /// Its commands in their order. What never fails and changes no link is left out.
    pub(super) commands: &'static [&'static str],
}

const METHODS: &[Method] = &[
    Method {
        family: "can",
        name: "static",
        needs: &["bitrate"],
        commands: &["ip link set %iface% type can bitrate %bitrate%"],
    },
    Method { family: "inet", name: "bootp", needs: &[], commands: &["ip link show dev %iface%"] },
    Method {
        family: "inet",
        name: "dhcp",
        needs: &[],
        commands: &["[[ip link set dev %iface% address %hwaddress%]]", "ip link show dev %iface%"],
    },
    Method {
        family: "inet",
        name: "manual",
        needs: &[],
        commands: &["[[ip link set dev %iface% mtu %mtu%]]", "[[ip link set dev %iface% address %hwaddress%]]"],
    },
    Method {
        family: "inet",
        name: "static",
        needs: &["address"],
        commands: &[
            "ip addr add %address% dev %iface%",
            "ip link set dev %iface% [[mtu %mtu%]] [[address %hwaddress%]] up",
        ],
    },
    Method {
        family: "inet",
        name: "tunnel",
        needs: &["address", "endpoint", "mode", "netmask"],
        commands: &[
            "ip tunnel add %iface% mode %mode% remote %endpoint%",
            "ip addr add %address%/%netmask% dev %iface%",
        ],
    },
    Method {
        family: "inet6",
        name: "6to4",
        needs: &["local"],
        commands: &["ip tunnel add %iface% mode sit remote any local %local%"],
    },
    Method { family: "inet6", name: "auto", needs: &[], commands: &["ip link set dev %iface% up"] },
    Method {
        family: "inet6",
        name: "dhcp",
        needs: &[],
        commands: &["ip link set dev %iface% [[address %hwaddress%]] up"],
    },
    Method {
        family: "inet6",
        name: "manual",
        needs: &[],
        commands: &["[[ip link set dev %iface% address %hwaddress%]]"],
    },
    Method {
        family: "inet6",
        name: "static",
        needs: &["address"],
        commands: &["ip link set dev %iface% [[address %hwaddress%]] up", "ip -6 addr add %address% dev %iface%"],
    },
    Method {
        family: "inet6",
        name: "tunnel",
        needs: &["endpoint", "mode"],
        commands: &["ip -6 tunnel add %iface% mode %mode% remote %endpoint%"],
    },
    Method {
        family: "inet6",
        name: "v4tunnel",
        needs: &["address", "endpoint"],
        commands: &["ip tunnel add %iface% mode sit remote %endpoint%", "ip addr add %address% dev %iface%"],
    },
    Method { family: "ipx", name: "dynamic", needs: &["frame"], commands: &["ipx_interface add %iface% %frame%"] },
    Method {
        family: "ipx",
        name: "static",
        needs: &["frame", "netnum"],
        commands: &["ipx_interface add %iface% %frame% %netnum%"],
    },
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
    pub(super) fn lacks(&self, is_given: impl Fn(&str) -> bool) -> Option<&'static str> {
        self.needs.iter().copied().find(|name| !is_given(name))
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
    use crate::stack::ifup::template::fill;
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
    fn methods_need_what_stands_outside_brackets() {
        for method in METHODS {
            for command in method.commands {
                assert!(fill(command, |_| Some(BStr::new("x").into())).is_some(), "{command}");
            }
            let given = |given: &[&str]| {
                let value = |name: &str| given.contains(&name).then(|| BStr::new("x").into());
                method.commands.iter().all(|command| fill(command, value).is_some())
            };
            let all: Vec<&str> = [&["iface"], method.needs].concat();
            assert!(given(&all), "{method:?}");
            for left_out in method.needs {
                let rest: Vec<&str> = all.iter().copied().filter(|name| name != left_out).collect();
                assert!(!given(&rest), "{method:?} without {left_out}");
            }
            assert_eq!(method.lacks(|_| false), method.needs.first().copied(), "{method:?}");
            assert!(method.needs.is_sorted(), "{method:?}");
        }
    }
}
