//! Programs with every amount of fuel from none to enough: they stop at the same place, having
//! done the same.

use crate::generate;
use crate::machine::{End, Program, agreed, machines};
use crate::programs::{PROGRAMS, wasm};

/// No program of this file takes more.
const ENOUGH: u64 = 20_000;

#[test]
fn every_amount_of_fuel() {
    let machines = machines(true);
    let mut differences = Vec::new();
    for program in PROGRAMS {
        let compiled = Program::new(&machines, &[wasm(program.text)]);
        for (name, args) in program.calls {
            let mut fuel = 0;
            loop {
                let mut guests = compiled.start(&machines);
                match agreed(&mut guests, name, args, Some(fuel)) {
                    Ok(seen) if is_out_of_fuel(&seen.end) => {}
                    Ok(_) => break,
                    Err(what) => {
                        differences.push(format!("{}: {what}", program.name));
                        break;
                    }
                }
                assert!(fuel < ENOUGH, "{}: {name} takes {fuel}", program.name);
                // Small amounts one by one, larger ones by steps that are no power of two.
                fuel += 1 + fuel / 97;
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

fn is_out_of_fuel(end: &End) -> bool {
    matches!(end, End::Failed(text, _) if text.contains("fuel"))
}

#[test]
fn every_amount_of_fuel_of_generated_programs() {
    let machines = machines(true);
    let ops = generate::operators();
    let names: Vec<String> = ops.iter().map(|op| op.name.clone()).collect();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..12 {
        let choices: Vec<u16> = (0..500)
            .map(|_| {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                (random >> 24) as u16
            })
            .collect();
        let program = generate::program(&choices, &ops);
        let args: Vec<i64> = (1..=program.funcs[0].signature.params.len() as i64).collect();
        let text = program.text(&names);
        let compiled = Program::new(&machines, &[wasm(&text)]);
        for fuel in (0..150).chain((150..1500).step_by(61)) {
            let mut guests = compiled.start(&machines);
            let calls = [("reset", &[][..], 1000), ("run", &args[..], fuel)];
            for (name, args, fuel) in calls {
                agreed(&mut guests, name, args, Some(fuel))
                    .unwrap_or_else(|what| panic!("{what}\nof\n{text}"));
            }
        }
    }
}
