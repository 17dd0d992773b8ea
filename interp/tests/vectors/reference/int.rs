//! Operators on integer lanes, and on all bits.

use super::{Op, Ty, Want, lanes, numbers, of_numbers, range, saturate};

const V: Ty = Ty::V128;

pub(super) fn operators() -> Vec<Op> {
    let mut ops = bitwise();
    for bits in [8, 16, 32, 64] {
        arithmetic(&mut ops, bits);
        comparisons(&mut ops, bits);
        shifts(&mut ops, bits);
        tests(&mut ops, bits);
    }
    for bits in [8, 16] {
        saturating(&mut ops, bits);
    }
    for bits in [16, 32, 64] {
        widening(&mut ops, bits);
    }
    for bits in [8, 16] {
        narrowing(&mut ops, bits);
    }
    products(&mut ops);
    ops
}

fn shape(bits: u32) -> String {
    format!("i{bits}x{}", 128 / bits)
}

fn bitwise() -> Vec<Op> {
    let select = |a: &[u128]| Want::from(a[0] & a[2] | a[1] & !a[2]);
    let mut ops = vec![
        Op::new("v128.not", &[V], V, |a| (!a[0]).into()),
        Op::new("v128.and", &[V; 2], V, |a| (a[0] & a[1]).into()),
        Op::new("v128.andnot", &[V; 2], V, |a| (a[0] & !a[1]).into()),
        Op::new("v128.or", &[V; 2], V, |a| (a[0] | a[1]).into()),
        Op::new("v128.xor", &[V; 2], V, |a| (a[0] ^ a[1]).into()),
        Op::new("v128.bitselect", &[V; 3], V, select),
        Op::new("v128.any_true", &[V], Ty::I32, |a| {
            u128::from(a[0] != 0).into()
        }),
    ];
    for bits in [8, 16, 32, 64] {
        let name = format!("{}.relaxed_laneselect", shape(bits));
        ops.push(Op::new(name, &[V; 3], V, select));
    }
    ops
}

/// An operator on the numbers at the same places of its operands.
fn lanewise(
    ops: &mut Vec<Op>,
    name: &str,
    bits: u32,
    signed: bool,
    params: usize,
    f: impl Fn(&[i128]) -> i128 + 'static,
) {
    let name = format!("{}.{name}", shape(bits));
    ops.push(Op::new(name, &vec![V; params], V, move |args| {
        let args: Vec<Vec<i128>> = args.iter().map(|&a| numbers(bits, signed, a)).collect();
        let lane = |i: usize| f(&args.iter().map(|arg| arg[i]).collect::<Vec<_>>());
        of_numbers(bits, (0..128 / bits as usize).map(lane))
    }));
}

fn arithmetic(ops: &mut Vec<Op>, bits: u32) {
    lanewise(ops, "add", bits, true, 2, |a| a[0] + a[1]);
    lanewise(ops, "sub", bits, true, 2, |a| a[0] - a[1]);
    lanewise(ops, "neg", bits, true, 1, |a| -a[0]);
    lanewise(ops, "abs", bits, true, 1, |a| a[0].abs());
    if bits > 8 {
        lanewise(ops, "mul", bits, true, 2, |a| a[0].wrapping_mul(a[1]));
    }
    if bits < 64 {
        lanewise(ops, "min_s", bits, true, 2, |a| a[0].min(a[1]));
        lanewise(ops, "min_u", bits, false, 2, |a| a[0].min(a[1]));
        lanewise(ops, "max_s", bits, true, 2, |a| a[0].max(a[1]));
        lanewise(ops, "max_u", bits, false, 2, |a| a[0].max(a[1]));
    }
    if bits < 32 {
        lanewise(ops, "avgr_u", bits, false, 2, |a| (a[0] + a[1] + 1) / 2);
    }
    if bits == 8 {
        lanewise(ops, "popcnt", bits, false, 1, |a| {
            i128::from(a[0].count_ones())
        });
    }
}

fn comparisons(ops: &mut Vec<Op>, bits: u32) {
    type Holds = fn(i128, i128) -> bool;
    let mut compare = |name: &str, signed, holds: Holds| {
        lanewise(ops, name, bits, signed, 2, move |a| {
            if holds(a[0], a[1]) { -1 } else { 0 }
        });
    };
    compare("eq", true, |a, b| a == b);
    compare("ne", true, |a, b| a != b);
    let orders: [(&str, Holds); 4] = [
        ("lt", |a, b| a < b),
        ("gt", |a, b| a > b),
        ("le", |a, b| a <= b),
        ("ge", |a, b| a >= b),
    ];
    for (name, holds) in orders {
        compare(&format!("{name}_s"), true, holds);
        if bits < 64 {
            compare(&format!("{name}_u"), false, holds);
        }
    }
}

fn shifts(ops: &mut Vec<Op>, bits: u32) {
    let mut shift = |name: &str, signed, f: fn(i128, u32) -> i128| {
        let name = format!("{}.{name}", shape(bits));
        ops.push(Op::new(name, &[V, Ty::I32], V, move |args| {
            let by = args[1] as u32 % bits;
            let numbers = numbers(bits, signed, args[0]);
            of_numbers(bits, numbers.into_iter().map(|number| f(number, by)))
        }));
    };
    shift("shl", false, |number, by| number << by);
    shift("shr_s", true, |number, by| number >> by);
    shift("shr_u", false, |number, by| number >> by);
}

