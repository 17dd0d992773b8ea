//! The heap: one space of memory in which objects are allocated by moving a pointer, and from
//! which a collection copies what is alive to another one (C. J. Cheney, "A nonrecursive list
//! compacting algorithm", 1970).
//!
//! A reference is the offset of an object in the space, which is a multiple of [`ALIGN`] and not
//! 0; so references are 32 bits wide, and growing a space changes none of them. The other values
//! of reference types are told by their lowest bits: `i31` has bit 0 set, a reference of the
//! host's has bit 1 set ([`immediate`]).
//!
//! # Safety
//! Objects are well-formed from their allocation to the next collection: their headers are
//! addresses of [`GcType`]s of the store's engine and their references are ones of this heap.
//! Whoever allocates fills in the object before anything else can run, and uses no reference from
//! before the allocation that was not in a place that the collector knows.

use super::host::HostValues;
use super::layout::{ALIGN, ARRAY_BASE, ARRAY_LEN, GcKind, GcType};
use crate::error::{Error, ErrorKind};
use alloc::alloc::{alloc, dealloc, realloc};
use core::alloc::Layout;
use core::ptr::NonNull;

/// The size of a heap's first space in bytes.
const FIRST_SPACE: usize = 256 << 10;
/// What the sizes of spaces are multiples of, but for the largest.
const GRANULE: usize = 64 << 10;
/// Offset 0 is null, so the first object is behind it.
const FIRST_OBJECT: usize = ALIGN as usize;
/// The lowest bit of a header that is no type's address but twice the new offset of its object.
const MOVED: u64 = 1;

/// References that are no objects.
pub(crate) mod immediate {
    /// The bits of a reference that are 0 in one to an object.
    pub(crate) const MASK: u64 = 7;
    /// How many numbers there are for references of the host's.
    pub(crate) const HOST_REFERENCES: u32 = 1 << 29;

    /// An `i31` of the low 31 bits.
    pub(crate) const fn i31(value: u32) -> u64 {
        (value << 1 | 1) as u64
    }

    pub(crate) const fn is_i31(reference: u64) -> bool {
        reference & 1 != 0
    }

    /// The host's reference with this number.
    pub(crate) const fn host(number: u32) -> u64 {
        (number << 3 | 2) as u64
    }

    /// The number of a reference of the host's.
    pub(crate) const fn host_number(reference: u64) -> Option<u32> {
        if reference & MASK == 2 {
            Some(reference as u32 >> 3)
        } else {
            None
        }
    }

    /// Whether it is an object.
    pub(crate) const fn is_object(reference: u64) -> bool {
        super::is_object(reference) && reference != 0
    }
}

/// Whether a reference that is not null is to an object.
#[inline(always)]
pub const fn is_object(reference: u64) -> bool {
    reference & immediate::MASK == 0
}

/// The heap as guest code sees it: it allocates by itself while there is room.
#[repr(C)]
#[derive(Debug)]
pub struct VmHeap {
    /// The start of the space, which changes whenever the heap grows or is collected.
    pub base: *mut u8,
    /// The offset of the next object.
    pub next: usize,
    /// The offset up to which objects may be allocated.
    pub end: usize,
}

/// How a heap may grow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeapLimits {
    /// The greatest size of a space in bytes.
    pub(crate) max_bytes: usize,
    /// Whether each allocation collects.
    pub(crate) stress: bool,
}

/// What owns the memory.
#[derive(Debug)]
pub(crate) struct Heap {
    space: Space,
    /// The space that the last collection emptied.
    spare: Space,
    limits: HeapLimits,
}

/// Some memory. Its size is 0 when there is none.
#[derive(Debug)]
struct Space {
    base: NonNull<u8>,
    size: usize,
}

// SAFETY: it owns its memory.
unsafe impl Send for Space {}
// SAFETY: as above; a shared reference gives nothing but the address.
unsafe impl Sync for Space {}

impl Space {
    const NONE: Self = Self {
        base: NonNull::dangling(),
        size: 0,
    };

    fn layout(size: usize) -> Option<Layout> {
        Layout::from_size_align(size, ALIGN as usize).ok()
    }

    /// `None` without memory.
    fn new(size: usize) -> Option<Self> {
        if size == 0 {
            return Some(Self::NONE);
        }
        // SAFETY: the size is not 0.
        let base = NonNull::new(unsafe { alloc(Self::layout(size)?) })?;
        Some(Self { base, size })
    }

