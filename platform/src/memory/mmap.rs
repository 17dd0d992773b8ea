//! Linear memories in pages of their own.
//!
//! # Safety
//! The invariant of [`MmapMemory`]: the first `accessible` bytes of its mapping can be read and
//! written, the others fault; `len <= accessible`, and bytes from `len` on are 0. With a guard
//! `len == accessible` and the mapping has [`GUARDED_RESERVATION`] bytes.

use super::{
    GUARDED_RESERVATION, LinearMemory, MemoryCreator, MemoryError, MemoryRequest, try_box,
};
use crate::os::{Access, Mapping, round_to_pages};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::ptr::{self, NonNull};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A memory with a known maximum up to this many bytes gets its address space at once.
const RESERVED_MAXIMUM: usize = if cfg!(target_pointer_width = "64") {
    1 << 30
} else {
    16 << 20
};

/// Reservations of memories that were longer than this are not kept: clearing them costs more than
/// a new reservation, and the kernel's tables for them stay.
const KEPT_LEN: usize = 64 << 20;

/// Makes linear memories in pages of their own. Guarded ones have [`GUARDED_RESERVATION`] bytes of
/// address space and never move. Needs the feature `mmap`.
///
/// Reservations of dropped memories are kept for the next ones, without their contents; clones
/// share them.
///
/// # Examples
/// ```
/// use diptych_platform::{MemoryCreator, MemoryRequest, MmapMemoryCreator};
///
/// # fn main() -> Result<(), diptych_platform::MemoryError> {
/// let creator = MmapMemoryCreator::new();
/// let mut memory = creator.create(MemoryRequest::new(0x1_0000, None).guarded(true))?;
/// let base = memory.base();
/// memory.grow_to(0x10_0000)?;
/// assert_eq!(memory.reserved(), creator.guaranteed_reservation());
/// # #[cfg(target_pointer_width = "64")]
/// assert_eq!(memory.base(), base);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MmapMemoryCreator {
    pool: Arc<Pool>,
}

impl MmapMemoryCreator {
    /// Keeps up to 16 reservations.
    pub fn new() -> Self {
        Self::with_kept_reservations(16)
    }

    /// Keeps up to so many reservations of dropped memories; each takes [`GUARDED_RESERVATION`]
    /// bytes of address space.
    pub fn with_kept_reservations(count: usize) -> Self {
        Self {
            pool: Arc::new(Pool {
                bound: count,
                kept: Mutex::new(Vec::new()),
            }),
        }
    }

    #[cfg(test)]
    fn kept(&self) -> usize {
        self.pool.lock().len()
    }
}

impl Default for MmapMemoryCreator {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryCreator for MmapMemoryCreator {
    fn create(&self, request: MemoryRequest) -> Result<Box<dyn LinearMemory>, MemoryError> {
        let memory = if request.guarded && GUARDED_RESERVATION > 0 {
            MmapMemory::with_guard(request.minimum, &self.pool)?
        } else {
            MmapMemory::without_guard(request)?
        };
        Ok(try_box(memory)?)
    }

    fn guaranteed_reservation(&self) -> usize {
        GUARDED_RESERVATION
    }
}

/// The reservations that wait to be used again.
struct Pool {
    bound: usize,
    /// Each with the number of bytes that can still be read and written; they are 0.
    kept: Mutex<Vec<(Mapping, usize)>>,
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, Vec<(Mapping, usize)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<(Mapping, usize)> {
        self.lock().pop()
    }

