//! What the numeric operations compute
//! ([spec](https://webassembly.github.io/spec/core/exec/numerics.html)), named as the
//! instructions. Integers are unsigned here; signed ones are cast inside.

use diptych_core::Trap;

macro_rules! kernels {
    ($($name:ident($($arg:ident: $ty:ty),*) -> $result:ty = $body:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name($($arg: $ty),*) -> $result {
            $body
        }
    )*};
}

kernels! {
    i32_add(a: u32, b: u32) -> u32 = a.wrapping_add(b);
    i32_sub(a: u32, b: u32) -> u32 = a.wrapping_sub(b);
    i32_mul(a: u32, b: u32) -> u32 = a.wrapping_mul(b);
    i32_and(a: u32, b: u32) -> u32 = a & b;
    i32_or(a: u32, b: u32) -> u32 = a | b;
    i32_xor(a: u32, b: u32) -> u32 = a ^ b;
    i32_shl(a: u32, b: u32) -> u32 = a.wrapping_shl(b);
    i32_shr_s(a: u32, b: u32) -> u32 = (a as i32).wrapping_shr(b) as u32;
    i32_shr_u(a: u32, b: u32) -> u32 = a.wrapping_shr(b);
    i32_rotl(a: u32, b: u32) -> u32 = a.rotate_left(b & 31);
    i32_rotr(a: u32, b: u32) -> u32 = a.rotate_right(b & 31);
    i32_eq(a: u32, b: u32) -> u32 = u32::from(a == b);
    i32_ne(a: u32, b: u32) -> u32 = u32::from(a != b);
    i32_lt_s(a: u32, b: u32) -> u32 = u32::from((a as i32) < b as i32);
    i32_lt_u(a: u32, b: u32) -> u32 = u32::from(a < b);
    i32_gt_s(a: u32, b: u32) -> u32 = u32::from(a as i32 > b as i32);
    i32_gt_u(a: u32, b: u32) -> u32 = u32::from(a > b);
    i32_le_s(a: u32, b: u32) -> u32 = u32::from(a as i32 <= b as i32);
    i32_le_u(a: u32, b: u32) -> u32 = u32::from(a <= b);
    i32_ge_s(a: u32, b: u32) -> u32 = u32::from(a as i32 >= b as i32);
    i32_ge_u(a: u32, b: u32) -> u32 = u32::from(a >= b);
    i32_test(a: u32, b: u32) -> u32 = a & b;
    i32_clz(a: u32) -> u32 = a.leading_zeros();
    i32_ctz(a: u32) -> u32 = a.trailing_zeros();
    i32_popcnt(a: u32) -> u32 = a.count_ones();
    i32_eqz(a: u32) -> u32 = u32::from(a == 0);
    i32_extend8_s(a: u32) -> u32 = a as i8 as u32;
    i32_extend16_s(a: u32) -> u32 = a as i16 as u32;

    i64_add(a: u64, b: u64) -> u64 = a.wrapping_add(b);
    i64_sub(a: u64, b: u64) -> u64 = a.wrapping_sub(b);
    i64_mul(a: u64, b: u64) -> u64 = a.wrapping_mul(b);
    i64_and(a: u64, b: u64) -> u64 = a & b;
    i64_or(a: u64, b: u64) -> u64 = a | b;
    i64_xor(a: u64, b: u64) -> u64 = a ^ b;
    i64_shl(a: u64, b: u64) -> u64 = a.wrapping_shl(b as u32);
    i64_shr_s(a: u64, b: u64) -> u64 = (a as i64).wrapping_shr(b as u32) as u64;
    i64_shr_u(a: u64, b: u64) -> u64 = a.wrapping_shr(b as u32);
    i64_rotl(a: u64, b: u64) -> u64 = a.rotate_left(b as u32 & 63);
    i64_rotr(a: u64, b: u64) -> u64 = a.rotate_right(b as u32 & 63);
    i64_eq(a: u64, b: u64) -> u32 = u32::from(a == b);
    i64_ne(a: u64, b: u64) -> u32 = u32::from(a != b);
    i64_lt_s(a: u64, b: u64) -> u32 = u32::from((a as i64) < b as i64);
    i64_lt_u(a: u64, b: u64) -> u32 = u32::from(a < b);
    i64_gt_s(a: u64, b: u64) -> u32 = u32::from(a as i64 > b as i64);
    i64_gt_u(a: u64, b: u64) -> u32 = u32::from(a > b);
    i64_le_s(a: u64, b: u64) -> u32 = u32::from(a as i64 <= b as i64);
    i64_le_u(a: u64, b: u64) -> u32 = u32::from(a <= b);
    i64_ge_s(a: u64, b: u64) -> u32 = u32::from(a as i64 >= b as i64);
    i64_ge_u(a: u64, b: u64) -> u32 = u32::from(a >= b);
    i64_clz(a: u64) -> u64 = u64::from(a.leading_zeros());
    i64_ctz(a: u64) -> u64 = u64::from(a.trailing_zeros());
    i64_popcnt(a: u64) -> u64 = u64::from(a.count_ones());
    i64_eqz(a: u64) -> u32 = u32::from(a == 0);
    i64_extend8_s(a: u64) -> u64 = a as i8 as u64;
    i64_extend16_s(a: u64) -> u64 = a as i16 as u64;
    i64_extend32_s(a: u64) -> u64 = a as i32 as u64;

    i32_wrap_i64(a: u64) -> u32 = a as u32;
    i64_extend_i32_s(a: u32) -> u64 = a as i32 as u64;
    i64_extend_i32_u(a: u32) -> u64 = u64::from(a);
    f32_convert_i32_s(a: u32) -> f32 = a as i32 as f32;
    f32_convert_i32_u(a: u32) -> f32 = a as f32;
    f32_convert_i64_s(a: u64) -> f32 = a as i64 as f32;
    f32_convert_i64_u(a: u64) -> f32 = a as f32;
    f64_convert_i32_s(a: u32) -> f64 = f64::from(a as i32);
    f64_convert_i32_u(a: u32) -> f64 = f64::from(a);
    f64_convert_i64_s(a: u64) -> f64 = a as i64 as f64;
    f64_convert_i64_u(a: u64) -> f64 = a as f64;
    f32_demote_f64(a: f64) -> f32 = a as f32;
    f64_promote_f32(a: f32) -> f64 = quiet(f64::from(a));
    i32_reinterpret_f32(a: f32) -> u32 = a.to_bits();
    i64_reinterpret_f64(a: f64) -> u64 = a.to_bits();
    f32_reinterpret_i32(a: u32) -> f32 = f32::from_bits(a);
    f64_reinterpret_i64(a: u64) -> f64 = f64::from_bits(a);

    i32_trunc_sat_f32_s(a: f32) -> u32 = a as i32 as u32;
    i32_trunc_sat_f32_u(a: f32) -> u32 = a as u32;
    i32_trunc_sat_f64_s(a: f64) -> u32 = a as i32 as u32;
    i32_trunc_sat_f64_u(a: f64) -> u32 = a as u32;
    i64_trunc_sat_f32_s(a: f32) -> u64 = a as i64 as u64;
    i64_trunc_sat_f32_u(a: f32) -> u64 = a as u64;
    i64_trunc_sat_f64_s(a: f64) -> u64 = a as i64 as u64;
    i64_trunc_sat_f64_u(a: f64) -> u64 = a as u64;
}