    /// Keeps what is at the beginning. Says whether there was memory for it.
    fn resize(&mut self, size: usize) -> bool {
        if self.size == 0 || size == 0 {
            return Self::new(size).map(|new| *self = new).is_some();
        }
        let (Some(old), Some(new)) = (Self::layout(self.size), Self::layout(size)) else {
            return false;
        };
        // SAFETY: the memory was allocated with this layout, and the new size is not 0.
        let base = unsafe { realloc(self.base.as_ptr(), old, new.size()) };
        let Some(base) = NonNull::new(base) else {
            return false;
        };
        // The memory that was here is the allocator's now.
        core::mem::forget(core::mem::replace(self, Self { base, size }));
        true
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        if self.size > 0
            && let Some(layout) = Self::layout(self.size)
        {
            // SAFETY: it was allocated with this layout.
            unsafe { dealloc(self.base.as_ptr(), layout) };
        }
    }
}

impl VmHeap {
    /// A heap without memory: the first allocation asks for some.
    pub(crate) const fn new() -> Self {
        Self {
            base: core::ptr::without_provenance_mut(ALIGN as usize),
            next: FIRST_OBJECT,
            end: FIRST_OBJECT,
        }
    }

    /// Takes room for an object of this size, a multiple of [`ALIGN`], when there is some.
    #[inline]
    pub(crate) const fn bump(&mut self, size: usize) -> Option<u32> {
        let at = self.next;
        if size > self.end - at {
            return None;
        }
        self.next = at + size;
        Some(at as u32)
    }

    /// The address of what is at an offset.
    #[inline]
    pub(crate) const fn at(&self, offset: u64) -> *mut u8 {
        self.base.wrapping_add(offset as usize)
    }
}

impl Heap {
    pub(crate) const fn new(limits: HeapLimits) -> Self {
        Self {
            space: Space::NONE,
            spare: Space::NONE,
            limits,
        }
    }

    /// The size of the memory that it has, in bytes.
    pub(crate) const fn reserved(&self) -> usize {
        self.space.size + self.spare.size
    }

    /// Whether each allocation is to collect.
    pub(crate) const fn is_stressed(&self) -> bool {
        self.limits.stress
    }

    /// Whether an allocation that does not fit should be preceded by a collection: there is
    /// something to collect.
    pub(crate) const fn is_worth_collecting(vm: &VmHeap) -> bool {
        vm.next > FIRST_OBJECT
    }

    /// Lets guest code allocate in all of the space, or not at all when each allocation is to
    /// come here.
    const fn open(&self, vm: &mut VmHeap) {
        vm.base = self.space.base.as_ptr();
        vm.end = if self.limits.stress {
            vm.next
        } else {
            self.space.size
        };
    }

    /// Takes room for an object of this size, growing the heap by as much as is alive when `size`
    /// does not fit.
    ///
    /// # Errors
    /// When the heap would be larger than it may be, or there is no memory.
    pub(crate) fn allocate(&mut self, vm: &mut VmHeap, size: usize) -> Result<u32, Error> {
        let needed = vm.next.checked_add(size).ok_or_else(full)?;
        if needed > self.space.size {
            self.grow(vm, needed)?;
        }
        let at = vm.next;
        vm.next = needed;
        self.open(vm);
        Ok(at as u32)
    }

    fn grow(&mut self, vm: &mut VmHeap, needed: usize) -> Result<(), Error> {
        if needed > self.limits.max_bytes {
            return Err(full());
        }
        let wanted = needed
            .saturating_add(vm.next)
            .checked_next_multiple_of(GRANULE)
            .unwrap_or(usize::MAX)
            .max(FIRST_SPACE)
            .min(self.limits.max_bytes)
            .max(needed);
        self.spare = Space::NONE;
        if !self.space.resize(wanted) && !self.space.resize(needed) {
            return Err(Error::new(ErrorKind::OutOfMemory));
        }
        self.open(vm);
        Ok(())
    }

    /// Copies everything that `roots` leads to into another space, and marks the values of the
    /// host's that it leads to. `roots` calls its argument for each place that holds a reference.
    ///
    /// # Errors
    /// Without memory for the other space; nothing has changed then.
    ///
    /// # Safety
    /// See the module. `roots` gives all places, each of them once; they can be read and written.
    pub(crate) unsafe fn collect(
        &mut self,
        vm: &mut VmHeap,
        host: &mut HostValues,
        roots: impl FnOnce(&mut dyn FnMut(*mut u64)),
    ) -> Result<(), Error> {
        let mut to = core::mem::replace(&mut self.spare, Space::NONE);
        if to.size < vm.next {
            to = Space::new(self.space.size).ok_or_else(|| Error::new(ErrorKind::OutOfMemory))?;
        }
        let mut copy = Copy {
            from: vm.base,
            to: to.base.as_ptr(),
            next: FIRST_OBJECT,
            host,
        };
        roots(&mut |place| {
            // SAFETY: by contract.
            unsafe { place.write(copy.forward(place.read())) };
        });
        // SAFETY: what was copied is well-formed, and its references are to the old space.
        unsafe { copy.finish() };
        if vm.next == FIRST_OBJECT {
            // There are no objects, and no memory for them before there is one.
            self.spare = to;
            return Ok(());
        }
        vm.next = copy.next;
        self.spare = core::mem::replace(&mut self.space, to);
        // As much room as is alive until the next time, and not much more memory than that.
        let wanted = vm
            .next
            .saturating_mul(2)
            .checked_next_multiple_of(GRANULE)
            .unwrap_or(usize::MAX)
            .max(FIRST_SPACE)
            .min(self.limits.max_bytes.max(vm.next));
        if self.space.size < wanted || self.space.size / 4 > wanted {
            self.spare = Space::NONE;
            // What does not grow is tried again when there is no room; what does not shrink stays.
            let _ = self.space.resize(wanted);
        }
        self.open(vm);
        Ok(())
    }
}

