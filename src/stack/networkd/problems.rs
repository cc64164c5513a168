//! What networkd complains about in the files that concern bridges.

use super::Daemon;
use super::netdev::Netdev;
use crate::judgement::Problem;
use crate::systemd::files::{Config, File};
use crate::systemd::interface;
use bstr::ByteSlice;

/// All complaints, a file after the other.
pub(super) fn problems(daemon: &Daemon<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    for netdev in daemon.netdevs.iter().filter(|netdev| netdev.kind.is_none() || netdev.is_bridge()) {
        found.extend(refusal(&netdev.config));
        found.extend(flaws(&netdev.config));
        found.extend(netdev.config.files.iter().flat_map(headers));
        if netdev.config.refused.is_none() {
            found.extend(definition(netdev));
        }
        found.extend(second(daemon, netdev));
    }
    let bridges: Vec<_> = daemon.netdevs.iter().filter(|netdev| netdev.is_bridge()).collect();
    for network in &daemon.networks {
        let is_bridges = bridges.iter().filter_map(|netdev| netdev.name.as_ref()).any(|name| {
            network.matching.literal_names().any(|literal| literal == name) || network.bridge.as_ref() == Some(name)
        });
        if is_bridges {
            found.extend(refusal(&network.config));
            found.extend(flaws(&network.config));
        }
    }
    found
}

/// Why all of it is dropped.
fn refusal(config: &Config) -> Option<Problem> {
    let refusal = config.refused.as_ref()?;
    let of = if config.files.len() > 1 { " with its drop-ins" } else { "" };
    Some(Problem {
        place: refusal.place.clone(),
        message: format!("{}: networkd drops {}{of}", refusal.what, config.name),
        help: Some(refusal.help.to_owned()),
        fatal: true,
    })
}

/// The lines that are passed over.
fn flaws(config: &Config) -> impl Iterator<Item = Problem> {
    config.files.iter().flat_map(|file| {
        file.unit.flaws.iter().filter(|flaw| !flaw.fatal).map(|flaw| Problem {
            place: file.place(flaw.span),
            message: format!("{}: networkd ignores it", flaw.kind),
            help: Some(flaw.kind.help().to_owned()),
            fatal: false,
        })
    })
}

/// Section headers that are nearly right: all that follows them is passed over.
fn headers(file: &File) -> impl Iterator<Item = Problem> {
    file.unit.sections.iter().filter_map(|section| {
        let name = section.name.as_ref()?;
        let bare = name.text.trim_with(|c| c == ' ' || c == '\t');
        let is_near = |wanted: &&str| name.text != **wanted && bare.eq_ignore_ascii_case(wanted.as_bytes());
        let wanted = ["Bridge", "Match", "NetDev"].into_iter().find(is_near)?;
        Some(Problem {
            place: file.place(name.span),
            message: format!("networkd knows no section `[{}]` and ignores what is in it", name.text),
            help: Some(format!("write `[{wanted}]`: case and blanks count")),
            fatal: false,
        })
    })
}

/// `Kind=` and `Name=` that leave nothing to make.
fn definition(netdev: &Netdev) -> Option<Problem> {
    let problem =
        |place, message: String, help: &str| Some(Problem { place, message, help: Some(help.to_owned()), fatal: true });
    if netdev.kind.is_none() {
        let (file, item) = netdev.config.last("NetDev", "Kind")?;
        let bare = item.value.text.trim_with(|c| c == '"' || c == '\'');
        let help = if bare.eq_ignore_ascii_case(b"bridge") || bare.starts_with(b"bridge") {
            "write `Kind=bridge`: case counts, quotes stay, and a comment needs a line of its own"
        } else {
            "see systemd.netdev(5) for the kinds"
        };
        let message = format!("networkd knows no kind `{}`, so it makes nothing of this file", item.value.text);
        return problem(file.place(item.span()), message, help);
    }
    if netdev.name.is_some() {
        return None;
    }
    let help = "a name has 1 to 15 ASCII characters without blank, `:`, `/` or `%`, and is no number";
    match netdev.config.all("NetDev", "Name").rfind(|(_, item)| !interface::is_valid(&item.value.text)) {
        Some((file, item)) => {
            let message =
                format!("networkd takes no link name `{}`, so it makes nothing of this file", item.value.text);
            problem(file.place(item.span()), message, help)
        }
        None => {
            let (file, item) = netdev.kind_line()?;
            problem(file.place(item.span()), "without `Name=` networkd makes nothing of this file".to_owned(), help)
        }
    }
}

/// A second file for one name.
fn second(daemon: &Daemon<'_>, netdev: &Netdev) -> Option<Problem> {
    if daemon.world.host.is_loose() {
        // Loose files need not be read together.
        return None;
    }
    let maker = daemon.maker_of(netdev.name.as_ref()?).filter(|_| netdev.is_loaded())?;
    let is_second = !std::ptr::eq(maker, netdev) && !netdev.is_refused(daemon.release);
    is_second.then_some(())?;
    Some(Problem {
        place: netdev.origin.clone()?,
        message: format!("{} sorts first and has this name too: networkd ignores this file", maker.config.name),
        help: Some("keep one of the two files".to_owned()),
        fatal: false,
    })
}
