//! What the float operations on vectors compute, lane by lane. Conditions are masks, and not
//! branches, so that the optimiser makes vector instructions of them.

use super::int::{each, lanewise, mask};
use super::value::V128;
use crate::exec::kernel;

macro_rules! floats {
    ($($float:ident, $bits:ident, $count:tt, $exact:literal, $canonical:literal:
        $add:ident, $sub:ident, $mul:ident, $div:ident, $min:ident, $max:ident, $pmin:ident,
        $pmax:ident, $eq:ident, $ne:ident, $lt:ident, $le:ident, $abs:ident, $neg:ident,
        $ceil:ident, $floor:ident, $trunc:ident, $nearest:ident, $canonicalize:ident,
        $near:ident, $whole:ident;
    )*) => {$(
        lanewise! {
            $float, $count {
                $add(a, b) = a + b;
                $sub(a, b) = a - b;
                $mul(a, b) = a * b;
                $div(a, b) = a / b;
                $min(a, b) = {
                    let less = if a < b { a } else { b };
                    let not_greater = if b < a { b } else { a };
                    // Equal values differ at most in the sign of zero.
                    let min = less.to_bits() | not_greater.to_bits();
                    let nan = mask!($bits, a.is_nan() | b.is_nan());
                    min & !nan | (a + b).to_bits() & nan
                };
                $max(a, b) = {
                    let greater = if a > b { a } else { b };
                    let not_less = if b > a { b } else { a };
                    let max = greater.to_bits() & not_less.to_bits();
                    let nan = mask!($bits, a.is_nan() | b.is_nan());
                    max & !nan | (a + b).to_bits() & nan
                };
                // These give one of their operands as it is.
                $pmin(a, b) = if b < a { b.to_bits() } else { a.to_bits() };
                $pmax(a, b) = if a < b { b.to_bits() } else { a.to_bits() };
                $eq(a, b) = mask!($bits, a == b);
                $ne(a, b) = mask!($bits, a != b);
                $lt(a, b) = mask!($bits, a < b);
                $le(a, b) = mask!($bits, a <= b);
                $nearest(a) = $whole(a, $near(a));
                $ceil(a) = {
                    let near = $near(a);
                    $whole(a, near + if near < a { 1.0 } else { 0.0 })
                };
                $floor(a) = {
                    let near = $near(a);
                    $whole(a, near - if near > a { 1.0 } else { 0.0 })
                };
                $trunc(a) = {
                    let near = $near(a.abs());
                    $whole(a, near - if near > a.abs() { 1.0 } else { 0.0 })
                };
                $canonicalize(a) = if a.is_nan() { $canonical } else { a.to_bits() };
            }
            $bits, $count {
                $abs(a) = a & $bits::MAX >> 1;
                $neg(a) = a ^ 1 << ($bits::BITS - 1);
            }
        }

        /// The integer that is nearest to `a`, when `a` is small enough not to be one anyway.
        #[inline(always)]
        fn $near(a: $float) -> $float {
            let sign = a.to_bits() & 1 << ($bits::BITS - 1);
            // Adding and subtracting the first number whose neighbours are one apart rounds to
            // even, as the addition does.
            let near = (a.abs() + $exact) - $exact;
            $float::from_bits(near.to_bits() | sign)
        }

        /// `number` with the sign of `a`, or `a` when it is so large that it has no fraction, as
        /// bits.
        #[inline(always)]
        fn $whole(a: $float, number: $float) -> $bits {
            const SIGN: $bits = 1 << ($bits::BITS - 1);
            let number = number.to_bits() & !SIGN | a.to_bits() & SIGN;
            let small = mask!($bits, a.abs() < $exact);
            // NaN becomes quiet.
            let large = a + 0.0;
            number & small | large.to_bits() & !small
        }
    )*};
}

