//! Canonical NaNs, when they are asked for.

use crate::operators::{bits, val};
use crate::reference::operators;
use crate::support::machine::canonical_modes;
use crate::support::reference::{self, Expect};
use crate::support::{Guest, Ty};
use crate::values::Random;

/// How many values an operator is tried on.
const ROUNDS: usize = 300;

#[test]
fn vectors_have_canonical_nans() {
    let modes = canonical_modes();
    for (number, op) in operators().iter().enumerate() {
        if !op.name.starts_with('f') {
            continue;
        }
        let params: String = op.params.iter().map(|ty| format!("{ty} ")).collect();
        let operands: String = (0..op.params.len())
            .map(|i| format!("local.get {i} "))
            .collect();
        let wat = format!(
            "(module (func (export \"f\") (param {params}) (result {}) {operands} {}))",
            op.result, op.name
        );
        let wasm = wat::parse_str(&wat).unwrap_or_else(|e| panic!("{e}:\n{wat}"));
        for mode in &modes {
            let mut random = Random::new(number as u64);
            let mut guest = Guest::new(mode, &wasm);
            let func = guest.func("f");
            for _ in 0..ROUNDS {
                let args: Vec<u128> = op
                    .params
                    .iter()
                    .map(|&ty| random.value(ty, &op.name))
                    .collect();
                let typed: Vec<_> = op
                    .params
                    .iter()
                    .zip(&args)
                    .map(|(&ty, &a)| val(ty, a))
                    .collect();
                let mut out = [val(op.result, 0)];
                guest.call_values(func, &typed, &mut out).expect("no trap");
                let want = op.eval(&args).canonical();
                assert_eq!(
                    bits(&out[0]),
                    want,
                    "mode {}: {} of {args:x?}",
                    mode.name,
                    op.name
                );
            }
        }
    }
}

#[test]
fn numbers_have_canonical_nans() {
    let modes = canonical_modes();
    let ops = [
        reference::f32_ops(),
        reference::f64_ops(),
        reference::conversions(),
    ];
    for (number, op) in ops.iter().flatten().enumerate() {
        let params: String = op.params.iter().map(|ty| format!("{ty} ")).collect();
        let operands: String = (0..op.params.len())
            .map(|i| format!("local.get {i} "))
            .collect();
        // The result goes to a local in one function, and on to an operation in the other.
        let (ty, name) = (op.result, &op.name);
        let wasm = wat::parse_str(format!(
            "(module
                (func (export \"set\") (param {params}) (result {ty}) (local {ty})
                    {operands} {name} local.set {0} local.get {0})
                (func (export \"give\") (param {params}) (result {ty})
                    (block (result {ty}) {operands} {name} i32.const 1 br_if 0)))",
            op.params.len()
        ))
        .expect("valid text");
        for mode in &modes {
            let mut random = Random::new(number as u64);
            let mut guest = Guest::new(mode, &wasm);
            let funcs = ["set", "give"].map(|name| guest.func(name));
            for round in 0..ROUNDS {
                let args: Vec<(Ty, u64)> = op
                    .params
                    .iter()
                    .map(|&ty| (ty, random.value(vector_type(ty), "") as u64))
                    .collect();
                let bits: Vec<u64> = args.iter().map(|arg| arg.1).collect();
                let got = guest.call(funcs[round % 2], &args, &[ty]);
                let right = match (&got, op.eval(&bits)) {
                    (Ok(got), Ok(Expect::Bits(bits))) => got[0] == bits,
                    (Ok(got), Ok(Expect::Nan { .. })) => {
                        got[0]
                            == match ty {
                                Ty::F32 => 0x7fc0_0000,
                                _ => 0x7ff8_0000_0000_0000,
                            }
                    }
                    (Err(got), Err(want)) => *got == want,
                    _ => false,
                };
                assert!(
                    right,
                    "mode {}: {name} of {args:x?} gives {got:x?}",
                    mode.name
                );
            }
        }
    }
}

fn vector_type(ty: Ty) -> crate::reference::Ty {
    match ty {
        Ty::I32 => crate::reference::Ty::I32,
        Ty::I64 => crate::reference::Ty::I64,
        Ty::F32 => crate::reference::Ty::F32,
        Ty::F64 => crate::reference::Ty::F64,
    }
}
