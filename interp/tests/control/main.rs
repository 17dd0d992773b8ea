//! Control flow: branches, blocks, calls and their limits, by hand and by random programs that a
//! plain stack machine runs beside the engine.

mod branches;
mod calls;
mod generate;
mod program;
mod random;
mod stack_machine;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "the tests of vectors use more of it")]
mod support;

use support::{Guest, Trap, Ty, modes};

/// A call and what it must give, all `i32`.
struct Case {
    func: &'static str,
    args: &'static [i32],
    expected: Result<&'static [i32], Trap>,
}

/// A call that returns.
const fn gives(func: &'static str, args: &'static [i32], results: &'static [i32]) -> Case {
    Case {
        func,
        args,
        expected: Ok(results),
    }
}

/// A call that traps.
const fn traps(func: &'static str, args: &'static [i32], trap: Trap) -> Case {
    Case {
        func,
        args,
        expected: Err(trap),
    }
}

/// Runs the cases one after the other on one instance of the module, in every mode.
fn check(wat: &str, cases: &[Case]) {
    let wasm = wat::parse_str(wat).unwrap_or_else(|e| panic!("{e}"));
    let number = |&value: &i32| u64::from(value as u32);
    for mode in &modes() {
        let mut guest = Guest::new(mode, &wasm);
        for case in cases {
            let args: Vec<_> = case.args.iter().map(|arg| (Ty::I32, number(arg))).collect();
            let expected = case
                .expected
                .map(|values| values.iter().map(number).collect());
            // Functions that trap have one result in these tests.
            let results = case.expected.map_or(1, <[i32]>::len);
            let got = guest.invoke(case.func, &args, &vec![Ty::I32; results]);
            assert_eq!(
                got, expected,
                "{} of {:?} in mode {}",
                case.func, case.args, mode.name
            );
        }
    }
}