floats! {
    f32, u32, 4, 8388608.0, 0x7fc0_0000:
        f32x4_add, f32x4_sub, f32x4_mul, f32x4_div, f32x4_min, f32x4_max, f32x4_p_min,
        f32x4_p_max, f32x4_eq, f32x4_ne, f32x4_lt, f32x4_le, f32x4_abs, f32x4_neg,
        f32x4_ceil, f32x4_floor, f32x4_trunc, f32x4_nearest, f32x4_canonicalize, near32, whole32;
    f64, u64, 2, 4503599627370496.0, 0x7ff8_0000_0000_0000:
        f64x2_add, f64x2_sub, f64x2_mul, f64x2_div, f64x2_min, f64x2_max, f64x2_p_min,
        f64x2_p_max, f64x2_eq, f64x2_ne, f64x2_lt, f64x2_le, f64x2_abs, f64x2_neg,
        f64x2_ceil, f64x2_floor, f64x2_trunc, f64x2_nearest, f64x2_canonicalize, near64, whole64;
}

lanewise! {
    f32, 4 {
        f32x4_sqrt(a) = kernel::f32_sqrt(a);
        i32x4_trunc_sat_f32x4_s(a) = a as i32;
        i32x4_trunc_sat_f32x4_u(a) = a as u32;
        f32x4_relaxed_madd(a, b, c) = fused(a, b, c);
        f32x4_relaxed_nmadd(a, b, c) = fused(-a, b, c);
    }
    f64, 2 {
        f64x2_sqrt(a) = kernel::f64_sqrt(a);
    }
    i32, 4 {
        f32x4_convert_i32x4_s(a) = a as f32;
    }
    u32, 4 {
        f32x4_convert_i32x4_u(a) = a as f32;
    }
}

/// The sum of the product and `c`, rounded once.
#[inline(always)]
fn fused(a: f32, b: f32, c: f32) -> f32 {
    let (a, b, c) = (f64::from(a), f64::from(b), f64::from(c));
    // Exact: it has twice the bits of an operand, and the exponents fit.
    let product = a * b;
    let sum = product + c;
    // What the sum lost.
    let rest = sum - product;
    let error = (product - (sum - rest)) + (c - rest);
    // Rounded to odd, which the rounding to `f32` does not take for a tie.
    let bits = sum.to_bits();
    let inexact = (error > 0.0) | (error < 0.0);
    let away = (error > 0.0) == (sum > 0.0);
    let step = if away { 1 } else { u64::MAX };
    let change = mask!(u64, inexact & (bits & 1 == 0));
    f64::from_bits(bits.wrapping_add(step & change)) as f32
}

/// The sums of the products and `c`, each rounded once. No instruction of every processor does it,
/// and what does it instead is too long for a handler.
pub(crate) fn f64x2_relaxed_madd(a: V128, b: V128, c: V128) -> V128 {
    let (a, b, c): ([f64; 2], [f64; 2], [f64; 2]) = (a.lanes(), b.lanes(), c.lanes());
    V128::of(each!(2, |i| libm::fma(a[i], b[i], c[i])))
}

#[inline(always)]
pub(crate) fn i32x4_trunc_sat_f64x2_s_zero(a: V128) -> V128 {
    let [low, high]: [f64; 2] = a.lanes();
    V128::of([low as i32, high as i32, 0, 0])
}

#[inline(always)]
pub(crate) fn i32x4_trunc_sat_f64x2_u_zero(a: V128) -> V128 {
    let [low, high]: [f64; 2] = a.lanes();
    V128::of([low as u32, high as u32, 0, 0])
}

#[inline(always)]
pub(crate) fn f64x2_convert_low_i32x4_s(a: V128) -> V128 {
    let a: [i32; 4] = a.lanes();
    V128::of([f64::from(a[0]), f64::from(a[1])])
}

#[inline(always)]
pub(crate) fn f64x2_convert_low_i32x4_u(a: V128) -> V128 {
    let a: [u32; 4] = a.lanes();
    V128::of([f64::from(a[0]), f64::from(a[1])])
}

#[inline(always)]
pub(crate) fn f32x4_demote_f64x2_zero(a: V128) -> V128 {
    let [low, high]: [f64; 2] = a.lanes();
    V128::of([
        kernel::f32_demote_f64(low),
        kernel::f32_demote_f64(high),
        0.0,
        0.0,
    ])
}

#[inline(always)]
pub(crate) fn f64x2_promote_low_f32x4(a: V128) -> V128 {
    let a: [f32; 4] = a.lanes();
    V128::of([kernel::f64_promote_f32(a[0]), kernel::f64_promote_f32(a[1])])
}