    /// Keeps a reservation that nothing uses and whose first `accessible` bytes can be anything.
    fn put(&self, mapping: Mapping, accessible: usize) {
        if accessible > KEPT_LEN || self.bound == 0 {
            return;
        }
        // SAFETY: by contract nothing uses it.
        let Ok(accessible) = (unsafe { mapping.clear(accessible) }) else {
            return;
        };
        let mut kept = self.lock();
        if kept.len() < self.bound && kept.try_reserve(1).is_ok() {
            kept.push((mapping, accessible));
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("bound", &self.bound)
            .finish_non_exhaustive()
    }
}

/// A linear memory in pages of its own.
struct MmapMemory {
    /// `None` when there is no byte and none is reserved.
    mapping: Option<Mapping>,
    accessible: usize,
    len: usize,
    /// Where a guarded reservation goes in the end.
    pool: Option<Arc<Pool>>,
}

impl MmapMemory {
    fn with_guard(len: usize, pool: &Arc<Pool>) -> Result<Self, MemoryError> {
        let pages = Self::guarded_len(len)?;
        let (mapping, accessible) = match pool.take() {
            Some(kept) => kept,
            None => (Mapping::reserve(GUARDED_RESERVATION)?, 0),
        };
        if accessible > pages {
            // SAFETY: the mapping is this function's alone.
            unsafe { mapping.protect(pages, accessible - pages, Access::None)? };
        } else {
            // SAFETY: as above.
            unsafe { mapping.protect(accessible, pages - accessible, Access::ReadWrite)? };
        }
        Ok(Self {
            mapping: Some(mapping),
            accessible: pages,
            len,
            pool: Some(pool.clone()),
        })
    }

    /// A length that a guarded memory can have: one without bytes between its end and its guard.
    fn guarded_len(len: usize) -> Result<usize, MemoryError> {
        if len > GUARDED_RESERVATION || round_to_pages(len)? != len {
            return Err(MemoryError);
        }
        Ok(len)
    }

    fn without_guard(request: MemoryRequest) -> Result<Self, MemoryError> {
        let accessible = round_to_pages(request.minimum)?;
        let reserved = match request.maximum {
            Some(maximum) if maximum <= RESERVED_MAXIMUM => {
                round_to_pages(maximum)?.max(accessible)
            }
            _ => accessible,
        };
        let mapping = if reserved == 0 {
            None
        } else if reserved == accessible {
            Some(Mapping::zeros(accessible)?)
        } else {
            let mapping = Mapping::reserve(reserved)?;
            // SAFETY: the mapping is this function's alone.
            unsafe { mapping.protect(0, accessible, Access::ReadWrite)? };
            Some(mapping)
        };
        Ok(Self {
            mapping,
            accessible,
            len: request.minimum,
            pool: None,
        })
    }

    /// Makes the accessible pages `pages` bytes long, at another address when there is no room.
    fn move_to(&mut self, pages: usize) -> Result<(), MemoryError> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if let Some(mapping) = &mut self.mapping
            && mapping.len() == self.accessible
            // SAFETY: the memory is borrowed for change, so that nothing uses its bytes; all of
            // them can be read and written.
            && unsafe { mapping.lengthen(pages) }.is_ok()
        {
            return Ok(());
        }
        let new = Mapping::zeros(pages)?;
        // SAFETY: the old bytes are readable, the new ones are more and apart from them.
        unsafe { ptr::copy_nonoverlapping(self.base(), new.base(), self.len) };
        self.mapping = Some(new);
        Ok(())
    }
}

// SAFETY: the mapping is this object's alone, and its pages come as zeros.
unsafe impl LinearMemory for MmapMemory {
    fn base(&self) -> *mut u8 {
        match &self.mapping {
            Some(mapping) => mapping.base(),
            None => NonNull::<u128>::dangling().as_ptr().cast(),
        }
    }

    fn byte_len(&self) -> usize {
        self.len
    }

    fn grow_to(&mut self, byte_len: usize) -> Result<(), MemoryError> {
        if byte_len <= self.len {
            return Ok(());
        }
        let pages = if self.pool.is_some() {
            Self::guarded_len(byte_len)?
        } else {
            round_to_pages(byte_len)?
        };
        if pages > self.accessible {
            let more = pages - self.accessible;
            match &self.mapping {
                // SAFETY: the pages were not accessible, so nothing uses them.
                Some(mapping) if pages <= mapping.len() => unsafe {
                    mapping.protect(self.accessible, more, Access::ReadWrite)?;
                },
                _ => self.move_to(pages)?,
            }
            self.accessible = pages;
        }
        self.len = byte_len;
        Ok(())
    }

    fn reserved(&self) -> usize {
        match (&self.mapping, &self.pool) {
            (Some(mapping), Some(_)) => mapping.len(),
            _ => 0,
        }
    }
}

impl Drop for MmapMemory {
    fn drop(&mut self) {
        if let (Some(mapping), Some(pool)) = (self.mapping.take(), &self.pool) {
            pool.put(mapping, self.accessible);
        }
    }
}

#[cfg(test)]
mod tests;
