//! Pages with `VirtualAlloc`.
//!
//! # Safety
//! A [`Mapping`] owns `len` bytes of address space at `base`, both multiples of the page's size,
//! from `VirtualAlloc` until it is dropped. What its pages may be used for is said by its callers.

use super::Access;
use crate::MemoryError;
use core::ptr::{self, NonNull};
use windows_sys::Win32::System::Memory::{
    MEM_COMMIT, MEM_DECOMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_EXECUTE_READ, PAGE_NOACCESS,
    PAGE_READONLY, PAGE_READWRITE, VirtualAlloc, VirtualFree, VirtualProtect,
};
use windows_sys::Win32::System::SystemInformation::{GetSystemInfo, SYSTEM_INFO};

/// The size of a page in bytes.
pub(crate) fn page_size() -> usize {
    // SAFETY: zeros are a valid SYSTEM_INFO, which the call fills.
    let info = unsafe {
        let mut info: SYSTEM_INFO = core::mem::zeroed();
        GetSystemInfo(&raw mut info);
        info
    };
    (info.dwPageSize as usize).max(4096)
}

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
        Self::map(len, MEM_RESERVE, PAGE_NOACCESS)
    }

    /// `len` bytes of zeros to read and to write.
    pub(crate) fn zeros(len: usize) -> Result<Self, MemoryError> {
        Self::map(len, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)
    }

    fn map(len: usize, kind: u32, access: u32) -> Result<Self, MemoryError> {
        // SAFETY: a new mapping at an address that the system chooses touches no other.
        let base = unsafe { VirtualAlloc(ptr::null(), len, kind, access) };
        let base = NonNull::new(base.cast()).ok_or(MemoryError)?;
        Ok(Self { base, len })
    }

    pub(crate) fn base(&self) -> *mut u8 {
        self.base.as_ptr()
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Says what may be done with whole pages of the mapping. Their bytes stay, except with
    /// [`Access::None`]; those of new pages are 0.
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
        let done = unsafe {
            let start = self.base().add(offset).cast();
            let mut before = 0;
            match access {
                Access::None => VirtualFree(start, len, MEM_DECOMMIT) != 0,
                Access::ReadWrite => {
                    !VirtualAlloc(start, len, MEM_COMMIT, PAGE_READWRITE).is_null()
                        && VirtualProtect(start, len, PAGE_READWRITE, &raw mut before) != 0
                }
                Access::Read => VirtualProtect(start, len, PAGE_READONLY, &raw mut before) != 0,
                Access::ReadExecute => {
                    VirtualProtect(start, len, PAGE_EXECUTE_READ, &raw mut before) != 0
                }
            }
        };
        if done { Ok(()) } else { Err(MemoryError) }
    }

    /// Makes all bytes 0 again and gives their memory back, when only the first `accessible` can
    /// be anything else. Says how many from the beginning can still be read and written; the rest
    /// faults.
    ///
    /// # Safety
    /// Nothing uses the mapping.
    pub(crate) unsafe fn clear(&self, accessible: usize) -> Result<usize, MemoryError> {
        let len = accessible.min(self.len);
        // SAFETY: by contract.
        unsafe { self.protect(0, len, Access::None)? };
        Ok(0)
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the pages belong to this mapping, whose end this is.
        unsafe { VirtualFree(self.base().cast(), 0, MEM_RELEASE) };
    }
}
