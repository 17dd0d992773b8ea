//! Operators on float lanes. Conversions are those of `f64`, which holds all numbers of the
//! narrower types.

use super::int::truncate;
use super::{Op, Ty, Want, join, lanes, numbers, of_numbers};

const V: Ty = Ty::V128;

pub(super) fn operators() -> Vec<Op> {
    let mut ops = f32x4();
    ops.extend(f64x2());
    conversions(&mut ops);
    ops
}

/// The vector of these floats, as bits, where NaNs are any.
fn floats(width: u32, floats: Vec<(u64, bool)>) -> Want {
    let nan = |nans, (i, &(_, nan)): (usize, &(u64, bool))| nans | u8::from(nan) << i;
    Want {
        bits: join(width, floats.iter().map(|&(bits, _)| bits)),
        width,
        nans: floats.iter().enumerate().fold(0, nan),
    }
}

macro_rules! operators {
    ($name:ident, $float:ident, $bits:ident, $width:literal, $shape:literal) => {
        fn $name() -> Vec<Op> {
            /// An operator that computes.
            fn computes<const N: usize>(
                name: &str,
                f: impl Fn([$float; N]) -> $float + 'static,
            ) -> Op {
                let name = format!(concat!($shape, ".{}"), name);
                Op::new(name, &[V; N], V, move |args| {
                    let args: Vec<Vec<u64>> = args.iter().map(|&a| lanes($width, a)).collect();
                    let lane = |i: usize| {
                        let args =
                            core::array::from_fn(|arg| $float::from_bits(args[arg][i] as $bits));
                        let result = f(args);
                        (u64::from(result.to_bits()), result.is_nan())
                    };
                    floats($width, (0..128 / $width).map(lane).collect())
                })
            }
            /// An operator on bits.
            fn exact<const N: usize>(name: &str, f: impl Fn([$float; N]) -> $bits + 'static) -> Op {
                let name = format!(concat!($shape, ".{}"), name);
                Op::new(name, &[V; N], V, move |args| {
                    let args: Vec<Vec<u64>> = args.iter().map(|&a| lanes($width, a)).collect();
                    let lane = |i: usize| {
                        let args =
                            core::array::from_fn(|arg| $float::from_bits(args[arg][i] as $bits));
                        u64::from(f(args))
                    };
                    join($width, (0..128 / $width).map(lane)).into()
                })
            }
            fn mask(holds: bool) -> $bits {
                if holds { $bits::MAX } else { 0 }
            }
            fn min([a, b]: [$float; 2]) -> $float {
                if a.is_nan() || b.is_nan() {
                    $float::NAN
                } else if a < b || (a == b && a.is_sign_negative()) {
                    a
                } else {
                    b
                }
            }
            fn max([a, b]: [$float; 2]) -> $float {
                if a.is_nan() || b.is_nan() {
                    $float::NAN
                } else if a > b || (a == b && a.is_sign_positive()) {
                    a
                } else {
                    b
                }
            }
            const SIGN: $bits = 1 << ($width - 1);
            vec![
                computes("add", |[a, b]| a + b),
                computes("sub", |[a, b]| a - b),
                computes("mul", |[a, b]| a * b),
                computes("div", |[a, b]| a / b),
                computes("min", min),
                computes("max", max),
                computes("relaxed_min", min),
                computes("relaxed_max", max),
                computes("sqrt", |[a]| a.sqrt()),
                computes("ceil", |[a]| a.ceil()),
                computes("floor", |[a]| a.floor()),
                computes("trunc", |[a]| a.trunc()),
                computes("nearest", |[a]| a.round_ties_even()),
                computes("relaxed_madd", |[a, b, c]| a.mul_add(b, c)),
                computes("relaxed_nmadd", |[a, b, c]| (-a).mul_add(b, c)),
                exact("abs", |[a]| a.to_bits() & !SIGN),
                exact("neg", |[a]| a.to_bits() ^ SIGN),
                exact("pmin", |[a, b]| if b < a { b } else { a }.to_bits()),
                exact("pmax", |[a, b]| if a < b { b } else { a }.to_bits()),
                exact("eq", |[a, b]| mask(a == b)),
                exact("ne", |[a, b]| mask(a != b)),
                exact("lt", |[a, b]| mask(a < b)),
                exact("gt", |[a, b]| mask(a > b)),
                exact("le", |[a, b]| mask(a <= b)),
                exact("ge", |[a, b]| mask(a >= b)),
            ]
        }
    };
}

operators!(f32x4, f32, u32, 32, "f32x4");
operators!(f64x2, f64, u64, 64, "f64x2");

fn conversions(ops: &mut Vec<Op>) {
    let singles = |vector| {
        let lanes = lanes(32, vector).into_iter();
        lanes.map(|bits| f64::from(f32::from_bits(bits as u32)))
    };
    let doubles = |vector| lanes(64, vector).into_iter().map(f64::from_bits);
    for (suffix, signed) in [("s", true), ("u", false)] {
        for name in [
            format!("i32x4.trunc_sat_f32x4_{suffix}"),
            format!("i32x4.relaxed_trunc_f32x4_{suffix}"),
        ] {
            ops.push(Op::new(name, &[V], V, move |args| {
                of_numbers(
                    32,
                    singles(args[0]).map(|number| truncate(number, 32, signed)),
                )
            }));
        }
        for name in [
            format!("i32x4.trunc_sat_f64x2_{suffix}_zero"),
            format!("i32x4.relaxed_trunc_f64x2_{suffix}_zero"),
        ] {
            ops.push(Op::new(name, &[V], V, move |args| {
                of_numbers(
                    32,
                    doubles(args[0]).map(|number| truncate(number, 32, signed)),
                )
            }));
        }
        let name = format!("f32x4.convert_i32x4_{suffix}");
        ops.push(Op::new(name, &[V], V, move |args| {
            let numbers = numbers(32, signed, args[0]).into_iter();
            join(32, numbers.map(|number| (number as f32).to_bits().into())).into()
        }));
        let name = format!("f64x2.convert_low_i32x4_{suffix}");
        ops.push(Op::new(name, &[V], V, move |args| {
            let numbers = numbers(32, signed, args[0]).into_iter().take(2);
            join(64, numbers.map(|number| (number as f64).to_bits())).into()
        }));
    }
    ops.push(Op::new("f32x4.demote_f64x2_zero", &[V], V, move |args| {
        let narrow = |number: f64| (u64::from((number as f32).to_bits()), number.is_nan());
        floats(
            32,
            doubles(args[0])
                .map(narrow)
                .chain([(0, false); 2])
                .collect(),
        )
    }));
    ops.push(Op::new("f64x2.promote_low_f32x4", &[V], V, move |args| {
        let wide = |number: f64| (number.to_bits(), number.is_nan());
        floats(64, singles(args[0]).take(2).map(wide).collect())
    }));
}
