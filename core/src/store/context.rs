//! Ways to lend a store.
//!
//! # Safety
//! A context holds the store's own pointer, which stays valid for the lifetime it borrows; it is
//! not a reference, because guest code writes to the store between two uses of it.

use super::{Store, StoreInner, StoreOpaque};
use crate::engine::Engine;
use crate::error::Result;
use crate::runtime::{Extern, Instance};
use crate::vm::{VmCtx, VmStore};
use core::fmt;
use core::marker::PhantomData;
use core::ptr::NonNull;

/// Something that lends a store for reading: a [`Store`], a context, a [`Caller`], or a reference
/// to one.
pub trait AsContext {
    /// The host data of the store.
    type Data: 'static;

    /// Lends the store.
    fn as_context(&self) -> StoreContext<'_, Self::Data>;
}

/// Something that lends a store for everything.
pub trait AsContextMut: AsContext {
    /// Lends the store.
    fn as_context_mut(&mut self) -> StoreContextMut<'_, Self::Data>;
}

/// A store, lent for reading.
pub struct StoreContext<'a, T> {
    ptr: NonNull<StoreInner<T>>,
    lent: PhantomData<&'a StoreInner<T>>,
}

// SAFETY: it stands for `&StoreInner<T>`.
unsafe impl<T: Sync> Send for StoreContext<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for StoreContext<'_, T> {}

/// A store, lent for everything.
pub struct StoreContextMut<'a, T> {
    ptr: NonNull<StoreInner<T>>,
    lent: PhantomData<&'a mut StoreInner<T>>,
}

// SAFETY: it stands for `&mut StoreInner<T>`.
unsafe impl<T: Send> Send for StoreContextMut<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for StoreContextMut<'_, T> {}

impl<T> Clone for StoreContext<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for StoreContext<'_, T> {}

impl<'a, T> StoreContext<'a, T> {
    /// # Safety
    /// The store lives for `'a` and is only read.
    pub(super) const unsafe fn new(ptr: NonNull<StoreInner<T>>) -> Self {
        Self {
            ptr,
            lent: PhantomData,
        }
    }

    /// The engine of the store.
    pub fn engine(&self) -> &'a Engine {
        self.opaque().engine()
    }

    /// The host data.
    pub fn data(&self) -> &'a T {
        // SAFETY: the store is lent for `'a`.
        unsafe { &(*self.ptr.as_ptr()).data }
    }

    /// The fuel that is left.
    ///
    /// # Errors
    /// When the engine does not count fuel.
    pub fn get_fuel(&self) -> Result<u64> {
        self.opaque().fuel()
    }

    pub(crate) fn opaque(&self) -> &'a StoreOpaque {
        // SAFETY: the store is lent for `'a`.
        unsafe { &(*self.ptr.as_ptr()).opaque }
    }
}

impl<'a, T> StoreContextMut<'a, T> {
    /// # Safety
    /// The store lives for `'a` and nothing else uses it.
    pub(crate) const unsafe fn new(ptr: NonNull<StoreInner<T>>) -> Self {
        Self {
            ptr,
            lent: PhantomData,
        }
    }

    /// The engine of the store.
    pub fn engine(&self) -> &Engine {
        self.opaque().engine()
    }

    /// The host data.
    pub fn data(&self) -> &T {
        // SAFETY: the store is lent.
        unsafe { &(*self.ptr.as_ptr()).data }
    }

    /// The host data, to change.
    pub fn data_mut(&mut self) -> &mut T {
        // SAFETY: the store is lent.
        unsafe { &mut (*self.ptr.as_ptr()).data }
    }

    /// The fuel that is left.
    ///
    /// # Errors
    /// When the engine does not count fuel.
    pub fn get_fuel(&self) -> Result<u64> {
        self.opaque().fuel()
    }

    /// Frees the objects of guests that nothing leads to: see [`Store::gc`].
    ///
    /// # Errors
    /// When there is no memory for it; nothing has changed then.
    pub fn gc(&mut self) -> Result<()> {
        // SAFETY: the store is lent for everything; the host that has it was called by the guest
        // at the position that the store knows, if by any.
        unsafe {
            let vm = self.ptr.as_ptr().cast::<VmStore>();
            let result = crate::gc::collect(vm);
            crate::gc::drop_lost((*vm).opaque);
            result
        }
    }

    /// Sets the fuel that is left.
    ///
    /// # Errors
    /// When the engine does not count fuel.
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.opaque_mut().set_fuel(fuel)
    }

    pub(crate) fn opaque(&self) -> &StoreOpaque {
        // SAFETY: the store is lent.
        unsafe { &(*self.ptr.as_ptr()).opaque }
    }

    pub(crate) fn opaque_mut(&mut self) -> &mut StoreOpaque {
        // SAFETY: the store is lent.
        unsafe { &mut (*self.ptr.as_ptr()).opaque }
    }

    /// The store for the whole of the lifetime.
    pub(crate) fn into_opaque_mut(self) -> &'a mut StoreOpaque {
        // SAFETY: the store is lent for `'a`, and the context is given up.
        unsafe { &mut (*self.ptr.as_ptr()).opaque }
    }

    /// Both parts of the store for the whole of the lifetime.
    pub(crate) fn into_parts(self) -> (&'a mut StoreOpaque, &'a mut T) {
        // SAFETY: the store is lent for `'a`, the context is given up, and the two parts are
        // apart.
        unsafe {
            let inner = self.ptr.as_ptr();
            (&mut (*inner).opaque, &mut (*inner).data)
        }
    }

    /// What guest code sees of the store.
    pub(crate) const fn vm(&self) -> *mut VmStore {
        self.ptr.as_ptr().cast()
    }

    /// The host data for the whole of the lifetime, apart from the rest of the store.
    pub(crate) fn into_data_mut(self) -> &'a mut T {
        // SAFETY: the store is lent for `'a`, and the context is given up.
        unsafe { &mut (*self.ptr.as_ptr()).data }
    }
}

