//! The forms of operations on vectors.

use super::{Op, Ty};

/// How an access of a vector finds its end: as `LoadMode`, or in the general form, with the
/// memory at 12 and a 64-bit offset at 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "the letters are explained above")]
pub(crate) enum VectorMode {
    S,
    A,
    I,
    X,
    G,
}

/// The store of a vector, by [`VectorMode`], with its value in a slot at 10.
pub(crate) const VECTOR_STORE_OPS: [Op; 5] = [
    Op::V128Store_S,
    Op::V128Store_A,
    Op::V128Store_I,
    Op::V128Store_X,
    Op::V128Store_G,
];

/// The width of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Width {
    /// 8 bits.
    W8,
    /// 16 bits.
    W16,
    /// 32 bits.
    W32,
    /// 64 bits.
    W64,
}

impl Width {
    /// In bits.
    pub(crate) const fn bits(self) -> u32 {
        8 << self as u32
    }
}

include!(concat!(env!("OUT_DIR"), "/vector_ops.rs"));
