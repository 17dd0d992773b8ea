//! Arithmetic, comparisons and conversions of numbers.

use crate::guests::{Guest, bits, guests};
use crate::support::Ty;
use crate::support::reference::{self, Expect, Op, Outcome};
use crate::values::{any_value, edges};
use core::cell::RefCell;
use diptych::{Func, Val};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use std::fmt::Write as _;

/// How many random operands each operator is tried on.
const RANDOM_CASES: u32 = 100;

#[test]
fn i32_operators() {
    check(&reference::i32_ops());
}

#[test]
fn i64_operators() {
    check(&reference::i64_ops());
}

#[test]
fn f32_operators() {
    check(&reference::f32_ops());
}

#[test]
fn f64_operators() {
    check(&reference::f64_ops());
}

#[test]
fn conversions() {
    check(&reference::conversions());
}

/// Where operands come from. The name of a function is its operator's and its operands'.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Operands {
    /// All are parameters.
    Params,
    /// The first is the constant at this place of the edges, the second a parameter.
    First(usize),
    /// The other way round.
    Second(usize),
    /// All are constants, those at these places.
    Constants(usize, usize),
}

impl Operands {
    /// Those that an operator is tried with.
    fn all(op: &Op) -> Vec<Self> {
        let count = edges(op.params[0]).len();
        let mut all = vec![Self::Params];
        for at in 0..count {
            if op.params.len() == 2 {
                all.extend([Self::First(at), Self::Second(at)]);
                all.extend([1, 5, 11].map(|step| Self::Constants(at, (at * step + 3) % count)));
            } else {
                all.push(Self::Constants(at, 0));
            }
        }
        all
    }

    /// The constant of an operand, if it is one.
    fn constant(self, op: &Op, place: usize) -> Option<u64> {
        let at = match (self, place) {
            (Self::First(at) | Self::Constants(at, _), 0)
            | (Self::Second(at) | Self::Constants(_, at), 1) => at,
            _ => return None,
        };
        let ty = op.params[place];
        Some(ty.truncate(edges(ty)[at]))
    }

    fn function(self, op: &Op, name: &str) -> String {
        let mut operands = String::new();
        for (place, ty) in op.params.iter().enumerate() {
            match self.constant(op, place) {
                Some(bits) => operands += &format!("({}) ", ty.constant(bits)),
                None => operands += &format!("(local.get {place}) "),
            }
        }
        let params: String = op.params.iter().map(|ty| format!("{ty} ")).collect();
        format!(
            "(func (export \"{name}\") (param {params}) (result {}) {operands} {})\n",
            op.result, op.name
        )
    }
}

fn check(ops: &[Op]) {
    for canonical_nans in [false, true] {
        let is_float = |ty: &Ty| matches!(ty, Ty::F32 | Ty::F64);
        let tried: Vec<&Op> = ops
            .iter()
            .filter(|op| !canonical_nans || is_float(&op.result))
            .collect();
        if !tried.is_empty() {
            check_all(&tried, canonical_nans);
        }
    }
}

fn check_all(ops: &[&Op], canonical_nans: bool) {
    let mut text = String::from("(module\n");
    let name = |op: usize, operands: usize| format!("{op}/{operands}");
    for (number, op) in ops.iter().enumerate() {
        for (place, operands) in Operands::all(op).into_iter().enumerate() {
            text += &operands.function(op, &name(number, place));
        }
    }
    text.push(')');
    let wasm = wat::parse_str(&text).unwrap_or_else(|e| panic!("{e}"));
    let guests = RefCell::new(guests(&wasm, canonical_nans));
    for (number, op) in ops.iter().enumerate() {
        for (place, operands) in Operands::all(op).into_iter().enumerate() {
            let bench = Bench {
                op,
                operands,
                canonical_nans,
                name: name(number, place),
            };
            let mut guests = guests.borrow_mut();
            for guest in guests.iter_mut() {
                // Where nothing is folded, a constant is as good as a parameter.
                if guest.folds || operands == Operands::Params {
                    let func = guest.func(&bench.name);
                    for args in bench.grid() {
                        bench
                            .check(guest, func, &args)
                            .unwrap_or_else(|e| panic!("{e}"));
                    }
                }
            }
        }
        let bench = Bench {
            op,
            operands: Operands::Params,
            canonical_nans,
            name: name(number, 0),
        };
        let args: Vec<_> = op.params.iter().map(|&ty| any_value(ty)).collect();
        let config = Config {
            cases: RANDOM_CASES,
            failure_persistence: None,
            ..Config::default()
        };
        TestRunner::new(config)
            .run(&args, |args| {
                for guest in guests.borrow_mut().iter_mut() {
                    let func = guest.func(&bench.name);
                    bench
                        .check(guest, func, &args)
                        .map_err(TestCaseError::fail)?;
                }
                Ok(())
            })
            .unwrap_or_else(|e| panic!("{e}"));
    }
}

