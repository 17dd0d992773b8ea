//! The bytes behind linear memories.
//!
//! # Safety
//! The unsafe code here rests on one invariant of [`AllocMemory`]: `base` was allocated with
//! [`AllocMemory::layout`] of `capacity`, or is dangling when that is 0; `len <= capacity`, and the
//! bytes from `len` on are 0.

use alloc::alloc::{alloc, alloc_zeroed, dealloc, realloc};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::alloc::Layout;
use core::fmt;
use core::ptr::{self, NonNull};

#[cfg(all(feature = "mmap", any(unix, windows)))]
mod mmap;

#[cfg(all(feature = "mmap", any(unix, windows)))]
pub use mmap::MmapMemoryCreator;

/// The address space of a guarded memory, in bytes: 8 GiB and 64 KiB, or 0 where addresses have
/// not 64 bits and no memory can be guarded.
///
/// A 32-bit index plus a 32-bit offset plus the width of an access always lies within it.
pub const GUARDED_RESERVATION: usize = if cfg!(target_pointer_width = "64") {
    ((8_u64 << 30) + (64 << 10)) as usize
} else {
    0
};

/// What the address of a linear memory is a multiple of, so that guests' aligned accesses are
/// aligned.
pub const LINEAR_MEMORY_ALIGN: usize = 16;

/// The bytes of one linear memory.
///
/// # Safety
/// From one call of [`grow_to`](Self::grow_to) to the next, [`byte_len`](Self::byte_len) bytes at
/// [`base`](Self::base), which is aligned to [`LINEAR_MEMORY_ALIGN`], are readable and writable,
/// and nothing else touches them. Bytes that were
/// never written read as 0, or as what the memory's [image](MemoryImage) has there. A failed growth changes nothing. What [`reserved`](Self::reserved) says
/// is true.
pub unsafe trait LinearMemory: Send + Sync {
    /// The first byte; any aligned non-null pointer when the memory is empty.
    fn base(&self) -> *mut u8;

    /// The length in bytes.
    fn byte_len(&self) -> usize;

    /// Makes the memory `byte_len` bytes long, which is never less than it is now; it may move.
    ///
    /// # Errors
    /// When there is not enough memory.
    fn grow_to(&mut self, byte_len: usize) -> Result<(), MemoryError>;

    /// How many bytes of address space from [`base`](Self::base) belong to this memory. When it
    /// is not 0, the memory never moves, and every access within these bytes but beyond
    /// [`byte_len`](Self::byte_len) faults; it never changes. 0 promises nothing.
    fn reserved(&self) -> usize {
        0
    }

    /// To how many bytes the memory can grow where it is. Until then [`grow_to`](Self::grow_to)
    /// touches none of the bytes that there are already: threads that share the memory use them
    /// meanwhile.
    fn capacity(&self) -> usize {
        self.reserved()
    }
}

/// What makes linear memories.
pub trait MemoryCreator: fmt::Debug + Send + Sync {
    /// A memory of `request.minimum` zero bytes.
    ///
    /// # Errors
    /// When there is not enough memory.
    fn create(&self, request: MemoryRequest) -> Result<Box<dyn LinearMemory>, MemoryError>;

    /// The bytes of address space of every memory whose request is
    /// [`guarded`](MemoryRequest::guarded): each of them says at least as much as
    /// [`reserved`](LinearMemory::reserved), which is what unsafe code can rely on. Such a memory
    /// never moves, and any access within so many bytes from its base, but beyond its length,
    /// faults. 0 promises nothing.
    fn guaranteed_reservation(&self) -> usize {
        0
    }

    /// Whether [`image`](Self::image) is worth a call.
    fn makes_images(&self) -> bool {
        false
    }

