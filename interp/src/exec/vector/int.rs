//! What the integer operations on vectors compute, lane by lane
//! ([spec](https://webassembly.github.io/spec/core/exec/numerics.html)), named as the
//! instructions.

use super::value::V128;

/// The array of what the expression is for each place. No closure: inside a handler nothing may be
/// left to be called.
macro_rules! each {
    (2, |$i:ident| $lane:expr) => { each!(@[0 1] $i $lane) };
    (4, |$i:ident| $lane:expr) => { each!(@[0 1 2 3] $i $lane) };
    (8, |$i:ident| $lane:expr) => { each!(@[0 1 2 3 4 5 6 7] $i $lane) };
    (16, |$i:ident| $lane:expr) => {
        each!(@[0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] $i $lane)
    };
    (@[$($place:literal)*] $i:ident $lane:expr) => {
        [$({
            let $i: usize = $place;
            $lane
        }),*]
    };
}
pub(super) use each;

/// Kernels whose lanes are independent of each other: of the lanes at one place, as numbers of
/// the type given, the body makes the lane of the result.
macro_rules! lanewise {
    ($($lane:ty, $count:tt {
        $($name:ident($($arg:ident),*) = $body:expr;)*
    })*) => {$($(
        #[inline(always)]
        pub(crate) fn $name($($arg: V128),*) -> V128 {
            $(let $arg: [$lane; $count] = $arg.lanes();)*
            V128::of(each!($count, |i| {
                $(let $arg = $arg[i];)*
                $body
            }))
        }
    )*)*};
}
pub(super) use lanewise;

/// All bits, or none.
macro_rules! mask {
    ($lane:ty, $condition:expr) => {
        if $condition { <$lane>::MAX } else { 0 }
    };
}
pub(super) use mask;

