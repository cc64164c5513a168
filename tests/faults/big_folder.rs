//! A folder with 100,000 entries.

use super::scenario::{BRIDGE, INTERFACES, PIN, Scenario, code, is_kept, stderr};
use pretty_assertions::assert_eq;
use std::fs;

#[test]
fn a_folder_of_100_000_entries() {
    let laid = Scenario::replaced().lay();
    let folder = laid.path("etc/network/interfaces.d");
    fs::create_dir(&folder).unwrap();
    // Most of them have names that `source-directory` does not read.
    for number in 0..100_000 {
        fs::File::create(folder.join(format!("eth{number}{}", if number % 100 == 0 { "" } else { ".bak" }))).unwrap();
    }
    fs::create_dir(folder.join(".bridgepin-1-0")).unwrap();
    fs::rename(laid.path(INTERFACES), folder.join("bridge")).unwrap();
    fs::write(laid.path(INTERFACES), "source-directory interfaces.d\n").unwrap();

    let out = laid.fix();
    assert_eq!((code(&out), stderr(&out).as_str()), (0, ""), "{}", String::from_utf8_lossy(&out.stdout));
    assert_eq!(fs::read_to_string(folder.join("bridge")).unwrap(), format!("{BRIDGE}{PIN}"));
    is_kept(&folder.join("bridge"), "a big folder");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 100_001);
}
