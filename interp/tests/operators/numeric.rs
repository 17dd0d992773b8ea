//! Numeric operators and loads, in every shape.

use crate::shapes::{SCRATCH_END, Shape, Sink, Source, surroundings};
use crate::support::machine::Func;
use crate::support::reference::{self, Expect, Op, Outcome};
use crate::support::{Guest, Trap, Ty, modes};
use crate::values::{any_value, edges};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

#[test]
fn i32_operators() {
    check(reference::i32_ops());
}

#[test]
fn i64_operators() {
    check(reference::i64_ops());
}

#[test]
fn f32_operators() {
    check(reference::f32_ops());
}

#[test]
fn f64_operators() {
    check(reference::f64_ops());
}

#[test]
fn conversions() {
    check(reference::conversions());
}

#[test]
fn loads() {
    check(load_ops());
}

/// How many pairs of edge values a shape is tried on, but for the plainest, which gets all.
const PAIRS: usize = 40;

/// How many random operands each shape is tried on.
const RANDOM_CASES: u32 = 8;

fn check(ops: Vec<Op>) {
    let modes = modes();
    for op in &ops {
        let shapes = shapes_of(op);
        let wasm = module(op, &shapes, "");
        for mode in &modes {
            let mut bench = Bench::new(mode.name, op, &shapes, Guest::new(mode, &wasm));
            for (index, shape) in shapes.iter().enumerate() {
                for args in edge_args(op, shape, index) {
                    bench.check(index, &args).unwrap_or_else(|e| panic!("{e}"));
                }
            }
            let config = Config {
                cases: RANDOM_CASES,
                failure_persistence: None,
                ..Config::default()
            };
            let args: Vec<_> = op.params.iter().map(|&ty| any_value(ty)).collect();
            let bench = core::cell::RefCell::new(bench);
            TestRunner::new(config)
                .run(&args, |args| {
                    for shape in 0..shapes.len() {
                        bench
                            .borrow_mut()
                            .check(shape, &args)
                            .map_err(TestCaseError::fail)?;
                    }
                    Ok(())
                })
                .unwrap_or_else(|e| panic!("{e}"));
        }
    }
}

/// The functions of one operator in one mode.
struct Bench<'a> {
    mode: &'static str,
    op: &'a Op,
    shapes: &'a [Shape],
    guest: Guest,
    funcs: Vec<Func>,
}

impl<'a> Bench<'a> {
    fn new(mode: &'static str, op: &'a Op, shapes: &'a [Shape], mut guest: Guest) -> Self {
        let funcs = (0..shapes.len())
            .map(|i| guest.func(&i.to_string()))
            .collect();
        Self {
            mode,
            op,
            shapes,
            guest,
            funcs,
        }
    }

    fn check(&mut self, index: usize, args: &[u64]) -> Result<(), String> {
        let (op, shape) = (self.op, &self.shapes[index]);
        let operands = shape.operands(args);
        let results = shape.sink.results(op);
        let expected = shape.sink.expect(op, op.eval(&operands), &operands);
        let typed: Vec<_> = op
            .params
            .iter()
            .copied()
            .zip(args.iter().copied())
            .collect();
        let got = self.guest.call(self.funcs[index], &typed, &results);
        let right = match (&got, &expected) {
            (Ok(got), Ok(expected)) => results
                .iter()
                .zip(got)
                .zip(expected)
                .all(|((&ty, &bits), expect)| admits(*expect, ty, bits)),
            (Err(got), Err(expected)) => got == expected,
            _ => false,
        };
        if right {
            return Ok(());
        }
        Err(format!(
            "{} in mode {}, {shape:?}\narguments {args:#x?}\nexpected {expected:x?}\n     \
             got {got:x?}\n{}",
            op.name,
            self.mode,
            shape.function(op, "")
        ))
    }
}