lanewise! {
    u64, 2 {
        v128_not(a) = !a;
        v128_and(a, b) = a & b;
        v128_and_not(a, b) = a & !b;
        v128_or(a, b) = a | b;
        v128_xor(a, b) = a ^ b;
        v128_bitselect(a, b, c) = a & c | b & !c;
        i64x2_add(a, b) = a.wrapping_add(b);
        i64x2_sub(a, b) = a.wrapping_sub(b);
        i64x2_mul(a, b) = a.wrapping_mul(b);
        i64x2_neg(a) = a.wrapping_neg();
        i64x2_eq(a, b) = mask!(u64, a == b);
        i64x2_ne(a, b) = mask!(u64, a != b);
    }
    i64, 2 {
        i64x2_abs(a) = a.wrapping_abs();
        i64x2_lt_s(a, b) = -i64::from(a < b);
        i64x2_le_s(a, b) = -i64::from(a <= b);
    }
    u8, 16 {
        i8x16_add(a, b) = a.wrapping_add(b);
        i8x16_sub(a, b) = a.wrapping_sub(b);
        i8x16_neg(a) = a.wrapping_neg();
        i8x16_popcnt(a) = {
            let pairs = a - (a >> 1 & 0x55);
            let fours = (pairs & 0x33) + (pairs >> 2 & 0x33);
            (fours + (fours >> 4)) & 0xf
        };
        i8x16_eq(a, b) = mask!(u8, a == b);
        i8x16_ne(a, b) = mask!(u8, a != b);
        i8x16_lt_u(a, b) = mask!(u8, a < b);
        i8x16_le_u(a, b) = mask!(u8, a <= b);
        i8x16_add_sat_u(a, b) = a.saturating_add(b);
        i8x16_sub_sat_u(a, b) = a.saturating_sub(b);
        i8x16_min_u(a, b) = a.min(b);
        i8x16_max_u(a, b) = a.max(b);
        i8x16_avgr_u(a, b) = ((u16::from(a) + u16::from(b) + 1) >> 1) as u8;
    }
    i8, 16 {
        i8x16_abs(a) = a.wrapping_abs();
        i8x16_lt_s(a, b) = -i8::from(a < b);
        i8x16_le_s(a, b) = -i8::from(a <= b);
        i8x16_add_sat_s(a, b) = a.saturating_add(b);
        i8x16_sub_sat_s(a, b) = a.saturating_sub(b);
        i8x16_min_s(a, b) = a.min(b);
        i8x16_max_s(a, b) = a.max(b);
    }
    u16, 8 {
        i16x8_add(a, b) = a.wrapping_add(b);
        i16x8_sub(a, b) = a.wrapping_sub(b);
        i16x8_mul(a, b) = a.wrapping_mul(b);
        i16x8_neg(a) = a.wrapping_neg();
        i16x8_eq(a, b) = mask!(u16, a == b);
        i16x8_ne(a, b) = mask!(u16, a != b);
        i16x8_lt_u(a, b) = mask!(u16, a < b);
        i16x8_le_u(a, b) = mask!(u16, a <= b);
        i16x8_add_sat_u(a, b) = a.saturating_add(b);
        i16x8_sub_sat_u(a, b) = a.saturating_sub(b);
        i16x8_min_u(a, b) = a.min(b);
        i16x8_max_u(a, b) = a.max(b);
        i16x8_avgr_u(a, b) = ((u32::from(a) + u32::from(b) + 1) >> 1) as u16;
    }
    i16, 8 {
        i16x8_abs(a) = a.wrapping_abs();
        i16x8_lt_s(a, b) = -i16::from(a < b);
        i16x8_le_s(a, b) = -i16::from(a <= b);
        i16x8_add_sat_s(a, b) = a.saturating_add(b);
        i16x8_sub_sat_s(a, b) = a.saturating_sub(b);
        i16x8_min_s(a, b) = a.min(b);
        i16x8_max_s(a, b) = a.max(b);
        i16x8_q15_mulr_sat_s(a, b) = {
            let product = (i32::from(a) * i32::from(b) + 0x4000) >> 15;
            // Only the product of the least numbers is too large.
            product.min(i16::MAX.into()) as i16
        };
    }
    u32, 4 {
        i32x4_add(a, b) = a.wrapping_add(b);
        i32x4_sub(a, b) = a.wrapping_sub(b);
        i32x4_mul(a, b) = a.wrapping_mul(b);
        i32x4_neg(a) = a.wrapping_neg();
        i32x4_eq(a, b) = mask!(u32, a == b);
        i32x4_ne(a, b) = mask!(u32, a != b);
        i32x4_lt_u(a, b) = mask!(u32, a < b);
        i32x4_le_u(a, b) = mask!(u32, a <= b);
        i32x4_min_u(a, b) = a.min(b);
        i32x4_max_u(a, b) = a.max(b);
    }
    i32, 4 {
        i32x4_abs(a) = a.wrapping_abs();
        i32x4_lt_s(a, b) = -i32::from(a < b);
        i32x4_le_s(a, b) = -i32::from(a <= b);
        i32x4_min_s(a, b) = a.min(b);
        i32x4_max_s(a, b) = a.max(b);
    }
}

/// Shifts of all lanes, by a number that counts by the width of a lane.
macro_rules! shifts {
    ($($signed:ty, $unsigned:ty, $count:tt: $shl:ident, $shr_s:ident, $shr_u:ident;)*) => {$(
        #[inline(always)]
        pub(crate) fn $shl(a: V128, by: u32) -> V128 {
            let a: [$unsigned; $count] = a.lanes();
            V128::of(each!($count, |i| a[i].wrapping_shl(by)))
        }

        #[inline(always)]
        pub(crate) fn $shr_s(a: V128, by: u32) -> V128 {
            let a: [$signed; $count] = a.lanes();
            V128::of(each!($count, |i| a[i].wrapping_shr(by)))
        }

        #[inline(always)]
        pub(crate) fn $shr_u(a: V128, by: u32) -> V128 {
            let a: [$unsigned; $count] = a.lanes();
            V128::of(each!($count, |i| a[i].wrapping_shr(by)))
        }
    )*};
}

