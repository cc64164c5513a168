//! The command lines of ifupdown's and busybox's methods, as their sources write them: `%name%` is an
//! option's value, and `[[...]]` is left out where an option in it is not given (`parse` in
//! ifupdown's execute.c and busybox's ifupdown.c).

use bstr::BString;

/// A command line with its values; none where one is missing outside brackets.
pub(in crate::stack) fn fill(template: &str, value: impl Fn(&str) -> Option<BString>) -> Option<BString> {
    let mut done = BString::default();
    // Where each open bracket began, and whether all in it is given.
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut rest = template;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("[[") {
            open.push((done.len(), true));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("]]") {
            if let Some((start, false)) = open.pop() {
                done.truncate(start);
            }
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('%').and_then(|rest| rest.split_once('%')) {
            match (value(name), open.last_mut()) {
                (Some(text), _) => done.extend_from_slice(&text),
                (None, Some(bracket)) => bracket.1 = false,
                (None, None) => return None,
            }
            rest = after;
        } else {
            let len = rest.bytes().skip(1).position(|byte| b"[]%".contains(&byte)).map_or(rest.len(), |at| at + 1);
            let (text, after) = rest.split_at(len);
            done.extend_from_slice(text.as_bytes());
            rest = after;
        }
    }
    Some(done.trim_ascii().into())
}

/// The options that stand outside brackets: without one of them there is no command line.
pub(in crate::stack) fn required(template: &'static str) -> impl Iterator<Item = &'static str> {
    let mut open = 0usize;
    template.split('%').enumerate().filter_map(move |(index, part)| {
        if index % 2 == 1 {
            return (open == 0).then_some(part);
        }
        let count = |bracket| part.bytes().filter(|byte| *byte == bracket).count();
        open = (open + count(b'[')).saturating_sub(count(b']'));
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn what_stands_outside_brackets_is_required() {
        let template = "ip %a%[[ mtu %b% [[x %c%]]]] [[%d%]]%e%";
        assert_eq!(required(template).collect::<Vec<_>>(), ["a", "e"]);
    }

    #[test]
    fn what_is_not_given_is_left_out() {
        let value = |name: &str| ["iface", "mtu"].contains(&name).then(|| name.to_uppercase().into());
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
