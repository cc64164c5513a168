//! kill -9 at every system call that writes.

use super::common::read_tree;
use super::scenario::{Scenario, code, stderr};
use super::strace::{calls, inject, is_temporary, is_there};

#[test]
fn a_killed_run_leaves_each_file_old_or_new_and_the_next_run_ends_its_work() {
    if !is_there() {
        return;
    }
    let mut kills = 0;
    for scenario in Scenario::all() {
        let (old, new) = (read_tree(&scenario.lay().tree), scenario.fixed());
        let calls = calls(&scenario.lay());
        let writing: Vec<_> = calls.iter().filter(|call| call.writes()).collect();
        let replaces = |name: &str| matches!(name, "renameat2" | "pwrite64");
        assert!(writing.iter().any(|call| replaces(&call.name)), "{}: {writing:?}", scenario.name);
        for call in writing {
            let laid = scenario.lay();
            let when = format!("{}, killed at {} {}", scenario.name, call.name, call.number);
            let out = inject(&laid, call, "signal=KILL");
            assert_eq!(out.status.code(), None, "{when}: it was not killed: {}", stderr(&out));
            let others = laid.is_whole(&old, &new, &when);
            assert!(others.iter().all(|path| is_temporary(path)), "{when}: {others:?}");

            let again = laid.fix();
            assert_eq!((code(&again), stderr(&again).as_str()), (0, ""), "{when}: the next run");
            laid.is_fixed(&new, &when);
            assert_eq!(laid.is_whole(&old, &new, &when), [] as [std::path::PathBuf; 0], "{when}");
            kills += 1;
        }
    }
    println!("{kills} kills survived");
}
