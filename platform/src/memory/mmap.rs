//! Linear memories in pages of their own.
//!
//! # Safety
//! The invariant of [`MmapMemory`]: the first `accessible` bytes of its mapping can be read and
//! written, the others fault; `len <= accessible`, and bytes from `len` on are 0. With a guard
//! `len == accessible` and the mapping has [`GUARDED_RESERVATION`] bytes. If it has an image, that
//! is mapped into the accessible bytes.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod image;
mod pool;

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod image {
    /// There is none.
    #[derive(Debug)]
    pub(super) enum Image {}
}

use super::{
    GUARDED_RESERVATION, LinearMemory, MemoryCreator, MemoryError, MemoryRequest, nowhere, try_box,
};
use crate::os::{Access, Mapping, round_to_pages};
#[cfg(any(target_os = "linux", target_os = "android"))]
use crate::{ImagePart, MemoryImage};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::ptr;
use image::Image;
use pool::{Clear, Kept, Pool, RESIDENT};

/// A memory with a known maximum up to this many bytes gets its address space at once.
const RESERVED_MAXIMUM: usize = if cfg!(target_pointer_width = "64") {
    1 << 30
} else {
    16 << 20
};

/// Makes linear memories in pages of their own. Guarded ones have [`GUARDED_RESERVATION`] bytes of
/// address space and never move. Needs the feature `mmap`.
///
/// Reservations of dropped memories are kept for the next ones, without their contents; clones
/// share them.
///
/// On Linux there are [images](MemoryCreator::image): what memories begin with is kept once, in a
/// file in memory that is open as long as the image is used, and mapped into each, which costs the
/// same however much it is. A page is copied when it is first written.
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
            pool: Arc::new(Pool::new(count)),
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
        let layout = Layout::new(request)?;
        let memory = if layout.guarded {
            MmapMemory::pooled(layout, &self.pool, None)?
        } else {
            MmapMemory::single(layout)?
        };
        Ok(try_box(memory)?)
    }

    fn guaranteed_reservation(&self) -> usize {
        GUARDED_RESERVATION
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn makes_images(&self) -> bool {
        true
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn image(
        &self,
        request: MemoryRequest,
        parts: &[ImagePart<'_>],
    ) -> Option<Arc<dyn MemoryImage>> {
        let image = Image::new(&self.pool, request, parts)?;
        Some(Arc::new(image::MmapImage(Arc::new(image))))
    }
}

/// Where the bytes of a new memory are.
#[derive(Clone, Copy, Debug)]
struct Layout {
    /// The bytes of address space, in whole pages.
    reserved: usize,
    /// Those of them that can be used, in whole pages.
    accessible: usize,
    /// The memory's length.
    len: usize,
    guarded: bool,
}

impl Layout {
    fn new(request: MemoryRequest) -> Result<Self, MemoryError> {
        let guarded = request.guarded && GUARDED_RESERVATION > 0;
        let len = request.minimum;
        let accessible = if guarded {
            guarded_len(len)?
        } else {
            round_to_pages(len)?
        };
        let reserved = match request.maximum {
            _ if guarded => GUARDED_RESERVATION,
            Some(maximum) if maximum <= RESERVED_MAXIMUM || request.immovable => {
                round_to_pages(maximum)?.max(accessible)
            }
            _ => accessible,
        };
        Ok(Self {
            reserved,
            accessible,
            len,
            guarded,
        })
    }
}

/// A length that a guarded memory can have: one without bytes between its end and its guard.
fn guarded_len(len: usize) -> Result<usize, MemoryError> {
    if len > GUARDED_RESERVATION || round_to_pages(len)? != len {
        return Err(MemoryError);
    }
    Ok(len)
}

/// A linear memory in pages of its own.
struct MmapMemory {
    /// `None` when there is no byte and none is reserved.
    mapping: Option<Mapping>,
    accessible: usize,
    len: usize,
    guarded: bool,
    /// Where the mapping goes in the end, when it can be used again.
    pool: Option<Arc<Pool>>,
    /// Whether it comes from there.
    reused: bool,
    image: Option<Arc<Image>>,
}

impl MmapMemory {
    /// A memory whose mapping was used before, if there is one, and will be used again.
    fn pooled(
        layout: Layout,
        pool: &Arc<Pool>,
        image: Option<&Arc<Image>>,
    ) -> Result<Self, MemoryError> {
        let Layout {
            reserved,
            accessible: pages,
            ..
        } = layout;
        let kept = pool.take(reserved, image);
        let reused = kept.is_some();
        let mapping = match kept {
            Some(Kept {
                mapping,
                accessible,
                ..
            }) => {
                if accessible > pages {
                    // SAFETY: the mapping is this function's alone.
                    unsafe { mapping.protect(pages, accessible - pages, Access::None)? };
                } else {
                    let more = pages - accessible;
                    // SAFETY: as above.
                    unsafe { mapping.protect(accessible, more, Access::ReadWrite)? };
                }
                mapping
            }
            None => Self::fresh(layout, image)?,
        };
        Ok(Self {
            mapping: Some(mapping),
            accessible: pages,
            len: layout.len,
            guarded: layout.guarded,
            pool: Some(Arc::clone(pool)),
            reused,
            image: image.map(Arc::clone),
        })
    }

    /// A memory whose mapping was never used, and will not be again.
    fn single(layout: Layout) -> Result<Self, MemoryError> {
        let mapping = if layout.reserved == 0 {
            None
        } else {
            Some(Self::fresh(layout, None)?)
        };
        Ok(Self {
            mapping,
            accessible: layout.accessible,
            len: layout.len,
            guarded: layout.guarded,
            pool: None,
            reused: false,
            image: None,
        })
    }

    fn fresh(layout: Layout, image: Option<&Arc<Image>>) -> Result<Mapping, MemoryError> {
        let Layout {
            reserved,
            accessible,
            ..
        } = layout;
        let mapping = if reserved == accessible {
            Mapping::zeros(accessible)?
        } else {
            let mapping = Mapping::reserve(reserved)?;
            // SAFETY: the mapping is this function's alone.
            unsafe { mapping.protect(0, accessible, Access::ReadWrite)? };
            mapping
        };
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if let Some(image) = image {
            // SAFETY: as above; it has the image's layout.
            unsafe { image.map(&mapping)? };
        }
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        let _ = image;
        Ok(mapping)
    }

    /// Makes the accessible pages `pages` bytes long, at another address when there is no room.
    fn move_to(&mut self, pages: usize) -> Result<(), MemoryError> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if let Some(mapping) = &mut self.mapping
            && mapping.len() == self.accessible
            // Pages of a file are no part of a longer mapping.
            && self.image.is_none()
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
        // It is not what others begin with.
        self.pool = None;
        self.image = None;
        Ok(())
    }
}

// SAFETY: the mapping is this object's alone, and its pages come as zeros or as the image has them.
unsafe impl LinearMemory for MmapMemory {
    fn base(&self) -> *mut u8 {
        match &self.mapping {
            Some(mapping) => mapping.base(),
            None => nowhere().as_ptr(),
        }
    }

    fn byte_len(&self) -> usize {
        self.len
    }

    fn grow_to(&mut self, byte_len: usize) -> Result<(), MemoryError> {
        if byte_len <= self.len {
            return Ok(());
        }
        let pages = if self.guarded {
            guarded_len(byte_len)?
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
        match &self.mapping {
            Some(mapping) if self.guarded => mapping.len(),
            _ => 0,
        }
    }

    fn capacity(&self) -> usize {
        self.mapping.as_ref().map_or(0, Mapping::len)
    }
}

impl Drop for MmapMemory {
    fn drop(&mut self) {
        if let (Some(mapping), Some(pool)) = (self.mapping.take(), &self.pool) {
            let is_small = self.reused && self.accessible <= RESIDENT && self.image.is_none();
            let clear = if is_small {
                Clear::Write
            } else {
                Clear::GiveBack
            };
            pool.put(mapping, self.accessible, self.image.as_ref(), clear);
        }
    }
}

#[cfg(test)]
mod tests;
