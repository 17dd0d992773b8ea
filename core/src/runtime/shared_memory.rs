//! Linear memories that threads share
//! ([spec](https://webassembly.github.io/threads/core/exec/runtime.html#memory-instances)).
//!
//! # Safety
//! A [`Shared`] is counted, and freed with the last [`SharedMemory`] that leads to it. Its bytes
//! never move, and their number only grows: `len` of them at `base` can be read and written as
//! long as it lives. Every store that has the memory keeps copies of the length, at addresses that
//! are in `copies` as long as they can be written.

use super::memory::{check_type, growth_refused};
use super::wait::{Signal, Wait, WaitResult, Waiters, Wakeup};
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{out_of_memory, try_box};
use crate::sync::Mutex;
use crate::trap::Trap;
use crate::types::MemoryType;
use crate::vm::atomic::Atomic;
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering, fence};
use core::time::Duration;
use diptych_platform::LinearMemory;

/// A linear memory that guests in several threads use at the same time, each in a store of its
/// own. Clones are the same memory.
///
/// It belongs to an engine, and is imported like anything else. Its bytes are read and written by
/// others at any time: there is no slice of them, but one of [atomics](Self::data).
///
/// # Examples
/// ```
/// use diptych_core::{Engine, MemoryType, Result, SharedMemory};
///
/// # fn example(engine: &Engine) -> Result<()> {
/// let memory = SharedMemory::new(engine, MemoryType::new(1, Some(10)).shared(true))?;
/// memory.write(8, b"for all")?;
/// let other = memory.clone();
/// assert_eq!(other.grow(2)?, 1);
/// assert_eq!(memory.size(), 3);
/// # Ok(())
/// # }
/// ```
pub struct SharedMemory {
    shared: NonNull<Shared>,
}

struct Shared {
    count: AtomicUsize,
    engine: Engine,
    ty: MemoryType,
    base: NonNull<u8>,
    len: AtomicUsize,
    growth: Mutex<Growth>,
    waiters: Waiters,
}

/// What only one thread at a time has: the one that lengthens the memory.
struct Growth {
    bytes: Box<dyn LinearMemory>,
    copies: Vec<LenCopy>,
}

/// A copy of the length.
struct LenCopy {
    /// The store's object for the memory.
    owner: usize,
    len: NonNull<AtomicUsize>,
}

// SAFETY: copies of lengths are atomic, and taken out of the list before they go.
unsafe impl Send for LenCopy {}
// SAFETY: what threads share of it is behind locks or atomic.
unsafe impl Send for SharedMemory {}
// SAFETY: as above.
unsafe impl Sync for SharedMemory {}

impl Clone for SharedMemory {
    fn clone(&self) -> Self {
        let before = self.get().count.fetch_add(1, Ordering::Relaxed);
        assert!(
            before < usize::MAX / 2,
            "a shared memory has too many handles"
        );
        Self {
            shared: self.shared,
        }
    }
}

impl Drop for SharedMemory {
    fn drop(&mut self) {
        if self.get().count.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            // SAFETY: it came from a box, and this was the last handle.
            drop(unsafe { Box::from_raw(self.shared.as_ptr()) });
        }
    }
}

impl fmt::Debug for SharedMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedMemory")
            .field("ty", &self.ty())
            .field("len", &self.data_size())
            .finish_non_exhaustive()
    }
}

impl SharedMemory {
    /// A memory of its minimal size, all zeros. Address space for its maximum is taken at once;
    /// without the feature `mmap` the memory itself is.
    ///
    /// # Errors
    /// When the type is impossible or not that of a shared memory, or the host has no memory for
    /// it.
    pub fn new(engine: &Engine, ty: MemoryType) -> Result<Self> {
        check_type(ty)?;
        if !ty.shared {
            return Err(Error::bad_argument("the memory's type is not a shared one"));
        }
        let request = engine.memory_request(ty)?;
        let creator = engine.memory_creator();
        let bytes = creator.create(request).map_err(out_of_memory)?;
        engine.check_memory(request, &*bytes)?;
        let capacity = request.maximum.unwrap_or(usize::MAX);
        if bytes.capacity() < capacity {
            return Err(Error::msg(
                "a shared memory was made without the room that it may need",
            ));
        }
        let base = NonNull::new(bytes.base())
            .ok_or_else(|| Error::msg("a linear memory was made at no address"))?;
        let shared = Shared {
            count: AtomicUsize::new(1),
            engine: engine.clone(),
            ty,
            base,
            len: AtomicUsize::new(request.minimum),
            growth: Mutex::new(Growth {
                bytes,
                copies: Vec::new(),
            }),
            waiters: Waiters::default(),
        };
        Ok(Self {
            shared: NonNull::from(Box::leak(try_box(shared)?)),
        })
    }

