//! Operators that move lanes.

use super::{Op, Ty, join, lanes, numbers};

const V: Ty = Ty::V128;

pub(super) fn operators() -> Vec<Op> {
    let mut ops = Vec::new();
    for (shape, bits, ty) in [
        ("i8x16", 8, Ty::I32),
        ("i16x8", 16, Ty::I32),
        ("i32x4", 32, Ty::I32),
        ("i64x2", 64, Ty::I64),
        ("f32x4", 32, Ty::F32),
        ("f64x2", 64, Ty::F64),
    ] {
        ops.push(Op::new(format!("{shape}.splat"), &[ty], V, move |args| {
            let lanes = (0..128 / bits).map(|_| args[0] as u64);
            join(bits, lanes).into()
        }));
        for lane in 0..128 / bits as usize {
            let suffixes: &[(&str, bool)] = match bits {
                8 | 16 => &[("_s", true), ("_u", false)],
                _ => &[("", false)],
            };
            for &(suffix, signed) in suffixes {
                let name = format!("{shape}.extract_lane{suffix} {lane}");
                ops.push(Op::new(name, &[V], ty, move |args| {
                    let number = numbers(bits, signed, args[0])[lane] as u64;
                    let number = if bits < 64 {
                        u64::from(number as u32)
                    } else {
                        number
                    };
                    u128::from(number).into()
                }));
            }
            let name = format!("{shape}.replace_lane {lane}");
            ops.push(Op::new(name, &[V, ty], V, move |args| {
                let mut lanes = lanes(bits, args[0]);
                lanes[lane] = args[1] as u64;
                join(bits, lanes).into()
            }));
        }
    }
    for name in ["i8x16.swizzle", "i8x16.relaxed_swizzle"] {
        ops.push(Op::new(name, &[V; 2], V, |args| {
            let bytes = lanes(8, args[0]);
            let chosen = lanes(8, args[1]).into_iter();
            join(
                8,
                chosen.map(|i| bytes.get(i as usize).copied().unwrap_or(0)),
            )
            .into()
        }));
    }
    for indices in shuffles() {
        let text: Vec<String> = indices.iter().map(u8::to_string).collect();
        let name = format!("i8x16.shuffle {}", text.join(" "));
        ops.push(Op::new(name, &[V; 2], V, move |args| {
            let bytes = [lanes(8, args[0]), lanes(8, args[1])].concat();
            join(8, indices.map(|i| bytes[usize::from(i)])).into()
        }));
    }
    ops
}

/// Of bytes, of wider lanes, and of nearly wider ones.
fn shuffles() -> Vec<[u8; 16]> {
    let words = |words: [u8; 4]| core::array::from_fn(|i| words[i / 4] * 4 + i as u8 % 4);
    let mut almost = words([6, 1, 4, 3]);
    almost[15] = 14;
    vec![
        core::array::from_fn(|i| i as u8),
        core::array::from_fn(|i| 31 - i as u8),
        core::array::from_fn(|i| i as u8 * 7 % 32),
        core::array::from_fn(|i| (i as u8 + 1) % 32),
        core::array::from_fn(|i| (i as u8 / 2) + (i as u8 % 2) * 16),
        [31; 16],
        words([0, 4, 1, 5]),
        words([7, 6, 5, 4]),
        words([3, 2, 1, 0]),
        words([2, 2, 7, 7]),
        almost,
    ]
}
