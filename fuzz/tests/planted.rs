//! Every fault that is planted is found, within a budget.

use core::time::Duration;
use diptych_fuzz::configurations::{REFERENCE, configuration};
use diptych_fuzz::faults::{Budget, FAULTS, Fault};
use diptych_fuzz::oracle::Oracle;
use std::collections::BTreeSet;

#[test]
fn every_fault_is_found() {
    let names: BTreeSet<_> = FAULTS.iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), FAULTS.len());
    let halves = FAULTS.split_at(FAULTS.len() / 2);
    let missed = std::thread::scope(|scope| {
        let [a, b] = [halves.0, halves.1].map(|half| {
            let thread = std::thread::Builder::new().stack_size(256 << 20);
            thread
                .spawn_scoped(scope, || hunt(half))
                .expect("there is a thread")
        });
        [a, b].map(|thread| thread.join().expect("it does not panic"))
    });
    assert!(missed.concat().is_empty(), "not found: {missed:#?}");
}

/// Those that are not found.
fn hunt(faults: &[Fault]) -> Vec<&'static str> {
    // No compilation is waited for: the fault is in what the second one is given.
    let reference = configuration(REFERENCE).expect("it is always there");
    let mut oracle = Oracle::new(vec![reference, reference]);
    let budget = Budget {
        cases: 3_000,
        time: Duration::from_secs(120),
    };
    let mut missed = Vec::new();
    for fault in faults {
        match fault.hunt(&mut oracle, 1, budget) {
            Some(found) => println!(
                "| {} | {} | {:.2} | {} |",
                fault.name,
                found.executed,
                found.time.as_secs_f64(),
                found.kind,
            ),
            None => missed.push(fault.name),
        }
    }
    missed
}
