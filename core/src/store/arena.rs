//! Memory for runtime objects: each at one address, from its creation to the end of its store.
//!
//! # Safety
//! An [`Arena`] and a [`PinnedSlice`] own what they point to and never move it. Only raw pointers
//! lead to it, so that guest code and the host can reach an object by turns.

use crate::error::{Error, ErrorKind, Result};
use alloc::alloc::alloc;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::alloc::Layout;
use core::ptr::NonNull;

/// The host refused memory.
pub(crate) fn out_of_memory<E>(_: E) -> Error {
    Error::new(ErrorKind::OutOfMemory)
}

/// A box, when there is memory for one.
pub(crate) fn try_box<T>(value: T) -> Result<Box<T>> {
    const { assert!(size_of::<T>() > 0) };
    // SAFETY: the size is not 0.
    let item = unsafe { alloc(Layout::new::<T>()) }.cast::<T>();
    let item = NonNull::new(item).ok_or_else(|| Error::new(ErrorKind::OutOfMemory))?;
    // SAFETY: it is new memory of the right layout, allocated as a box's is.
    unsafe {
        item.write(value);
        Ok(Box::from_raw(item.as_ptr()))
    }
}

/// Objects of one kind.
#[derive(Debug)]
pub(crate) struct Arena<T> {
    items: Vec<NonNull<T>>,
}

// SAFETY: it owns its items.
unsafe impl<T: Send> Send for Arena<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Arena<T> {}

impl<T> Arena<T> {
    pub(crate) const fn new() -> Self {
        Self { items: Vec::new() }
    }

    pub(crate) const fn len(&self) -> usize {
        self.items.len()
    }

    /// The objects, in the order in which they were made.
    pub(crate) fn iter(&self) -> impl Iterator<Item = NonNull<T>> {
        self.items.iter().copied()
    }

    pub(crate) fn push(&mut self, value: T) -> Result<NonNull<T>> {
        self.items.try_reserve(1).map_err(out_of_memory)?;
        let item = NonNull::from(Box::leak(try_box(value)?));
        self.items.push(item);
        Ok(item)
    }

    /// Drops the object that was made last.
    ///
    /// # Safety
    /// Nothing refers to it.
    pub(crate) unsafe fn pop(&mut self) {
        if let Some(item) = self.items.pop() {
            // SAFETY: `push` got it from a box, and nothing else frees it.
            drop(unsafe { Box::from_raw(item.as_ptr()) });
        }
    }
}

impl<T> Drop for Arena<T> {
    fn drop(&mut self) {
        for item in self.items.drain(..) {
            // SAFETY: `push` got it from a box, and nothing else frees it.
            drop(unsafe { Box::from_raw(item.as_ptr()) });
        }
    }
}

/// A slice at one address.
#[derive(Debug)]
pub(crate) struct PinnedSlice<T> {
    items: NonNull<[T]>,
}

// SAFETY: it owns its items.
unsafe impl<T: Send> Send for PinnedSlice<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for PinnedSlice<T> {}

impl<T> PinnedSlice<T> {
    /// The slice of no items.
    pub(crate) const fn empty() -> Self {
        Self {
            items: NonNull::slice_from_raw_parts(NonNull::dangling(), 0),
        }
    }

    /// The slice of exactly `len` items that `fill` pushes.
    pub(crate) fn new(len: usize, fill: impl FnOnce(&mut Vec<T>) -> Result<()>) -> Result<Self> {
        let mut items = Vec::new();
        items.try_reserve_exact(len).map_err(out_of_memory)?;
        fill(&mut items)?;
        let items = Box::into_raw(items.into_boxed_slice());
        // SAFETY: a box's pointer is not null.
        let items = unsafe { NonNull::new_unchecked(items) };
        Ok(Self { items })
    }

    pub(crate) fn as_ptr(&self) -> *mut T {
        self.items.as_ptr().cast()
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// The item at `index`, when there is one.
    pub(crate) fn get(&self, index: usize) -> Option<NonNull<T>> {
        // SAFETY: the index is within the slice.
        (index < self.len()).then(|| unsafe { self.items.cast::<T>().add(index) })
    }
}

impl<T> Drop for PinnedSlice<T> {
    fn drop(&mut self) {
        // SAFETY: `new` got it from a box; one of no items is valid for a box, too.
        drop(unsafe { Box::from_raw(self.items.as_ptr()) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::sync::Arc;

    #[test]
    fn items_stay_where_they_are_and_are_dropped() {
        let token = Arc::new(());
        let mut arena = Arena::new();
        let items: Vec<_> = (0..100)
            .map(|i| arena.push((i, Arc::clone(&token))).expect("there is room"))
            .collect();
        for (i, item) in items.iter().enumerate() {
            // SAFETY: the arena is alive.
            assert_eq!(unsafe { (*item.as_ptr()).0 }, i);
        }
        assert_eq!((arena.len(), Arc::strong_count(&token)), (100, 101));
        drop(arena);
        assert_eq!(Arc::strong_count(&token), 1);
    }

    #[test]
    fn a_slice_has_what_was_pushed() {
        let token = Arc::new(());
        let slice = PinnedSlice::new(3, |items| {
            items.extend((0..3).map(|i| (i, Arc::clone(&token))));
            Ok(())
        })
        .expect("there is room");
        assert_eq!(slice.len(), 3);
        let third = slice.get(2).expect("it is inside");
        // SAFETY: the slice is alive.
        assert_eq!(unsafe { (*third.as_ptr()).0 }, 2);
        assert!(slice.get(3).is_none());
        drop(slice);
        assert_eq!(Arc::strong_count(&token), 1);
        let failed = PinnedSlice::<Arc<()>>::new(3, |items| {
            items.push(Arc::clone(&token));
            Err(Error::msg("no more"))
        });
        failed.expect_err("it fails");
        assert_eq!(Arc::strong_count(&token), 1);
        assert_eq!(PinnedSlice::<u64>::empty().len(), 0);
    }
}
