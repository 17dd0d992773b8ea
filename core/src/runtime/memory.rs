//! Linear memories.
//!
//! # Safety
//! A [`MemoryObject`] is reached through its address only, by guest code too. Whatever changes its
//! base or length goes through [`MemoryObject::grow`], which refreshes every copy.

use super::SharedMemory;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{
    AsContext, AsContextMut, Counted, StoreContext, StoreContextMut, StoreId, StoreOpaque,
    out_of_memory,
};
use crate::trap::Trap;
use crate::types::MemoryType;
use crate::vm::{VmCtx, VmMemory};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::fmt;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicUsize, Ordering};
use diptych_platform::{LinearMemory, MemoryImage};

/// A linear memory in its store.
#[repr(C)]
pub(crate) struct MemoryObject {
    /// What guest code reads.
    pub(crate) vm: VmMemory,
    ty: MemoryType,
    bytes: Bytes,
    /// The instances whose memory 0 this is.
    users: Vec<NonNull<VmCtx>>,
}

/// Where the bytes of a memory are.
enum Bytes {
    /// Here, for this store alone.
    Own(Box<dyn LinearMemory>),
    /// Where other stores have them, too. The lengths that guest code reads are among its copies.
    Shared(SharedMemory),
}

impl MemoryObject {
    /// A memory of its minimal size, in the store: of zeros, or beginning with an image.
    ///
    /// # Errors
    /// When the store's limits or the host refuse it.
    pub(crate) fn create(
        store: &mut StoreOpaque,
        ty: MemoryType,
        image: Option<&dyn MemoryImage>,
    ) -> Result<NonNull<Self>> {
        check_type(ty)?;
        store.check_room(Counted::Memories)?;
        let request = store.engine().memory_request(ty)?;
        let (minimum, maximum) = (request.minimum, request.maximum);
        let allowed = store.with_limiter(|limiter| limiter.memory_growing(0, minimum, maximum));
        if !allowed.transpose()?.unwrap_or(true) {
            return Err(Error::new(ErrorKind::Limit(
                format!("the store's limits refuse a memory of {minimum} bytes").into(),
            )));
        }
        if ty.shared {
            let shared = SharedMemory::new(store.engine(), ty)?;
            return Self::adopt(store, &shared);
        }
        let bytes = match image {
            Some(image) => image.create(),
            None => store.engine().memory_creator().create(request),
        }
        .map_err(out_of_memory)?;
        store.engine().check_memory(request, &*bytes)?;
        store.memory_arena.push(Self {
            vm: VmMemory {
                base: bytes.base(),
                len: AtomicUsize::new(minimum),
            },
            ty,
            bytes: Bytes::Own(bytes),
            users: Vec::new(),
        })
    }

    /// The store's object for a memory that others have, too, of the same engine.
    ///
    /// # Errors
    /// When the store may not have another memory, or there is no room for it.
    pub(crate) fn adopt(store: &mut StoreOpaque, shared: &SharedMemory) -> Result<NonNull<Self>> {
        store.engine().check(shared.engine(), "shared memory")?;
        let known = store.memory_arena.iter().find(|memory| {
            // SAFETY: objects live as long as the store.
            let own = unsafe { memory.as_ref() }.shared();
            own.is_some_and(|own| SharedMemory::same(own, shared))
        });
        if let Some(known) = known {
            return Ok(known);
        }
        store.check_room(Counted::Memories)?;
        let object = store.memory_arena.push(Self {
            vm: VmMemory {
                base: shared.data_ptr(),
                len: AtomicUsize::new(0),
            },
            ty: shared.ty(),
            bytes: Bytes::Shared(shared.clone()),
            users: Vec::new(),
        })?;
        // SAFETY: the object never moves, and takes the copy back when it is dropped; nothing refers
        // to it yet.
        unsafe {
            let len = NonNull::from(&object.as_ref().vm.len);
            if let Err(error) = shared.keep_up_to_date(object.addr().get(), len) {
                store.memory_arena.pop();
                return Err(error);
            }
        }
        Ok(object)
    }

    /// The memory that others have, too, when it is one.
    pub(crate) const fn shared(&self) -> Option<&SharedMemory> {
        match &self.bytes {
            Bytes::Own(_) => None,
            Bytes::Shared(shared) => Some(shared),
        }
    }

    /// The type with the size that it has now as its minimum, as imports are matched.
    pub(crate) fn current_type(&self) -> MemoryType {
        MemoryType {
            minimum: self.pages(),
            ..self.ty
        }
    }

    /// The size in pages.
    pub(crate) fn pages(&self) -> u64 {
        self.len() as u64 >> self.ty.page_size_log2
    }

    /// The length in bytes.
    fn len(&self) -> usize {
        self.vm.len.load(Ordering::Acquire)
    }

