//! The kernels that a target has of its own against the portable ones.

use super::{V128, portable};
use alloc::vec::Vec;

/// Vectors of edge values and of random bits.
fn vectors() -> Vec<V128> {
    let halves = [
        0,
        u64::MAX,
        0x8000_0000_0000_0000,
        0x7fff_ffff_ffff_ffff,
        0x8000_0000_8000_0000,
        0x7fff_8000_7f80_8001,
        0x0080_ff7f_00ff_0100,
        0x4f00_0000_cf00_0000,
        0x4f7f_ffff_4f80_0000,
        0x3f80_0000_bf80_0000,
        0x7fc0_0000_ff80_0000,
        0x7f80_0000_7fa0_0000,
        0x3ff0_0000_0000_0000,
        0xc1e0_0000_0010_0000,
        0x0123_4567_89ab_cdef,
    ];
    let mut vectors: Vec<V128> = Vec::new();
    for low in halves {
        vectors.extend(halves.map(|high| V128([low, high])));
    }
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    vectors.extend((0..500).map(|_| V128([random(), random()])));
    vectors
}

/// The bits, with all NaNs made the same where lanes are floats.
trait Result: PartialEq + core::fmt::Debug + Copy {
    fn without_nans(self, width: u32) -> Self;
}

impl Result for u32 {
    fn without_nans(self, _: u32) -> Self {
        self
    }
}

impl Result for V128 {
    fn without_nans(self, width: u32) -> Self {
        match width {
            32 => portable::f32x4_canonicalize(self),
            64 => portable::f64x2_canonicalize(self),
            _ => self,
        }
    }
}

macro_rules! compare {
    ($($name:ident($($arg:ident),*) $width:literal;)*) => {$(
        #[test]
        fn $name() {
            let vectors = vectors();
            for (i, &first) in vectors.iter().enumerate() {
                // The others come from elsewhere in the list.
                let mut at = i;
                $(let $arg = {
                    let value = vectors[at % vectors.len()];
                    at = at * 31 + 17;
                    value
                };)*
                let _ = (first, at);
                let own = super::$name($($arg),*).without_nans($width);
                let other = portable::$name($($arg),*).without_nans($width);
                assert_eq!(own, other, "of {:x?}", [$($arg),*]);
            }
        }
    )*};
}

compare! {
    i8x16_all_true(a) 0;
    i16x8_all_true(a) 0;
    i32x4_all_true(a) 0;
    i8x16_bitmask(a) 0;
    i16x8_bitmask(a) 0;
    i32x4_bitmask(a) 0;
    i64x2_bitmask(a) 0;
    i16x8_extend_low_i8x16_s(a) 0;
    i16x8_extend_low_i8x16_u(a) 0;
    i32x4_extend_low_i16x8_s(a) 0;
    i32x4_extend_low_i16x8_u(a) 0;
    i32x4_dot_i16x8_s(a, b) 0;
    i32x4_relaxed_dot_i8x16_i7x16_add_s(a, b, c) 0;
    i32x4_trunc_sat_f32x4_s(a) 0;
    i32x4_trunc_sat_f32x4_u(a) 0;
    f32x4_sqrt(a) 32;
    f64x2_sqrt(a) 64;
    f32x4_relaxed_madd(a, b, c) 32;
    f32x4_relaxed_nmadd(a, b, c) 32;
}

/// Slots are the same number whatever the host's byte order is.
#[test]
fn lanes_are_numbered_from_the_low_bits() {
    let vector = V128([0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908]);
    let bytes: [u8; 16] = core::array::from_fn(|i| i as u8);
    assert_eq!(vector.lanes::<[u8; 16]>(), bytes);
    assert_eq!(vector.lanes::<[u16; 8]>()[5], 0x0b0a);
    assert_eq!(vector.lanes::<[i32; 4]>()[1], 0x0706_0504);
    assert_eq!(vector.lanes::<[u64; 2]>(), vector.0);
    assert_eq!(V128::of(bytes), vector);
    assert_eq!(
        V128::of([0x0302_0100u32, 0x0706_0504, 0x0b0a_0908, 0x0f0e_0d0c]),
        vector
    );
}
