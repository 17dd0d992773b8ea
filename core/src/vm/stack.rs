//! The value stack: memory for the frames of guest code.
//!
//! It is a list of segments that never move, so that a frame is never copied or re-addressed
//! while it is live. The first segment is small and each further one twice as large, up to the
//! configured limit; a stack that was once grown keeps its segments until it is dropped.

use crate::error::{Error, ErrorKind};
use alloc::vec::Vec;

/// One contiguous part of a [`ValueStack`].
#[derive(Debug)]
pub struct StackSegment {
    slots: Vec<u64>,
}

impl StackSegment {
    /// What is left of the address space behind a segment, in bytes: more than any frame has, so
    /// that the end of a frame which begins in the segment is an address that can be compared.
    const MARGIN: usize = 1 << 20;

    fn new(len: usize) -> Option<Self> {
        let mut slots = Vec::new();
        slots.try_reserve_exact(len).ok()?;
        let mut segment = Self { slots };
        let fits = segment.limit().addr().checked_add(Self::MARGIN).is_some();
        fits.then_some(segment)
    }

    /// The first slot.
    pub fn base(&mut self) -> *mut u64 {
        self.slots.as_mut_ptr()
    }

    /// One past the last slot.
    pub fn limit(&mut self) -> *mut u64 {
        let len = self.slots.capacity();
        self.slots.as_mut_ptr().wrapping_add(len)
    }

    fn len(&self) -> usize {
        self.slots.capacity()
    }
}

/// Where the part of a value stack that is in use ended at some time.
#[derive(Clone, Copy, Debug)]
pub struct StackMark {
    pub(super) top: *mut u64,
    pub(super) segment: usize,
}

/// The value stack of a store, or of one suspended call.
#[derive(Debug, Default)]
pub struct ValueStack {
    segments: Vec<StackSegment>,
    /// The segment in use.
    current: usize,
    /// The number of slots in all segments together that are never exceeded.
    max_slots: usize,
}

impl ValueStack {
    /// The size of the first segment, in slots.
    pub const FIRST_SEGMENT: usize = 8 << 10;

    /// An empty stack that may grow to `max_slots` slots of 8 bytes.
    pub const fn new(max_slots: usize) -> Self {
        Self {
            segments: Vec::new(),
            current: 0,
            max_slots,
        }
    }

    /// The bounds of the first segment, which is allocated when it does not exist.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfMemory`] when the host refuses.
    pub fn first(&mut self) -> Result<(*mut u64, *mut u64), Error> {
        self.current = 0;
        if self.segments.is_empty() {
            let len = Self::FIRST_SEGMENT.min(self.max_slots);
            let segment =
                StackSegment::new(len).ok_or_else(|| Error::new(ErrorKind::OutOfMemory))?;
            self.segments
                .try_reserve(1)
                .map_err(|_| Error::new(ErrorKind::OutOfMemory))?;
            self.segments.push(segment);
        }
        Ok(self.bounds())
    }

    /// The bounds of the segment in use.
    ///
    /// # Panics
    /// When no segment was ever allocated.
    pub fn bounds(&mut self) -> (*mut u64, *mut u64) {
        let segment = &mut self.segments[self.current];
        (segment.base(), segment.limit())
    }

    /// Moves on to the next segment, which has at least `min_slots` slots, and gives its bounds;
    /// `None` when the limit or the host forbids it.
    pub fn push_segment(&mut self, min_slots: usize) -> Option<(*mut u64, *mut u64)> {
        let next = self.current + 1;
        if next < self.segments.len() && self.segments[next].len() < min_slots {
            // Nothing beyond the current segment is live.
            self.segments.truncate(next);
        }
        if next == self.segments.len() {
            let used: usize = self.segments.iter().map(StackSegment::len).sum();
            let left = self.max_slots.checked_sub(used)?;
            if min_slots > left {
                return None;
            }
            let len = (self.segments[self.current].len() * 2)
                .max(min_slots)
                .min(left);
            let segment = StackSegment::new(len)?;
            self.segments.try_reserve(1).ok()?;
            self.segments.push(segment);
        }
        self.current = next;
        Some(self.bounds())
    }

    /// Goes back to the segment before the one in use.
    ///
    /// # Panics
    /// When the first segment is in use.
    pub fn pop_segment(&mut self) -> (*mut u64, *mut u64) {
        self.current = self
            .current
            .checked_sub(1)
            .expect("a segment below the current one");
        self.bounds()
    }

    /// The index of the segment in use, to come back to with [`restore`](Self::restore).
    pub const fn current(&self) -> usize {
        self.current
    }

    /// Makes the segment in use the one with index `current`, when frames above it are dead.
    ///
    /// # Panics
    /// When there is no such segment.
    pub fn restore(&mut self, current: usize) -> (*mut u64, *mut u64) {
        self.current = current;
        self.bounds()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slots between two bounds.
    fn slots((base, limit): (*mut u64, *mut u64)) -> usize {
        (limit.addr() - base.addr()) / size_of::<u64>()
    }

    #[test]
    fn segments_double_up_to_the_limit() {
        let first = ValueStack::FIRST_SEGMENT;
        let mut stack = ValueStack::new(10 * first);
        assert_eq!(slots(stack.first().expect("there is room")), first);
        assert_eq!(stack.push_segment(1).map(slots), Some(2 * first));
        assert_eq!(stack.push_segment(1).map(slots), Some(4 * first));
        // What is left.
        assert_eq!(stack.push_segment(1).map(slots), Some(3 * first));
        assert_eq!(stack.push_segment(1), None);
        assert_eq!(stack.current(), 3);
    }

    #[test]
    fn segments_stay_where_they_are() {
        let mut stack = ValueStack::new(usize::MAX / 8);
        let first = stack.first().expect("there is room");
        let second = stack.push_segment(1).expect("there is room");
        for i in 0..20 {
            // SAFETY: the slot is in the segment.
            unsafe { first.0.write(i) };
            assert_eq!(stack.pop_segment(), first);
            assert_eq!(stack.push_segment(1), Some(second));
            // SAFETY: as above.
            assert_eq!(unsafe { first.0.read() }, i);
        }
        stack.push_segment(1).expect("there is room");
        assert_eq!(stack.restore(0), first);
        assert_eq!(stack.first().expect("it exists"), first);
    }

    #[test]
    fn a_segment_that_is_too_small_is_replaced() {
        let mut stack = ValueStack::new(1 << 20);
        stack.first().expect("there is room");
        let small = stack.push_segment(1).map(slots).expect("there is room");
        stack.pop_segment();
        let large = stack.push_segment(small + 1).map(slots);
        assert!(large.is_some_and(|large| large > small));
        stack.pop_segment();
        assert_eq!(stack.push_segment(1 << 21), None);
        assert_eq!(stack.current(), 0);
    }

    #[test]
    fn a_stack_of_no_slots_has_room_for_nothing() {
        for max in [0, 1, 12] {
            let mut stack = ValueStack::new(max);
            assert_eq!(slots(stack.first().expect("there is room")), max);
            assert_eq!(stack.push_segment(1), None);
            assert_eq!(slots(stack.bounds()), max);
        }
    }
}