/// Whether `bits` of type `ty` are what is expected.
fn admits(expect: Expect, ty: Ty, bits: u64) -> bool {
    match expect {
        Expect::Bits(expected) => bits == expected,
        Expect::Nan { canonical: true } => ty.is_canonical_nan(bits),
        Expect::Nan { canonical: false } => {
            let quiet = match ty {
                Ty::F32 => 0x0040_0000,
                _ => 0x0008_0000_0000_0000,
            };
            ty.is_nan(bits) && bits & quiet != 0
        }
    }
}

/// A module with a function for each shape, and what `more` adds.
pub(crate) fn module(op: &Op, shapes: &[Shape], more: &str) -> Vec<u8> {
    let mut wat = format!("(module (memory 1)\n{}{}", memory_data(), surroundings());
    for (i, shape) in shapes.iter().enumerate() {
        wat.push_str(&shape.function(op, &i.to_string()));
    }
    wat.push_str(more);
    wat.push(')');
    wat::parse_str(&wat).unwrap_or_else(|e| panic!("{}: {e}", op.name))
}

/// The shapes in which an operator is tried.
pub(crate) fn shapes_of(op: &Op) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let fitting = || Sink::ALL.into_iter().filter(|sink| sink.fits(op));
    // The plainest first.
    let plain = vec![Source::Param; op.params.len()];
    shapes.push(Shape {
        sources: plain.clone(),
        sink: Sink::Result,
    });
    // Every pair of sources, for a value and for a condition.
    for sources in combinations(op, &|_, _| Source::VARIABLE.to_vec()) {
        for sink in [Sink::Result, Sink::BrIf] {
            shapes.push(Shape {
                sources: sources.clone(),
                sink,
            });
        }
    }
    // Every sink, with the sources that most operations can fold.
    let few = |position: usize, ty: Ty| {
        let edges = edges(ty);
        let constant = |i: usize| Source::Const(edges[(i + position) % edges.len()]);
        vec![
            Source::Param,
            Source::Computed,
            Source::Overwritten,
            constant(1),
            constant(21),
        ]
    };
    for sources in combinations(op, &few) {
        for sink in fitting() {
            shapes.push(Shape {
                sources: sources.clone(),
                sink,
            });
        }
    }
    // Every constant at each side, beside a local and beside a computed value.
    for position in 0..op.params.len() {
        for bits in edges(op.params[position]) {
            for (other, sink) in [
                (Source::Param, Sink::Result),
                (Source::Computed, Sink::Result),
                (Source::Param, Sink::If),
                (Source::Computed, Sink::NotBrIf),
            ] {
                let mut sources = vec![other; op.params.len()];
                sources[position] = Source::Const(bits);
                shapes.push(Shape { sources, sink });
            }
        }
    }
    // Nothing but constants.
    if op.params.len() == 2 {
        let constants =
            |_: usize, ty: Ty| edges(ty).into_iter().map(Source::Const).collect::<Vec<_>>();
        for sources in combinations(op, &constants) {
            shapes.push(Shape {
                sources,
                sink: Sink::Result,
            });
        }
    }
    shapes
}

/// All choices of one source per operand.
fn combinations(op: &Op, choices: &dyn Fn(usize, Ty) -> Vec<Source>) -> Vec<Vec<Source>> {
    let mut all = vec![Vec::new()];
    for (position, &ty) in op.params.iter().enumerate() {
        let choices = choices(position, ty);
        all = all
            .iter()
            .flat_map(|head| {
                choices.iter().map(move |&choice| {
                    let mut sources = head.clone();
                    sources.push(choice);
                    sources
                })
            })
            .collect();
    }
    all
}