/// What a conversion gave, which may be a signalling NaN where software does it, as a quiet one.
#[inline(always)]
fn quiet(converted: f64) -> f64 {
    const HARDWARE: bool = cfg!(any(
        target_feature = "sse2",
        target_feature = "neon",
        target_feature = "d"
    ));
    if !HARDWARE && converted.is_nan() {
        return f64::from_bits(converted.to_bits() | 1 << 51);
    }
    converted
}

macro_rules! divisions {
    ($($signed:ty, $unsigned:ident: $div_s:ident, $div_u:ident, $rem_s:ident, $rem_u:ident;)*) => {$(
        #[inline(always)]
        pub(crate) fn $div_s(a: $unsigned, b: $unsigned) -> Result<$unsigned, Trap> {
            if b == 0 {
                return Err(Trap::IntegerDivideByZero);
            }
            if b == $unsigned::MAX {
                // By -1.
                let r = (a as $signed).checked_neg().ok_or(Trap::IntegerOverflow)?;
                return Ok(r as $unsigned);
            }
            Ok((a as $signed).wrapping_div(b as $signed) as $unsigned)
        }

        #[inline(always)]
        pub(crate) fn $div_u(a: $unsigned, b: $unsigned) -> Result<$unsigned, Trap> {
            a.checked_div(b).ok_or(Trap::IntegerDivideByZero)
        }

        #[inline(always)]
        pub(crate) fn $rem_s(a: $unsigned, b: $unsigned) -> Result<$unsigned, Trap> {
            if b == 0 {
                return Err(Trap::IntegerDivideByZero);
            }
            Ok((a as $signed).wrapping_rem(b as $signed) as $unsigned)
        }

        #[inline(always)]
        pub(crate) fn $rem_u(a: $unsigned, b: $unsigned) -> Result<$unsigned, Trap> {
            a.checked_rem(b).ok_or(Trap::IntegerDivideByZero)
        }
    )*};
}

