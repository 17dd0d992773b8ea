//! Values of the host's that guests hold.

use super::AnyRef;
use crate::error::Result;
use crate::gc::{Handle, immediate, push_host_value};
use crate::store::{AsContext, AsContextMut, StoreContext, StoreContextMut, StoreId, StoreOpaque};
use alloc::boxed::Box;
use core::any::Any;

/// A value of the host's as guests hold it: they can keep it and pass it on, and nothing else.
///
/// It is a handle like [`AnyRef`], which keeps the value until the scope ends in which it was made.
/// After that the value lives as long as something in the store leads to it; when a collection has
/// found that nothing does, it is dropped when the host next makes a reference of a value, or asks
/// for a collection ([`Store::gc`](crate::Store::gc)); or else with the store. Dropping a value runs
/// neither in the midst of a collection nor while the guest does.
///
/// A guest can also make an `externref` of a reference of its own (`extern.convert_any`), which
/// [has no data](Self::data).
///
/// ```
/// # use diptych_core::{ExternRef, Result, Store};
/// # fn example(store: &mut Store<()>) -> Result<()> {
/// let reference = ExternRef::new(&mut *store, "anything")?;
/// let value = reference.data(&*store).and_then(|value| value.downcast_ref::<&str>());
/// assert_eq!(value, Some(&"anything"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ExternRef {
    store: StoreId,
    handle: Handle,
}

impl ExternRef {
    /// Puts a value into the store.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn new(
        mut store: impl AsContextMut,
        value: impl Any + Send + Sync + 'static,
    ) -> Result<Self> {
        let store = store.as_context_mut();
        let vm = store.vm();
        // SAFETY: the store is lent for everything.
        unsafe {
            let opaque = (*vm).opaque;
            (*opaque).gc.roots.reserve(1)?;
            let index = push_host_value(vm, Box::new(value))?;
            let handle = (*opaque).gc.roots.push(immediate::host(index));
            Ok(Self::from_parts((*opaque).id(), handle))
        }
    }

    /// The internal reference that `any.convert_extern` makes of it.
    pub const fn to_any(self) -> AnyRef {
        AnyRef::from_parts(self.store, self.handle)
    }

    /// The value; `None` when it is a guest's own reference, or in another store.
    pub fn data<'a, T: 'static>(
        &self,
        store: impl Into<StoreContext<'a, T>>,
    ) -> Option<&'a (dyn Any + Send + Sync)> {
        let store = store.into().opaque();
        store.gc.host.get(self.number(store)?)
    }

    /// The value, to change; `None` when it is a guest's own reference, or in another store.
    pub fn data_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> Option<&'a mut (dyn Any + Send + Sync)> {
        let store = store.into().into_opaque_mut();
        let number = self.number(store)?;
        store.gc.host.get_mut(number)
    }

    /// Whether both are the same reference. One of another store is not, and none whose scope has
    /// ended.
    pub fn same(store: impl AsContext, a: &Self, b: &Self) -> bool {
        AnyRef::same(store, &a.to_any(), &b.to_any())
    }

    fn number(&self, store: &StoreOpaque) -> Option<u32> {
        if store.id() != self.store {
            return None;
        }
        immediate::host_number(store.gc.roots.get(self.handle)?)
    }

    /// The reference as guests have it.
    pub(crate) fn resolve(&self, store: &StoreOpaque) -> Result<u64> {
        self.to_any().resolve(store)
    }

    pub(crate) const fn from_parts(store: StoreId, handle: Handle) -> Self {
        Self { store, handle }
    }
}
