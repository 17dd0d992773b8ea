//! 128-bit arithmetic.

use crate::guests::{bits, guests};
use diptych::Val;

/// An operator and its meaning.
struct Wide {
    name: &'static str,
    params: usize,
    meaning: fn(&[u64]) -> u128,
}

macro_rules! wide {
    ($($name:literal: |$($param:ident),*| $meaning:expr;)*) => {
        &[$(Wide {
            name: $name,
            params: [$(stringify!($param)),*].len(),
            meaning: |args| match *args {
                [$($param),*] => $meaning,
                _ => unreachable!("it takes others"),
            },
        }),*]
    };
}

const fn of(low: u64, high: u64) -> u128 {
    (high as u128) << 64 | low as u128
}

const OPERATORS: &[Wide] = wide! {
    "i64.add128": |a, b, c, d| of(a, b).wrapping_add(of(c, d));
    "i64.sub128": |a, b, c, d| of(a, b).wrapping_sub(of(c, d));
    "i64.mul_wide_s": |a, b| (i128::from(a as i64) * i128::from(b as i64)) as u128;
    "i64.mul_wide_u": |a, b| u128::from(a) * u128::from(b);
};

/// Few enough for four of them to be tried with each other.
const EDGES: [u64; 9] = [
    0,
    1,
    2,
    u64::MAX,
    u64::MAX - 1,
    1 << 63,
    (1 << 63) - 1,
    0xffff_ffff,
    0xdead_beef_0123_4567,
];

#[test]
fn wide_arithmetic() {
    // Also with the last operand a constant.
    let mut text = String::from("(module\n");
    for op in OPERATORS {
        for (number, constant) in core::iter::once(None).chain(EDGES.map(Some)).enumerate() {
            let operands: String = (0..op.params)
                .map(|place| match constant {
                    Some(value) if place == op.params - 1 => format!("(i64.const {value}) "),
                    _ => format!("(local.get {place}) "),
                })
                .collect();
            text += &format!(
                "(func (export \"{}/{number}\") (param {}) (result i64 i64) {operands} {})\n",
                op.name,
                "i64 ".repeat(op.params),
                op.name
            );
        }
    }
    text.push(')');
    let wasm = wat::parse_str(&text).unwrap_or_else(|e| panic!("{e}"));
    for mut guest in guests(&wasm, false) {
        for op in OPERATORS {
            let plain = guest.func(&format!("{}/0", op.name));
            let constants: Vec<_> = (1..=EDGES.len())
                .map(|number| guest.func(&format!("{}/{number}", op.name)))
                .collect();
            for case in 0..EDGES.len().pow(op.params as u32) {
                let digit = |place: usize| case / EDGES.len().pow(place as u32) % EDGES.len();
                let args: Vec<u64> = (0..op.params).map(|place| EDGES[digit(place)]).collect();
                let typed: Vec<Val> = args.iter().map(|&arg| Val::I64(arg as i64)).collect();
                for func in [plain, constants[digit(op.params - 1)]] {
                    let mut out = [Val::I64(0), Val::I64(0)];
                    guest.call(func, &typed, &mut out).expect("it cannot trap");
                    let got = of(bits(&out[0]) as u64, bits(&out[1]) as u64);
                    let want = (op.meaning)(&args);
                    assert_eq!(got, want, "{}: {} of {args:x?}", guest.name, op.name);
                }
            }
        }
    }
}
