//! Alpine's package `bridge`: its hook, `/etc/network/if-pre-up.d/bridge`.
