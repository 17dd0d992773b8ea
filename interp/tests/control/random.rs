//! Random programs in every mode against the stack machine: results, traps, globals and memory.

use crate::generate::{self, operators};
use crate::program::Program;
use crate::stack_machine::StackMachine;
use crate::support::{Guest, Ty, modes};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// The calls of each program, on one instance.
const CALLS: usize = 4;

#[test]
fn random_programs() {
    let modes = modes();
    let ops = operators();
    let names: Vec<String> = ops.iter().map(|op| op.name.clone()).collect();
    let default = Config::default();
    let config = Config {
        // `PROPTEST_CASES` asks for more.
        cases: default.cases.max(1500),
        max_shrink_iters: 4000,
        failure_persistence: None,
        ..default
    };
    let choices = prop::collection::vec(any::<u16>(), 20..1200);
    let arguments = prop::collection::vec(any::<i8>(), CALLS * 3);
    TestRunner::new(config)
        .run(&(choices, arguments), |(choices, arguments)| {
            let program = generate::program(&choices, &ops);
            let text = program.text(&names);
            let wasm = wat::parse_str(&text)
                .map_err(|e| TestCaseError::fail(format!("{e} in\n{text}")))?;
            for mode in &modes {
                let mut guest = Guest::new(mode, &wasm);
                let mut model = StackMachine::new(&program, &ops);
                for arguments in arguments.chunks(3) {
                    compare(&program, &mut guest, &mut model, arguments).map_err(|what| {
                        let name = mode.name;
                        TestCaseError::fail(format!(
                            "mode {name}, arguments {arguments:?}: {what} of\n{text}"
                        ))
                    })?;
                }
            }
            Ok(())
        })
        .unwrap_or_else(|e| panic!("{e}"));
}

fn compare(
    program: &Program,
    guest: &mut Guest,
    model: &mut StackMachine<'_>,
    arguments: &[i8],
) -> Result<(), String> {
    let signature = &program.funcs[0].signature;
    let args: Vec<(Ty, u64)> = signature
        .params
        .iter()
        .zip(arguments)
        .map(|(&ty, &value)| (ty, argument(ty, value)))
        .collect();
    let bits: Vec<u64> = args.iter().map(|&(_, bits)| bits).collect();
    let expected = model.run(&bits);
    guest
        .invoke("reset", &[], &[])
        .map_err(|trap| format!("{trap:?} in reset"))?;
    let got = guest.invoke("run", &args, &signature.results);
    let same_results = match (&got, &expected) {
        (Ok(got), Ok(expected)) => same(&signature.results, got, expected),
        (Err(got), Err(expected)) => got == expected,
        _ => false,
    };
    if !same_results {
        return Err(format!("result {got:x?}, not {expected:x?}"));
    }
    let globals = guest
        .invoke("globals", &[], &program.globals)
        .map_err(|trap| format!("{trap:?} in globals"))?;
    if !same(&program.globals, &globals, &model.globals) {
        return Err(format!("globals {globals:x?}, not {:x?}", model.globals));
    }
    let memory = guest.memory("memory");
    match memory
        .iter()
        .zip(&model.memory)
        .position(|(got, expected)| got != expected)
    {
        None => Ok(()),
        Some(at) => Err(format!(
            "memory {:#x} at {at:#x}, not {:#x}",
            memory[at], model.memory[at]
        )),
    }
}

fn argument(ty: Ty, value: i8) -> u64 {
    match ty {
        Ty::I32 | Ty::I64 => ty.truncate(i64::from(value) as u64),
        Ty::F32 => u64::from(f32::from(value).to_bits()),
        Ty::F64 => f64::from(value).to_bits(),
    }
}

/// Whether the values are the same, any NaN being as good as another.
fn same(types: &[Ty], got: &[u64], expected: &[u64]) -> bool {
    let pairs = got.iter().zip(expected);
    got.len() == expected.len()
        && types.iter().zip(pairs).all(|(ty, (&got, &expected))| {
            got == expected || (ty.is_nan(got) && ty.is_nan(expected))
        })
}