    fn get(&self) -> &Shared {
        // SAFETY: it lives as long as there is a handle.
        unsafe { self.shared.as_ref() }
    }

    /// Whether both are the same memory.
    pub fn same(a: &Self, b: &Self) -> bool {
        a.shared == b.shared
    }

    /// The engine whose stores can have it.
    pub fn engine(&self) -> &Engine {
        &self.get().engine
    }

    /// The type.
    pub fn ty(&self) -> MemoryType {
        self.get().ty
    }

    /// The type with the size that it has now as its minimum, as imports are matched.
    pub(crate) fn current_type(&self) -> MemoryType {
        MemoryType {
            minimum: self.size(),
            ..self.ty()
        }
    }

    /// The size in pages.
    pub fn size(&self) -> u64 {
        self.data_size() as u64 >> self.ty().page_size_log2
    }

    /// The size in bytes.
    pub fn data_size(&self) -> usize {
        self.get().len.load(Ordering::Acquire)
    }

    /// The address of the first byte, which never changes.
    pub fn data_ptr(&self) -> *mut u8 {
        self.get().base.as_ptr()
    }

    /// The bytes that there are now.
    pub fn data(&self) -> &[AtomicU8] {
        // SAFETY: so many bytes are there as long as the memory lives; all who use them at the
        // same time do so atomically, or are guests.
        unsafe { core::slice::from_raw_parts(self.data_ptr().cast(), self.data_size()) }
    }

    fn range(&self, offset: usize, len: usize) -> Result<&[AtomicU8], Trap> {
        let end = offset.checked_add(len).ok_or(Trap::MemoryOutOfBounds)?;
        self.data().get(offset..end).ok_or(Trap::MemoryOutOfBounds)
    }

    /// Copies bytes out of the memory, one after the other: others may change them meanwhile.
    ///
    /// # Errors
    /// When they are not all inside; nothing is copied then.
    pub fn read(&self, offset: usize, buffer: &mut [u8]) -> Result<(), Trap> {
        let from = self.range(offset, buffer.len())?;
        for (to, from) in buffer.iter_mut().zip(from) {
            *to = from.load(Ordering::Relaxed);
        }
        Ok(())
    }

