//! As whom a daemon opens files.

use crate::host::{Host, Mode};
use bstr::ByteSlice;
use std::path::Path;

/// Who a daemon is when it opens files.
pub(super) struct User {
    uid: Option<u32>,
    gids: Vec<u32>,
}

impl User {
    /// Who a user is by the tree's own `etc/passwd` and `etc/group`.
    pub(super) fn named(host: &Host, name: &[u8]) -> Self {
        let number = |field: Option<&[u8]>| field.and_then(|field| field.to_str().ok()?.parse().ok());
        let lines = |path: &str| host.read(Path::new(path)).unwrap_or_default();
        let (mut uid, mut gids) = (None, Vec::new());
        for line in lines("etc/passwd").lines() {
            let mut fields = line.split_str(":");
            if fields.next() == Some(name) {
                uid = number(fields.nth(1));
                gids.extend(number(fields.next()));
            }
        }
        for line in lines("etc/group").lines() {
            let mut fields = line.split_str(":");
            let (group, gid) = (fields.next(), number(fields.nth(1)));
            let member = fields.next().is_some_and(|members| members.split_str(",").any(|member| member == name));
            if member || group == Some(name) {
                gids.extend(gid);
            }
        }
        Self { uid, gids }
    }

    /// Whether a file of that mode may be read.
    pub(super) fn may_read(&self, mode: Mode) -> bool {
        let readable = if self.uid == Some(mode.uid) {
            0o400
        } else if self.gids.contains(&mode.gid) {
            0o040
        } else {
            0o004
        };
        mode.bits & readable != 0
    }
}
