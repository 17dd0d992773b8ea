//! Values of the host's that guests hold.

use crate::error::Result;
use crate::store::{AsContext, AsContextMut, StoreContext, StoreContextMut, StoreId};
use alloc::boxed::Box;
use core::any::Any;

/// A value of the host's as guests hold it: they can keep it and pass it on, and nothing else.
///
/// The value lives as long as the store.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExternRef {
    store: StoreId,
    index: u32,
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
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        let index = store.push_extern(Box::new(value))?;
        Ok(Self {
            store: store.id(),
            index,
        })
    }

    /// The value; `None` when it is in another store.
    pub fn data<'a, T: 'static>(
        &self,
        store: impl Into<StoreContext<'a, T>>,
    ) -> Option<&'a (dyn Any + Send + Sync)> {
        let store = store.into().opaque();
        if store.id() != self.store {
            return None;
        }
        store.extern_value(self.index)
    }

    /// The value, to change; `None` when it is in another store.
    pub fn data_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> Option<&'a mut (dyn Any + Send + Sync)> {
        let store = store.into().into_opaque_mut();
        if store.id() != self.store {
            return None;
        }
        store.extern_value_mut(self.index)
    }

    /// Whether both are the same reference.
    pub fn same(_: impl AsContext, a: &Self, b: &Self) -> bool {
        a == b
    }

    pub(crate) const fn store_id(&self) -> StoreId {
        self.store
    }

    /// Its index plus one; 0 is null.
    pub(crate) const fn to_slot(self) -> u64 {
        self.index as u64 + 1
    }

    pub(crate) fn from_slot(slot: u64, store: StoreId) -> Option<Self> {
        let index = slot.checked_sub(1)? as u32;
        Some(Self { store, index })
    }
}
