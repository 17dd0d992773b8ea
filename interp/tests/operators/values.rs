//! Values at which operators go wrong.

use crate::support::Ty;
use proptest::prelude::*;

/// The edges of a type: of its own range, of the narrower types that it is converted to, and of
/// the immediates that it is encoded in.
pub(crate) fn edges(ty: Ty) -> Vec<u64> {
    match ty {
        Ty::I32 => I32.iter().map(|&v| u64::from(v)).collect(),
        Ty::I64 => I64.to_vec(),
        Ty::F32 => {
            let both = |v: &f32| [u64::from(v.to_bits()), u64::from((-v).to_bits())];
            F32.iter()
                .flat_map(both)
                .chain(F32_NANS.map(u64::from))
                .collect()
        }
        Ty::F64 => {
            let both = |v: &f64| [v.to_bits(), (-v).to_bits()];
            F64.iter().flat_map(both).chain(F64_NANS).collect()
        }
    }
}

/// Any value, edges as often as not.
pub(crate) fn any_value(ty: Ty) -> BoxedStrategy<u64> {
    let random = match ty {
        Ty::I32 | Ty::I64 => (any::<u64>(), 0..64u32)
            .prop_map(move |(bits, shift)| ty.truncate((bits as i64 >> shift) as u64))
            .boxed(),
        Ty::F32 | Ty::F64 => any::<u64>().prop_map(move |bits| ty.truncate(bits)).boxed(),
    };
    // Floats of the size of integers: random bits are nearly all far from them.
    let moderate = (any::<i32>(), -40..40i32)
        .prop_map(move |(value, power)| {
            let value = f64::from(value) * f64::from(power).exp2();
            match ty {
                Ty::F32 => u64::from((value as f32).to_bits()),
                Ty::F64 => value.to_bits(),
                Ty::I32 | Ty::I64 => ty.truncate(value as i64 as u64),
            }
        })
        .boxed();
    prop_oneof![prop::sample::select(edges(ty)), random, moderate].boxed()
}

const I32: [u32; 26] = [
    0,
    1,
    2,
    3,
    7,
    8,
    31,
    32,
    33,
    63,
    0x7f,
    0x80,
    0xff,
    0x100,
    0x7fff,
    0x8000,
    0xffff,
    0x1_0000,
    0x5555_5555,
    0x7fff_fffe,
    0x7fff_ffff,
    0x8000_0000,
    0x8000_0001,
    0xdead_beef,
    0xffff_fffe,
    0xffff_ffff,
];

const I64: [u64; 26] = [
    0,
    1,
    2,
    8,
    31,
    32,
    63,
    64,
    65,
    0x80,
    0x8000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x1_0000_0001,
    0x5555_5555_5555_5555,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0x8000_0000_0000_0001,
    0xffff_fffe_ffff_ffff,
    0xffff_ffff_0000_0000,
    0xffff_ffff_7fff_ffff,
    0xffff_ffff_8000_0000,
    0xffff_ffff_ffff_fffe,
    0xffff_ffff_ffff_ffff,
];

const F32: [f32; 21] = [
    0.0,
    1e-45,
    1.175_494_2e-38,
    f32::MIN_POSITIVE,
    0.499_999_97,
    0.5,
    0.999_999_94,
    1.0,
    1.5,
    2.5,
    8_388_609.0,
    16_777_216.0,
    2_147_483_500.0,
    2_147_483_600.0,
    2_147_483_900.0,
    4_294_967_000.0,
    4_294_967_300.0,
    9_223_371_500_000_000_000.0,
    9_223_372_000_000_000_000.0,
    18_446_744_000_000_000_000.0,
    f32::INFINITY,
];

const F32_NANS: [u32; 4] = [0x7fc0_0000, 0xffc0_0000, 0x7fa0_0000, 0xffc1_2345];

const F64: [f64; 24] = [
    0.0,
    5e-324,
    1e-40,
    f64::MIN_POSITIVE,
    0.499_999_999_999_999_94,
    0.5,
    0.999_999_999_999_999_9,
    1.0,
    1.5,
    2.5,
    2_147_483_647.0,
    2_147_483_647.9,
    2_147_483_648.0,
    2_147_483_648.9,
    2_147_483_649.0,
    4_294_967_295.9,
    4_294_967_296.0,
    4_503_599_627_370_497.5,
    9_223_372_036_854_774_784.0,
    9_223_372_036_854_775_808.0,
    18_446_744_073_709_551_616.0,
    3.402_823_567_797_336_6e38,
    f64::MAX,
    f64::INFINITY,
];

const F64_NANS: [u64; 4] = [
    0x7ff8_0000_0000_0000,
    0xfff8_0000_0000_0000,
    0x7ff4_0000_0000_0000,
    0xfff8_1234_5678_9abc,
];
