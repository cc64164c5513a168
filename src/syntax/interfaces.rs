//! `/etc/network/interfaces` in the dialects of the ifupdown family.
