//! Which slots of a function's frames hold references that the collector follows.
//!
//! It is found by translating the function again, and kept: guests that allocate are collected
//! more than once.

use alloc::vec::Vec;

/// How many operands are kept of one function: a hostile one could have a record that grows with the
/// product of its operations and its operands.
const MAX_OPERANDS: usize = 1 << 24;

/// The slots of one function.
#[derive(Debug, Default)]
pub(crate) struct References {
    /// The slots of locals, which always hold values.
    pub(crate) locals: Vec<u16>,
    /// The operations at which a collection can happen, by ascending offset in the code in bytes,
    /// and the topmost of the operands that hold references there besides, as its index plus one.
    pub(crate) points: Vec<(u32, u32)>,
    operands: Vec<Operand>,
    /// The operands at the last point, the lowest first, as indices.
    last: Vec<u32>,
}

/// What points have in common is there once.
#[derive(Debug)]
struct Operand {
    slot: u16,
    /// The next lower one, as its index plus one.
    below: u32,
}

impl References {
    /// Adds a point behind all others. `None` when there is no room.
    pub(crate) fn add_point(
        &mut self,
        offset: u32,
        slots: impl Iterator<Item = u16>,
    ) -> Option<()> {
        let mut count = 0;
        for slot in slots {
            let same = self.last.get(count);
            if same.is_none_or(|same| self.operands[*same as usize].slot != slot) {
                self.last.truncate(count);
                let below = self.last.last().map_or(0, |below| below + 1);
                if self.operands.len() == MAX_OPERANDS {
                    return None;
                }
                self.operands.try_reserve(1).ok()?;
                self.last.try_reserve(1).ok()?;
                self.last.push(self.operands.len() as u32);
                self.operands.push(Operand { slot, below });
            }
            count += 1;
        }
        self.last.truncate(count);
        let top = self.last.last().map_or(0, |top| top + 1);
        self.points.try_reserve(1).ok()?;
        self.points.push((offset, top));
        Some(())
    }

    /// No point is added any more.
    pub(crate) fn finish(&mut self) {
        self.last = Vec::new();
    }

    /// The slots at the operation that contains this offset in the code.
    pub(crate) fn at(&self, offset: u32) -> impl Iterator<Item = u16> {
        let after = self.points.partition_point(|&(code, _)| code <= offset);
        let top = after.checked_sub(1).map_or(0, |point| self.points[point].1);
        let operand = |at: u32| Some(&self.operands[at.checked_sub(1)? as usize]);
        let operands = core::iter::successors(operand(top), move |it| operand(it.below));
        let locals = self.locals.iter().copied();
        locals.chain(operands.map(|operand| operand.slot))
    }
}

#[cfg(test)]
mod tests {
    use super::References;
    use alloc::vec::Vec;

    #[test]
    fn points_have_the_operands_that_they_were_given() {
        let points: &[&[u16]] = &[
            &[],
            &[5],
            &[5, 7],
            &[5, 7, 9],
            &[5, 9],
            &[5, 9, 10],
            &[],
            &[4, 5, 9],
            &[4],
        ];
        let mut references = References::default();
        references.locals.push(1);
        for (i, slots) in points.iter().enumerate() {
            let added = references.add_point(8 * i as u32 + 8, slots.iter().copied());
            added.expect("there is memory");
        }
        references.finish();
        let at = |offset| {
            let mut slots: Vec<u16> = references.at(offset).collect();
            slots.sort_unstable();
            slots
        };
        assert_eq!(at(7), [1]);
        for (i, slots) in points.iter().enumerate() {
            let expected: Vec<u16> = [1].iter().chain(*slots).copied().collect();
            assert_eq!(at(8 * i as u32 + 8), expected);
            assert_eq!(at(8 * i as u32 + 15), expected);
        }
        assert_eq!(at(1000), [1, 4]);
    }

    #[test]
    fn what_is_common_is_kept_once() {
        let mut references = References::default();
        for i in 0..1000 {
            references.add_point(i, 0..1000).expect("there is memory");
        }
        assert_eq!(references.operands.len(), 1000);
    }
}