impl<T: 'static> AsContext for Store<T> {
    type Data = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        // SAFETY: the store is borrowed.
        unsafe { StoreContext::new(self.ptr) }
    }
}

impl<T: 'static> AsContextMut for Store<T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        // SAFETY: the store is borrowed.
        unsafe { StoreContextMut::new(self.ptr) }
    }
}

impl<T: 'static> AsContext for StoreContext<'_, T> {
    type Data = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        *self
    }
}

impl<T: 'static> AsContext for StoreContextMut<'_, T> {
    type Data = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        // SAFETY: the context is borrowed.
        unsafe { StoreContext::new(self.ptr) }
    }
}

impl<T: 'static> AsContextMut for StoreContextMut<'_, T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        // SAFETY: the context is borrowed.
        unsafe { StoreContextMut::new(self.ptr) }
    }
}

impl<C: AsContext> AsContext for &C {
    type Data = C::Data;

    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}

impl<C: AsContext> AsContext for &mut C {
    type Data = C::Data;

    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}

impl<C: AsContextMut> AsContextMut for &mut C {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, C::Data> {
        C::as_context_mut(self)
    }
}

impl<'a, C: AsContext> From<&'a C> for StoreContext<'a, C::Data> {
    fn from(context: &'a C) -> Self {
        context.as_context()
    }
}

impl<'a, C: AsContext> From<&'a mut C> for StoreContext<'a, C::Data> {
    fn from(context: &'a mut C) -> Self {
        C::as_context(context)
    }
}

impl<'a, C: AsContextMut> From<&'a mut C> for StoreContextMut<'a, C::Data> {
    fn from(context: &'a mut C) -> Self {
        C::as_context_mut(context)
    }
}

impl<T> fmt::Debug for StoreContext<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StoreContext")
            .field(&self.opaque().id())
            .finish()
    }
}

impl<T> fmt::Debug for StoreContextMut<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StoreContextMut")
            .field(&self.opaque().id())
            .finish()
    }
}

/// What a host function sees of who called it: the store, and the instance.
pub struct Caller<'a, T> {
    store: StoreContextMut<'a, T>,
    ctx: *mut VmCtx,
}

// SAFETY: the instance belongs to the store that is lent.
unsafe impl<T: Send> Send for Caller<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Caller<'_, T> {}

impl<'a, T: 'static> Caller<'a, T> {
    /// # Safety
    /// `vm` is the first field of a `StoreInner<T>` that is not otherwise borrowed for `'a`.
    #[inline]
    pub(crate) unsafe fn new(vm: *mut VmStore) -> Self {
        // SAFETY: by contract.
        unsafe {
            let ctx = if (*vm).called_by_host {
                core::ptr::null_mut()
            } else {
                (*vm).exit_ctx
            };
            Self {
                store: StoreContextMut::new(NonNull::new_unchecked(vm.cast())),
                ctx,
            }
        }
    }

    /// The engine of the store.
    pub fn engine(&self) -> &Engine {
        self.store.engine()
    }

    /// The host data of the store.
    pub fn data(&self) -> &T {
        self.store.data()
    }

    /// The host data of the store, to change.
    pub fn data_mut(&mut self) -> &mut T {
        self.store.data_mut()
    }

    /// The fuel that is left.
    ///
    /// # Errors
    /// When the engine does not count fuel.
    pub fn get_fuel(&self) -> Result<u64> {
        self.store.get_fuel()
    }

    /// Frees the objects of guests that nothing leads to: see [`Store::gc`].
    ///
    /// # Errors
    /// When there is no memory for it; nothing has changed then.
    pub fn gc(&mut self) -> Result<()> {
        self.store.gc()
    }

    /// Sets the fuel that is left.
    ///
    /// # Errors
    /// When the engine does not count fuel.
    pub fn set_fuel(&mut self, fuel: u64) -> Result<()> {
        self.store.set_fuel(fuel)
    }

    /// The export of the calling instance with this name; `None` when there is none, or the host
    /// called.
    pub fn get_export(&mut self, name: &str) -> Option<Extern> {
        let instance = self.instance()?;
        instance.get_export(&mut self.store, name)
    }

    /// The calling instance; `None` when the host called.
    pub fn instance(&self) -> Option<Instance> {
        NonNull::new(self.ctx).map(|ctx| Instance::from_raw(self.store.opaque().id(), ctx.cast()))
    }
}

impl<T: 'static> AsContext for Caller<'_, T> {
    type Data = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        self.store.as_context()
    }
}

impl<T: 'static> AsContextMut for Caller<'_, T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        self.store.as_context_mut()
    }
}

impl<T> fmt::Debug for Caller<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}
