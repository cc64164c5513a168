//! The name that was probably meant.

/// The known name that is nearest to `word`, the first of equals; none where all are too far to be meant.
/// Upper and lower case are the same.
#[must_use]
pub fn nearest<'a>(word: &[u8], known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    // One mistake for every three letters that were meant, as rustc allows.
    let near = |name: &&str| name.len().abs_diff(word.len()) <= name.len().div_ceil(3);
    let measured = known.into_iter().filter(near);
    let measured = measured.map(|name| (distance(&word, name.to_ascii_lowercase().as_bytes()), name));
    let (distance, name) = measured.min_by_key(|(distance, _)| *distance)?;
    (distance <= name.len().div_ceil(3)).then_some(name)
}

/// How many letters must be put in, taken out, replaced or swapped with their neighbour to make
/// `b` of `a` (optimal string alignment).
#[must_use]
pub fn distance(a: &[u8], b: &[u8]) -> usize {
    let width = b.len() + 1;
    let mut above: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for (row, &left) in a.iter().enumerate() {
        let mut next = Vec::with_capacity(width);
        next.push(row + 1);
        for (column, &right) in b.iter().enumerate() {
            let mut best = (last[column] + usize::from(left != right)).min(last[column + 1] + 1).min(next[column] + 1);
            if row > 0 && column > 0 && a.get(row - 1) == Some(&right) && b.get(column - 1) == Some(&left) {
                best = best.min(above[column - 1] + 1);
            }
            next.push(best);
        }
        above = std::mem::replace(&mut last, next);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn counts_mistakes() {
        for (a, b, expected) in
            [("", "", 0), ("", "ab", 2), ("abc", "abc", 0), ("kitten", "sitting", 3), ("ab", "ba", 1)]
        {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), expected, "{a} {b}");
        }
    }

    #[test]
    fn finds_what_was_meant() {
        let known = ["exclude", "fail-on", "ignore", "select"];
        let found = |word: &str| nearest(word.as_bytes(), known);
        assert_eq!(found("selct"), Some("select"));
        assert_eq!(found("fail_on"), Some("fail-on"));
        assert_eq!(found("ingore"), Some("ignore"));
        assert_eq!(found("colour"), None);
        assert_eq!(nearest(b"x", ["y"]), Some("y"));
        assert_eq!(nearest(b"VlanFilter", ["STP", "VLANFiltering", "VLANProtocol"]), Some("VLANFiltering"));
        assert_eq!(nearest(b"", []), None);
    }
}
