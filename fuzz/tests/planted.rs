//! Every fault that is planted is found, within a budget.

use core::time::Duration;
use diptych_fuzz::configurations::{REFERENCE, configuration};
use diptych_fuzz::faults::{Budget, FAULTS};
use diptych_fuzz::oracle::Oracle;
use std::collections::BTreeSet;

#[test]
fn every_fault_is_found() {
    let names: BTreeSet<_> = FAULTS.iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), FAULTS.len());
    // No compilation is waited for: the fault is in what the second one is given.
    let reference = configuration(REFERENCE).expect("it is always there");
    let mut oracle = Oracle::new(vec![reference, reference]);
    let budget = Budget {
        cases: 3_000,
        time: Duration::from_secs(60),
    };
    let mut missed = Vec::new();
    for fault in FAULTS {
        match fault.hunt(&mut oracle, 1, budget) {
            Some(found) => println!(
                "{:<60} {:>5} cases {:>7.3} s, {}, seed {}",
                fault.name,
                found.executed,
                found.time.as_secs_f64(),
                found.kind,
                found.seed
            ),
            None => missed.push(fault.name),
        }
    }
    assert!(missed.is_empty(), "not found: {missed:#?}");
}