fn tests(ops: &mut Vec<Op>, bits: u32) {
    let name = format!("{}.all_true", shape(bits));
    ops.push(Op::new(name, &[V], Ty::I32, move |args| {
        let all = !lanes(bits, args[0]).contains(&0);
        u128::from(all).into()
    }));
    let name = format!("{}.bitmask", shape(bits));
    ops.push(Op::new(name, &[V], Ty::I32, move |args| {
        let signs = numbers(bits, true, args[0]).into_iter().enumerate();
        signs
            .fold(0, |mask, (i, number)| mask | u128::from(number < 0) << i)
            .into()
    }));
}

fn saturating(ops: &mut Vec<Op>, bits: u32) {
    for (suffix, signed) in [("s", true), ("u", false)] {
        let name = format!("add_sat_{suffix}");
        lanewise(ops, &name, bits, signed, 2, move |a| {
            saturate(bits, signed, a[0] + a[1])
        });
        let name = format!("sub_sat_{suffix}");
        lanewise(ops, &name, bits, signed, 2, move |a| {
            saturate(bits, signed, a[0] - a[1])
        });
    }
}

/// Operators that make lanes of twice the width, `bits`.
fn widening(ops: &mut Vec<Op>, bits: u32) {
    let (to, from) = (shape(bits), shape(bits / 2));
    let half = 128 / bits as usize;
    for (suffix, signed) in [("s", true), ("u", false)] {
        for (part, start) in [("low", 0), ("high", half)] {
            let name = format!("{to}.extend_{part}_{from}_{suffix}");
            ops.push(Op::new(name, &[V], V, move |args| {
                let numbers = numbers(bits / 2, signed, args[0]);
                of_numbers(bits, numbers[start..][..half].iter().copied())
            }));
            let name = format!("{to}.extmul_{part}_{from}_{suffix}");
            ops.push(Op::new(name, &[V; 2], V, move |args| {
                let [a, b] = [0, 1].map(|i| numbers(bits / 2, signed, args[i]));
                of_numbers(bits, (start..start + half).map(|i| a[i] * b[i]))
            }));
        }
        if bits < 64 {
            let name = format!("{to}.extadd_pairwise_{from}_{suffix}");
            ops.push(Op::new(name, &[V], V, move |args| {
                let numbers = numbers(bits / 2, signed, args[0]);
                of_numbers(bits, numbers.chunks(2).map(|pair| pair[0] + pair[1]))
            }));
        }
    }
}

/// Operators that make lanes of half the width, `bits`.
fn narrowing(ops: &mut Vec<Op>, bits: u32) {
    for (suffix, signed) in [("s", true), ("u", false)] {
        let name = format!("{}.narrow_{}_{suffix}", shape(bits), shape(bits * 2));
        ops.push(Op::new(name, &[V; 2], V, move |args| {
            let both = args.iter().flat_map(|&arg| numbers(bits * 2, true, arg));
            of_numbers(bits, both.map(|number| saturate(bits, signed, number)))
        }));
    }
}

fn products(ops: &mut Vec<Op>) {
    for name in ["q15mulr_sat_s", "relaxed_q15mulr_s"] {
        lanewise(ops, name, 16, true, 2, |a| {
            saturate(16, true, (a[0] * a[1] + (1 << 14)).div_euclid(1 << 15))
        });
    }
    /// The sums of products of neighbours, wrapped to twice the width of the lanes.
    fn dot(bits: u32, args: &[u128]) -> u128 {
        let [a, b] = [0, 1].map(|i| numbers(bits, true, args[i]));
        let products: Vec<i128> = a.iter().zip(b).map(|(a, b)| a * b).collect();
        of_numbers(bits * 2, products.chunks(2).map(|pair| pair[0] + pair[1])).bits
    }
    ops.push(Op::new("i32x4.dot_i16x8_s", &[V; 2], V, |args| {
        dot(16, args).into()
    }));
    let name = "i16x8.relaxed_dot_i8x16_i7x16_s";
    ops.push(Op::new(name, &[V; 2], V, |args| dot(8, args).into()));
    let name = "i32x4.relaxed_dot_i8x16_i7x16_add_s";
    ops.push(Op::new(name, &[V; 3], V, |args| {
        let dots = numbers(16, true, dot(8, args));
        let sums = dots.chunks(2).zip(numbers(32, true, args[2]));
        of_numbers(32, sums.map(|(pair, c)| pair[0] + pair[1] + c))
    }));
}

/// A float as an integer of so many bits: towards zero, and as near as it can be.
pub(super) fn truncate(number: f64, bits: u32, signed: bool) -> i128 {
    let (least, greatest) = range(bits, signed);
    if number.is_nan() {
        0
    } else if number <= least as f64 {
        least
    } else if number >= greatest as f64 {
        greatest
    } else {
        number as i128
    }
}