    /// What makes memories as this request wants them that begin with `parts` instead of zeros,
    /// when there is a quicker way than to copy them into each. The parts are in order, apart from
    /// each other, and within `request.minimum`.
    ///
    /// Without an image nothing is lost: the bytes are copied.
    fn image(
        &self,
        request: MemoryRequest,
        parts: &[ImagePart<'_>],
    ) -> Option<Arc<dyn MemoryImage>> {
        let _ = (request, parts);
        None
    }
}

/// Makes linear memories that all begin with the same bytes.
///
/// A change to one is seen in no other.
pub trait MemoryImage: fmt::Debug + Send + Sync {
    /// A memory of as many bytes as the image's request wanted at least: those of the image, and
    /// zeros elsewhere. It keeps what the creator of the image promises of memories.
    ///
    /// # Errors
    /// When there is not enough memory.
    fn create(&self) -> Result<Box<dyn LinearMemory>, MemoryError>;
}

/// Bytes that a linear memory begins with.
#[derive(Clone, Copy, Debug)]
pub struct ImagePart<'a> {
    /// Where in the memory they are.
    pub offset: usize,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// What a linear memory must be able to do.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MemoryRequest {
    /// The length at first, in bytes.
    pub minimum: usize,
    /// The length in bytes that it is never asked to exceed, when there is such a bound.
    pub maximum: Option<usize>,
    /// Whether it gets the reservation that
    /// [`guaranteed_reservation`](MemoryCreator::guaranteed_reservation) promises. All lengths are
    /// multiples of 64 KiB then.
    pub guarded: bool,
    /// Whether it must have the [`capacity`](LinearMemory::capacity) for its maximum, because
    /// threads share it.
    pub immovable: bool,
}

impl MemoryRequest {
    /// A memory of `minimum` bytes that never grows beyond `maximum`.
    pub const fn new(minimum: usize, maximum: Option<usize>) -> Self {
        Self {
            minimum,
            maximum,
            guarded: false,
            immovable: false,
        }
    }

    /// The same memory, which may move when it grows or must not.
    #[must_use]
    pub const fn immovable(mut self, immovable: bool) -> Self {
        self.immovable = immovable;
        self
    }

    /// The same memory, with a reservation or without.
    #[must_use]
    pub const fn guarded(mut self, guarded: bool) -> Self {
        self.guarded = guarded;
        self
    }
}

/// The host has no memory for what was asked, or refuses to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryError;

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host has no memory for this, or refuses it")
    }
}

impl core::error::Error for MemoryError {}

/// Makes linear memories with the global allocator.
#[derive(Clone, Copy, Debug, Default)]
pub struct AllocMemoryCreator;

impl MemoryCreator for AllocMemoryCreator {
    fn create(&self, request: MemoryRequest) -> Result<Box<dyn LinearMemory>, MemoryError> {
        let capacity = match request.maximum {
            Some(maximum) if request.immovable => maximum.max(request.minimum),
            _ => request.minimum,
        };
        Ok(try_box(AllocMemory::with_capacity(
            request.minimum,
            capacity,
        )?)?)
    }
}

/// A box, when there is memory for one.
pub(crate) fn try_box<T>(value: T) -> Result<Box<T>, MemoryError> {
    const { assert!(size_of::<T>() > 0, "only a size can be allocated") };
    // SAFETY: the size is not 0.
    let place = unsafe { alloc(Layout::new::<T>()) }.cast::<T>();
    let place = NonNull::new(place).ok_or(MemoryError)?;
    // SAFETY: it is new memory of the right layout, allocated as a box's is.
    unsafe {
        place.write(value);
        Ok(Box::from_raw(place.as_ptr()))
    }
}

/// The address of a memory without bytes.
pub(crate) const fn nowhere() -> NonNull<u8> {
    #[repr(align(16))]
    struct Aligned;
    const { assert!(align_of::<Aligned>() == LINEAR_MEMORY_ALIGN) };
    NonNull::<Aligned>::dangling().cast()
}

/// A linear memory from the global allocator.
#[derive(Debug)]
pub struct AllocMemory {
    base: NonNull<u8>,
    len: usize,
    capacity: usize,
}

// SAFETY: it owns its bytes.
unsafe impl Send for AllocMemory {}
// SAFETY: a shared reference gives only the address.
unsafe impl Sync for AllocMemory {}

impl AllocMemory {
    /// A memory of `len` zero bytes.
    ///
    /// # Errors
    /// When there is not enough memory.
    pub fn new(len: usize) -> Result<Self, MemoryError> {
        Self::with_capacity(len, len)
    }

    /// A memory of `len` zero bytes that does not move until it has more than `capacity`.
    ///
    /// # Errors
    /// When there is not enough memory.
    pub fn with_capacity(len: usize, capacity: usize) -> Result<Self, MemoryError> {
        let capacity = capacity.max(len);
        let base = if capacity == 0 {
            nowhere()
        } else {
            // SAFETY: the layout's size is not 0.
            NonNull::new(unsafe { alloc_zeroed(Self::layout(capacity)?) }).ok_or(MemoryError)?
        };
        Ok(Self {
            base,
            len,
            capacity,
        })
    }