/// The heap may not be as large as it would have to be.
#[cold]
fn full() -> Error {
    crate::trap::Trap::AllocationTooLarge.into()
}

/// A collection in progress.
struct Copy<'a> {
    from: *mut u8,
    to: *mut u8,
    next: usize,
    host: &'a mut HostValues,
}

impl Copy<'_> {
    /// Where the object of a reference is now; it is copied when it was not.
    ///
    /// # Safety
    /// The reference is one of the old space, or no object.
    #[inline]
    unsafe fn forward(&mut self, reference: u64) -> u64 {
        if !immediate::is_object(reference) {
            if let Some(number) = immediate::host_number(reference) {
                self.host.mark(number);
            }
            return reference;
        }
        // SAFETY: by contract; the other space is as large as what was used of the old one.
        unsafe {
            let old = self.from.add(reference as usize);
            let header = old.cast::<u64>().read();
            if header & MOVED != 0 {
                return header >> 1;
            }
            let size = size_of_object(old) as usize;
            let at = self.next;
            self.next += size;
            copy_words(old.cast(), self.to.add(at).cast(), size / 8);
            old.cast::<u64>().write((at as u64) << 1 | MOVED);
            at as u64
        }
    }

    /// Forwards a reference in an object.
    ///
    /// # Safety
    /// As [`forward`](Self::forward), for what is there.
    #[inline]
    unsafe fn forward_field(&mut self, place: *mut u32) {
        // SAFETY: by contract.
        unsafe {
            let reference = place.read().into();
            place.write(self.forward(reference) as u32);
        }
    }

    /// Copies all that the copied objects lead to.
    ///
    /// # Safety
    /// See the module.
    unsafe fn finish(&mut self) {
        let mut scanned = FIRST_OBJECT;
        while scanned < self.next {
            // SAFETY: here begins an object that was copied.
            unsafe {
                let object = self.to.add(scanned);
                scanned += size_of_object(object) as usize;
                let ty = type_of(object);
                match ty.kind {
                    GcKind::Struct | GcKind::Exception => {
                        for offset in ty.references() {
                            self.forward_field(object.add(*offset as usize).cast());
                        }
                    }
                    GcKind::Array if !ty.references().is_empty() => {
                        let elements = object.add(ARRAY_BASE as usize).cast::<u32>();
                        for i in 0..array_len(object) as usize {
                            self.forward_field(elements.add(i));
                        }
                    }
                    GcKind::Array => {}
                }
            }
        }
    }
}

/// Copies so many words, most often few: a call would take longer than that.
///
/// # Safety
/// They are there, and the ranges do not overlap.
#[inline]
unsafe fn copy_words(from: *const u64, to: *mut u64, count: usize) {
    const FEW: usize = 8;
    // SAFETY: by contract.
    unsafe {
        if count > FEW {
            from.copy_to_nonoverlapping(to, count);
            return;
        }
        for i in 0..count {
            // Volatile, so that the loop does not become a call.
            to.add(i).write_volatile(from.add(i).read());
        }
    }
}

/// What an object is.
///
/// # Safety
/// There is an object.
#[inline]
pub(crate) unsafe fn type_of<'a>(object: *const u8) -> &'a GcType {
    // SAFETY: by contract: headers are addresses of types, which live as long as the engine.
    unsafe { &*core::ptr::with_exposed_provenance(object.cast::<u64>().read() as usize) }
}

/// # Safety
/// There is an array.
#[inline]
pub(crate) unsafe fn array_len(object: *const u8) -> u32 {
    // SAFETY: by contract.
    unsafe { object.add(ARRAY_LEN as usize).cast::<u32>().read() }
}

/// # Safety
/// There is an object.
#[inline]
unsafe fn size_of_object(object: *const u8) -> u32 {
    // SAFETY: by contract.
    unsafe {
        let ty = type_of(object);
        match ty.kind {
            GcKind::Struct | GcKind::Exception => ty.size,
            // It was allocated, so the size is one.
            GcKind::Array => ty.array_size(array_len(object)).unwrap_or(u32::MAX),
        }
    }
}