divisions! {
    i32, u32: i32_div_s, i32_div_u, i32_rem_s, i32_rem_u;
    i64, u64: i64_div_s, i64_div_u, i64_rem_s, i64_rem_u;
}

/// The bounds are the nearest floats outside the integer's range, or the range's own end where
/// that is a float.
macro_rules! truncations {
    ($($name:ident: $float:ty, $int:ty as $out:ty, $low:tt $low_bound:expr, $high_bound:expr;)*) => {$(
        #[inline(always)]
        #[allow(clippy::manual_range_contains, reason = "the lower bounds differ in kind")]
        pub(crate) fn $name(a: $float) -> Result<$out, Trap> {
            if a $low $low_bound && a < $high_bound {
                Ok(a as $int as $out)
            } else if a.is_nan() {
                Err(Trap::InvalidConversionToInteger)
            } else {
                Err(Trap::IntegerOverflow)
            }
        }
    )*};
}

truncations! {
    i32_trunc_f32_s: f32, i32 as u32, >= -2147483648.0, 2147483648.0;
    i32_trunc_f32_u: f32, u32 as u32, > -1.0, 4294967296.0;
    i32_trunc_f64_s: f64, i32 as u32, > -2147483649.0, 2147483648.0;
    i32_trunc_f64_u: f64, u32 as u32, > -1.0, 4294967296.0;
    i64_trunc_f32_s: f32, i64 as u64, >= -9223372036854775808.0, 9223372036854775808.0;
    i64_trunc_f32_u: f32, u64 as u64, > -1.0, 18446744073709551616.0;
    i64_trunc_f64_s: f64, i64 as u64, >= -9223372036854775808.0, 9223372036854775808.0;
    i64_trunc_f64_u: f64, u64 as u64, > -1.0, 18446744073709551616.0;
}

