//! Kernels of the vector instructions of aarch64, where the optimiser finds none.

use super::value::V128;
use core::arch::aarch64::*;

macro_rules! kernels {
    ($($name:ident($($arg:ident: $ty:ty),*) = $body:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name($($arg: V128),*) -> V128 {
            // SAFETY: the processor has these instructions, none of which touches memory; all
            // types are 16 bytes, all of whose values are valid.
            unsafe {
                $(let $arg: $ty = core::mem::transmute($arg);)*
                core::mem::transmute($body)
            }
        }
    )*};
}

kernels! {
    f32x4_sqrt(a: float32x4_t) = vsqrtq_f32(a);
    f64x2_sqrt(a: float64x2_t) = vsqrtq_f64(a);
    f32x4_relaxed_madd(a: float32x4_t, b: float32x4_t, c: float32x4_t) = vfmaq_f32(c, a, b);
    f32x4_relaxed_nmadd(a: float32x4_t, b: float32x4_t, c: float32x4_t) = vfmsq_f32(c, a, b);
}

macro_rules! all_true {
    ($($name:ident: $ty:ty, $least:ident;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name(a: V128) -> u32 {
            // SAFETY: as above.
            unsafe { u32::from($least(core::mem::transmute::<V128, $ty>(a)) != 0) }
        }
    )*};
}

all_true! {
    i8x16_all_true: uint8x16_t, vminvq_u8;
    i16x8_all_true: uint16x8_t, vminvq_u16;
    i32x4_all_true: uint32x4_t, vminvq_u32;
}