    /// Copies bytes into the memory, one after the other: others may read or change them
    /// meanwhile.
    ///
    /// # Errors
    /// When they do not all fit; nothing is copied then.
    pub fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), Trap> {
        let to = self.range(offset, bytes.len())?;
        for (to, from) in to.iter().zip(bytes) {
            to.store(*from, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Grows by `delta` pages and gives the number of pages before. Guests of all threads see it.
    ///
    /// # Errors
    /// When it cannot grow so much.
    pub fn grow(&self, delta: u64) -> Result<u64> {
        self.try_grow(delta, |_, _, _| Ok(true))?
    }

    /// Grows if `allows` is for the length now, the one then, and the maximum. The inner result
    /// says why the memory cannot grow.
    pub(super) fn try_grow(
        &self,
        delta: u64,
        mut allows: impl FnMut(usize, usize, Option<usize>) -> Result<bool>,
    ) -> Result<Result<u64>> {
        let shared = self.get();
        loop {
            // Who is asked may use the memory, and so is asked while no lock is held.
            let current = self.data_size();
            let before = current as u64 >> shared.ty.page_size_log2;
            let desired = match shared.ty.grown(before, delta) {
                Ok(desired) => desired,
                Err(error) => return Ok(Err(error)),
            };
            if desired == current {
                return Ok(Ok(before));
            }
            if !allows(current, desired, shared.ty.maximum_bytes())? {
                return Ok(Err(growth_refused()));
            }
            let mut growth = shared.growth.lock();
            if shared.len.load(Ordering::Relaxed) != current {
                continue;
            }
            if let Err(error) = growth.bytes.grow_to(desired) {
                return Ok(Err(out_of_memory(error)));
            }
            shared.len.store(desired, Ordering::Release);
            for copy in &growth.copies {
                // SAFETY: the copy is in the list, and so can be written.
                unsafe { copy.len.as_ref() }.store(desired, Ordering::Release);
            }
            return Ok(Ok(before));
        }
    }

    /// Keeps a copy of the length up to date, until [`forget`](Self::forget) is called for its
    /// owner.
    ///
    /// # Errors
    /// When there is no memory for it.
    ///
    /// # Safety
    /// The copy can be written until then.
    pub(super) unsafe fn keep_up_to_date(
        &self,
        owner: usize,
        len: NonNull<AtomicUsize>,
    ) -> Result<()> {
        let shared = self.get();
        let mut growth = shared.growth.lock();
        growth.copies.try_reserve(1).map_err(out_of_memory)?;
        growth.copies.push(LenCopy { owner, len });
        // SAFETY: by contract.
        unsafe { len.as_ref() }.store(shared.len.load(Ordering::Relaxed), Ordering::Relaxed);
        Ok(())
    }

    pub(super) fn forget(&self, owner: usize) {
        let mut growth = self.get().growth.lock();
        growth.copies.retain(|copy| copy.owner != owner);
    }

    pub(super) fn waiters(&self) -> &Waiters {
        &self.get().waiters
    }

    /// Where an atomic access to a number of type `T` goes.
    fn atomic<T: Atomic>(&self, address: u64) -> Result<*mut u8, Trap> {
        let size = size_of::<T>();
        if !address.is_multiple_of(size as u64) {
            return Err(Trap::UnalignedAtomic);
        }
        let address = usize::try_from(address).map_err(|_| Trap::MemoryOutOfBounds)?;
        let range = self.range(address, size)?;
        Ok(range.as_ptr().cast::<u8>().cast_mut())
    }

    /// Wakes up to `count` threads that wait at an address, and gives their number
    /// (`memory.atomic.notify`).
    ///
    /// # Errors
    /// [`Trap::UnalignedAtomic`] and [`Trap::MemoryOutOfBounds`] when the address is none of a
    /// 32-bit number of the memory.
    pub fn atomic_notify(&self, address: u64, count: u32) -> Result<u32, Trap> {
        self.atomic::<u32>(address)?;
        Ok(self.waiters().notify(address, count))
    }

    /// Waits at an address until another thread notifies, or for `timeout`, if the number there is
    /// `expected` (`memory.atomic.wait32`).
    ///
    /// # Errors
    /// As [`atomic_notify`](Self::atomic_notify), and when the platform has no way to wait.
    pub fn atomic_wait32(
        &self,
        address: u64,
        expected: u32,
        timeout: Option<Duration>,
    ) -> Result<WaitResult> {
        self.wait(address, expected, timeout)
    }

    /// [`atomic_wait32`](Self::atomic_wait32) for a 64-bit number (`memory.atomic.wait64`).
    ///
    /// # Errors
    /// As there, for a 64-bit number.
    pub fn atomic_wait64(
        &self,
        address: u64,
        expected: u64,
        timeout: Option<Duration>,
    ) -> Result<WaitResult> {
        self.wait(address, expected, timeout)
    }

    fn wait<T: Atomic + PartialEq>(
        &self,
        address: u64,
        expected: T,
        timeout: Option<Duration>,
    ) -> Result<WaitResult> {
        let parking = self.engine().config().get_parking();
        let signal = Arc::new(Signal::new(parking.map(Arc::clone)));
        let wait = self.begin_wait(address, expected, &signal, timeout)?;
        Ok(
            wait.map_or(WaitResult::NotEqual, |wait| match wait.sleep() {
                Wakeup::Notified => WaitResult::Ok,
                // Nobody else knows the signal, to interrupt this thread.
                Wakeup::TimedOut | Wakeup::Interrupted => WaitResult::TimedOut,
            }),
        )
    }

    /// Begins to wait, if the number at the address is the expected one.
    pub(crate) fn begin_wait<T: Atomic + PartialEq>(
        &self,
        address: u64,
        expected: T,
        signal: &Arc<Signal>,
        timeout: Option<Duration>,
    ) -> Result<Option<Wait>> {
        let at = self.atomic::<T>(address)?;
        // SAFETY: it is the address of such a number.
        let is_equal = || unsafe { T::load(at) } == expected;
        Wait::begin(self, address, is_equal, signal, timeout)
    }
}

impl MemoryType {
    /// The length in bytes of a memory of so many pages when it has `delta` more.
    pub(super) fn grown(&self, before: u64, delta: u64) -> Result<usize> {
        let refused = |text: &'static str| Error::new(ErrorKind::Limit(text.into()));
        let pages = before
            .checked_add(delta)
            .ok_or_else(|| refused("the memory's size overflows"))?;
        if pages > self.maximum_pages() {
            return Err(refused("the memory's maximum is reached"));
        }
        self.byte_len(pages)
            .ok_or_else(|| refused("a memory exceeds the address space"))
    }

    /// The greatest length in bytes, when one is declared.
    pub(crate) fn maximum_bytes(&self) -> Option<usize> {
        self.maximum
            .map(|_| self.byte_len(self.maximum_pages()).unwrap_or(usize::MAX))
    }
}