/// The arguments that a shape is tried on: other ones for each.
fn edge_args(op: &Op, shape: &Shape, index: usize) -> Vec<Vec<u64>> {
    let mut all = vec![Vec::new()];
    for (&ty, source) in op.params.iter().zip(&shape.sources) {
        // The argument beside a constant does not matter.
        let values = if let Source::Const(bits) = source {
            vec![!bits]
        } else {
            edges(ty)
        };
        let values: Vec<u64> = values.into_iter().map(|bits| ty.truncate(bits)).collect();
        all = all
            .iter()
            .flat_map(|head: &Vec<u64>| {
                values.iter().map(move |&value| {
                    let mut args = head.clone();
                    args.push(value);
                    args
                })
            })
            .collect();
    }
    if index == 0 || all.len() <= PAIRS {
        return all;
    }
    let stride = all.len() / PAIRS;
    all.into_iter()
        .skip(index * 7 % stride)
        .step_by(stride)
        .collect()
}

/// The end of the memory.
const MEMORY_END: u32 = 0x1_0000;

/// What loads find: something at both ends of what the functions do not write, nothing between.
fn memory_byte(address: u32) -> u8 {
    let filled = (SCRATCH_END..SCRATCH_END + 128).contains(&address) || address >= MEMORY_END - 128;
    if filled {
        (address.wrapping_mul(0x9e37_79b1) >> 13) as u8
    } else {
        0
    }
}

fn memory_data() -> String {
    let segment = |start: u32| {
        let bytes: String = (start..start + 128)
            .map(|address| format!("\\{:02x}", memory_byte(address)))
            .collect();
        format!("(data (i32.const {start}) \"{bytes}\")\n")
    };
    segment(SCRATCH_END) + &segment(MEMORY_END - 128)
}

/// Loads as operators of an address. Addresses are turned away from where the functions write.
pub(crate) fn load_ops() -> Vec<Op> {
    type Convert = fn(u64) -> u64;
    let loads: [(&str, Ty, u32, Convert); 14] = [
        ("i32.load", Ty::I32, 4, |v| v),
        ("i64.load", Ty::I64, 8, |v| v),
        ("f32.load", Ty::F32, 4, |v| v),
        ("f64.load", Ty::F64, 8, |v| v),
        ("i32.load8_s", Ty::I32, 1, |v| {
            u64::from(v as i8 as i32 as u32)
        }),
        ("i32.load8_u", Ty::I32, 1, |v| v),
        ("i32.load16_s", Ty::I32, 2, |v| {
            u64::from(v as i16 as i32 as u32)
        }),
        ("i32.load16_u", Ty::I32, 2, |v| v),
        ("i64.load8_s", Ty::I64, 1, |v| v as i8 as i64 as u64),
        ("i64.load8_u", Ty::I64, 1, |v| v),
        ("i64.load16_s", Ty::I64, 2, |v| v as i16 as i64 as u64),
        ("i64.load16_u", Ty::I64, 2, |v| v),
        ("i64.load32_s", Ty::I64, 4, |v| v as i32 as i64 as u64),
        ("i64.load32_u", Ty::I64, 4, |v| v),
    ];
    let mut ops = Vec::new();
    for (name, result, width, convert) in loads {
        for offset in [
            0,
            SCRATCH_END,
            0x80,
            0xffff,
            0x1_0000,
            0x7fff_ffff,
            u32::MAX,
        ] {
            ops.push(load_op(name, result, width, offset, convert));
        }
    }
    ops
}

fn load_op(name: &str, result: Ty, width: u32, offset: u32, convert: fn(u64) -> u64) -> Op {
    // An address that is spared is one in the scratch area; there the `or` moves it behind it.
    let spare = if offset < SCRATCH_END {
        format!("i32.const {SCRATCH_END} i32.or ")
    } else {
        String::new()
    };
    let name = format!("{spare}{name} offset={offset}");
    Op::special(name, vec![Ty::I32], result, move |args| -> Outcome {
        let address = if offset < SCRATCH_END {
            args[0] | u64::from(SCRATCH_END)
        } else {
            args[0]
        };
        let start = address + u64::from(offset);
        if start + u64::from(width) > u64::from(MEMORY_END) {
            return Err(Trap::MemoryOutOfBounds);
        }
        let byte = |i: u32| u64::from(memory_byte(start as u32 + i)) << (8 * i);
        Ok(Expect::Bits(convert((0..width).map(byte).sum())))
    })
}