shifts! {
    i8, u8, 16: i8x16_shl, i8x16_shr_s, i8x16_shr_u;
    i16, u16, 8: i16x8_shl, i16x8_shr_s, i16x8_shr_u;
    i32, u32, 4: i32x4_shl, i32x4_shr_s, i32x4_shr_u;
    i64, u64, 2: i64x2_shl, i64x2_shr_s, i64x2_shr_u;
}

/// From lanes to half as many of twice the width.
macro_rules! widening {
    ($($narrow:ty, $wide:ty, $count:tt:
        $low:ident, $high:ident, $mul_low:ident, $mul_high:ident $(, $pairwise:ident)?;
    )*) => {$(
        #[inline(always)]
        pub(crate) fn $low(a: V128) -> V128 {
            let a: [$narrow; $count * 2] = a.lanes();
            V128::of(each!($count, |i| <$wide>::from(a[i])))
        }

        #[inline(always)]
        pub(crate) fn $high(a: V128) -> V128 {
            let a: [$narrow; $count * 2] = a.lanes();
            V128::of(each!($count, |i| <$wide>::from(a[$count + i])))
        }

        #[inline(always)]
        pub(crate) fn $mul_low(a: V128, b: V128) -> V128 {
            let (a, b): ([$narrow; $count * 2], [$narrow; $count * 2]) = (a.lanes(), b.lanes());
            V128::of(each!($count, |i| <$wide>::from(a[i]) * <$wide>::from(b[i])))
        }

        #[inline(always)]
        pub(crate) fn $mul_high(a: V128, b: V128) -> V128 {
            let (a, b): ([$narrow; $count * 2], [$narrow; $count * 2]) = (a.lanes(), b.lanes());
            V128::of(each!($count, |i| {
                <$wide>::from(a[$count + i]) * <$wide>::from(b[$count + i])
            }))
        }

        $(#[inline(always)]
        pub(crate) fn $pairwise(a: V128) -> V128 {
            let a: [$narrow; $count * 2] = a.lanes();
            V128::of(each!($count, |i| {
                <$wide>::from(a[2 * i]) + <$wide>::from(a[2 * i + 1])
            }))
        })?
    )*};
}

widening! {
    i8, i16, 8:
        i16x8_extend_low_i8x16_s, i16x8_extend_high_i8x16_s,
        i16x8_ext_mul_low_i8x16_s, i16x8_ext_mul_high_i8x16_s, i16x8_ext_add_pairwise_i8x16_s;
    u8, u16, 8:
        i16x8_extend_low_i8x16_u, i16x8_extend_high_i8x16_u,
        i16x8_ext_mul_low_i8x16_u, i16x8_ext_mul_high_i8x16_u, i16x8_ext_add_pairwise_i8x16_u;
    i16, i32, 4:
        i32x4_extend_low_i16x8_s, i32x4_extend_high_i16x8_s,
        i32x4_ext_mul_low_i16x8_s, i32x4_ext_mul_high_i16x8_s, i32x4_ext_add_pairwise_i16x8_s;
    u16, u32, 4:
        i32x4_extend_low_i16x8_u, i32x4_extend_high_i16x8_u,
        i32x4_ext_mul_low_i16x8_u, i32x4_ext_mul_high_i16x8_u, i32x4_ext_add_pairwise_i16x8_u;
    i32, i64, 2:
        i64x2_extend_low_i32x4_s, i64x2_extend_high_i32x4_s,
        i64x2_ext_mul_low_i32x4_s, i64x2_ext_mul_high_i32x4_s;
    u32, u64, 2:
        i64x2_extend_low_i32x4_u, i64x2_extend_high_i32x4_u,
        i64x2_ext_mul_low_i32x4_u, i64x2_ext_mul_high_i32x4_u;
}

