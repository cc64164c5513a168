//! The command lines of ifupdown's and busybox's methods, as their sources write them: `%name%` is an
//! option's value, and `[[...]]` is left out where an option in it is not given (`parse` in
//! ifupdown's execute.c and busybox's ifupdown.c).

use bstr::{BStr, BString};
use std::borrow::Cow;

/// As much longer as values mostly make a line.
const ROOM: usize = 32;

/// A command line with its values; none where one is missing outside brackets.
pub(in crate::stack) fn fill<'v>(template: &str, value: impl Fn(&str) -> Option<Cow<'v, BStr>>) -> Option<BString> {
    let mut done = Vec::with_capacity(template.len() + ROOM);
    // Where each open bracket began, and whether all in it is given.
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut rest = template;
    while !rest.is_empty() {
        let (text, mark) =
            rest.split_at(rest.bytes().position(|byte| matches!(byte, b'[' | b']' | b'%')).unwrap_or(rest.len()));
        done.extend_from_slice(text.as_bytes());
        rest = if let Some(after) = mark.strip_prefix("[[") {
            open.push((done.len(), true));
            after
        } else if let Some(after) = mark.strip_prefix("]]") {
            if let Some((start, false)) = open.pop() {
                done.truncate(start);
            }
            after
        } else if let Some((name, after)) = mark.strip_prefix('%').and_then(|mark| mark.split_once('%')) {
            match (value(name), open.last_mut()) {
                (Some(text), _) => done.extend_from_slice(&text),
                (None, Some(bracket)) => bracket.1 = false,
                (None, None) => return None,
            }
            after
        } else {
            let (lone, after) = mark.split_at(mark.len().min(1));
            done.extend_from_slice(lone.as_bytes());
            after
        };
    }
    done.truncate(done.trim_ascii_end().len());
    done.drain(..done.len() - done.trim_ascii_start().len());
    Some(done.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn what_is_not_given_is_left_out() {
        let value = |name: &str| ["iface", "mtu"].contains(&name).then(|| BString::from(name.to_uppercase()).into());
        for (template, line) in [
            ("ip link set dev %iface% [[address %hwaddress%]] up", Some("ip link set dev IFACE  up")),
            ("ip link set[[ mtu %mtu%]][[ addr %hwaddress%]] %iface% up", Some("ip link set mtu MTU IFACE up")),
            ("[[route [[via %gateway%]] %iface%]]", Some("route  IFACE")),
            ("[[ip link set dev %iface% address %hwaddress%]]", Some("")),
            ("ip addr add %address% dev %iface%", None),
        ] {
            assert_eq!(fill(template, value), line.map(BString::from), "{template}");
        }
    }
}
