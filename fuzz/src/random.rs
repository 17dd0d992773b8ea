//! Random choices that depend on nothing but a seed.

/// A source of choices: SplitMix64 (G. L. Steele Jr., D. Lea and C. H. Flood, "Fast splittable
/// pseudorandom number generators", 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The choices of this seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A source for one of several purposes, whose choices do not depend on how many the others
    /// take.
    pub const fn of(seed: u64, purpose: u64) -> Self {
        Self(mix(seed ^ mix(purpose.wrapping_mul(GAMMA))))
    }

    /// 64 random bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        mix(self.0)
    }

    /// A number below `end`, which is not 0.
    pub const fn below(&mut self, end: usize) -> usize {
        ((self.bits() as u128 * end as u128) >> 64) as usize
    }

    /// A number from `low` to `high`.
    pub const fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// True once in `n` times.
    pub const fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of these; there is one.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// So many bytes.
    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(len + 8);
        while bytes.len() < len {
            bytes.extend(self.bits().to_le_bytes());
        }
        bytes.truncate(len);
        bytes
    }

    /// A number that tells right from wrong more often than others do: near zero, near the
    /// limits of a width, a single bit, or any.
    pub const fn edge(&mut self) -> u64 {
        const WIDTHS: [u32; 6] = [7, 8, 15, 31, 32, 63];
        let near = self.below(5) as u64;
        match self.below(8) {
            0 | 1 => near.wrapping_sub(2),
            2 | 3 => (1_u64 << WIDTHS[self.below(WIDTHS.len())])
                .wrapping_add(near)
                .wrapping_sub(2),
            4 => (1_u64 << WIDTHS[self.below(WIDTHS.len())])
                .wrapping_neg()
                .wrapping_add(near)
                .wrapping_sub(2),
            5 => 1 << self.below(64),
            6 => self.below(200) as u64,
            _ => self.bits(),
        }
    }
}

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
