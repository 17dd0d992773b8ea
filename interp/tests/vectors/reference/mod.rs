//! What each operator means, written directly in Rust: vectors are 128-bit numbers, lanes and
//! results numbers of any size.

mod float;
mod int;
mod lane;

use core::fmt;

/// The operators on vectors, but for those on memory.
pub(crate) fn operators() -> Vec<Op> {
    [int::operators(), float::operators(), lane::operators()]
        .into_iter()
        .flatten()
        .collect()
}

/// A type of operands and results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    I32,
    I64,
    F32,
    F64,
    V128,
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::V128 => "v128",
        })
    }
}

/// An operator and its meaning.
pub(crate) struct Op {
    /// Its name, with its immediates.
    pub(crate) name: String,
    pub(crate) params: Vec<Ty>,
    pub(crate) result: Ty,
    meaning: Box<Meaning>,
}

/// What an operator does with its operands.
type Meaning = dyn Fn(&[u128]) -> Want;

impl Op {
    fn new(
        name: impl Into<String>,
        params: &[Ty],
        result: Ty,
        meaning: impl Fn(&[u128]) -> Want + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            params: params.to_vec(),
            result,
            meaning: Box::new(meaning),
        }
    }

    pub(crate) fn eval(&self, args: &[u128]) -> Want {
        (self.meaning)(args)
    }
}

/// What is wanted of an operator: these bits, but for the lanes that are to be some quiet NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Want {
    bits: u128,
    /// The width of the lanes that may be NaNs.
    width: u32,
    /// A bit for each lane.
    nans: u8,
}

impl Want {
    pub(crate) fn accepts(self, got: u128) -> bool {
        if self.nans == 0 {
            return got == self.bits;
        }
        let lanes = lanes(self.width, got)
            .into_iter()
            .zip(lanes(self.width, self.bits));
        lanes.enumerate().all(|(i, (got, want))| {
            let quiet = if self.width == 32 {
                0x7fc0_0000
            } else {
                0x7ff8 << 48
            };
            if self.nans >> i & 1 == 1 {
                got & quiet == quiet
            } else {
                got == want
            }
        })
    }

    /// The same with canonical NaNs.
    pub(crate) fn canonical(self) -> u128 {
        let canonical = if self.width == 32 {
            0x7fc0_0000
        } else {
            0x7ff8 << 48
        };
        let lane = |(i, lane)| {
            if self.nans >> i & 1 == 1 {
                canonical
            } else {
                lane
            }
        };
        join(
            self.width,
            lanes(self.width, self.bits)
                .into_iter()
                .enumerate()
                .map(lane),
        )
    }
}

impl From<u128> for Want {
    fn from(bits: u128) -> Self {
        Self {
            bits,
            width: 64,
            nans: 0,
        }
    }
}

/// The lanes of a vector, each zero-extended.
pub(crate) fn lanes(bits: u32, vector: u128) -> Vec<u64> {
    let mask = u64::MAX >> (64 - bits);
    (0..128 / bits)
        .map(|i| (vector >> (i * bits)) as u64 & mask)
        .collect()
}

/// The vector of these lanes, of which only the low bits count.
pub(crate) fn join(bits: u32, lanes: impl IntoIterator<Item = u64>) -> u128 {
    let mask = u64::MAX >> (64 - bits);
    lanes.into_iter().enumerate().fold(0, |vector, (i, lane)| {
        vector | u128::from(lane & mask) << (i as u32 * bits)
    })
}

/// The lanes as signed or unsigned numbers.
fn numbers(bits: u32, signed: bool, vector: u128) -> Vec<i128> {
    let number = |lane| {
        let lane = i128::from(lane);
        if signed && lane >> (bits - 1) == 1 {
            lane - (1 << bits)
        } else {
            lane
        }
    };
    lanes(bits, vector).into_iter().map(number).collect()
}

/// The vector of the low bits of numbers.
fn of_numbers(bits: u32, numbers: impl IntoIterator<Item = i128>) -> Want {
    join(bits, numbers.into_iter().map(|number| number as u64)).into()
}

/// The range of the numbers of a lane.
fn range(bits: u32, signed: bool) -> (i128, i128) {
    if signed {
        (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    } else {
        (0, (1 << bits) - 1)
    }
}

fn saturate(bits: u32, signed: bool, number: i128) -> i128 {
    let (least, greatest) = range(bits, signed);
    number.max(least).min(greatest)
}
