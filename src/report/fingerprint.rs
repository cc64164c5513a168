//! What tells a service that a finding is one that it knows, although lines have moved.

use super::Reported;
use crate::span::Span;
use bstr::BString;
use siphasher::sip128::{Hasher128, SipHasher24};
use std::collections::HashMap;
use std::hash::Hasher;

/// Makes fingerprints. As in a baseline, a finding is known by rule, file, bridge and the text of its line, and where
/// these are equal by its number among the equals. They are counted for one host at a time.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    host: BString,
    equals: HashMap<u128, u32>,
}

impl Fingerprints {
    /// The fingerprint of the next finding, whose file has this path: 32 hexadecimal digits.
    pub(super) fn next(&mut self, reported: &Reported<'_>, path: &[u8]) -> String {
        if reported.tree.host != self.host {
            self.equals.clear();
            self.host.clone_from(&reported.tree.host);
        }
        let finding = reported.finding;
        let source = reported.tree.source(&finding.place.file);
        let line: Span = source.line(source.line_of(finding.place.span.start));
        let bridge = finding.bridge.as_ref().map_or(&b""[..], |bridge| bridge.as_slice());
        let equal = hash(&[path, finding.rule.as_bytes(), bridge, line.of(source.bytes()).trim_ascii()]);
        let number = self.equals.entry(equal).or_default();
        *number += 1;
        format!("{:032x}", hash(&[&equal.to_le_bytes(), &number.to_le_bytes()]))
    }
}

fn hash(parts: &[&[u8]]) -> u128 {
    let mut hasher = SipHasher24::new();
    for part in parts {
        // With its length, so that no part takes a byte of the next.
        hasher.write(&(part.len() as u64).to_le_bytes());
        hasher.write(part);
    }
    hasher.finish128().as_u128()
}
