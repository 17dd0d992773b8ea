//! Operators on vectors, relaxed ones in their deterministic form.

use crate::guests::{bits, guests, val};
use crate::reference::{Op, Ty, operators};
use crate::vector_values::Random;
use diptych::Val;

/// How many values each function is tried on.
const ROUNDS: usize = 150;
/// How many constants each operator is tried with.
const CONSTANTS: usize = 3;

#[test]
fn operators_mean_what_they_should() {
    check(false);
}

#[test]
fn they_have_canonical_nans() {
    check(true);
}

/// A function whose last operand is this constant, if there is one.
fn function(op: &Op, name: &str, constant: Option<u128>) -> String {
    let last = op.params.len() - 1;
    let operands: String = op
        .params
        .iter()
        .enumerate()
        .map(|(place, &ty)| match constant {
            Some(bits) if place == last => format!("({}) ", const_text(ty, bits)),
            _ => format!("(local.get {place}) "),
        })
        .collect();
    let params: String = op.params.iter().map(|ty| format!("{ty} ")).collect();
    format!(
        "(func (export \"{name}\") (param {params}) (result {}) {operands} {})\n",
        op.result, op.name
    )
}

fn const_text(ty: Ty, bits: u128) -> String {
    use crate::support;
    match ty {
        Ty::V128 => format!(
            "v128.const i64x2 {} {}",
            bits as u64 as i64,
            (bits >> 64) as u64 as i64
        ),
        Ty::I32 => support::Ty::I32.constant(bits as u64),
        Ty::I64 => support::Ty::I64.constant(bits as u64),
        Ty::F32 => support::Ty::F32.constant(bits as u64),
        Ty::F64 => support::Ty::F64.constant(bits as u64),
    }
}

fn check(canonical_nans: bool) {
    let ops: Vec<Op> = operators()
        .into_iter()
        .filter(|op| !canonical_nans || op.name.starts_with('f'))
        .collect();
    let name = |op: usize, constant: usize| format!("{op}/{constant}");
    let mut text = String::from("(module\n");
    // By operator: no constant, and some.
    let mut constants: Vec<Vec<Option<u128>>> = Vec::new();
    for (number, op) in ops.iter().enumerate() {
        let mut random = Random::new(number as u64 + 1_000);
        let ty = op.params[op.params.len() - 1];
        let mut own = vec![None];
        own.extend((0..CONSTANTS).map(|_| Some(random.value(ty, &op.name))));
        for (place, constant) in own.iter().enumerate() {
            text += &function(op, &name(number, place), *constant);
        }
        constants.push(own);
    }
    text.push(')');
    let wasm = wat::parse_str(&text).unwrap_or_else(|e| panic!("{e}"));
    for mut guest in guests(&wasm, canonical_nans) {
        for (number, op) in ops.iter().enumerate() {
            let mut random = Random::new(number as u64);
            for (place, constant) in constants[number].iter().enumerate() {
                let func = guest.func(&name(number, place));
                for _ in 0..ROUNDS {
                    let mut args: Vec<u128> = op
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
                    if let (Some(last), Some(constant)) = (args.last_mut(), constant) {
                        *last = *constant;
                    }
                    let mut out = [val(op.result, 0)];
                    let called = guest.call(func, &typed, &mut out);
                    let (want, got) = (op.eval(&args), bits(&out[0]));
                    let is_right = match canonical_nans {
                        true => got == want.canonical(),
                        false => want.accepts(got),
                    };
                    assert!(
                        called.is_ok() && is_right,
                        "{}: {} of {args:x?} gives {called:?}, {got:x}, and not {want:x?}, in\n{}",
                        guest.name,
                        op.name,
                        function(op, "f", *constant)
                    );
                }
            }
        }
    }
}
