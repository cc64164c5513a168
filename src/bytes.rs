//! Cutting texts at a byte, as `str::split_once` does. Names are short and cut often: to look at their bytes one by one
//! costs less than to start a search of many at a time.

/// What stands before and after the first such byte.
#[must_use]
pub fn split_once(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    cut(text, text.iter().position(|byte| *byte == at)?)
}

/// What stands before and after the last such byte.
#[must_use]
pub fn rsplit_once(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    cut(text, text.iter().rposition(|byte| *byte == at)?)
}

fn cut(text: &[u8], at: usize) -> Option<(&[u8], &[u8])> {
    Some((text.get(..at)?, text.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn cuts_at_the_first_and_the_last() {
        assert_eq!(split_once(b"eth0.1.2", b'.'), Some((&b"eth0"[..], &b"1.2"[..])));
        assert_eq!(rsplit_once(b"eth0.1.2", b'.'), Some((&b"eth0.1"[..], &b"2"[..])));
        assert_eq!(split_once(b".", b'.'), Some((&b""[..], &b""[..])));
        assert_eq!(split_once(b"eth0", b'.'), None);
    }
}
