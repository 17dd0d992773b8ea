//! Executable memory from the operating system.
//!
//! # Safety
//! The invariant of [`MmapCode`]: pages go from no access over read and write to read and execute,
//! or to read, one by one and never back; callers of the unsafe functions uphold the order.

use super::icache;
use super::{CodeMemory, CodeRegion};
use crate::MemoryError;
#[cfg(all(unix, not(all(target_vendor = "apple", target_arch = "aarch64"))))]
use crate::StoredBytes;
use crate::memory::try_box;
use crate::os::{Access, Mapping, page_size, round_to_pages};
use alloc::boxed::Box;
use core::ops::Range;
use core::ptr;

/// Memory for code, from the operating system. Needs the feature `mmap`.
///
/// # Examples
/// ```
/// use diptych_platform::{CodeMemory, MmapCodeMemory};
///
/// # fn main() -> Result<(), diptych_platform::MemoryError> {
/// let region = MmapCodeMemory.reserve(1)?;
/// assert_eq!(region.len(), region.page_size());
/// // SAFETY: nothing else knows the region.
/// unsafe {
///     region.write(0, b"constants")?;
///     region.publish_data(0, 9)?;
///     assert_eq!(std::slice::from_raw_parts(region.base(), 9), b"constants");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct MmapCodeMemory;

impl CodeMemory for MmapCodeMemory {
    fn reserve(&self, len: usize) -> Result<Box<dyn CodeRegion>, MemoryError> {
        let len = round_to_pages(len)?;
        if len == 0 {
            return Err(MemoryError);
        }
        #[cfg(all(target_vendor = "apple", target_arch = "aarch64"))]
        let mapping = Mapping::jit(len)?;
        #[cfg(not(all(target_vendor = "apple", target_arch = "aarch64")))]
        let mapping = Mapping::reserve(len)?;
        icache::prepare();
        Ok(try_box(MmapCode { mapping })?)
    }
}

struct MmapCode {
    mapping: Mapping,
}

impl MmapCode {
    /// The pages that a range of bytes reaches.
    fn pages(&self, offset: usize, len: usize) -> Result<Range<usize>, MemoryError> {
        if !offset.is_multiple_of(page_size()) {
            return Err(MemoryError);
        }
        let end = offset.checked_add(len).ok_or(MemoryError)?;
        let end = round_to_pages(end)?;
        if end > self.mapping.len() {
            return Err(MemoryError);
        }
        Ok(offset..end)
    }

    /// # Safety
    /// The pages are being written, and nothing uses them in a way that ends here.
    #[cfg(not(all(target_vendor = "apple", target_arch = "aarch64")))]
    unsafe fn protect(&self, pages: Range<usize>, access: Access) -> Result<(), MemoryError> {
        // SAFETY: by contract.
        unsafe { self.mapping.protect(pages.start, pages.len(), access) }
    }

    /// Such pages need no change: a thread can write them only while it executes none of them.
    ///
    /// # Safety
    /// As above.
    #[cfg(all(target_vendor = "apple", target_arch = "aarch64"))]
    unsafe fn protect(&self, _: Range<usize>, _: Access) -> Result<(), MemoryError> {
        Ok(())
    }
}

// SAFETY: pages are published whole and stay; each is changed alone.
unsafe impl CodeRegion for MmapCode {
    fn base(&self) -> *const u8 {
        self.mapping.base()
    }

    fn len(&self) -> usize {
        self.mapping.len()
    }

    fn page_size(&self) -> usize {
        page_size()
    }

    unsafe fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), MemoryError> {
        let pages = self.pages(offset, bytes.len())?;
        // SAFETY: by contract the pages are not published and nothing else changes them, so this
        // call may write them; `bytes` are a borrow and so lie elsewhere.
        unsafe {
            self.protect(pages, Access::ReadWrite)?;
            #[cfg(all(target_vendor = "apple", target_arch = "aarch64"))]
            let _writable = icache::Writable::begin();
            ptr::copy_nonoverlapping(bytes.as_ptr(), self.mapping.base().add(offset), bytes.len());
        }
        Ok(())
    }

    unsafe fn publish(&self, offset: usize, len: usize) -> Result<(), MemoryError> {
        let pages = self.pages(offset, len)?;
        // SAFETY: by contract the pages were written and nothing else changes them.
        unsafe {
            // Maintenance by address needs to be able to read what it is done for.
            icache::clean(self.mapping.base().add(offset), pages.len());
            self.protect(pages, Access::ReadExecute)?;
        }
        icache::synchronize();
        Ok(())
    }

    unsafe fn publish_data(&self, offset: usize, len: usize) -> Result<(), MemoryError> {
        let pages = self.pages(offset, len)?;
        // SAFETY: by contract the pages were written and nothing else changes them.
        unsafe { self.protect(pages, Access::Read) }
    }

    #[cfg(all(unix, not(all(target_vendor = "apple", target_arch = "aarch64"))))]
    unsafe fn publish_stored(
        &self,
        offset: usize,
        stored: &StoredBytes,
        range: Range<usize>,
    ) -> Result<(), MemoryError> {
        self.pages(offset, range.len())?;
        // The kernel sees to the caches of instructions itself when it maps a file to execute.
        // SAFETY: by contract nothing uses the pages.
        let mapped =
            unsafe { stored.map_over(range.clone(), &self.mapping, offset, Access::ReadExecute) };
        if mapped {
            icache::synchronize();
            return Ok(());
        }
        // Files on some file systems must not be executed.
        let bytes = stored.get(range).ok_or(MemoryError)?;
        // SAFETY: by contract.
        unsafe {
            self.write(offset, bytes)?;
            self.publish(offset, bytes.len())
        }
    }
}

#[cfg(test)]
mod tests;
