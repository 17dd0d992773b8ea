//! The embedder's references: each is in a list that the collector knows, and handles name places
//! of the list.

use super::heap::immediate;
use crate::error::{Error, Result};
use crate::store::out_of_memory;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU32, Ordering};

/// A reference as the embedder holds it: a place in [`Roots`], or an `i31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Handle {
    /// The place, or the reference.
    value: u32,
    /// When the place was taken; 0 when there is none.
    generation: u32,
}

impl Handle {
    /// An `i31`.
    pub(crate) const fn immediate(reference: u64) -> Self {
        Self {
            value: reference as u32,
            generation: 0,
        }
    }

    /// The reference, when it is an `i31`.
    pub(crate) const fn as_immediate(self) -> Option<u64> {
        if self.generation == 0 {
            Some(self.value as u64)
        } else {
            None
        }
    }
}

/// A reference that stays until its handle is dropped.
pub(crate) type Owned = Arc<AtomicU32>;

/// What the embedder's handles refer to.
#[derive(Debug)]
pub(crate) struct Roots {
    scoped: Vec<Root>,
    owned: Vec<Owned>,
    /// Grows whenever places become free, so that a handle whose place was given to another
    /// reference is found out.
    generation: u32,
}

#[derive(Debug)]
struct Root {
    reference: u64,
    generation: u32,
}

impl Roots {
    pub(crate) const fn new() -> Self {
        Self {
            scoped: Vec::new(),
            owned: Vec::new(),
            generation: 1,
        }
    }

    /// Makes room for so many references, for [`push`](Self::push).
    pub(crate) fn reserve(&mut self, count: usize) -> Result<()> {
        self.scoped.try_reserve(count).map_err(out_of_memory)
    }

    /// A handle for a reference that is not null. There is room for it, or memory.
    pub(crate) fn push(&mut self, reference: u64) -> Handle {
        if immediate::is_i31(reference) {
            return Handle::immediate(reference);
        }
        let value = self.scoped.len() as u32;
        let generation = self.generation;
        self.scoped.push(Root {
            reference,
            generation,
        });
        Handle { value, generation }
    }

    /// The reference that a handle stands for; `None` when its scope has ended.
    pub(crate) fn get(&self, handle: Handle) -> Option<u64> {
        if handle.generation == 0 {
            return Some(handle.value.into());
        }
        let root = self.scoped.get(handle.value as usize)?;
        (root.generation == handle.generation).then_some(root.reference)
    }

    /// As [`get`](Self::get), with an error.
    pub(crate) fn resolve(&self, handle: Handle) -> Result<u64> {
        self.get(handle).ok_or_else(|| {
            Error::bad_argument("a reference was used after the scope in which it was made")
        })
    }

    /// How many handles there are.
    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.scoped.len()
    }

    /// Ends the scope of the handles that were made since there were `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        if self.scoped.len() > len {
            self.scoped.truncate(len);
            // Handles of four thousand million scopes ago may be taken for newer ones.
            self.generation = self.generation.wrapping_add(1).max(1);
        }
    }

    /// Keeps a reference until all copies of what is returned are dropped.
    pub(crate) fn own(&mut self, reference: u64) -> Result<Owned> {
        self.owned.try_reserve(1).map_err(out_of_memory)?;
        let owned = Arc::new(AtomicU32::new(reference as u32));
        self.owned.push(Arc::clone(&owned));
        Ok(owned)
    }

    /// Calls `visit` for each place that holds a reference, and forgets those that no one owns
    /// any more.
    pub(super) fn visit(&mut self, visit: &mut dyn FnMut(*mut u64)) {
        for root in &mut self.scoped {
            visit(&raw mut root.reference);
        }
        self.owned.retain(|owned| Arc::strong_count(owned) > 1);
        for owned in &self.owned {
            let mut reference = owned.load(Ordering::Relaxed).into();
            visit(&raw mut reference);
            owned.store(reference as u32, Ordering::Relaxed);
        }
    }
}
