//! Which `.netdev`, `.network` and `.link` files a systemd daemon finds, and what masks them:
//! `conf_files_list_strv()` (src/basic/conf-files.c), `config_parse_many()` and
//! `null_or_empty_path()` as `netdev_load_one()` and its like call them.

use super::directories::directories_of;
use super::user::User;
use crate::host::{Host, Kind, Listing, join};
use crate::span::{Place, Span};
use crate::syntax::unit::{Assignment, Unit, oldest_alike, parse};
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The last suffixes of names that are passed over (`hidden_or_backup_file()`, src/basic/path-util.c).
const BACKUPS: &[&str] = &[
    "rpmnew",
    "rpmsave",
    "rpmorig",
    "dpkg-old",
    "dpkg-new",
    "dpkg-tmp",
    "dpkg-dist",
    "dpkg-bak",
    "dpkg-backup",
    "dpkg-remove",
    "ucf-new",
    "ucf-old",
    "ucf-dist",
    "swp",
    "bak",
    "old",
    "new",
];

/// One file as it was read.
#[derive(Clone)]
pub struct File {
    /// Relative to the host's root.
    pub path: Arc<Path>,
    /// Its bytes.
    pub text: Arc<[u8]>,
    /// What systemd makes of them.
    pub unit: Arc<Unit>,
    /// Whether the tree has it; a vendor's file may be taken as there.
    pub in_tree: bool,
}

impl File {
    /// A file without flaws that is there although the tree may lack it.
    #[must_use]
    pub fn of_vendor(path: &str, text: &[u8]) -> Self {
        let unit = Arc::new(parse(text, u32::MAX));
        Self { path: Path::new(path).into(), text: text.into(), unit, in_tree: false }
    }

    /// Its path, for people.
    #[must_use]
    pub fn shown(&self) -> std::path::Display<'_> {
        self.path.display()
    }

    /// A place in it.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        Place::new(&self.path, span)
    }
}

/// A configuration: a main file and its drop-ins, in the order in which they are read.
#[derive(Clone, Default)]
pub struct Config {
    /// The main file's name without directories.
    pub name: BString,
    /// The main file first. What the daemon did not get to read is not in it.
    pub files: Vec<File>,
    /// Why the daemon drops all of it.
    pub refused: Option<Refusal>,
}

/// Why a daemon drops a configuration.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Where.
    pub place: Place,
    /// What is wrong, as a clause.
    pub what: String,
    /// The cure.
    pub help: &'static str,
}

impl Config {
    /// The assignments of all sections of that name, in the order in which they count.
    pub fn section<'a>(&'a self, name: &'a str) -> impl DoubleEndedIterator<Item = (&'a File, &'a Assignment)> {
        self.files.iter().flat_map(move |file| file.unit.section(name).map(move |item| (file, item)))
    }

    /// The assignments to one key.
    pub fn all<'a>(
        &'a self,
        section: &'a str,
        key: &'a str,
    ) -> impl DoubleEndedIterator<Item = (&'a File, &'a Assignment)> {
        self.section(section).filter(move |(_, item)| item.is(key))
    }

    /// The last assignment to one key.
    #[must_use]
    pub fn last<'a>(&'a self, section: &'a str, key: &'a str) -> Option<(&'a File, &'a Assignment)> {
        self.all(section, key).next_back()
    }
}

/// A daemon that reads configurations.
pub struct Reader<'a> {
    host: &'a Host,
    /// Those that are there, each once, and what they have.
    directories: Vec<(&'static Path, Arc<Listing>)>,
    /// Those of them that have folders for drop-ins.
    with_drop_ins: Vec<&'static Path>,
    release: u32,
    user: Option<User>,
}

impl<'a> Reader<'a> {
    /// udevd, which is root.
    #[must_use]
    pub fn udevd(host: &'a Host, release: u32) -> Self {
        Self::new(host, release, None)
    }

    /// networkd, which reads as user systemd-network, without `CAP_DAC_OVERRIDE` (its unit).
    #[must_use]
    pub fn networkd(host: &'a Host, release: u32) -> Self {
        Self::new(host, release, Some(User::named(host, b"systemd-network")))
    }

    fn new(host: &'a Host, release: u32, user: Option<User>) -> Self {
        let directories: Vec<_> = listed(host, directories_of(host, release)).collect();
        let has_drop_ins = |listing: &Listing| listing.iter().any(|(name, _)| name.ends_with(b".d"));
        let with_drop_ins = directories.iter().filter(|(_, listing)| has_drop_ins(listing)).map(|(path, _)| *path);
        let with_drop_ins = with_drop_ins.collect();
        Self { host, directories, with_drop_ins, release, user }
    }

    /// The configurations whose names end so, in the order in which the daemon takes them: by name,
    /// whatever their directory. Masked ones are left out; `vendor` is a file that is there although
    /// the tree lacks it.
    #[must_use]
    pub fn configs(&self, suffix: &str, vendor: Option<&File>) -> Vec<Config> {
        let mut found = files(self.directories.iter().map(|(path, listing)| (*path, listing)), suffix);
        if let Some(vendor) = vendor {
            let name = vendor.path.file_name().unwrap_or_default();
            found.entry(name.as_bytes().into()).or_insert_with(|| vendor.path.to_path_buf());
        }
        found.into_iter().filter_map(|(name, path)| self.config(name, path, vendor)).collect()
    }