/// Rounding is done here with conversions and additions that inline, where the portable
/// functions of the library would be calls: a handler that calls saves registers around it.
macro_rules! floats {
    ($($float:ident, $bits:ident, $int:ident, $exact:literal, $canonical:literal:
        $add:ident, $sub:ident, $mul:ident, $div:ident, $min:ident, $max:ident, $copysign:ident,
        $eq:ident, $ne:ident, $lt:ident, $gt:ident, $le:ident, $ge:ident,
        $abs:ident, $neg:ident, $ceil:ident, $floor:ident, $trunc:ident, $nearest:ident,
        $canonicalize:ident;
    )*) => {$(
        kernels! {
            $add(a: $float, b: $float) -> $float = a + b;
            $sub(a: $float, b: $float) -> $float = a - b;
            $mul(a: $float, b: $float) -> $float = a * b;
            $div(a: $float, b: $float) -> $float = a / b;
            $eq(a: $float, b: $float) -> u32 = u32::from(a == b);
            $ne(a: $float, b: $float) -> u32 = u32::from(a != b);
            $lt(a: $float, b: $float) -> u32 = u32::from(a < b);
            $gt(a: $float, b: $float) -> u32 = u32::from(a > b);
            $le(a: $float, b: $float) -> u32 = u32::from(a <= b);
            $ge(a: $float, b: $float) -> u32 = u32::from(a >= b);
            $abs(a: $float) -> $float = a.abs();
            $neg(a: $float) -> $float = -a;
            $copysign(a: $float, b: $float) -> $float = a.copysign(b);
            $canonicalize(a: $float) -> $float = if a.is_nan() { $float::from_bits($canonical) } else { a };
        }

        #[inline(always)]
        pub(crate) fn $min(a: $float, b: $float) -> $float {
            if a < b {
                a
            } else if b < a {
                b
            } else if a == b {
                // Equal values differ at most in the sign of zero.
                $float::from_bits(a.to_bits() | b.to_bits())
            } else {
                a + b
            }
        }

        #[inline(always)]
        pub(crate) fn $max(a: $float, b: $float) -> $float {
            if a > b {
                a
            } else if b > a {
                b
            } else if a == b {
                $float::from_bits(a.to_bits() & b.to_bits())
            } else {
                a + b
            }
        }

        #[inline(always)]
        pub(crate) fn $trunc(a: $float) -> $float {
            // From `$exact` on every number is an integer; NaN becomes quiet.
            if $abs(a) < $exact {
                // SAFETY: far inside the integer's range.
                let whole: $int = unsafe { a.to_int_unchecked() };
                $copysign(whole as $float, a)
            } else if a.is_nan() {
                a + a
            } else {
                a
            }
        }

        #[inline(always)]
        pub(crate) fn $floor(a: $float) -> $float {
            let whole = $trunc(a);
            if whole > a { whole - 1.0 } else { whole }
        }

        #[inline(always)]
        pub(crate) fn $ceil(a: $float) -> $float {
            let whole = $trunc(a);
            // The sum of -0.x rounded up is -0.
            if whole < a { $copysign(whole + 1.0, a) } else { whole }
        }

        #[inline(always)]
        pub(crate) fn $nearest(a: $float) -> $float {
            if $abs(a) < $exact {
                // Adding and subtracting the first number whose neighbours are one apart rounds
                // to even, as the addition does.
                let shifted = $copysign($exact, a);
                $copysign((a + shifted) - shifted, a)
            } else {
                $trunc(a)
            }
        }
    )*};
}

floats! {
    f32, u32, i32, 8388608.0, 0x7fc0_0000:
        f32_add, f32_sub, f32_mul, f32_div, f32_min, f32_max, f32_copysign,
        f32_eq, f32_ne, f32_lt, f32_gt, f32_le, f32_ge,
        f32_abs, f32_neg, f32_ceil, f32_floor, f32_trunc, f32_nearest,
        f32_canonicalize;
    f64, u64, i64, 4503599627370496.0, 0x7ff8_0000_0000_0000:
        f64_add, f64_sub, f64_mul, f64_div, f64_min, f64_max, f64_copysign,
        f64_eq, f64_ne, f64_lt, f64_gt, f64_le, f64_ge,
        f64_abs, f64_neg, f64_ceil, f64_floor, f64_trunc, f64_nearest,
        f64_canonicalize;
}

#[inline(always)]
pub(crate) fn f32_sqrt(a: f32) -> f32 {
    cfg_if::cfg_if! {
        if #[cfg(target_arch = "x86_64")] {
            use core::arch::x86_64::{_mm_cvtss_f32, _mm_set_ss, _mm_sqrt_ss};
            // SAFETY: SSE is part of x86_64.
            unsafe { _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(a))) }
        } else if #[cfg(all(target_arch = "aarch64", target_feature = "neon"))] {
            let root: f32;
            // SAFETY: a register instruction without other effects.
            unsafe {
                core::arch::asm!("fsqrt {0:s}, {1:s}", out(vreg) root, in(vreg) a, options(pure, nomem, nostack));
            }
            root
        } else {
            libm::sqrtf(a)
        }
    }
}

#[inline(always)]
pub(crate) fn f64_sqrt(a: f64) -> f64 {
    cfg_if::cfg_if! {
        if #[cfg(target_arch = "x86_64")] {
            use core::arch::x86_64::{_mm_cvtsd_f64, _mm_set_sd, _mm_sqrt_sd};
            // SAFETY: SSE2 is part of x86_64.
            unsafe { _mm_cvtsd_f64(_mm_sqrt_sd(_mm_set_sd(a), _mm_set_sd(a))) }
        } else if #[cfg(all(target_arch = "aarch64", target_feature = "neon"))] {
            let root: f64;
            // SAFETY: a register instruction without other effects.
            unsafe {
                core::arch::asm!("fsqrt {0:d}, {1:d}", out(vreg) root, in(vreg) a, options(pure, nomem, nostack));
            }
            root
        } else {
            libm::sqrt(a)
        }
    }
}
