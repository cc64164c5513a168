//! systemd's `.netdev`, `.network` and `.link`.