/// From the signed lanes of two vectors to lanes of half the width, which saturate.
macro_rules! narrowing {
    ($($name:ident: $wide:ty, $count:tt, $narrow:ty, $twice:tt;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name(a: V128, b: V128) -> V128 {
            let (a, b): ([$wide; $count], [$wide; $count]) = (a.lanes(), b.lanes());
            V128::of(each!($twice, |i| {
                let lane = if i < $count { a[i] } else { b[i - $count] };
                lane.clamp(<$narrow>::MIN.into(), <$narrow>::MAX.into()) as $narrow
            }))
        }
    )*};
}

narrowing! {
    i8x16_narrow_i16x8_s: i16, 8, i8, 16;
    i8x16_narrow_i16x8_u: i16, 8, u8, 16;
    i16x8_narrow_i32x4_s: i32, 4, i16, 8;
    i16x8_narrow_i32x4_u: i32, 4, u16, 8;
}

#[inline(always)]
pub(crate) fn i32x4_dot_i16x8_s(a: V128, b: V128) -> V128 {
    let (a, b): ([i16; 8], [i16; 8]) = (a.lanes(), b.lanes());
    let products = each!(8, |i| i32::from(a[i]) * i32::from(b[i]));
    V128::of(each!(4, |i| products[2 * i].wrapping_add(products[2 * i + 1])))
}

/// Both operands are taken as signed, and sums wrap.
#[inline(always)]
pub(crate) fn i16x8_relaxed_dot_i8x16_i7x16_s(a: V128, b: V128) -> V128 {
    let (a, b): ([i8; 16], [i8; 16]) = (a.lanes(), b.lanes());
    let products = each!(16, |i| i16::from(a[i]) * i16::from(b[i]));
    V128::of(each!(8, |i| products[2 * i].wrapping_add(products[2 * i + 1])))
}

#[inline(always)]
pub(crate) fn i32x4_relaxed_dot_i8x16_i7x16_add_s(a: V128, b: V128, c: V128) -> V128 {
    let products = i16x8_relaxed_dot_i8x16_i7x16_s(a, b);
    i32x4_add(i32x4_ext_add_pairwise_i16x8_s(products), c)
}

/// Whether no lane is zero, and the highest bits of all lanes.
macro_rules! tests {
    ($($lane:ty, $count:tt: $all_true:ident, $bitmask:ident;)*) => {$(
        #[inline(always)]
        pub(crate) fn $all_true(a: V128) -> u32 {
            let a: [$lane; $count] = a.lanes();
            let mut all = true;
            for lane in a {
                all &= lane != 0;
            }
            u32::from(all)
        }

        #[inline(always)]
        pub(crate) fn $bitmask(a: V128) -> u32 {
            let a: [$lane; $count] = a.lanes();
            let bits: [u32; $count] = each!($count, |i| u32::from(a[i] < 0) << i);
            bits.into_iter().fold(0, |mask, bit| mask | bit)
        }
    )*};
}

tests! {
    i8, 16: i8x16_all_true, i8x16_bitmask;
    i16, 8: i16x8_all_true, i16x8_bitmask;
    i32, 4: i32x4_all_true, i32x4_bitmask;
    i64, 2: i64x2_all_true, i64x2_bitmask;
}

#[inline(always)]
pub(crate) fn v128_any_true(V128([low, high]): V128) -> u32 {
    u32::from(low | high != 0)
}

/// The low bits of `number` in every lane, or in one.
macro_rules! numbers {
    ($($lane:ty, $count:tt: $splat:ident, $replace:ident;)*) => {$(
        #[inline(always)]
        pub(crate) fn $splat(number: u64) -> V128 {
            V128::of([number as $lane; $count])
        }

        #[inline(always)]
        pub(crate) fn $replace(a: V128, lane: u16, number: u64) -> V128 {
            let a: [$lane; $count] = a.lanes();
            // Masks in the width of the lanes become vector instructions.
            let masks = each!($count, |i| mask!($lane, i as $lane == lane as $lane));
            V128::of(each!($count, |i| a[i] & !masks[i] | number as $lane & masks[i]))
        }
    )*};
}

numbers! {
    u8, 16: splat8, replace8;
    u16, 8: splat16, replace16;
    u32, 4: splat32, replace32;
    u64, 2: splat64, replace64;
}
