//! Tables.

use super::Ref;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{AsContext, AsContextMut, Counted, StoreId, StoreOpaque, out_of_memory};
use crate::trap::Trap;
use crate::types::{RefType, TableType};
use crate::vm::{VmTable, libcalls};
use alloc::format;
use alloc::vec::Vec;
use core::ptr::NonNull;

/// The greatest number of elements of a table, as engines of the Web have it: a table takes
/// memory for every element from the start.
const MAX_ELEMENTS: u64 = 10_000_000;

/// A table in its store.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct TableObject {
    /// What guest code reads.
    vm: VmTable,
    ty: TableType,
    elements: Vec<u64>,
}

impl TableObject {
    /// Calls `visit` for each element, when `traced` says that the collector follows references of
    /// their type.
    pub(crate) fn visit(
        &mut self,
        traced: impl Fn(RefType) -> bool,
        visit: &mut dyn FnMut(*mut u64),
    ) {
        if traced(self.ty.element) {
            self.elements.iter_mut().for_each(|element| visit(element));
        }
    }

    /// A table of its minimal size, in the store.
    ///
    /// # Errors
    /// When the store's limits or the host refuse it.
    pub(crate) fn create(
        store: &mut StoreOpaque,
        ty: TableType,
        init: u64,
    ) -> Result<NonNull<Self>> {
        if ty.maximum.is_some_and(|maximum| ty.minimum > maximum) {
            return Err(Error::bad_argument("the table is larger than its maximum"));
        }
        store.check_room(Counted::Tables)?;
        let refused = |why: &str| {
            let message = format!("a table of {} elements: {why}", ty.minimum);
            Error::new(ErrorKind::Limit(message.into()))
        };
        if ty.minimum > MAX_ELEMENTS {
            return Err(refused("no table may have so many"));
        }
        let len = ty.minimum as usize;
        let maximum = maximum(&ty);
        let allowed = store.with_limiter(|limiter| limiter.table_growing(0, len, maximum));
        if !allowed.transpose()?.unwrap_or(true) {
            return Err(refused("the store's limits refuse it"));
        }
        let mut elements = Vec::new();
        elements.try_reserve_exact(len).map_err(out_of_memory)?;
        elements.resize(len, init);
        let vm = VmTable {
            base: elements.as_mut_ptr(),
            len,
        };
        store.table_arena.push(Self { vm, ty, elements })
    }

    /// The type with the size that it has now as its minimum, as imports are matched.
    pub(crate) const fn current_type(&self) -> TableType {
        TableType {
            minimum: self.vm.len as u64,
            ..self.ty
        }
    }

    /// Grows by `delta` elements that are `init`; gives the number of elements before, or `None`
    /// when it cannot.
    ///
    /// # Errors
    /// When the store's limiter ends the guest.
    pub(crate) fn grow(
        &mut self,
        store: &mut StoreOpaque,
        init: u64,
        delta: u64,
    ) -> Result<Option<u64>> {
        let before = self.vm.len;
        if delta == 0 {
            return Ok(Some(before as u64));
        }
        if let Err(error) = self.try_grow(store, init, delta)? {
            if let Some(answer) = store.with_limiter(|limiter| limiter.table_grow_failed(&error)) {
                answer?;
            }
            return Ok(None);
        }
        self.vm = VmTable {
            base: self.elements.as_mut_ptr(),
            len: self.elements.len(),
        };
        Ok(Some(before as u64))
    }

    /// The inner result says why the table cannot grow.
    fn try_grow(&mut self, store: &mut StoreOpaque, init: u64, delta: u64) -> Result<Result<()>> {
        let refused = |text: &'static str| Ok(Err(Error::new(ErrorKind::Limit(text.into()))));
        let limit = self.ty.maximum.unwrap_or(u64::MAX).min(MAX_ELEMENTS);
        let desired = match (self.vm.len as u64).checked_add(delta) {
            Some(desired) if desired <= limit => desired as usize,
            _ => return refused("the table's maximum is reached"),
        };
        let (current, maximum) = (self.vm.len, maximum(&self.ty));
        let allowed = store
            .with_limiter(|limiter| limiter.table_growing(current, desired, maximum))
            .transpose()?
            .unwrap_or(true);
        if !allowed {
            return refused("the store's limits refuse the growth");
        }
        if let Err(error) = self.elements.try_reserve(desired - current) {
            return Ok(Err(out_of_memory(error)));
        }
        self.elements.resize(desired, init);
        Ok(Ok(()))
    }
}

fn maximum(ty: &TableType) -> Option<usize> {
    ty.maximum
        .map(|maximum| usize::try_from(maximum).unwrap_or(usize::MAX))
}

/// A table in a store.
///
/// It is a small copy that names the table; the store owns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Table {
    store: StoreId,
    ptr: NonNull<TableObject>,
}

// SAFETY: the address is used only together with the store.
unsafe impl Send for Table {}
// SAFETY: as above.
unsafe impl Sync for Table {}

