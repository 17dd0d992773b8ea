//! Kernels of SSE2, which is part of x86_64, where the optimiser finds no vector instructions or
//! uses more registers than a handler has.

use super::value::V128;
use core::arch::x86_64::*;

#[inline(always)]
fn int(vector: V128) -> __m128i {
    // SAFETY: both are 16 bytes, all of whose values are valid.
    unsafe { core::mem::transmute(vector) }
}

#[inline(always)]
fn of_int(vector: __m128i) -> V128 {
    // SAFETY: as `int`.
    unsafe { core::mem::transmute(vector) }
}

#[inline(always)]
fn singles(vector: V128) -> __m128 {
    // SAFETY: as `int`.
    unsafe { core::mem::transmute(vector) }
}

#[inline(always)]
fn of_singles(vector: __m128) -> V128 {
    // SAFETY: as `int`.
    unsafe { core::mem::transmute(vector) }
}

#[inline(always)]
fn doubles(vector: V128) -> __m128d {
    // SAFETY: as `int`.
    unsafe { core::mem::transmute(vector) }
}

#[inline(always)]
fn of_doubles(vector: __m128d) -> V128 {
    // SAFETY: as `int`.
    unsafe { core::mem::transmute(vector) }
}

macro_rules! kernels {
    ($($name:ident($($arg:ident),*) -> $result:ty = $body:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name($($arg: V128),*) -> $result {
            // SAFETY: SSE2 is part of x86_64; nothing here touches memory.
            unsafe { $body }
        }
    )*};
}

kernels! {
    i8x16_all_true(a) -> u32 =
        u32::from(_mm_movemask_epi8(_mm_cmpeq_epi8(int(a), _mm_setzero_si128())) == 0);
    i16x8_all_true(a) -> u32 =
        u32::from(_mm_movemask_epi8(_mm_cmpeq_epi16(int(a), _mm_setzero_si128())) == 0);
    i32x4_all_true(a) -> u32 =
        u32::from(_mm_movemask_epi8(_mm_cmpeq_epi32(int(a), _mm_setzero_si128())) == 0);
    i8x16_bitmask(a) -> u32 = _mm_movemask_epi8(int(a)) as u32;
    i16x8_bitmask(a) -> u32 = {
        // Saturation keeps the signs.
        let bytes = _mm_packs_epi16(int(a), _mm_setzero_si128());
        _mm_movemask_epi8(bytes) as u32
    };
    i32x4_bitmask(a) -> u32 = _mm_movemask_ps(singles(a)) as u32;
    i64x2_bitmask(a) -> u32 = _mm_movemask_pd(doubles(a)) as u32;

    i16x8_extend_low_i8x16_s(a) -> V128 =
        of_int(_mm_srai_epi16(_mm_unpacklo_epi8(int(a), int(a)), 8));
    i16x8_extend_low_i8x16_u(a) -> V128 =
        of_int(_mm_unpacklo_epi8(int(a), _mm_setzero_si128()));
    i32x4_extend_low_i16x8_s(a) -> V128 =
        of_int(_mm_srai_epi32(_mm_unpacklo_epi16(int(a), int(a)), 16));
    i32x4_extend_low_i16x8_u(a) -> V128 =
        of_int(_mm_unpacklo_epi16(int(a), _mm_setzero_si128()));

    i32x4_dot_i16x8_s(a, b) -> V128 = of_int(_mm_madd_epi16(int(a), int(b)));
    i32x4_relaxed_dot_i8x16_i7x16_add_s(a, b, c) -> V128 = {
        let products = super::portable::i16x8_relaxed_dot_i8x16_i7x16_s(a, b);
        let sums = _mm_madd_epi16(int(products), _mm_set1_epi16(1));
        of_int(_mm_add_epi32(sums, int(c)))
    };

    f32x4_sqrt(a) -> V128 = of_singles(_mm_sqrt_ps(singles(a)));
    f64x2_sqrt(a) -> V128 = of_doubles(_mm_sqrt_pd(doubles(a)));

    i32x4_trunc_sat_f32x4_s(a) -> V128 = {
        let a = singles(a);
        let number = _mm_and_ps(a, _mm_cmpeq_ps(a, a));
        // What does not fit gives the least integer, whose opposite bits are the greatest.
        let too_large = _mm_cmpge_ps(number, _mm_set1_ps(2147483648.0));
        of_int(_mm_xor_si128(_mm_cvttps_epi32(number), _mm_castps_si128(too_large)))
    };
    i32x4_trunc_sat_f32x4_u(a) -> V128 = {
        let middle = _mm_set1_ps(2147483648.0);
        // Of a NaN this takes the zero.
        let number = _mm_max_ps(singles(a), _mm_setzero_ps());
        let upper = _mm_castps_si128(_mm_cmpge_ps(number, middle));
        let too_large = _mm_castps_si128(_mm_cmpge_ps(number, _mm_set1_ps(4294967296.0)));
        let low = _mm_cvttps_epi32(number);
        // From the middle on, `low` is the least integer: the highest bit and nothing else.
        let rest = _mm_and_si128(_mm_cvttps_epi32(_mm_sub_ps(number, middle)), upper);
        of_int(_mm_or_si128(_mm_or_si128(low, rest), too_large))
    };
}