    fn config(&self, name: BString, path: PathBuf, vendor: Option<&File>) -> Option<Config> {
        let mut config = Config { name, ..Config::default() };
        match vendor.filter(|vendor| *vendor.path == path && self.host.kind(&path) == Kind::Missing) {
            Some(vendor) => config.files.push(vendor.clone()),
            None => self.read_main(&mut config, path)?,
        }
        // `.link` drop-ins since 248 (e406e8a29a), `.netdev` ones fully since 240 (6ce611e57c).
        let since = if config.name.ends_with(b".link") { 248 } else { 240 };
        if self.release >= since {
            self.read_drop_ins(&mut config);
        }
        Some(config)
    }

    /// The main file; `None` where it is masked.
    fn read_main(&self, config: &mut Config, path: PathBuf) -> Option<()> {
        let text = self.host.read(&path);
        let kind = if text.is_some() { Kind::File } else { self.host.kind(&path) };
        match kind {
            // An empty file or a device hides what lies in the directories below, and nothing else.
            Kind::Null | Kind::Other => return None,
            _ if text.as_ref().is_some_and(|text| text.is_empty()) => return None,
            Kind::File | Kind::Missing => self.read(config, path, text),
            Kind::Dangling => config.refuse(path, "this symbolic link leads nowhere", "remove it"),
            Kind::Dir => config.refuse(path, "this is a directory", "rename it"),
        }
        Some(())
    }

    /// The drop-ins of all directories, in the order of their names: the last one wins.
    fn read_drop_ins(&self, config: &mut Config) {
        let folder = |directory: &&Path| directory.join(OsStr::from_bytes(&[config.name.as_bytes(), b".d"].concat()));
        let folders: Vec<_> = listed(self.host, self.with_drop_ins.iter().map(folder)).collect();
        for (_, path) in files(folders.iter().map(|(path, listing)| (&**path, listing)), ".conf") {
            match self.host.kind(&path) {
                Kind::File => {
                    let text = self.host.read(&path);
                    self.read(config, path, text);
                }
                // Measured on 262; up to 257 such a link masked the drop-in, as the manual says.
                Kind::Null if self.release >= 258 => {
                    config.refuse(path, "this link to /dev/null cannot be opened", "make it an empty file instead");
                }
                Kind::Dir => config.refuse(path, "this is a directory", "rename it"),
                Kind::Null | Kind::Other | Kind::Dangling | Kind::Missing => {}
            }
        }
    }

    fn read(&self, config: &mut Config, path: PathBuf, text: Option<Arc<[u8]>>) {
        let Some(text) = text else {
            return config.refuse(path, "this file cannot be read", "make it readable");
        };
        let help = "let the user systemd-network read it: chgrp systemd-network and chmod 0640, or chmod 0644";
        if !self.may_read(&path) {
            config.refuse(path.clone(), "the user systemd-network, as which networkd runs, may not read it", help);
        }
        let dialect = oldest_alike(self.release);
        let file = File {
            path: path.into(),
            unit: self.host.once_of_text(&text, dialect, |text| parse(text, dialect)),
            text,
            in_tree: true,
        };
        if let (None, Some(flaw)) = (&config.refused, file.unit.fatal()) {
            config.refused =
                Some(Refusal { place: file.place(flaw.span), what: flaw.kind.to_string(), help: flaw.kind.help() });
        }
        config.files.push(file);
    }

    /// Whether the daemon may read a file.
    #[must_use]
    pub fn may_read(&self, path: &Path) -> bool {
        let (Some(user), Some(mode)) = (&self.user, self.host.mode(path)) else { return true };
        user.may_read(mode)
    }
}

impl Config {
    fn refuse(&mut self, path: PathBuf, what: &str, help: &'static str) {
        if self.refused.is_none() {
            let place = Place::new(&path.into(), Span::default());
            self.refused = Some(Refusal { place, what: what.to_owned(), help });
        }
    }
}

/// Those directories that are there, and what they have.
fn listed<P: AsRef<Path>>(
    host: &Host,
    directories: impl IntoIterator<Item = P>,
) -> impl Iterator<Item = (P, Arc<Listing>)> {
    directories.into_iter().filter_map(|path| host.listed(path.as_ref()).map(|listing| (path, listing)))
}

/// The files with a suffix, of each name the one in the first directory; sorted by byte value.
fn files<'a>(
    directories: impl Iterator<Item = (&'a Path, &'a Arc<Listing>)>,
    suffix: &str,
) -> BTreeMap<BString, PathBuf> {
    let mut found = BTreeMap::new();
    for (directory, listing) in directories {
        let names = listing.iter().map(|(name, _)| name);
        for name in names.filter(|name| name.ends_with(suffix.as_bytes()) && !is_passed_over(name)) {
            let path = || join(directory, Path::new(OsStr::from_bytes(name)));
            found.entry(name.to_owned()).or_insert_with(path);
        }
    }
    found
}

/// `hidden_or_backup_file()`.
fn is_passed_over(name: &BStr) -> bool {
    let last = name.rfind_byte(b'.').and_then(|dot| name.get(dot + 1..)).unwrap_or_default();
    name.starts_with(b".") || name.ends_with(b"~") || BACKUPS.iter().any(|suffix| last == suffix.as_bytes())
}
