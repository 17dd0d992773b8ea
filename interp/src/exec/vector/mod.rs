//! Vectors: what they are in a frame, what the operations on them compute, and the operations
//! that are more than that.
//!
//! Every kernel is written portably, lane by lane, in [`portable`]; the optimiser makes vector
//! instructions of it. Where it does not, a target has a kernel of its own of the same name, which
//! the tests compare with the portable one.

#[cfg_attr(
    any(target_arch = "x86_64", target_arch = "aarch64"),
    allow(dead_code, reason = "the target has some kernels of its own")
)]
mod float;
#[cfg_attr(
    any(target_arch = "x86_64", target_arch = "aarch64"),
    allow(dead_code, reason = "the target has some kernels of its own")
)]
mod int;
pub(super) mod ops;
mod shuffle;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use portable::*;
use shuffle::{shuffle_at, swizzle_at};
pub(crate) use value::V128;

/// The kernels for every target.
pub(crate) mod portable {
    pub(crate) use super::float::*;
    pub(crate) use super::int::*;
}

cfg_if::cfg_if! {
    if #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))] {
        mod x86;
        pub(crate) use x86::{
            f32x4_sqrt, f64x2_sqrt, i16x8_all_true, i16x8_bitmask, i32x4_all_true, i32x4_bitmask,
            i32x4_dot_i16x8_s, i32x4_relaxed_dot_i8x16_i7x16_add_s, i32x4_trunc_sat_f32x4_s,
            i32x4_trunc_sat_f32x4_u, i64x2_bitmask, i16x8_extend_low_i8x16_s,
 i16x8_extend_low_i8x16_u, i32x4_extend_low_i16x8_s, i32x4_extend_low_i16x8_u, i8x16_all_true, i8x16_bitmask,
        };
    } else if #[cfg(all(
        target_arch = "aarch64",
        target_feature = "neon",
        target_endian = "little"
    ))] {
        mod neon;
        pub(crate) use neon::{
            f32x4_relaxed_madd, f32x4_relaxed_nmadd, f32x4_sqrt, f64x2_sqrt, i16x8_all_true,
            i32x4_all_true, i8x16_all_true,
        };
    }
}