    fn layout(len: usize) -> Result<Layout, MemoryError> {
        Layout::from_size_align(len, LINEAR_MEMORY_ALIGN).map_err(|_| MemoryError)
    }
}

// SAFETY: the bytes are this object's alone, zeroed when they are added.
unsafe impl LinearMemory for AllocMemory {
    fn base(&self) -> *mut u8 {
        self.base.as_ptr()
    }

    fn byte_len(&self) -> usize {
        self.len
    }

    fn grow_to(&mut self, byte_len: usize) -> Result<(), MemoryError> {
        if byte_len <= self.capacity {
            self.len = byte_len.max(self.len);
            return Ok(());
        }
        if byte_len - self.capacity > self.capacity {
            // Zeros that come from the operating system cost nothing until they are used: less
            // than to write them.
            let grown = Self::new(byte_len)?;
            // SAFETY: the new bytes are more than the old ones, and apart from them.
            unsafe { ptr::copy_nonoverlapping(self.base(), grown.base(), self.len) };
            *self = grown;
            return Ok(());
        }
        Self::layout(byte_len)?;
        // SAFETY: `base` has the layout of `capacity`; the new size is not 0 and makes a valid
        // layout.
        let base = unsafe { realloc(self.base(), Self::layout(self.capacity)?, byte_len) };
        let base = NonNull::new(base).ok_or(MemoryError)?;
        // SAFETY: the bytes from the old capacity to the new one belong to the allocation.
        unsafe {
            let more = base.as_ptr().add(self.capacity);
            more.write_bytes(0, byte_len - self.capacity);
        }
        self.base = base;
        self.len = byte_len;
        self.capacity = byte_len;
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.capacity
    }
}

impl Drop for AllocMemory {
    fn drop(&mut self) {
        if self.capacity > 0
            && let Ok(layout) = Self::layout(self.capacity)
        {
            // SAFETY: `base` has this layout.
            unsafe { dealloc(self.base.as_ptr(), layout) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(memory: &AllocMemory) -> &[u8] {
        // SAFETY: the memory promises so many bytes.
        unsafe { core::slice::from_raw_parts(memory.base(), memory.byte_len()) }
    }

    #[test]
    fn growth_keeps_bytes_and_adds_zeros() {
        let mut memory = AllocMemory::new(0).expect("nothing fits");
        assert_eq!(memory.base().addr() % LINEAR_MEMORY_ALIGN, 0);
        assert_eq!(bytes(&memory), []);
        memory.grow_to(100).expect("100 bytes fit");
        assert_eq!(bytes(&memory), [0; 100]);
        // By more and by less than there is, and by nothing.
        for (round, len) in [100_000, 100_001, 150_000, 150_000, 9_000_000]
            .into_iter()
            .enumerate()
        {
            let before = memory.byte_len();
            // SAFETY: the memory has so many bytes.
            unsafe { memory.base().write_bytes(round as u8 + 1, before) };
            memory.grow_to(len).expect("they fit");
            let (old, new) = bytes(&memory).split_at(before);
            assert!(old.iter().all(|&byte| byte == round as u8 + 1));
            assert!(new.iter().all(|&byte| byte == 0));
            assert_eq!(memory.byte_len(), len);
        }
    }

    #[test]
    fn what_has_room_does_not_move() {
        let request = MemoryRequest::new(10, Some(100_000)).immovable(true);
        let mut memory = AllocMemoryCreator.create(request).expect("it fits");
        assert_eq!(memory.byte_len(), 10);
        assert!(memory.capacity() >= 100_000);
        let base = memory.base();
        for len in [11, 5000, 100_000] {
            memory.grow_to(len).expect("it has room");
            assert_eq!((memory.base(), memory.byte_len()), (base, len));
            // SAFETY: the memory has so many bytes.
            let bytes = unsafe { core::slice::from_raw_parts_mut(base, len) };
            assert_eq!(bytes[len - 1], 0);
            bytes[len - 1] = 1;
        }
    }

    #[test]
    fn impossible_sizes_are_refused() {
        assert!(AllocMemory::new(usize::MAX).is_err());
        let mut memory = AllocMemory::new(10).expect("10 bytes fit");
        assert_eq!(memory.grow_to(usize::MAX), Err(MemoryError));
        // With 32 bits this is 2 GiB, which there may be.
        #[cfg(target_pointer_width = "64")]
        assert_eq!(memory.grow_to(isize::MAX as usize - 100), Err(MemoryError));
        assert_eq!(memory.byte_len(), 10);
    }
}
