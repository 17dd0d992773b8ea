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
    fn new(len: usize) -> Option<Self> {
        let mut slots = Vec::new();
        slots.try_reserve_exact(len).ok()?;
        Some(Self { slots })
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
