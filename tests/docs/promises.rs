//! The tests that pages name are there.

use crate::{read, repository};
use regex_lite::Regex;

#[test]
fn each_promise_names_a_test_that_is_there() {
    let names = Regex::new(r"`((?:tests|fuzz)/[a-z_/]+\.rs)(?:: ([a-z0-9_]+))?`|`([a-z0-9]+_[a-z0-9_]+|a_[a-z0-9_]+)`")
        .unwrap();
    for page in ["docs/guarantees.md", "docs/limits.md"] {
        let mut file = String::new();
        let mut named = 0;
        for found in names.captures_iter(&read(page)) {
            if let Some(path) = found.get(1) {
                assert!(repository().join(path.as_str()).is_file(), "{page}: {}", path.as_str());
                file = read(path.as_str());
            }
            let Some(name) = found.get(2).or(found.get(3)) else { continue };
            assert!(file.contains(&format!("fn {}(", name.as_str())), "{page}: no test is called {}", name.as_str());
            named += 1;
        }
        assert!(named > 10, "{page} names tests");
    }
}
