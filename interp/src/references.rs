//! Which slots of a function's frames hold references that the collector follows.
//!
//! It is found by translating the function again, and kept: guests that allocate are collected
//! more than once.

use alloc::vec::Vec;

/// The slots of one function.
#[derive(Debug, Default)]
pub(crate) struct References {
    /// The slots of locals, which always hold values.
    pub(crate) locals: Vec<u16>,
    /// The operations at which a collection can happen, by ascending offset in the code in bytes,
    /// and where in `operands` the slots begin that hold references there besides.
    pub(crate) points: Vec<(u32, u32)>,
    pub(crate) operands: Vec<u16>,
}

impl References {
    /// The slots at the operation that contains this offset in the code.
    pub(crate) fn at(&self, offset: u32) -> impl Iterator<Item = u16> {
        let after = self.points.partition_point(|&(code, _)| code <= offset);
        let begin = |point: usize| {
            let end = self.operands.len();
            self.points.get(point).map_or(end, |point| point.1 as usize)
        };
        let operands = match after.checked_sub(1) {
            Some(point) => begin(point)..begin(after),
            None => 0..0,
        };
        let operands = &self.operands[operands];
        self.locals.iter().chain(operands).copied()
    }
}
