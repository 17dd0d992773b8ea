//! Values at which operators go wrong.

use crate::reference::{Ty, join};

/// Numbers that look random and are the same in every run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn choose<T: Copy>(&mut self, list: &[T]) -> T {
        list[(self.next() >> 16) as usize % list.len()]
    }

    /// A value of the type for an operator of this name.
    pub(crate) fn value(&mut self, ty: Ty, op: &str) -> u128 {
        match ty {
            Ty::I32 => u128::from(self.lane(32, false) as u32),
            Ty::I64 => u128::from(self.lane(64, false)),
            Ty::F32 => u128::from(self.lane(32, true) as u32),
            Ty::F64 => u128::from(self.lane(64, true)),
            Ty::V128 => self.vector(op),
        }
    }

    /// Mostly lanes of a type that is in the operator's name.
    fn vector(&mut self, op: &str) -> u128 {
        let kinds = [
            ("i8x16", 8, false),
            ("i16x8", 16, false),
            ("i32x4", 32, false),
            ("i64x2", 64, false),
            ("f32x4", 32, true),
            ("f64x2", 64, true),
        ];
        let mut fitting: Vec<_> = kinds
            .into_iter()
            .filter(|(name, ..)| op.contains(name))
            .collect();
        if fitting.is_empty() || self.next().is_multiple_of(4) {
            fitting = kinds.to_vec();
        }
        let (_, bits, float) = self.choose(&fitting);
        let same = self.next().is_multiple_of(8);
        let first = self.lane(bits, float);
        join(
            bits,
            (0..128 / bits).map(|_| if same { first } else { self.lane(bits, float) }),
        )
    }

    fn lane(&mut self, bits: u32, float: bool) -> u64 {
        let kind = self.next() % 8;
        match (kind, float, bits) {
            (0, ..) => self.next(),
            // As large as integers are.
            (1, true, 32) => (((self.next() as i64) >> (self.next() % 62)) as f32)
                .to_bits()
                .into(),
            (1, true, _) => (((self.next() as i64) >> (self.next() % 62)) as f64).to_bits(),
            // With a fraction.
            (2, true, 32) => ((self.next() as i16) as f32 / 8.0).to_bits().into(),
            (2, true, _) => ((self.next() as i16) as f64 / 8.0).to_bits(),
            (_, true, 32) => {
                let sign = (self.next() as u32 & 1) << 31;
                u64::from(self.choose(&SINGLES).to_bits() ^ sign)
            }
            (3, true, _) => {
                let single = self.choose(&SINGLES);
                f64::from(single).to_bits()
            }
            (_, true, _) => {
                let sign = (self.next() & 1) << 63;
                self.choose(&DOUBLES).to_bits() ^ sign
            }
            (1, ..) => self.next() % 40,
            _ => {
                let least = 1u64 << (bits - 1);
                let edges = [
                    0,
                    1,
                    2,
                    15,
                    16,
                    31,
                    32,
                    0x55,
                    0x7f,
                    0x80,
                    0xff,
                    0x100,
                    0x7fff,
                    0x8000,
                    0xffff,
                    0x1_0000,
                    0xffff_ff80,
                    0xffff_8000,
                    least,
                    least + 1,
                    least - 1,
                    u64::MAX,
                    u64::MAX - 1,
                    u64::MAX << (bits / 2),
                ];
                self.choose(&edges)
            }
        }
    }
}

const SINGLES: [f32; 26] = [
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
    3.5,
    8_388_607.5,
    8_388_608.0,
    8_388_609.0,
    16_777_216.0,
    2_147_483_500.0,
    2_147_483_600.0,
    2_147_483_900.0,
    4_294_967_000.0,
    4_294_967_300.0,
    9_223_372_000_000_000_000.0,
    f32::MAX,
    f32::INFINITY,
    f32::NAN,
    f32::from_bits(0x7fa0_0000),
    f32::from_bits(0xffc1_2345),
];

const DOUBLES: [f64; 26] = [
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
    3.5,
    2_147_483_647.0,
    2_147_483_647.9,
    2_147_483_648.0,
    4_294_967_295.0,
    4_294_967_295.9,
    4_294_967_296.0,
    4_503_599_627_370_495.5,
    4_503_599_627_370_497.0,
    9_223_372_036_854_775_808.0,
    3.402_823_567_797_336_6e38,
    f64::MAX,
    f64::INFINITY,
    f64::NAN,
    f64::from_bits(0x7ff4_0000_0000_0000),
    f64::from_bits(0xfff8_1234_5678_9abc),
];
