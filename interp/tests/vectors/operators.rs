//! Every operator in every shape.

use crate::reference::{Op, Ty, operators};
use crate::shapes::{OTHER, Shape, Sink, Source, surroundings};
use crate::support::{Guest, modes};
use crate::values::Random;
use diptych_core::{V128, Val};

/// How many values the plainest shape is tried on, and how many each other one.
const PLAIN_ROUNDS: usize = if cfg!(debug_assertions) { 60 } else { 400 };
const ROUNDS: usize = 4;

#[test]
fn operators_mean_what_they_should() {
    let modes = modes();
    for (number, op) in operators().iter().enumerate() {
        let mut random = Random::new(number as u64);
        let shapes = shapes_of(op, &mut random);
        let functions: String = (0..shapes.len())
            .map(|i| shapes[i].function(op, &i.to_string()))
            .collect();
        let wat = format!("(module {}{functions})", surroundings());
        let wasm = wat::parse_str(&wat).unwrap_or_else(|e| panic!("{e}:\n{wat}"));
        for mode in &modes {
            let mut guest = Guest::new(mode, &wasm);
            for (i, shape) in shapes.iter().enumerate() {
                let func = guest.func(&i.to_string());
                let results = shape.results(op);
                for _ in 0..if i == 0 { PLAIN_ROUNDS } else { ROUNDS } {
                    let args: Vec<u128> = op
                        .params
                        .iter()
                        .map(|&ty| random.value(ty, &op.name))
                        .collect();
                    let typed: Vec<Val> = op
                        .params
                        .iter()
                        .zip(&args)
                        .map(|(&ty, &bits)| val(ty, bits))
                        .collect();
                    let mut out: Vec<Val> = results.iter().map(|&ty| val(ty, 0)).collect();
                    let called = guest.call_values(func, &typed, &mut out);
                    let want = op.eval(&shape.operands(&args));
                    let got: Vec<u128> = out.iter().map(bits).collect();
                    let other = shape.other(op, &args);
                    let right = called.is_ok()
                        && match shape.sink {
                            Sink::DropThenOther => got == [OTHER],
                            Sink::First | Sink::SetTwice => want.accepts(got[0]) && got[1] == other,
                            Sink::Second | Sink::SetOperand => {
                                got[0] == other && want.accepts(got[1])
                            }
                            _ => want.accepts(got[0]),
                        };
                    assert!(
                        right,
                        "mode {}: {} of {args:x?} gives {called:?}, {got:x?}, and not {want:x?}, in\n{}",
                        mode.name,
                        op.name,
                        shape.function(op, "f")
                    );
                }
            }
        }
    }
}

/// Every operator is there: as many as the specification has.
#[test]
fn all_operators_have_a_meaning() {
    let mut names: Vec<String> = operators()
        .iter()
        .map(|op| op.name.split(' ').next().expect("a name").to_owned())
        .collect();
    names.sort();
    names.dedup();
    // 236 and 20 relaxed ones, without 13 loads, a store, 4 loads and 4 stores of lanes, and
    // `v128.const`.
    assert_eq!(names.len(), 236 + 20 - 23);
}

/// All sources with the plainest sink, and all sinks with some sources.
fn shapes_of(op: &Op, random: &mut Random) -> Vec<Shape> {
    let count = op.params.len();
    let mut combinations: Vec<Vec<Source>> = vec![vec![]];
    for &ty in &op.params {
        combinations = combinations
            .iter()
            .flat_map(|sources| {
                let constant = Source::Const(random.value(ty, &op.name));
                [Source::Local, Source::Computed, constant].map(|source| {
                    let mut sources = sources.clone();
                    sources.push(source);
                    sources
                })
            })
            .collect();
    }
    debug_assert_eq!(combinations.len(), 3usize.pow(count as u32));
    // Operators that differ in an immediate only share the sinks.
    let stride = if op.name.contains(' ') { 5 } else { 1 };
    let sinks = Sink::ALL[1..].iter().step_by(stride);
    let with_sinks: Vec<Shape> = sinks
        .flat_map(|&sink| {
            let start = random.next() as usize;
            let combinations = &combinations;
            (0..3).map(move |i| Shape {
                sources: combinations[(start % 1000 + i * 5) % combinations.len()].clone(),
                sink,
            })
        })
        .collect();
    combinations
        .into_iter()
        .map(|sources| Shape {
            sources,
            sink: Sink::Result,
        })
        .chain(with_sinks)
        .collect()
}

pub(crate) fn val(ty: Ty, bits: u128) -> Val {
    match ty {
        Ty::I32 => Val::I32(bits as i32),
        Ty::I64 => Val::I64(bits as i64),
        Ty::F32 => Val::F32(bits as u32),
        Ty::F64 => Val::F64(bits as u64),
        Ty::V128 => Val::V128(V128::from(bits)),
    }
}

pub(crate) fn bits(val: &Val) -> u128 {
    match *val {
        Val::I32(value) => u128::from(value as u32),
        Val::I64(value) => u128::from(value as u64),
        Val::F32(bits) => u128::from(bits),
        Val::F64(bits) => u128::from(bits),
        Val::V128(vector) => vector.as_u128(),
        ref other => panic!("no number: {other:?}"),
    }
}
