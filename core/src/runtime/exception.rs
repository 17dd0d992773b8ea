//! Exceptions, as the embedder sees them.

use super::any_ref::{ExnRef, OwnedRef};
use super::func::Signature;
use super::{Tag, Val};
use crate::error::{Error, ErrorKind, Result};
use crate::gc::{EXCEPTION_TAG, new_object, read_field, type_of, write_field};
use crate::runtime::TagObject;
use crate::store::{AsContext, AsContextMut, out_of_memory};
use crate::vm::VmStore;
use alloc::format;
use alloc::vec::Vec;
use core::ptr::NonNull;

/// An exception that left the guest: what [`ErrorKind::Exception`] holds. It is kept until this is
/// dropped.
#[derive(Clone, Debug)]
pub struct Exception(OwnedRef);

impl Exception {
    /// A handle for the exception in the present scope.
    ///
    /// # Errors
    /// When it is of another store, or there is no memory.
    pub fn get(&self, store: impl AsContextMut) -> Result<ExnRef> {
        Ok(self.0.get(store)?.as_exception())
    }

    /// The exception that ends a call; `None` when none does.
    ///
    /// # Safety
    /// The store is live and not otherwise borrowed.
    pub(crate) unsafe fn take(vm: *mut VmStore) -> Option<Result<Self>> {
        // SAFETY: by contract.
        unsafe {
            let reference = core::mem::take(&mut (*vm).exception);
            if reference == 0 {
                return None;
            }
            Some(OwnedRef::of(&mut *(*vm).opaque, reference).map(Self))
        }
    }

    /// Makes this the exception that ends a call. Says whether it is one of the store's.
    ///
    /// # Safety
    /// The store is live and not otherwise borrowed.
    pub(crate) unsafe fn throw(&self, vm: *mut VmStore) -> bool {
        // SAFETY: by contract.
        unsafe {
            let reference = self.0.reference(&*(*vm).opaque);
            (*vm).exception = reference.unwrap_or(0);
            reference.is_some()
        }
    }
}

impl ExnRef {
    /// An exception with this tag and these values.
    ///
    /// # Errors
    /// When the tag is of another store, the values do not fit its type, or the heap is full.
    pub fn new(mut store: impl AsContextMut, tag: &Tag, values: &[Val]) -> Result<Self> {
        let store = store.as_context_mut();
        let opaque = store.opaque();
        opaque.check(tag.store_id())?;
        // SAFETY: the tag belongs to the store.
        let object = unsafe { &*tag.as_ptr().as_ptr() };
        let ty = Signature::of(opaque.engine().types(), object.type_id)?;
        let params = ty.params();
        if params.len() != values.len() {
            return Err(Error::bad_argument(format!(
                "exceptions with this tag have {} values, {} were given",
                params.len(),
                values.len()
            )));
        }
        for (value, ty) in values.iter().zip(params) {
            value.check(opaque, *ty, "the value of the exception")?;
        }
        let vm = store.vm();
        // SAFETY: the store is lent for everything; the values fit.
        unsafe {
            let opaque = (*vm).opaque;
            (*opaque).gc.roots.reserve(1)?;
            let layout = &*object.layout;
            let (reference, at) = new_object(vm, layout, layout.size)?;
            let tag = tag.as_ptr().as_ptr();
            let place = at.add(EXCEPTION_TAG as usize).cast::<u64>();
            place.write(tag.expose_provenance() as u64);
            for (value, field) in values.iter().zip(layout.fields()) {
                let slots = value.to_slots(&*opaque);
                let place = at.add(field.offset as usize);
                write_field(place, field.storage, slots.as_ptr());
            }
            let handle = (*opaque).gc.roots.push(reference);
            Ok(Self::from_parts((*opaque).id(), handle))
        }
    }

    /// Its tag.
    ///
    /// # Errors
    /// When it is of another store or its scope has ended.
    pub fn tag(&self, store: impl AsContext) -> Result<Tag> {
        let store = store.as_context();
        let store = store.opaque();
        let object = store.vm.heap.at(self.resolve(store)?);
        // SAFETY: it is an exception of this store, whose tags live as long.
        let tag = unsafe { tag_of(object) };
        Ok(Tag::from_raw(store.id(), tag))
    }

    /// Its values.
    ///
    /// # Errors
    /// When it is of another store, its scope has ended, or there is no memory.
    pub fn values(&self, mut store: impl AsContextMut) -> Result<Vec<Val>> {
        let mut store = store.as_context_mut();
        let store = store.opaque_mut();
        let object = store.vm.heap.at(self.resolve(store)?);
        // SAFETY: it is an exception of this store; nothing moves it meanwhile.
        unsafe {
            let ty = Signature::of(store.engine().types(), tag_of(object).as_ref().type_id)?;
            let params = ty.params();
            store.gc.roots.reserve(params.len())?;
            let mut values = Vec::new();
            values
                .try_reserve_exact(params.len())
                .map_err(out_of_memory)?;
            for (ty, field) in params.iter().zip(type_of(object).fields()) {
                let slots = read_field(object.add(field.offset as usize), field.storage, false);
                values.push(Val::from_slots(slots.as_ptr(), *ty, store));
            }
            Ok(values)
        }
    }
}

/// The tag of an exception.
///
/// # Safety
/// There is one.
unsafe fn tag_of(object: *const u8) -> NonNull<TagObject> {
    // SAFETY: by contract; exceptions have the addresses of their tags.
    unsafe {
        let tag = object.add(EXCEPTION_TAG as usize).cast::<u64>().read();
        NonNull::new_unchecked(core::ptr::with_exposed_provenance_mut(tag as usize))
    }
}

impl Error {
    /// What a host function returns to throw an exception, which its caller can catch.
    ///
    /// ```
    /// # use diptych_core::{Caller, Error, ExnRef, Func, Result, Store, Tag, Val};
    /// # fn example(store: &mut Store<()>, tag: Tag) {
    /// Func::wrap(&mut *store, move |mut caller: Caller<'_, ()>| -> Result<()> {
    ///     let exception = ExnRef::new(&mut caller, &tag, &[Val::I32(1)])?;
    ///     Err(Error::throw(&mut caller, exception))
    /// });
    /// # }
    /// ```
    pub fn throw(store: impl AsContextMut, exception: ExnRef) -> Self {
        match OwnedRef::new(store, exception.to_any()) {
            Ok(owned) => Self::new(ErrorKind::Exception(Exception(owned))),
            Err(error) => error,
        }
    }

    /// The exception, when it is one.
    pub const fn exception(&self) -> Option<&Exception> {
        match self.kind() {
            ErrorKind::Exception(exception) => Some(exception),
            _ => None,
        }
    }
}
