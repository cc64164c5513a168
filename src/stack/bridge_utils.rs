//! Debian bridge-utils' hook, `/etc/network/if-pre-up.d/bridge`.
