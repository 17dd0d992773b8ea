//! Random programs, with and without fuel.

use crate::generate::{self, operators};
use crate::machine::{Program, agreed, machines};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// The calls of each program, on one instance in each machine.
const CALLS: usize = 4;
/// Enough fuel for any call of a program that ends by its own steps.
const AMPLE: u64 = 1 << 40;

/// At least `cases` cases; `PROPTEST_CASES` asks for more.
pub(crate) fn config(cases: u32) -> Config {
    let default = Config::default();
    Config {
        cases: match std::env::var_os("PROPTEST_CASES") {
            Some(_) => default.cases.max(cases),
            None => cases,
        },
        max_shrink_iters: 400,
        failure_persistence: None,
        ..default
    }
}

/// Calls `run` of a random program, each time with the fuel that `fuel` says.
fn compare(cases: u32, metered: bool) {
    let machines = machines(metered);
    let ops = operators();
    let names: Vec<String> = ops.iter().map(|op| op.name.clone()).collect();
    let choices = prop::collection::vec(any::<u16>(), 20..900);
    let arguments = prop::collection::vec(any::<i8>(), CALLS * 3);
    let fuel = prop::collection::vec(0_u64..600, CALLS);
    TestRunner::new(config(cases))
        .run(&(choices, arguments, fuel), |(choices, arguments, fuel)| {
            let text = generate::program(&choices, &ops).text(&names);
            let wasm = wat::parse_str(&text)
                .map_err(|e| TestCaseError::fail(format!("{e} in\n{text}")))?;
            let mut guests = Program::new(&machines, &[wasm]).start(&machines);
            for (arguments, fuel) in arguments.chunks(3).zip(fuel) {
                let args: Vec<i64> = arguments.iter().map(|&arg| arg.into()).collect();
                let ample = metered.then_some(AMPLE);
                let calls = [
                    ("reset", &[][..], ample),
                    ("run", &args[..], metered.then_some(fuel)),
                    ("globals", &[], ample),
                    ("reset", &[], ample),
                    ("run", &args[..], ample),
                    ("globals", &[], ample),
                ];
                for (name, args, fuel) in calls {
                    agreed(&mut guests, name, args, fuel)
                        .map_err(|what| TestCaseError::fail(format!("{what}\nof\n{text}")))?;
                }
            }
            Ok(())
        })
        .unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn random_programs_agree() {
    compare(150, false);
}

#[test]
fn random_programs_agree_on_fuel() {
    compare(150, true);
}
