//! `/etc/network/ifupdown-ng.conf` (`libifupdown/config-file.c`, `config-parser.c`).

use crate::host::Host;
use std::path::Path;

const FILE: &str = "etc/network/ifupdown-ng.conf";

/// The settings that decide what runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// `allow_addon_scripts`: the scripts in `/etc/network/if-*.d` run.
    pub(super) addon_scripts: bool,
    /// `auto_executor_selection`: an option's text before the first dash is an executor to use.
    pub(super) auto_executors: bool,
}

impl Settings {
    pub(super) fn read(host: &Host) -> Self {
        let mut settings = Self { addon_scripts: true, auto_executors: true };
        let text = host.read(Path::new(FILE)).unwrap_or_default();
        for line in text.split(|&byte| byte == b'\n') {
            // `lif_next_token_eq`: words end at blanks and `=`; a `#` ends the line (`lif_fgetline`).
            let line = line.split(|&byte| byte == b'#').next().unwrap_or_default();
            let mut words =
                line.split(|&byte| byte.is_ascii_whitespace() || byte == b'=').filter(|word| !word.is_empty());
            let (Some(key), Some(value)) = (words.next(), words.next()) else { continue };
            // `set_bool_value`: the first letter decides; anything else ends the reading.
            let on = match value.first() {
                Some(b'1' | b'Y' | b'y' | b'T' | b't') => true,
                Some(b'0' | b'N' | b'n' | b'F' | b'f') => false,
                _ => break,
            };
            match key {
                b"allow_addon_scripts" => settings.addon_scripts = on,
                b"auto_executor_selection" => settings.auto_executors = on,
                _ => {}
            }
        }
        settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn first_letters_decide() {
        let dir = tempfile::tempdir().unwrap();
        let read = |text: &str| {
            let host = Host::new(dir.path()).with_file(Path::new(FILE), text.into());
            let settings = Settings::read(&host);
            (settings.auto_executors, settings.addon_scripts)
        };
        assert_eq!(read(""), (true, true));
        assert_eq!(read("# x\nauto_executor_selection=0\nallow_addon_scripts = no\n"), (false, false));
        assert_eq!(read("auto_executor_selection = false # x\nother=maybe\nallow_addon_scripts=0\n"), (false, true));
    }
}
