//! Pages with `mmap`.
//!
//! # Safety
//! A [`Mapping`] owns `len` bytes of address space at `base`, both multiples of the page's size,
//! from `mmap` until it is dropped. What its pages may be used for is said by its callers.

use super::Access;
use crate::MemoryError;
use core::ptr::{self, NonNull};
use std::fs::File;
use std::os::fd::{AsRawFd as _, RawFd};

/// The size of a page in bytes.
pub(crate) fn page_size() -> usize {
    use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    static SIZE: AtomicUsize = AtomicUsize::new(0);
    match SIZE.load(Relaxed) {
        0 => {
            // SAFETY: it only reads.
            let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
            let size = usize::try_from(size).unwrap_or(4096).max(4096);
            SIZE.store(size, Relaxed);
            size
        }
        size => size,
    }
}

/// Says that pages need no memory before they are used, where that has to be said.
const NO_RESERVE: i32 = cfg_select! {
    any(target_os = "linux", target_os = "android", target_vendor = "apple") => libc::MAP_NORESERVE,
    _ => 0,
};

/// Address space of its own.
#[derive(Debug)]
pub(crate) struct Mapping {
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: it owns its pages.
unsafe impl Send for Mapping {}
// SAFETY: a shared reference gives only the address; what changes pages is unsafe.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// `len` bytes, a multiple of the page's size that is not 0, of which none can be used yet.
    pub(crate) fn reserve(len: usize) -> Result<Self, MemoryError> {
        Self::map(len, libc::PROT_NONE, NO_RESERVE)
    }

    /// `len` bytes of zeros to read and to write.
    pub(crate) fn zeros(len: usize) -> Result<Self, MemoryError> {
        Self::map(len, libc::PROT_READ | libc::PROT_WRITE, 0)
    }

    /// `len` bytes, of which each thread can write or execute all, but not both at once.
    #[cfg(all(feature = "mmap", target_vendor = "apple", target_arch = "aarch64"))]
    pub(crate) fn jit(len: usize) -> Result<Self, MemoryError> {
        let all = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
        Self::map(len, all, libc::MAP_JIT)
    }

    /// The first `len` bytes of a file, to read, and zeros after its end in the last page.
    pub(crate) fn of_file(file: &File, len: usize) -> Result<Self, MemoryError> {
        let len = super::round_to_pages(len)?;
        Self::map_from(len, libc::PROT_READ, libc::MAP_PRIVATE, file.as_raw_fd())
    }

    fn map(len: usize, access: i32, flags: i32) -> Result<Self, MemoryError> {
        Self::map_from(len, access, libc::MAP_PRIVATE | libc::MAP_ANON | flags, -1)
    }

    fn map_from(len: usize, access: i32, flags: i32, file: RawFd) -> Result<Self, MemoryError> {
        // SAFETY: a new mapping at an address that the system chooses touches no other.
        let base = unsafe { libc::mmap(ptr::null_mut(), len, access, flags, file, 0) };
        if base == libc::MAP_FAILED {
            return Err(MemoryError);
        }
        let base = NonNull::new(base.cast()).ok_or(MemoryError)?;
        Ok(Self { base, len })
    }

    pub(crate) fn base(&self) -> *mut u8 {
        self.base.as_ptr()
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Says what may be done with whole pages of the mapping. Their bytes stay; those of new pages
    /// are 0.
    ///
    /// # Safety
    /// Nothing uses the pages in a way that is no longer possible.
    pub(crate) unsafe fn protect(
        &self,
        offset: usize,
        len: usize,
        access: Access,
    ) -> Result<(), MemoryError> {
        if offset.checked_add(len).is_none_or(|end| end > self.len) {
            return Err(MemoryError);
        }
        if len == 0 {
            return Ok(());
        }
        // SAFETY: the pages belong to this mapping, and the caller answers for their users.
        let done =
            unsafe { libc::mprotect(self.base().add(offset).cast(), len, protection(access)) };
        if done == 0 { Ok(()) } else { Err(MemoryError) }
    }

    /// Puts bytes of a file, from `at` on, in the place of whole pages: what is written there does
    /// not reach the file. `offset` and `at` are multiples of the page's size, or it is an error;
    /// the last page is replaced whole. After another error the pages may be no one's.
    ///
    /// # Safety
    /// Nothing uses the pages.
    pub(crate) unsafe fn map_file(
        &self,
        offset: usize,
        len: usize,
        file: &File,
        at: usize,
        access: Access,
    ) -> Result<(), MemoryError> {
        if offset.checked_add(len).is_none_or(|end| end > self.len)
            || !offset.is_multiple_of(page_size())
            || !at.is_multiple_of(page_size())
        {
            return Err(MemoryError);
        }
        if len == 0 {
            return Ok(());
        }
        let access = protection(access);
        let flags = libc::MAP_PRIVATE | libc::MAP_FIXED | NO_RESERVE;
        let at = libc::off_t::try_from(at).map_err(|_| MemoryError)?;
        // SAFETY: the pages belong to this mapping, and by contract nothing uses them.
        let new = unsafe {
            let start = self.base().add(offset).cast();
            libc::mmap(start, len, access, flags, file.as_raw_fd(), at)
        };
        if new == libc::MAP_FAILED {
            return Err(MemoryError);
        }
        Ok(())
    }

    /// Makes all bytes 0 again, or those of the files that are mapped, and gives their memory
    /// back, when only the first `accessible` can be anything else. Says how many from the
    /// beginning can still be read and written; the rest faults.
    ///
    /// # Safety
    /// Nothing uses the mapping.
    pub(crate) unsafe fn clear(&self, accessible: usize) -> Result<usize, MemoryError> {
        let len = accessible.min(self.len);
        if len == 0 {
            return Ok(0);
        }
        // Only Linux promises zeros after MADV_DONTNEED; elsewhere new pages replace the old.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            // SAFETY: the pages belong to this mapping, which nothing uses.
            let done = unsafe { libc::madvise(self.base().cast(), len, libc::MADV_DONTNEED) };
            if done == 0 { Ok(len) } else { Err(MemoryError) }
        }
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANON | NO_RESERVE | libc::MAP_FIXED;
            let base = self.base().cast();
            // SAFETY: as above; the new pages take the place of the mapping's own.
            let new = unsafe { libc::mmap(base, len, libc::PROT_NONE, flags, -1, 0) };
            if new == base { Ok(0) } else { Err(MemoryError) }
        }
    }

    /// Makes the mapping longer, all of whose pages can be read and written; it may move.
    ///
    /// # Safety
    /// Nothing uses the mapping.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) unsafe fn lengthen(&mut self, len: usize) -> Result<(), MemoryError> {
        // SAFETY: the pages belong to this mapping, which nothing uses.
        let base = unsafe { libc::mremap(self.base().cast(), self.len, len, libc::MREMAP_MAYMOVE) };
        if base == libc::MAP_FAILED {
            return Err(MemoryError);
        }
        self.base = NonNull::new(base.cast()).ok_or(MemoryError)?;
        self.len = len;
        Ok(())
    }
}

fn protection(access: Access) -> i32 {
    match access {
        Access::None => libc::PROT_NONE,
        Access::Read => libc::PROT_READ,
        Access::ReadWrite => libc::PROT_READ | libc::PROT_WRITE,
        Access::ReadExecute => libc::PROT_READ | libc::PROT_EXEC,
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the pages belong to this mapping, whose end this is.
        unsafe { libc::munmap(self.base().cast(), self.len) };
    }
}