/// A function with an operator.
struct Bench<'a> {
    op: &'a Op,
    operands: Operands,
    canonical_nans: bool,
    name: String,
}

impl Bench<'_> {
    /// All values at edges with all others; one that does not matter beside a constant.
    fn grid(&self) -> Vec<Vec<u64>> {
        let mut all = vec![Vec::new()];
        for (place, &ty) in self.op.params.iter().enumerate() {
            let values = match self.operands.constant(self.op, place) {
                Some(bits) => vec![ty.truncate(!bits)],
                None => edges(ty),
            };
            all = all
                .iter()
                .flat_map(|head: &Vec<u64>| {
                    values.iter().map(move |&value| {
                        let mut args = head.clone();
                        args.push(ty.truncate(value));
                        args
                    })
                })
                .collect();
        }
        all
    }

    fn check(&self, guest: &mut Guest, func: Func, args: &[u64]) -> Result<(), String> {
        let op = self.op;
        let typed: Vec<Val> = op
            .params
            .iter()
            .zip(args)
            .map(|(&ty, &bits)| val(ty, bits))
            .collect();
        let mut results = [val(op.result, 0)];
        let outcome = guest.call(func, &typed, &mut results);
        let operands: Vec<u64> = args
            .iter()
            .enumerate()
            .map(|(place, &arg)| self.operands.constant(op, place).unwrap_or(arg))
            .collect();
        let expected = op.eval(&operands);
        let got = outcome.map(|()| bits(&results[0]) as u64);
        let is_right = match (&got, &expected) {
            (Ok(got), Ok(expected)) => self.admits(*expected, *got),
            (Err(got), Err(expected)) => got == expected,
            _ => false,
        };
        if is_right {
            return Ok(());
        }
        Err(self.describe(guest, &operands, &expected, &got))
    }

    fn describe(
        &self,
        guest: &Guest,
        operands: &[u64],
        expected: &Outcome,
        got: &Result<u64, diptych::Trap>,
    ) -> String {
        let mut text = format!("{} of {operands:#x?} by {}", self.op.name, guest.name);
        let _ = writeln!(text, ": expected {expected:x?}, got {got:x?}, in");
        text + &self.operands.function(self.op, "f")
    }

    /// Whether these bits are what is expected.
    fn admits(&self, expect: Expect, bits: u64) -> bool {
        let ty = self.op.result;
        match expect {
            Expect::Bits(expected) => bits == expected,
            // That of the engine's own making has no sign.
            Expect::Nan { .. } if self.canonical_nans => {
                ty.is_canonical_nan(bits) && bits == ty.truncate(bits) && !is_negative(ty, bits)
            }
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
}

const fn is_negative(ty: Ty, bits: u64) -> bool {
    match ty {
        Ty::I32 | Ty::F32 => bits >> 31 & 1 == 1,
        Ty::I64 | Ty::F64 => bits >> 63 == 1,
    }
}

fn val(ty: Ty, bits: u64) -> Val {
    match ty {
        Ty::I32 => Val::I32(bits as i32),
        Ty::I64 => Val::I64(bits as i64),
        Ty::F32 => Val::F32(bits as u32),
        Ty::F64 => Val::F64(bits),
    }
}