    /// Makes this the memory 0 of an instance.
    ///
    /// # Safety
    /// Both belong to the same store; `this` is not otherwise borrowed.
    pub(crate) unsafe fn add_user(this: NonNull<Self>, ctx: NonNull<VmCtx>) -> Result<()> {
        // SAFETY: by contract.
        unsafe {
            let this = &mut *this.as_ptr();
            (*ctx.as_ptr()).memory0_base = this.vm.base;
            if let Bytes::Shared(shared) = &this.bytes {
                // Instances are dropped after memories.
                let len = NonNull::from(&(*ctx.as_ptr()).memory0_len);
                return shared.keep_up_to_date(core::ptr::from_ref(this).addr(), len);
            }
            this.users.try_reserve(1).map_err(out_of_memory)?;
            this.users.push(ctx);
            this.refresh(ctx);
        }
        Ok(())
    }

    /// # Safety
    /// The instance is live.
    unsafe fn refresh(&self, ctx: NonNull<VmCtx>) {
        // SAFETY: by contract.
        unsafe {
            (*ctx.as_ptr()).memory0_base = self.vm.base;
            (*ctx.as_ptr())
                .memory0_len
                .store(self.len(), Ordering::Relaxed);
        }
    }

    /// Grows by `delta` pages; gives the number of pages before, or `None` when it cannot.
    ///
    /// # Errors
    /// When the store's limiter ends the guest.
    ///
    /// # Safety
    /// The memory belongs to the store and is not otherwise borrowed.
    pub(crate) unsafe fn grow(
        this: *mut Self,
        store: &mut StoreOpaque,
        delta: u64,
    ) -> Result<Option<u64>> {
        // SAFETY: by contract; the limiter does not reach the memory while it is asked.
        let this = unsafe { &mut *this };
        let before = this.pages();
        if delta == 0 {
            return Ok(Some(before));
        }
        let allows = |current, desired, maximum| {
            let answer =
                store.with_limiter(|limiter| limiter.memory_growing(current, desired, maximum));
            Ok(answer.transpose()?.unwrap_or(true))
        };
        let grown = match &this.bytes {
            Bytes::Own(_) => this.try_grow(before, delta, allows)?,
            Bytes::Shared(shared) => shared.try_grow(delta, allows)?,
        };
        match grown {
            Ok(before) => Ok(Some(before)),
            Err(error) => {
                let answer = store.with_limiter(|limiter| limiter.memory_grow_failed(&error));
                answer.transpose()?;
                Ok(None)
            }
        }
    }

    /// Grows a memory of this store's own if `allows` is for its length now, the one then, and the
    /// maximum. The inner result says why the memory cannot grow.
    fn try_grow(
        &mut self,
        before: u64,
        delta: u64,
        allows: impl FnOnce(usize, usize, Option<usize>) -> Result<bool>,
    ) -> Result<Result<u64>> {
        let desired = match self.ty.grown(before, delta) {
            Ok(desired) => desired,
            Err(error) => return Ok(Err(error)),
        };
        if !allows(self.len(), desired, self.ty.maximum_bytes())? {
            return Ok(Err(growth_refused()));
        }
        let Bytes::Own(bytes) = &mut self.bytes else {
            return Ok(Err(growth_refused()));
        };
        if let Err(error) = bytes.grow_to(desired) {
            return Ok(Err(out_of_memory(error)));
        }
        self.vm = VmMemory {
            base: bytes.base(),
            len: AtomicUsize::new(bytes.byte_len()),
        };
        for ctx in &self.users {
            // SAFETY: instances live as long as the store.
            unsafe { self.refresh(*ctx) };
        }
        Ok(Ok(before))
    }
}

impl Drop for MemoryObject {
    fn drop(&mut self) {
        if let Bytes::Shared(shared) = &self.bytes {
            shared.forget(core::ptr::from_ref(self).addr());
        }
    }
}

pub(super) fn growth_refused() -> Error {
    Error::new(ErrorKind::Limit(
        "the store's limits refuse the growth".into(),
    ))
}

/// Fails when there can be no memory of the type, which may be the embedder's.
pub(super) fn check_type(ty: MemoryType) -> Result<()> {
    if ty.shared && ty.maximum.is_none() {
        return Err(Error::bad_argument("a shared memory has a maximum"));
    }
    if !matches!(ty.page_size_log2, 0 | 16) {
        return Err(Error::bad_argument(
            "the pages of a memory have 1 byte or 64 KiB",
        ));
    }
    let maximum = ty.maximum_pages();
    if ty.minimum > maximum || ty.maximum.is_some_and(|declared| declared > maximum) {
        return Err(Error::bad_argument(
            "a memory is larger than its maximum or than its indices can address",
        ));
    }
    Ok(())
}

impl fmt::Debug for MemoryObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryObject")
            .field("ty", &self.ty)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// A linear memory in a store.
///
/// It is a small copy that names the memory; the store owns it. A slice of its bytes borrows the
/// store, so that no guest runs while there is one. What threads share is a [`SharedMemory`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Memory {
    store: StoreId,
    ptr: NonNull<MemoryObject>,
}

// SAFETY: the address is used only together with the store.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

/// An access outside a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryAccessError;

impl fmt::Display for MemoryAccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of bounds memory access")
    }
}

impl core::error::Error for MemoryAccessError {}

impl From<MemoryAccessError> for Error {
    fn from(_: MemoryAccessError) -> Self {
        Trap::MemoryOutOfBounds.into()
    }
}

