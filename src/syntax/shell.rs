//! `ifcfg-*`: shell.