impl Table {
    /// A table of its minimal size, all elements `init`.
    ///
    /// # Errors
    /// When `init` is no element of the type, or the store's limits or the host refuse it.
    pub fn new(mut store: impl AsContextMut, ty: TableType, init: Ref) -> Result<Self> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        let init = element(store, &ty, init)?;
        let ptr = TableObject::create(store, ty, init)?;
        Ok(Self {
            store: store.id(),
            ptr,
        })
    }

    pub(crate) const fn from_raw(store: StoreId, ptr: NonNull<TableObject>) -> Self {
        Self { store, ptr }
    }

    pub(crate) const fn store_id(&self) -> StoreId {
        self.store
    }

    pub(crate) const fn as_ptr(&self) -> NonNull<TableObject> {
        self.ptr
    }

    #[track_caller]
    fn object<'a>(&self, store: &'a StoreOpaque) -> &'a TableObject {
        store.assert(self.store);
        // SAFETY: the table belongs to the store, which is borrowed.
        unsafe { self.ptr.as_ref() }
    }

    fn object_mut<'a>(&self, store: &mut StoreOpaque) -> Result<&'a mut TableObject> {
        store.check(self.store)?;
        // SAFETY: the table belongs to the store, which the caller has for itself.
        Ok(unsafe { &mut *self.ptr.as_ptr() })
    }

    /// The type.
    ///
    /// # Panics
    /// When it is a table of another store.
    pub fn ty(&self, store: impl AsContext) -> TableType {
        self.object(store.as_context().opaque()).ty
    }

    /// The number of elements.
    ///
    /// # Panics
    /// When it is a table of another store.
    pub fn size(&self, store: impl AsContext) -> u64 {
        self.object(store.as_context().opaque()).vm.len as u64
    }

    /// The element at `index`; `None` when there is none.
    ///
    /// # Panics
    /// When it is a table of another store.
    pub fn get(&self, mut store: impl AsContextMut, index: u64) -> Option<Ref> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        let object = self.object(store);
        let slot = *object.elements.get(usize::try_from(index).ok()?)?;
        // SAFETY: elements of a table are values of its type.
        Some(unsafe { Ref::from_slot(slot, object.ty.element, store) })
    }

    /// Sets the element at `index`.
    ///
    /// # Errors
    /// When there is none, `value` is no element of the type, or it is a table of another store.
    pub fn set(&self, mut store: impl AsContextMut, index: u64, value: Ref) -> Result<()> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        let object = self.object_mut(store)?;
        let value = element(store, &object.ty, value)?;
        let place = usize::try_from(index)
            .ok()
            .and_then(|index| object.elements.get_mut(index));
        *place.ok_or(Trap::TableOutOfBounds)? = value;
        Ok(())
    }

    /// Grows by `delta` elements that are `init`, and gives the number of elements before.
    ///
    /// # Errors
    /// When it cannot grow so much, `init` is no element of the type, the store's limiter says so,
    /// or it is a table of another store.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64, init: Ref) -> Result<u64> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        let object = self.object_mut(store)?;
        let init = element(store, &object.ty, init)?;
        object.grow(store, init, delta)?.ok_or_else(|| {
            Error::new(ErrorKind::Limit(
                format!("the table cannot grow by {delta} elements").into(),
            ))
        })
    }

    /// Sets `len` elements from `dst` on.
    ///
    /// # Errors
    /// When they are not all there, `value` is no element of the type, or it is a table of another
    /// store.
    pub fn fill(&self, mut store: impl AsContextMut, dst: u64, value: Ref, len: u64) -> Result<()> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        let object = self.object_mut(store)?;
        let value = element(store, &object.ty, value)?;
        let range = dst
            .checked_add(len)
            .and_then(|end| Some(usize::try_from(dst).ok()?..usize::try_from(end).ok()?));
        let range = range.and_then(|range| object.elements.get_mut(range));
        range.ok_or(Trap::TableOutOfBounds)?.fill(value);
        Ok(())
    }

    /// Copies `len` elements from `src_table` to `dst_table`, which may be the same.
    ///
    /// # Errors
    /// When the types do not fit, elements are not all there, or one is a table of another store.
    pub fn copy(
        mut store: impl AsContextMut,
        dst_table: &Self,
        dst: u64,
        src_table: &Self,
        src: u64,
        len: u64,
    ) -> Result<()> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        store.check(src_table.store)?;
        store.check(dst_table.store)?;
        let from = src_table.object(store).ty.element;
        let to = dst_table.object(store).ty.element;
        if !store.engine().types().is_ref_subtype(from, to) {
            return Err(Error::bad_argument(format!(
                "{from} cannot be copied to {to}"
            )));
        }
        // SAFETY: both tables belong to the store, which is lent for everything.
        unsafe {
            let (to, from) = (dst_table.ptr.cast().as_ptr(), src_table.ptr.cast().as_ptr());
            Ok(libcalls::copy_elements(to, from, dst, src, len)?)
        }
    }
}

/// A reference as an element of a table of this type.
fn element(store: &StoreOpaque, ty: &TableType, value: Ref) -> Result<u64> {
    if value.matches(store, ty.element)? {
        Ok(value.to_slot(store))
    } else {
        Err(Error::bad_argument(format!(
            "{value:?} is no {}",
            ty.element
        )))
    }
}
