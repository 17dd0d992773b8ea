//! Memory for code made at run time.

use crate::{MemoryError, StoredBytes};
use alloc::boxed::Box;
use core::fmt;
use core::ops::Range;

#[cfg(all(feature = "mmap", any(unix, windows)))]
mod icache;
#[cfg(all(feature = "mmap", any(unix, windows)))]
mod mmap;

#[cfg(all(feature = "mmap", any(unix, windows)))]
pub use mmap::MmapCodeMemory;

/// What gives memory for code.
pub trait CodeMemory: fmt::Debug + Send + Sync {
    /// A region of at least `len` bytes of address space, none of which can be used yet.
    ///
    /// # Errors
    /// When `len` is 0, there is no room, or code made at run time is refused.
    fn reserve(&self, len: usize) -> Result<Box<dyn CodeRegion>, MemoryError>;
}

/// Address space for code, which lasts until it is dropped.
///
/// A page is first written, then published, and stays as it is then. No page can be written and
/// executed at once.
///
/// # Safety
/// From a published page the bytes that were written can be read, and executed unless they were
/// published as data, by every thread, until the region is dropped. The region never moves. Pages
/// are independent: changes to one never disturb code that runs in another.
pub unsafe trait CodeRegion: Send + Sync {
    /// The first byte, which is at the beginning of a page.
    fn base(&self) -> *const u8;

    /// The length in bytes, a multiple of the page's size.
    fn len(&self) -> usize;

    /// Whether there are no bytes, which is never so.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The size of a page in bytes.
    fn page_size(&self) -> usize;

    /// Fills pages with `bytes`; what they leave of the last page is unspecified unless it was
    /// written before. `offset` is a multiple of the page's size.
    ///
    /// # Errors
    /// When the range is not in the region, `offset` is no multiple, or there is no memory. Pages
    /// of the range may have been written then.
    ///
    /// # Safety
    /// No page of the range is published. No other call writes or publishes one of them at the
    /// same time.
    unsafe fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), MemoryError>;

    /// Makes pages executable and readable, and no longer writable, for every thread. `offset` is
    /// a multiple of the page's size; the last page is published whole.
    ///
    /// # Errors
    /// When the range is not in the region, `offset` is no multiple, or the host refuses.
    ///
    /// # Safety
    /// Every page of the range was written, and none published as data. No other call writes or
    /// publishes one of them at the same time.
    unsafe fn publish(&self, offset: usize, len: usize) -> Result<(), MemoryError>;

    /// Makes pages readable and no longer writable, for constants beside the code. `offset` is a
    /// multiple of the page's size; the last page is published whole.
    ///
    /// # Errors
    /// When the range is not in the region, `offset` is no multiple, or the host refuses.
    ///
    /// # Safety
    /// Every page of the range was written, and none published as code. No other call writes or
    /// publishes one of them at the same time.
    unsafe fn publish_data(&self, offset: usize, len: usize) -> Result<(), MemoryError>;

    /// [Writes](Self::write) a range of what was stored and [publishes](Self::publish) it. A region
    /// that can maps the file instead, so that nothing is copied.
    ///
    /// # Errors
    /// As those functions, and when not all of the range is there.
    ///
    /// # Safety
    /// As those functions. What is [said of the file](StoredBytes::open) goes on until the region
    /// is dropped.
    unsafe fn publish_stored(
        &self,
        offset: usize,
        stored: &StoredBytes,
        range: Range<usize>,
    ) -> Result<(), MemoryError> {
        let bytes = stored.get(range).ok_or(MemoryError)?;
        // SAFETY: by contract.
        unsafe {
            self.write(offset, bytes)?;
            self.publish(offset, bytes.len())
        }
    }
}