impl Memory {
    /// A memory of its minimal size, all zeros.
    ///
    /// # Errors
    /// When the type is impossible or that of a [`SharedMemory`], or the store's limits or the host
    /// refuse it.
    pub fn new(mut store: impl AsContextMut, ty: MemoryType) -> Result<Self> {
        if ty.shared {
            return Err(Error::bad_argument(
                "what threads share is made by `SharedMemory::new`",
            ));
        }
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        let ptr = MemoryObject::create(store, ty, None)?;
        Ok(Self {
            store: store.id(),
            ptr,
        })
    }

    pub(crate) const fn from_raw(store: StoreId, ptr: NonNull<MemoryObject>) -> Self {
        Self { store, ptr }
    }

    pub(crate) const fn store_id(&self) -> StoreId {
        self.store
    }

    pub(crate) const fn as_ptr(&self) -> NonNull<MemoryObject> {
        self.ptr
    }

    #[track_caller]
    fn object<'a>(&self, store: &'a StoreOpaque) -> &'a MemoryObject {
        store.assert(self.store);
        // SAFETY: the memory belongs to the store, which is borrowed.
        unsafe { self.ptr.as_ref() }
    }

    /// The type.
    ///
    /// # Panics
    /// When it is a memory of another store.
    pub fn ty(&self, store: impl AsContext) -> MemoryType {
        self.object(store.as_context().opaque()).ty
    }

    /// The size in pages.
    ///
    /// # Panics
    /// When it is a memory of another store.
    pub fn size(&self, store: impl AsContext) -> u64 {
        self.object(store.as_context().opaque()).pages()
    }

    /// The size in bytes.
    ///
    /// # Panics
    /// When it is a memory of another store.
    pub fn data_size(&self, store: impl AsContext) -> usize {
        self.object(store.as_context().opaque()).len()
    }

    /// The bytes.
    ///
    /// # Panics
    /// When it is a memory of another store.
    pub fn data<'a, T: 'static>(&self, store: impl Into<StoreContext<'a, T>>) -> &'a [u8] {
        let memory = self.object(store.into().opaque());
        // SAFETY: the memory has so many bytes, which nothing changes while the store is borrowed:
        // it is the store's own, as all that have such a handle.
        unsafe { core::slice::from_raw_parts(memory.vm.base, memory.len()) }
    }

    /// The bytes, to change.
    ///
    /// # Panics
    /// When it is a memory of another store.
    pub fn data_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> &'a mut [u8] {
        self.data_and_store_mut(store).0
    }

    /// The bytes and the store's data, both to change.
    ///
    /// # Panics
    /// When it is a memory of another store.
    pub fn data_and_store_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> (&'a mut [u8], &'a mut T) {
        let (store, data) = store.into().into_parts();
        let memory = self.object(store);
        // SAFETY: the memory has so many bytes, which nothing else reaches while the store is
        // borrowed, and the data is apart from them.
        let bytes = unsafe { core::slice::from_raw_parts_mut(memory.vm.base, memory.len()) };
        (bytes, data)
    }

    /// The address of the first byte. It changes when the memory grows.
    ///
    /// # Panics
    /// When it is a memory of another store.
    pub fn data_ptr(&self, store: impl AsContext) -> *mut u8 {
        self.object(store.as_context().opaque()).vm.base
    }

    /// Copies bytes out of the memory.
    ///
    /// # Errors
    /// When they are not all inside; nothing is copied then.
    ///
    /// # Panics
    /// When it is a memory of another store.
    pub fn read(
        &self,
        store: impl AsContext,
        offset: usize,
        buffer: &mut [u8],
    ) -> Result<(), MemoryAccessError> {
        let store = store.as_context();
        let bytes = offset
            .checked_add(buffer.len())
            .and_then(|end| self.data(store).get(offset..end))
            .ok_or(MemoryAccessError)?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }

    /// Copies bytes into the memory.
    ///
    /// # Errors
    /// When they do not all fit; nothing is copied then.
    ///
    /// # Panics
    /// When it is a memory of another store.
    pub fn write(
        &self,
        mut store: impl AsContextMut,
        offset: usize,
        bytes: &[u8],
    ) -> Result<(), MemoryAccessError> {
        let store = store.as_context_mut();
        let end = offset.checked_add(bytes.len()).ok_or(MemoryAccessError)?;
        let target = self
            .data_mut(store)
            .get_mut(offset..end)
            .ok_or(MemoryAccessError)?;
        target.copy_from_slice(bytes);
        Ok(())
    }

    /// Grows by `delta` pages and gives the number of pages before. The memory may move.
    ///
    /// # Errors
    /// When it cannot grow so much, the store's limiter says so, or it is a memory of another
    /// store.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64) -> Result<u64> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        store.check(self.store)?;
        // SAFETY: the memory belongs to the store, which is lent for everything.
        unsafe { MemoryObject::grow(self.ptr.as_ptr(), store, delta)? }.ok_or_else(|| {
            Error::new(ErrorKind::Limit(
                format!("the memory cannot grow by {delta} pages").into(),
            ))
        })
    }
}
