//! What memories begin with, mapped copy-on-write from a file in memory.
//!
//! # Safety
//! The invariant of [`Image`]: its file is sealed and as long as its ranges say; they are whole
//! pages, apart from each other, and within the accessible bytes of the memories that it is for.

use super::pool::{Pool, RESIDENT};
use super::{Layout, MmapMemory};
use crate::memory::try_box;
use crate::os::{Access, Mapping, SealedFile, page_size, round_to_pages};
use crate::{ImagePart, LinearMemory, MemoryError, MemoryImage, MemoryRequest};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// How many mappings a memory's image takes at most: each is one more for the kernel to look
/// through.
const MAX_RANGES: usize = 16;

/// An image may have so many times as many bytes as what it is made of, and so many more: it
/// stays in memory.
const MAX_FACTOR: usize = 16;
const MAX_EXTRA: usize = 1 << 20;

/// The first contents of memories.
#[derive(Debug)]
pub(super) struct Image {
    file: SealedFile,
    ranges: Box<[FileRange]>,
    layout: Layout,
    pool: Arc<Pool>,
}

/// Pages of a memory that come from a file.
#[derive(Clone, Copy, Debug)]
struct FileRange {
    /// Where they are in the memory.
    offset: usize,
    len: usize,
    /// Where they are in the file.
    at: usize,
}

impl FileRange {
    const fn end(&self) -> usize {
        self.offset + self.len
    }
}

impl Image {
    /// An image of `parts` for memories as `request` wants them; `None` when it is not worth it,
    /// or the system refuses.
    pub(super) fn new(
        pool: &Arc<Pool>,
        request: MemoryRequest,
        parts: &[ImagePart<'_>],
    ) -> Option<Self> {
        // So little is copied as quickly.
        if request.minimum <= RESIDENT || !are_in_order(parts, request.minimum) {
            return None;
        }
        let layout = Layout::new(request).ok()?;
        let ranges = ranges(parts)?;
        let last = ranges.last()?;
        let file_len = last.at + last.len;
        let file = {
            let mut ranges = ranges.iter().peekable();
            let placed = parts.iter().filter_map(|part| {
                while ranges.peek()?.end() <= part.offset {
                    ranges.next();
                }
                let range = ranges.peek()?;
                Some((range.at + (part.offset - range.offset), part.bytes))
            });
            SealedFile::new(file_len, placed)?
        };
        Some(Self {
            file,
            ranges,
            layout,
            pool: Arc::clone(pool),
        })
    }

    /// Maps the image into a memory that is new.
    ///
    /// # Safety
    /// The mapping is one of the image's layout, whose accessible bytes nothing uses.
    pub(super) unsafe fn map(&self, mapping: &Mapping) -> Result<(), MemoryError> {
        for range in &self.ranges {
            let FileRange { offset, len, at } = *range;
            let file = self.file.as_file();
            // SAFETY: by contract; the file has these bytes and keeps them.
            unsafe { mapping.map_file(offset, len, file, at, Access::ReadWrite)? };
        }
        Ok(())
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        self.pool.forget(self);
    }
}

/// An image as others have it.
#[derive(Debug)]
pub(super) struct MmapImage(pub(super) Arc<Image>);

impl MemoryImage for MmapImage {
    fn create(&self) -> Result<Box<dyn LinearMemory>, MemoryError> {
        let image = &self.0;
        let memory = MmapMemory::pooled(image.layout, &image.pool, Some(image))?;
        Ok(try_box(memory)?)
    }
}

fn are_in_order(parts: &[ImagePart<'_>], len: usize) -> bool {
    let mut end = 0;
    parts.iter().all(|part| {
        let is_next = part.offset >= end;
        end = part.offset.saturating_add(part.bytes.len());
        is_next && end <= len
    })
}

/// The pages that parts lie in, with some pages between them; `None` when that is too much.
fn ranges(parts: &[ImagePart<'_>]) -> Option<Box<[FileRange]>> {
    let bytes: usize = parts.iter().map(|part| part.bytes.len()).sum();
    let pages: usize = joined(parts, 0).map(|range| range.len).sum();
    if pages > bytes.saturating_mul(MAX_FACTOR).saturating_add(MAX_EXTRA) {
        return None;
    }
    // A page between two parts that is never used takes no memory, in the file neither.
    let mut gap = 16 * page_size();
    while joined(parts, gap).nth(MAX_RANGES).is_some() {
        gap = gap.checked_mul(2)?;
    }
    let mut ranges = Vec::new();
    ranges.try_reserve_exact(MAX_RANGES).ok()?;
    ranges.extend(joined(parts, gap));
    Some(ranges.into_boxed_slice())
}

/// The pages that parts lie in, joined where no more than `gap` bytes are between them.
fn joined(parts: &[ImagePart<'_>], gap: usize) -> impl Iterator<Item = FileRange> {
    let mut parts = parts
        .iter()
        .filter(|part| !part.bytes.is_empty())
        .filter_map(|part| {
            let offset = part.offset - part.offset % page_size();
            let end = round_to_pages(part.offset + part.bytes.len()).ok()?;
            Some((offset, end))
        })
        .peekable();
    let mut at = 0;
    core::iter::from_fn(move || {
        let (offset, mut end) = parts.next()?;
        while let Some((_, next)) = parts.next_if(|(next, _)| *next <= end.saturating_add(gap)) {
            end = next;
        }
        let range = FileRange {
            offset,
            len: end - offset,
            at,
        };
        at += range.len;
        Some(range)
    })
}

#[cfg(test)]
mod tests;
